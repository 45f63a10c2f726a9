"""As rotas de uma API HTTP: aonde cada uma leva, e por que estágio se chega a elas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.types import HTTP_API, HTTP_AUTHORIZER, HTTP_INTEGRATION, HTTP_ROUTE, HTTP_STAGE, REST_STAGE
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect, true
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "ANY")
LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
UNLIMITED = -1


class Route(NamedTuple):
    """Uma rota que leva a uma integração da mesma API, com as linhas; na criação rápida, as duas são a própria API."""

    resource: Resource
    integration: Resource
    key: str
    lines: tuple[Found, ...]


def routes(view: View, api: Resource) -> list[Route]:
    """As rotas da API que levam a uma integração dela."""
    found = list(_quick(view, api))
    for route in of_api(view, api, HTTP_ROUTE):
        target, key = view.at(route, "Target"), view.at(route, "RouteKey")
        named = str(target.value).removeprefix("integrations/") if target and str(target.value).startswith("integrations/") else ""
        integration = view.points(named, HTTP_INTEGRATION)
        if target and key and isinstance(key.value, str) and integration in of_api(view, api, HTTP_INTEGRATION):
            found.append(Route(route, integration, key.value, (
                Found(at(route, "ApiId"), f"a rota é de `{api.id}`"), Found(key.path, f"para `{key.value}`"),
                Found(target.path, f"leva a `{integration.id}`"), Found(at(integration, "ApiId"), f"que é de `{api.id}`"))))
    return found


def _quick(view: View, api: Resource) -> Iterator[Route]:
    """A criação rápida: `Target` traz a integração, a rota e o estágio `$default`, publicado sozinho.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
    """
    target, key = view.at(api, "Target"), view.at(api, "RouteKey")
    said = key.value if key else "$default"
    if target and isinstance(said, str):
        yield Route(api, api, said, (Found(target.path, f"a criação rápida leva `{said}` a este destino"),))


def authorizers(view: View, api: Resource) -> list[Resource]:
    return of_api(view, api, HTTP_AUTHORIZER)


def of_api(view: View, api: Resource, kind: str) -> list[Resource]:
    """Os recursos deste tipo que são da API."""
    return [found for found in view.of_type(kind) if view.points(view.at(found, "ApiId"), HTTP_API) == api]


def published(view: View, api: Resource) -> Iterator[Evidence]:
    """A API é HTTP, tem o endereço padrão e um estágio publicado."""
    yield from expect(view, api, "ProtocolType", "HTTP", "a API é HTTP", f"`{api.id}` não é uma API HTTP", "use `ProtocolType: HTTP`")
    closed = view.at(api, "DisableExecuteApiEndpoint")
    if closed and str(closed.value).lower() != "false":
        yield Missing(closed.path, f"`{api.id}` não atende no endereço dela", "tire `DisableExecuteApiEndpoint`")
    for stage in of_api(view, api, HTTP_STAGE):
        by_itself, by_hand = view.at(stage, "AutoDeploy"), view.at(stage, "DeploymentId")
        line = by_itself if by_itself and true(by_itself.value) else by_hand
        if line and view.at(stage, "StageName"):
            yield Found(at(stage, "ApiId"), f"o estágio é de `{api.id}`")
            yield Found(at(stage, "StageName"), "com este nome")
            yield Found(line.path, "e está publicado")
            return
    quick = view.at(api, "Target")
    if quick:
        yield Found(quick.path, "a criação rápida publica o estágio `$default`")
    else:
        yield Missing(at(api), f"`{api.id}` não tem estágio publicado", f"crie um `{HTTP_STAGE}` com `AutoDeploy: true`")


@judge(HTTP_STAGE)
def _http_stage(view: View, stage: Resource) -> Iterator[Missing]:
    """O estágio limita o ritmo, sem recusar tudo, e só de rotas que há.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
    """
    settings = [view.at(stage, "DefaultRouteSettings")]
    own = view.at(stage, "RouteSettings")
    api = view.points(view.at(stage, "ApiId"), HTTP_API)
    keys = {route.key for route in routes(view, api)} if api else set()
    for key, item in view.parts(own) if own else ():
        settings.append(item)
        if key not in keys:
            yield Missing(item.path, f"`RouteSettings` de `{stage.id}` fala de `{key}`, e não há essa rota", "use o `RouteKey` de uma rota")
    yield from (missing for item in settings if item for missing in _limits(view, stage, item))


@judge(REST_STAGE)
def _rest_stage(view: View, stage: Resource) -> Iterator[Missing]:
    yield from (missing for item in view.items(stage, "MethodSettings") for missing in _limits(view, stage, item))


def _limits(view: View, stage: Resource, item: Placed) -> Iterator[Missing]:
    for name in LIMITS:
        limit = view.inside(item, name)
        if limit and not _some(limit.value):
            yield Missing(limit.path, f"`{name}` de `{stage.id}` é zero, ou não se conhece: a API recusaria todo pedido", "use 1 ou mais")


def _some(limit: object) -> bool:
    try:
        said = float(limit) if isinstance(limit, (int, float, str)) and not isinstance(limit, bool) else 0.0
    except ValueError:
        return False
    return said > 0 or said == UNLIMITED
