"""Duração: o que some sozinho no prazo, e o que sobrevive a quem o usa."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import BUCKET, INSTANCE
from scripts.base.wording import listed
from scripts.proofs.claims.lifecycle import CURRENT, OLD, Term, earlier, general, holding, terms
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import written
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.facts.remains import RETAINED
from scripts.proofs.facts.volumes import links
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

KEPT = "sem-expiracao"
DISPOSABLE = "volume-descartavel"
UNIT = r"\s+(dias?|semanas?|m[eê]s|meses|anos?)\b"
ANY_TERM = re.compile(rf"(?:[0-9]|\bum|\buma){UNIT}", re.IGNORECASE)
TERM = re.compile(rf"\bem\s+([0-9]{{1,3}}(?:\.[0-9]{{3}})+|[0-9]+|um|uma){UNIT}(?!\s+(?:e\s+mei|út))", re.IGNORECASE)
DENIED = re.compile(r"\b(?:não|nem|nunca|jamais)\b[^.;:!?]*$", re.IGNORECASE)
LINK = re.compile(r"\]\([^)]*\)")
DAYS = {"d": 1, "s": 7, "m": 30, "a": 365}
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


@claim("expira-em")
def expires(scene: Scene) -> Iterator[Evidence]:
    """Expira no prazo que a página diz.

    O que se guarda sem prazo se paga para sempre. O prazo da página é o do template, com o
    padrão do parâmetro: mês vale 30 dias, e ano, 365.

    - cada bucket tem uma regra de ciclo de vida ativa, para todos os objetos, com `ExpirationInDays`, e
      nenhuma outra apaga antes;
    - num bucket com versões, uma regra apaga também as antigas, todas, depois de não mais que outro
      prazo igual;
    - o benefício diz o prazo por extenso ("em 30 dias"), e é esse; com prazos diferentes, um por bucket,
      na ordem do template;
    - um bucket que guarda para sempre dá o motivo em `Metadata: {Excecoes: {sem-expiracao: …}}`.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    temporary = [bucket for bucket in scene.view.of_type(BUCKET) if not bucket.exceptions.get(KEPT, "").strip()]
    promised = _promised(_unnamed(scene))
    several = len(promised) == len(temporary)
    for index, bucket in enumerate(temporary):
        yield from _expires(scene.view, bucket, scene.said, promised[index:index + 1] if several else promised)


def _expires(view: View, bucket: Resource, said: str, promised: list[int]) -> Iterator[Evidence]:
    found = terms(view, bucket, CURRENT)
    chosen = general(found)
    filtered = next((term.filters for term in found if term.days is not None and term.filters), ())
    for name, path in filtered if chosen is None else ():
        yield Missing(path, f"nada em `{bucket.id}` expira sempre: a regra só apaga o que `{name}` pega",
                      f"tire `{name}` dela, ou acrescente outra, sem filtro")
    if chosen is None and filtered:
        return
    if chosen is None:
        yield Missing(at(bucket, "LifecycleConfiguration"), f"nada em `{bucket.id}` expira sempre",
                      "acrescente uma regra com `Status: Enabled` e `ExpirationInDays`, sem filtro")
        return
    yield Found(chosen.status.path, f"a regra de `{bucket.id}` está ativa, para todos os objetos")
    yield from earlier(bucket, found, chosen)
    yield from _term(view, bucket, chosen, said, promised)
    yield from _old_versions(view, bucket, chosen)
    yield from _locked(view, bucket)


def _term(view: View, bucket: Resource, term: Term, said: str, promised: list[int]) -> Iterator[Evidence]:
    where = term.line.path
    if said and not promised:
        yield Missing(where, "o benefício não diz em quanto tempo", f"escreva `em {term.days} dias`")
    elif said and promised != [term.days]:
        shown = " e ".join(str(other) for other in promised)
        yield Missing(where, f"`{bucket.id}` expira em {term.days} dias, e o benefício diz {shown}", "acerte o texto ou a regra")
    else:
        yield Found(where, f"expira em {term.days} dias")
        parameter = written(view, term.line).parameter
        if parameter:
            yield Found(("Parameters", parameter, "Default"), "este é o prazo de quem não escolhe outro")


def _old_versions(view: View, bucket: Resource, current: Term) -> Iterator[Evidence]:
    if view.value(bucket, "VersioningConfiguration", "Status") is None:
        return
    chosen = general(terms(view, bucket, OLD))
    if chosen is None:
        yield holding(view, bucket) or Missing(current.line.path, f"as versões antigas de `{bucket.id}` não expiram",
                                               "acrescente `NoncurrentVersionExpiration`")
    elif (chosen.days or 0) > (current.days or 0):
        yield Missing(chosen.line.path, f"as versões antigas de `{bucket.id}` ficam {chosen.days} dias a mais, e o prazo é de {current.days}",
                      f"use `NoncurrentDays` de até {current.days}")
    else:
        yield Found(chosen.line.path, f"as versões antigas também, em {chosen.days}")


def _locked(view: View, bucket: Resource) -> Iterator[Missing]:
    """O bloqueio de objetos liga as versões e as segura: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""
    names = [name for name in ("ObjectLockConfiguration", "ObjectLockEnabled") if view.at(bucket, name)]
    if names:
        yield Missing(at(bucket, names[0]), f"o bloqueio de objetos de `{bucket.id}` pode impedir que expirem",
                      f"tire {listed([f'`{name}`' for name in names])}")


def _unnamed(scene: Scene) -> str:
    """O que se diz sem os nomes dos componentes: o de “Não entregues” não nega nada."""
    said = scene.said
    for element in scene.diagram.elements.values():
        said = said.replace(" ".join(element.label.split()), "")
    return said


def _promised(said: str) -> list[int]:
    """Os prazos ditos, em dias, na ordem; nenhum, se algum não é claro: "de 10 a 30 dias", "não expira em…"."""
    said = LINK.sub("]", said)
    found = list(TERM.finditer(said))
    counts = [1 if term[1].lower().startswith("um") else whole(term[1].replace(".", "")) for term in found]
    clear = len(found) == len(ANY_TERM.findall(said)) and not any(DENIED.search(said[:term.start()]) for term in found)
    return [count * DAYS[term[2][0].lower()] for count, term in zip(counts, found, strict=True) if count] if clear and all(counts) else []


@claim("sobrevive-a-instancia")
def outlives_the_instance(scene: Scene) -> Iterator[Evidence]:
    """Os arquivos sobrevivem à instância.

    Trocar ou perder o servidor não leva os arquivos: o volume é outro recurso, e mesmo ao
    remover a pilha fica uma cópia dele.

    - um volume do template, ligado a uma instância por `AWS::EC2::VolumeAttachment`, ou por `Volumes` dela;
    - `DeletionPolicy` e `UpdateReplacePolicy` iguais a `Snapshot` ou `Retain`; na primeira, também
      `RetainExceptOnCreate`;
    - um volume que pode se perder dá o motivo em `Metadata: {Excecoes: {volume-descartavel: …}}`, e há
      outro que fica.

    Fonte: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """
    view = scene.view
    attached = []
    for link in links(view):
        if link.volume and link.instance and not disposable(link.volume):
            attached.append(link.volume)
            yield from link.lines
            yield from _kept(link.volume)
    for instance in view.of_type(INSTANCE) if not attached else ():
        yield Missing(("Resources", instance.id), f"`{instance.id}` não tem volume que viva sem ela",
                      "crie um `AWS::EC2::Volume` e ligue-o com `AWS::EC2::VolumeAttachment`")


def disposable(volume: Resource) -> bool:
    """O template diz por que o volume pode se perder."""
    return bool(volume.exceptions.get(DISPOSABLE, "").strip())


def _kept(volume: Resource) -> Iterator[Evidence]:
    for name, act in zip(POLICIES, ("com a pilha", "quando a pilha o troca por outro"), strict=True):
        policy = volume.body.get(name)
        if policy == "Snapshot":
            yield Found(("Resources", volume.id, name), "a remoção deixa uma cópia")
        elif policy == "Retain" or policy in RETAINED and name == "DeletionPolicy":
            yield Found(("Resources", volume.id, name), "a remoção deixa o próprio volume")
        else:
            yield Missing(("Resources", volume.id, name), f"`{volume.id}` se perde {act}", f"use `{name}: Snapshot`")
