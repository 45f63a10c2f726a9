"""A forma do que se entrega a um programa: nome, ARN ou endereço, como a API que o código chama o aceita, e a unidade do nome.

Lê-se o Python que o template traz: de que variável de ambiente vem cada argumento das chamadas. Do que não se segue até
uma chamada não se diz nada.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN, ID, NAME, URL, Service, kind_of
from scripts.aws.types import BUCKET, LAUNCH_TEMPLATE, QUEUE, SCALING_GROUP, STATE_MACHINE, TABLE, TOPIC
from scripts.checks.programs import Effect
from scripts.proofs.arrows.program import HANDED, handed, named, variables
from scripts.proofs.evidence import at
from scripts.proofs.facts.code import ACCEPTED, arguments, calls, deadlines
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.measures import parameters, texts, unit_of, written_at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide
from scripts.proofs.identity.policies import Obscure, of_role
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.identity.services import SERVICES, arns
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

CALLED = {"Bucket": BUCKET, "TableName": TABLE, "QueueUrl": QUEUE, "TopicArn": TOPIC, "stateMachineArn": STATE_MACHINE}
"""De cada argumento, o tipo que ele nomeia, se é um só."""
OTHER = "?"
NOTHING = Service("", ())
FORMS = {OTHER: "outro atributo", ARN: "o ARN", NAME: "o nome", URL: "o endereço", ID: "o id"}


def misshapen(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis cujo valor não tem a forma que o código entrega à API, ou cuja unidade não é a do parâmetro que recebem."""
    if owner.type not in HANDED or owner.type == SCALING_GROUP:  # o modelo dele se julga por si
        return
    given = [piece.path for piece in handed(view, owner)]
    told = {name: (path, value) for path, name, value in variables(view, given)}
    for text in dict.fromkeys(text for _, text in texts(view, given, longest=None)):
        for variable, argument in sorted(arguments(text)) if "environ" in text or "getenv" in text else ():
            path, value = told.get(variable, ((), ""))
            form, kind = _form(view, value)
            if form and (form not in ACCEPTED[argument] or kind and kind != CALLED.get(argument, kind)):
                wanted = " ou ".join(FORMS[each] for each in ACCEPTED[argument])
                what = f"{FORMS[form]} de um `{kind}`" if kind else FORMS[form]
                yield path, f"`{variable}` entrega a `{owner.id}` {what}, e o código o usa em `{argument}`, que pede {wanted} do que chama."
    for name, (path, _) in told.items():
        for cited in sorted(parameters(written_at(view.template.data, path)) & view.template.parameters.keys()):
            mine, other = unit_of(name), unit_of(cited)
            if mine and other and mine != other and SYMBOL.sub("", str(told[name][1])) in ("", str(_default(view, cited))):
                yield path, f"`{name}` recebe `{cited}`, que é noutra unidade; passe o parâmetro que a variável diz."


def forbidden(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis cujo recurso o papel do programa não deixa usar como o código o usa: o de ler no lugar do de gravar, por exemplo.

    Um código que serve a dois programas traz chamadas que só um faz: conta a variável de que nenhuma passa, ou que, trocada
    com outra, deixaria passar mais. O papel que não se lê todo é um achado à parte.
    """
    role = principal_of(view, owner).role if owner.type in HANDED and owner.type != LAUNCH_TEMPLATE else None
    given = [piece.path for piece in handed(view, owner)] if role else []
    known = named(view, owner) if role and not any(isinstance(part, Obscure) for part in of_role(view, role)) else {}
    places = {name: path for path, name, _ in variables(view, given)}
    uses: dict[str, set[str]] = {}
    for text in dict.fromkeys(text for _, text in texts(view, given, longest=None)):
        for variable, action in calls(text) if known and ("environ" in text or "getenv" in text) else ():
            uses.setdefault(variable, set()).add(action)

    def allowed(variable: str, target: Resource) -> int:
        return sum(may(view, role, action, target) for action in uses[variable] if role)

    for variable in sorted(uses.keys() & known.keys()):
        target = known[variable]
        swaps = [allowed(variable, other) + allowed(name, target) - allowed(variable, target) - allowed(name, other)
                 for name, other in known.items() if name in uses and other.type == target.type]
        if not allowed(variable, target) or max(swaps) > 0:
            actions = ", ".join(f"`{action}`" for action in sorted(uses[variable]))
            yield places[variable], (f"o código de `{owner.id}` faz {actions} no que `{variable}` diz, que é `{target.id}`, e as políticas não "
                                     "deixam; passe o recurso que ele usa assim, dê a permissão, ou tire o que a nega.")


def may(view: View, role: Resource, action: str, target: Resource) -> bool:
    """O papel deixa fazer isto no recurso; do que a ação não é, não se diz nada."""
    if SERVICES.get(target.type, NOTHING).prefix != action.partition(":")[0]:
        return True
    return view.once(("may", role.id, action, target.id), lambda: any(
        decide(Request(view, action, arn, role), target).granted for arn in arns(view, role, target, action)))


def unending(view: View, owner: Resource) -> Iterator[Effect]:
    """O prazo que o programa calcula e grava é o da tabela: senão, o que ele diz que some fica para sempre.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    tables = view.of_type(TABLE) if owner.type in HANDED and owner.type != SCALING_GROUP else []
    given = [piece.path for piece in handed(view, owner)] if tables else []
    known = named(view, owner) if tables else {}
    for source in dict.fromkeys(text for _, text in texts(view, given, longest=None)):
        for name, held in sorted(deadlines(source), key=str):
            own = [known[variable] for variable in sorted(held) if known.get(variable) in tables] or tables
            other = next((table.id for table in tables if _ends(view, table, name)), "")
            if not any(_ends(view, table, name) for table in own) and other:
                yield at(own[0], "TimeToLiveSpecification"), (
                    f"o código de `{owner.id}` grava em `{name}` o prazo de cada linha, e `{own[0].id}` não o usa: nada expira, e quem o usa é "
                    f"`{other}`; passe ao código a tabela certa, ou ligue o prazo na que ele usa.")
            elif not any(_ends(view, table, name) for table in own):
                yield at(own[0], "TimeToLiveSpecification"), (
                    f"o código de `{owner.id}` grava em `{name}` o prazo de cada linha, e `{own[0].id}` não o usa: nada expira; ligue "
                    f"`TimeToLiveSpecification` com `AttributeName: {name}`.")


def _ends(view: View, table: Resource, name: str) -> bool:
    said, switch = (view.at(table, "TimeToLiveSpecification", key) for key in ("AttributeName", "Enabled"))
    return said is not None and said.value == name and not (switch and false(switch.value))


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
