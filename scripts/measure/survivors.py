"""Quanto a conferência pega: estraga templates e diagramas, um erro por vez, e conta o que escapa.

Um mutante morre quando a conferência acha qualquer coisa. Os que sobrevivem são impressos, cada
um com o motivo; um sem motivo é um furo a fechar.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.base.wording import decimal
from scripts.checks import verdict
from scripts.checks.reading import Reading
from scripts.measure.additions import additions
from scripts.measure.contract import leaves_read, unexplained
from scripts.measure.mutations import WORLD, Mutant, diagram_mutants, rebuilt, removed, template_mutants
from scripts.page import architecture, titles
from scripts.picture.script.capture import capture
from scripts.proofs import own
from scripts.proofs.identity.breadth import WIDE
from scripts.template import cloudformation

EVIDENCE = ("evidência apagada", "evidência esvaziada", "evidência alterada")


class Subject(Reading):
    """Uma arquitetura lida, sem nenhum achado."""

    def killed(self, mutant: Mutant) -> bool:
        """Diz se a conferência acha algo no mutante."""
        return mutant.template is None or any(True for _ in verdict.judge(Reading(mutant.diagram, self.page, mutant.template)))

    def mutants(self) -> Iterator[Mutant]:
        """Todos os mutantes: do template e do diagrama."""
        assert self.diagram and self.template
        results = [*self.proofs, *(result for _, result in self.claims if result)]
        yield from template_mutants(self.diagram, self.template, [piece.path for result in results for piece in result.found])
        yield from diagram_mutants(self.diagram, self.template)


def subject(tree: Tree, slug: str) -> Subject:
    """Lê uma arquitetura. Erro: `Defect` quando algo não se lê ou já há achados."""
    own.load(tree.root)
    diagram = capture(tree.script(slug), tree.root)
    read = Subject(diagram, architecture.read(tree.page(slug), titles=titles.read(tree.root)), cloudformation.read(tree.template(slug)))
    findings = list(verdict.judge(read))
    if findings:
        raise Defect(*findings)
    return read


def run(tree: Tree, slugs: list[str] | None = None) -> int:
    """Imprime mortos e total por tipo de estrago, e cada sobrevivente com o motivo; devolve 0.

    Com `slugs`, só os dessas arquiteturas; o que se acrescenta vem por último, de cada tipo uma vez.
    """
    total: Counter[str] = Counter()
    survived: list[tuple[Subject, Mutant]] = []
    seen: set[str] = set()
    chosen = [script.stem for script in tree.scripts(slugs)] if slugs else list(tree.architectures())
    for slug in chosen:
        read = subject(tree, slug)
        assert read.diagram and read.template
        for mutant in (*read.mutants(), *additions(read.diagram, read.template, seen)):
            total[mutant.kind] += 1
            if not read.killed(mutant):
                survived.append((read, mutant))
        print(f"{slug}: {sum(total.values())} mutantes até aqui, {len(survived)} sobreviventes", flush=True)
    _table(total, Counter(mutant.kind for _, mutant in survived))
    for read, mutant in survived:
        print(f"  {read.diagram.slug}: {mutant.kind} em {mutant.place}: {reason(read, mutant) or 'SEM EXPLICAÇÃO'}")
    print("Folhas lidas que, mudadas, não mudam achado nem evidência, e ninguém diz por quê:")
    for slug in chosen:
        read = subject(tree, slug)
        listed = leaves_read(read)
        for line in unexplained(read, listed):
            print(f"  {slug}: {line}", flush=True)
        print(f"{slug}: {len(listed)} folhas lidas", flush=True)
    return 0


def _table(total: Counter[str], survived: Counter[str]) -> None:
    evidence = sum(total[kind] for kind in EVIDENCE), sum(survived[kind] for kind in EVIDENCE)
    for kind, count in total.items():
        print(f"  {kind}: {count - survived[kind]} de {count}")
    print(f"Linhas de evidência: {_share(*evidence)}. Todos: {_share(sum(total.values()), sum(survived.values()))}.")
    print("Sobreviventes:")


def _share(total: int, survived: int) -> str:
    return f"{total - survived} de {total} mortos ({decimal(100 * (total - survived) / max(1, total), 1)} %)"


def sample(read: Subject, seed: int, size: int) -> list[Mutant]:
    """Alguns mutantes, sempre os mesmos para a mesma semente; todos, quando não há tantos."""
    everyone = list(read.mutants())
    return random.Random(seed).sample(everyone, min(size, len(everyone)))


NUMBERS = ("NoncurrentDays", "maxReceiveCount", "TargetValue", "MinSize", "MaxSize", "MaxvCpus", "RetentionInDays",
           "MessageRetentionPeriod")
"""Números de que se exige um mínimo: um a mais ou a menos continua a servir."""

TRUE_ANYWAY = {
    "seta desviada": "a seta nova também é verdade no template, e está provada",
    "seta inventada": "a seta inventada é verdade no template, e está provada",
    "componente movido": "o lugar novo contém o verdadeiro: o desenho diz menos, e não diz errado",
}


def reason(read: Subject, mutant: Mutant) -> str:
    """Por que um sobrevivente não é um furo; vazio quando não se sabe."""
    if mutant.kind in TRUE_ANYWAY:
        return TRUE_ANYWAY[mutant.kind]
    name, *rest = mutant.place.split(".")
    if mutant.place.endswith("MinValue"):
        return "o limite afrouxou um passo, e ainda basta para a afirmação"
    if rest and rest[-1] in NUMBERS:
        return "o número mudou de um, continua a servir, e a página não promete quanto é"
    if "NotificationConfiguration" in rest and rest[-1] == "Value":
        return "o filtro ficou mais estreito, e a função ainda lê tudo o que a aciona"
    if rest and rest[-1] in ("Namespace", "ServiceAccount"):
        return "o nome é do manifesto do Kubernetes, e a conferência compara os dois onde ele está"
    if mutant.kind == "recurso alargado" and WIDE in read.template.resources[name].exceptions:
        return "o motivo escrito no papel cobre recursos amplos nesta declaração, e só gente o julga"
    if "Excecoes" in rest:
        return "o motivo de uma exceção é texto livre, que só gente julga"
    if mutant.kind in EVIDENCE and _redundant(read, name, rest):
        return "outro recurso igual prova o mesmo, e sem todos eles a conferência acha"
    resource = read.template.resources.get(name)
    if mutant.kind == "aberto ao mundo" and resource:
        written = read.views.each[0].value(resource, *_keys(rest[1:]))
        return "o padrão do parâmetro já é a internet inteira, e a figura a mostra" if written == WORLD else ""
    if mutant.kind == "ligação removida" and resource and resource.type.endswith("RouteTableAssociation"):
        return "sem a associação vale a tabela principal da VPC, que só tem a rota local: a sub-rede continua privada"
    return ""


def _redundant(read: Subject, name: str, rest: list[str]) -> bool:
    """Se a mesma linha de outro recurso do tipo também é evidência (um registro A e um AAAA), e nada se prova sem as duas."""
    resources = read.template.resources
    shown = {piece.path for proof in read.proofs for piece in proof.found}
    alike = [path for path in shown if [str(key) for key in path[2:]] == rest and path[:1] == ("Resources",)
             and name in resources and resources[str(path[1])].type == resources[name].type]
    if len(alike) < 2:
        return False
    data = read.template.data
    for path in alike:
        data = removed(data, path)
    return read.killed(Mutant("", "", read.diagram, rebuilt(read.template, data)))


def _keys(parts: list[str]) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in parts]
