"""Criar e remover a pilha: o que o `deploy` da página precisa aceitar, e o que a limpeza precisa esvaziar antes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scripts.aws.types import BUCKET
from scripts.base.findings import Finding
from scripts.checks.calls import Call, Made, written
from scripts.page.architecture import Page
from scripts.proofs.facts.outputs import Output
from scripts.proofs.facts.remains import GONE, fate
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource, Template
from scripts.template.worlds import EXPANDED

CAPABILITY, UNEMPTIED = "comando-sem-capacidade", "limpeza-incompleta"
IAM, NAMED, EXPAND = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
DEPLOYING = ("deploy", "create-stack", "update-stack", "create-change-set")
AT_ONCE = ("create-stack", "update-stack")
"""As que expandem macros sem um conjunto de mudanças que se reveja, e por isso pedem `CAPABILITY_AUTO_EXPAND`."""
CUSTOM = {f"AWS::IAM::{kind}": f"{kind}Name" for kind in ("Role", "User", "Group", "InstanceProfile", "ManagedPolicy")}
"""De cada tipo do IAM que aceita um nome escolhido, a propriedade; o `RoleName` de um `RolePolicy` é de outro recurso."""
REMOVAL = "cloudformation delete-stack"


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por comando que a AWS recusaria, e por bucket que impediria a remoção."""
    for each in made:
        yield from _capable(page, each.view.template, each.calls)
        yield from _emptied(page, each.view, each.calls, each.known)
        yield from _offered(each.view, each.known)


def _capable(page: Page, template: Template, made: Iterable[Call]) -> Iterator[Finding]:
    """O que o comando que cria ou muda a pilha precisa aceitar; o que ele aceita a mais não faz mal."""
    owner, named = _identity(template)
    for call in made:
        operation = call.operation
        if not deploys(call, template):
            continue
        given = {piece for word in call.option("--capabilities") for piece in word.replace(",", " ").split()}
        wanted = NAMED if named else IAM
        if owner and not given & {wanted, NAMED}:
            yield Finding(page.path, call.line, CAPABILITY,
                          f"`{owner}` {'tem um nome escolhido no IAM' if named else 'é do IAM'}, e o comando não aceita isso: a AWS o recusa; "
                          f"acrescente `--capabilities {wanted}`.")
        if operation in AT_ONCE and EXPAND not in given and _expanded(template.data):
            yield Finding(page.path, call.line, CAPABILITY,
                          f"o template usa uma transformação, e `{operation}` a expande sem que se reveja: acrescente `--capabilities {EXPAND}`.")


def deploys(call: Call, template: Template) -> bool:
    """A chamada cria ou muda a pilha do template da página, pelo nome do arquivo, ou do que já está nela."""
    if call.service != "cloudformation" or call.operation not in DEPLOYING:
        return False
    files = [*call.option("--template-file"), *call.option("--template-body")]
    return not files or any(file.rpartition("/")[2] == template.path.rpartition("/")[2] for file in files)


def _identity(template: Template) -> tuple[str, bool]:
    """Um recurso que pede a capacidade, e se algum tem nome escolhido; de uma função do SAM, o papel ainda vai nascer."""
    asking = [each for each in template.resources.values() if each.type.startswith(("AWS::IAM::", "AWS::Serverless::"))]
    named = [each for each in asking if CUSTOM.get(each.type) in each.properties]
    return (named or asking)[0].id if asking else "", bool(named)


def _expanded(node: object) -> bool:
    if isinstance(node, dict):
        return any(str(key) in ("Transform", *EXPANDED) for key in node) or any(map(_expanded, node.values()))
    return isinstance(node, list) and any(map(_expanded, node))


def _emptied(page: Page, view: View, made: list[Call], known: Mapping[str, Output]) -> Iterator[Finding]:
    """Antes de remover a pilha, cada bucket que sai com ela fica vazio: pelos comandos da seção, ou pelos das saídas que ela cita."""
    for call in made:
        if call.name != REMOVAL:
            continue
        start = max((heading.line for heading in page.headings if heading.level <= 2 and heading.line < call.line), default=0)
        before = [each for each in made[:made.index(call)] if each.line > start]
        if not any(_object(view, each) for each in before):
            cited = [code.text for code in page.codes if start < code.line and code.text in known]
            before = [each for name in cited for each in written(known[name].text, known)]
        for bucket in _leaving(view):
            if not _empties(view, bucket, before):
                how = ", com todas as versões e as marcas" if _versioned(view, bucket) else ""
                yield Finding(page.path, call.line, UNEMPTIED,
                              f"`{bucket.id}` sai com a pilha, e o CloudFormation não apaga um bucket com objetos: a remoção falha; esvazie-o "
                              f"antes{how}.")


def _offered(view: View, known: Mapping[str, Output]) -> Iterator[Finding]:
    """As saídas que esvaziam buckets: nenhuma repete um comando, e as que há bastam para os que não têm versões."""
    every = {name: [each for each in written(output.text, known) if _object(view, each)] for name, output in known.items()}
    offered = {name: found for name, found in every.items() if found}
    for name, found in offered.items():
        if len({(each.name, each.words) for each in found}) < len(found):
            yield Finding(view.template.path, view.template.line(*known[name].path), UNEMPTIED,
                          f"`{name}` repete o mesmo comando; dê a cada bucket o seu.")
            return
    together = [each for found in offered.values() for each in found]
    for bucket in _leaving(view) if together else ():
        if not _versioned(view, bucket) and not _empties(view, bucket, together):
            name = next(iter(offered))
            yield Finding(view.template.path, view.template.line(*known[name].path), UNEMPTIED,
                          f"`{name}` esvazia um bucket, e nenhuma saída esvazia `{bucket.id}`, que também sai com a pilha; dê o comando dele.")


def _leaving(view: View) -> list[Resource]:
    return [bucket for bucket in view.of_type(BUCKET) if fate(bucket) == GONE]


def _versioned(view: View, bucket: Resource) -> bool:
    """O bucket guarda versões, ou guardou: apagar um objeto não o esvazia."""
    return view.at(bucket, "VersioningConfiguration", "Status") is not None


def _object(view: View, call: Call) -> Resource | None:
    """O bucket inteiro que a chamada esvazia ou apaga, como um objeto de cada vez ou de uma vez só."""
    if call.name in ("s3 rm", "s3 rb"):
        whole = "--recursive" if call.name == "s3 rm" else "--force"
        targets = [word.removeprefix("s3://").rstrip("/") for word in call.words if word.startswith("s3://")]
        partial = call.flags & {"--exclude", "--include", "--dryrun"}
        return view.points(targets[0], BUCKET) if targets and whole in call.flags and not partial else None
    if call.name in ("s3api delete-objects", "s3api delete-object") and call.looped:
        return next((view.points(name, BUCKET) for name in call.option("--bucket")), None)
    return None


def _empties(view: View, bucket: Resource, made: Iterable[Call]) -> bool:
    """As chamadas deixam o bucket sem nada: sem versões, basta apagar os objetos; com elas, é preciso listar as versões e as marcas."""
    found = [each for each in made if _object(view, each) == bucket]
    if not _versioned(view, bucket):
        return bool(found)
    listed = " ".join(" ".join(each.words) for each in made if each.name == "s3api list-object-versions"
                      and bucket in [view.points(name, BUCKET) for name in each.option("--bucket")])
    return "Versions" in listed and "DeleteMarkers" in listed and any(each.name.startswith("s3api ") for each in found)
