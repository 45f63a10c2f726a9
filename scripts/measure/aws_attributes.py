"""Refaz `attributes.json` com os atributos que `Fn::GetAtt` aceita de cada tipo; precisa do cfn-lint, que `testar` instala.

    .venv/bin/python scripts/measure/aws_attributes.py
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
PLAIN = re.compile(r"[\w.]+")


def attributes() -> dict[str, list[str]]:
    """De cada tipo do catálogo ou de apoio, os atributos do esquema; ficam de fora os tipos que aceitam qualquer um."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas

    from scripts.aws.catalog import KINDS, is_support

    found = {}
    for type_ in sorted(schemas.get_resource_types(REGION)):
        if type_ in KINDS or is_support(type_):
            names = sorted(schemas.get_resource_schema(REGION, type_).get_atts)
            if all(PLAIN.fullmatch(name) for name in names):
                found[type_] = names
    return found


def main() -> None:
    from scripts.checks.citations import ATTRIBUTES

    rows = (f"{json.dumps(type_)}: {json.dumps(names)}" for type_, names in attributes().items())
    ATTRIBUTES.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
