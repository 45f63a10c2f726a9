"""O que cada argumento de um comando nomeia: o id de uma coisa não serve onde se pede o de outra, e a chave de uma tabela é a que ela tem.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from scripts.aws.types import INSTANCE, SECURITY_GROUP, SUBNET, TABLE, VOLUME, VPC
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.checks.calls import Call, Made
from scripts.page.architecture import Page
from scripts.proofs.facts.tables import attributes, keys
from scripts.proofs.facts.view import View
from scripts.template.values import SYMBOL

CODE = "argumento-de-outro"
IDS = {VOLUME: "volume", INSTANCE: "instance", VPC: "vpc", SUBNET: "subnet", SECURITY_GROUP: "group"}
"""De cada tipo, o nome com que a AWS CLI pede o id dele."""
KIND = re.compile(rf"(?:^|-)({'|'.join((*IDS.values(), 'snapshot', 'image'))})-ids?$")
FILTER = re.compile(r"Name=([\w-]+),Values=(.+)")
ASKED = re.compile(r"\$\(aws .*?--query\s+[\"']?[^\s\"']*?\.(\w+)[\"']?[\s)]", re.DOTALL)
ENDS = (("Arn", re.compile(r"-arns?$")), ("Id", re.compile(r"(?:^-*|-)ids?$")), ("Url", re.compile(r"-url$")))
"""O fim do nome de um campo, e o das opções que o pedem."""
PHYSICAL = "PhysicalResourceId"
"""O que o CloudFormation chama de id, e é o nome, o ARN ou o endereço, conforme o tipo."""
KEYED = ("dynamodb get-item", "dynamodb delete-item", "dynamodb update-item")


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por argumento que é de outra coisa."""
    for each in made:
        for call in each.calls:
            for message in (*_mistaken(each.view, call), *_asked(call), *_keyed(each.view, call)):
                yield Finding(page.path, call.line, CODE, message)


def _mistaken(view: View, call: Call) -> Iterator[str]:
    """O id de um recurso, numa opção ou num filtro que pede o de outro tipo."""
    given = [(flag, value) for flag in call.flags for value in call.option(flag)]
    given += [(found[1], found[2]) for value in call.option("--filters") if (found := FILTER.fullmatch(value))]
    for name, value in given:
        symbol, kind = SYMBOL.fullmatch(value), KIND.search(name)
        owner = view.resources.get(symbol[1]) if symbol and not symbol[2] else None
        if owner and kind and IDS.get(owner.type) not in (None, kind[1]):
            yield f"`{name}` pede o id de outra coisa, e `{value}` é o de `{owner.id}`: o comando não acha nada; corrija um dos dois."


def _asked(call: Call) -> Iterator[str]:
    """O que um comando pergunta para dar a outro é o que a opção deste pede."""
    for flag in call.flags:
        wanted = next((end for end, pattern in ENDS if pattern.search(flag)), "")
        for field in (field for value in call.option(flag) for field in ASKED.findall(value)):
            told = next((end for end, _ in ENDS if field.endswith(end)), "")
            if wanted and told and told != wanted and field != PHYSICAL:
                yield f"`{flag}` pede um `{wanted}`, e o comando de dentro responde `{field}`; pergunte o campo certo."


def _keyed(view: View, call: Call) -> Iterator[str]:
    """A chave que se pede de uma tabela tem todos os atributos da dela, com o tipo de cada um."""
    table = next((found for name in call.option("--table-name") if (found := view.points(name, TABLE))), None)
    for text in call.option("--key") if table and call.name in KEYED else ():
        try:
            given = {name: min(value) for name, value in json.loads(text).items()}
        except (ValueError, AttributeError, TypeError):
            yield f"não se sabe ler a chave `{text}`; escreva-a em JSON."
            continue
        types = attributes(view, table)
        wanted = {name: str(types[name].value) if name in types else "" for name in keys(view, table)}
        if wanted and given != wanted:
            named = listed([f"`{name}` ({kind})" for name, kind in wanted.items()])
            yield f"a chave de `{table.id}` é {named}, e o comando dá {listed([f'`{name}` ({kind})' for name, kind in given.items()]) or 'outra'}."
