"""O assunto de uma nota: um tipo do CloudFormation e, quando não basta, a propriedade que o mostra."""

from __future__ import annotations

import re
from dataclasses import dataclass

WRITTEN = re.compile(r"(?P<type>[A-Z]\w*(?:::[A-Z]\w*){2})(?: +(?P<property>[A-Z]\w*(?:\.[A-Z]\w*)*))?")


@dataclass(frozen=True)
class Subject:
    """`AWS::S3::Bucket`, ou só os que escrevem `LifecycleConfiguration`; a de dentro vai com pontos."""

    type: str
    property: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.type, ".".join(self.property))))


def subject(text: str) -> Subject | None:
    """O assunto escrito assim; `None` quando não se entende."""
    found = WRITTEN.fullmatch(text.strip())
    return Subject(found["type"], tuple((found["property"] or "").split(".")) if found["property"] else ()) if found else None
