"""Os comandos da página sobre um bucket: a pasta é das que ele tem, e com versões se apaga o que se listou.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/RemDelMarker.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from scripts.aws.types import BUCKET
from scripts.base.findings import Finding
from scripts.checks.calls import Call, Made
from scripts.checks.order import WEAK, Calls, sections
from scripts.page.architecture import Page
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

LISTING = "s3api list-object-versions"


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por comando que não faz, no bucket, o que a seção pede."""
    for each in made:
        for call in each.calls:
            yield from (Finding(page.path, call.line, WEAK, message) for message in (*_misplaced(each.view, call), *_whole(call)))
        for section in sections(page, each.calls):
            yield from (Finding(page.path, line, WEAK, message) for line, message in _versions(section))


def _versions(section: Calls) -> Iterator[tuple[int, str]]:
    """O que se apaga de um bucket com versões é o que se listou antes, na mesma seção."""
    for index, call in enumerate(section):
        before = [each for each in section[:index] if each.name == LISTING]
        asked = [query for each in before for query in each.option("--query")]
        version = "".join(call.option("--version-id"))
        if call.name == "s3api delete-object" and before and not version:
            yield call.line, "sem `--version-id`, o comando põe mais uma marca de exclusão, e a versão listada fica; diga qual apagar."
        if call.name == "s3api delete-object" and "MARCA" in version and asked and "DeleteMarkers" not in asked[-1]:
            yield call.line, "a lista traz as versões, e não as marcas de exclusão: o comando apagaria uma versão; liste `DeleteMarkers`."
        if call.name == "s3api delete-bucket" and not all("DeleteMarkers" in query and "Versions" in query for query in asked):
            yield call.line, "a lista do que se apaga não traz as versões e as marcas de exclusão, e a AWS não apaga um bucket com uma delas."


def _whole(call: Call) -> Iterator[str]:
    """Uma pasta só se copia por inteiro com a opção que o diz."""
    source = call.loose[0] if call.loose else ""
    if call.name == "s3 cp" and source.startswith("s3://") and source.endswith("/") and "--recursive" not in call.flags:
        yield f"`{source}` é uma pasta, e sem `--recursive` o comando procura um objeto com esse nome; acrescente a opção."


def _misplaced(view: View, call: Call) -> Iterator[str]:
    """A pasta que o comando nomeia é das que o template dá a alguém no bucket, e a que se envia não cai na raiz."""
    places = list(zip(call.option("--bucket"), [*call.option("--key"), *call.option("--prefix")]))
    places += [(place, key) for word in call.words if word.startswith("s3://") for place, _, key in [word[5:].partition("/")]]
    for place, key in places:
        bucket = view.points(place, BUCKET)
        known = _folders(view, bucket) if bucket else frozenset()
        folder = key.partition("/")[0] if "/" in key else ""
        sent = call.name in ("s3 cp", "s3 sync") and not key and call.loose[:1] and call.loose[0].strip("./") in known
        if bucket and known and (folder and folder not in known or sent):
            owner = next((other.id for other in view.of_type(BUCKET) if folder in _folders(view, other)), "")
            wrong = f"`{bucket.id}` não tem a pasta `{folder}/`" if folder else f"o comando põe na raiz de `{bucket.id}` o que é de `{min(known)}/`"
            yield f"{wrong}{f', que é de `{owner}`' if owner else ''}; corrija o caminho."


def _folders(view: View, bucket: Resource) -> frozenset[str]:
    """As pastas do bucket que alguma política ou aviso do template nomeia."""
    return view.once(("folders", bucket.id), lambda: frozenset(_written(view, bucket)))


def _written(view: View, bucket: Resource) -> set[str]:
    cited = re.compile(rf"\$\{{{bucket.id}(?:\.Arn)?\}}/([\w.-]+)/")
    watched = [str(prefix.value) for item in view.items(bucket, "NotificationConfiguration", "LambdaConfigurations")
               for rule in view.items_inside(item, "Filter", "S3Key", "Rules") if (prefix := view.inside(rule, "Value"))]
    told = json.dumps(view.template.data, ensure_ascii=False, default=str)
    return {*cited.findall(told), *(each.partition("/")[0] for each in watched if "/" in each)}
