"""As políticas do CloudFront que a AWS mantém: o que entra na chave do cache, por quanto tempo, e o que chega à origem.

Anotadas em 2026-11-29; as de cache e `AllViewer`, da página da AWS, e as outras, de código público:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from __future__ import annotations

from typing import NamedTuple


class Carried(NamedTuple):
    """O que uma política leva do pedido: a query, os cookies e o `Host` de quem visita; `least` é o menor tempo, em segundos, no cache."""

    query: bool
    cookies: bool
    host: bool = False
    least: int = 0


CACHE = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": Carried(False, False),
    "658327ea-f89d-4fab-a63d-7e88639e58f6": Carried(False, False, least=1),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": Carried(False, False, least=1),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": Carried(False, True, host=True),
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": Carried(True, True, host=True),
    "2e54312d-136d-493c-8eb9-b001f22f67d2": Carried(True, True, host=True, least=2),
}
REQUEST = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": Carried(True, True, host=True),
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": Carried(True, True, host=True),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": Carried(True, True),
    "59781a5b-3903-41f3-afcb-af62929ccde1": Carried(False, False),
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": Carried(False, False),
    "acba4595-bd28-49b8-b9fe-13317c0390fa": Carried(False, False),
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": Carried(False, False, host=True),
}
