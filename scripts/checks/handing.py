"""A forma do que se entrega a um programa: nome, ARN ou endereço, como a API que o código chama o aceita, e a unidade do nome.

Lê-se o Python que o template traz: de que variável de ambiente vem cada argumento das chamadas. Do que não se segue até
uma chamada não se diz nada.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.kinds import ARN, ID, NAME, URL, kind_of
from scripts.aws.types import BUCKET, QUEUE, SCALING_GROUP, STATE_MACHINE, TABLE, TOPIC
from scripts.checks.programs import WRITTEN, Effect
from scripts.proofs.arrows.program import HANDED, handed
from scripts.proofs.evidence import Path
from scripts.proofs.facts.code import ACCEPTED, arguments
from scripts.proofs.facts.measures import parameters, texts, unit_of, written_at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

CALLED = {"Bucket": BUCKET, "TableName": TABLE, "QueueUrl": QUEUE, "TopicArn": TOPIC, "stateMachineArn": STATE_MACHINE}
"""De cada argumento, o tipo que ele nomeia, se é um só."""
OTHER = "?"
FORMS = {OTHER: "outro atributo", ARN: "o ARN", NAME: "o nome", URL: "o endereço", ID: "o id"}


def misshapen(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis cujo valor não tem a forma que o código entrega à API, ou cuja unidade não é a do parâmetro que recebem."""
    if owner.type not in HANDED or owner.type == SCALING_GROUP:  # o modelo dele se julga por si
        return
    given = [piece.path for piece in handed(view, owner)]
    variables = {name: (path, value) for path, name, value in _variables(view, given)}
    for text in dict.fromkeys(text for _, text in texts(view, given, longest=None)):
        for variable, argument in sorted(arguments(text)) if "environ" in text or "getenv" in text else ():
            path, value = variables.get(variable, ((), ""))
            form, kind = _form(view, value)
            if form and (form not in ACCEPTED[argument] or kind and kind != CALLED.get(argument, kind)):
                wanted = " ou ".join(FORMS[each] for each in ACCEPTED[argument])
                what = f"{FORMS[form]} de um `{kind}`" if kind else FORMS[form]
                yield path, f"`{variable}` entrega a `{owner.id}` {what}, e o código o usa em `{argument}`, que pede {wanted} do que chama."
    for name, (path, _) in variables.items():
        for cited in sorted(parameters(written_at(view.template.data, path)) & view.template.parameters.keys()):
            mine, other = unit_of(name), unit_of(cited)
            if mine and other and mine != other and SYMBOL.sub("", str(variables[name][1])) in ("", str(_default(view, cited))):
                yield path, f"`{name}` recebe `{cited}`, que é noutra unidade; passe o parâmetro que a variável diz."


def _variables(view: View, given: list[Path]) -> Iterator[tuple[Path, str, str]]:
    """Cada variável que o programa recebe, com o lugar e o valor."""
    for root in given:
        value = view.world.value(written_at(view.template.data, root))
        if isinstance(value, dict) and isinstance(value.get("Variables"), dict):
            yield from (((*root, "Variables", name), str(name), str(each)) for name, each in value["Variables"].items())
        for index, pair in enumerate(value if isinstance(value, list) else ()):
            if isinstance(pair, dict) and "Name" in pair and "Value" in pair:
                yield (*root, index, "Value"), str(pair["Name"]), str(pair["Value"])
        for path, text in texts(view, [root], longest=None):
            yield from ((path, name, each.strip("\"'")) for name, each in WRITTEN.findall(text))


def _form(view: View, value: str) -> tuple[str, str]:
    """A forma de um valor que nomeia um recurso do template, e o tipo dele; vazios, se não é um, ou não se conhece."""
    symbol = SYMBOL.fullmatch(value)
    resource = view.resources.get(symbol[1]) if symbol else None
    if symbol and resource:
        kind, attribute = kind_of(resource.type), symbol[2].removeprefix(".")
        if attribute.endswith(".SecretArn"):  # o segredo que o RDS cria é outro recurso
            return ARN, ""
        return (kind.gives.get(attribute, OTHER) if attribute else kind.ref), resource.type
    return (ARN if value.startswith("arn:") else URL if value.startswith("https://sqs.") else ""), ""


def _default(view: View, name: str) -> object:
    declared = view.template.parameters.get(name)
    return declared.get("Default") if isinstance(declared, dict) else None
