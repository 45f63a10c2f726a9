"""Regras das APIs REST do API Gateway: quem chega a uma, a que função ela leva, e quem confere quem pede."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.catalog import ARN
from scripts.aws.questions import IDENTITY
from scripts.aws.types import FUNCTION, REST_API, REST_AUTHORIZER, REST_DEPLOYMENT, REST_METHOD, REST_RESOURCE, REST_STAGE, USER_POOL
from scripts.proofs.arrows.apis import API_GATEWAY, called_by_uri, reaching
from scripts.proofs.arrows.internet import outsider
from scripts.proofs.arrows.permitted import invoked
from scripts.proofs.arrows.registry import OUTSIDE, Case, rule
from scripts.proofs.arrows.api_routes import METHODS
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import Callee
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

PROXIES = ("AWS_PROXY", "AWS")
DEPTH = 20


@rule(OUTSIDE, REST_API, asks=())
def outside_calls_rest_api(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chama uma API REST do API Gateway.

    A API tem um endereço público desde que não seja privada, e que uma implantação dela esteja num estágio.

    - `EndpointConfiguration` sem `PRIVATE`, e o endereço padrão sem `DisableExecuteApiEndpoint`;
    - um estágio com uma implantação da API, criada depois de um método dela.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
    """
    view, api = case.view, case.head
    yield from outsider(case)
    private = [item for item in view.items(api, "EndpointConfiguration", "Types") if item.value not in ("REGIONAL", "EDGE")]
    if private:
        yield Missing(private[0].path, f"`{api.id}` não atende na internet", "use `REGIONAL` ou `EDGE` em `EndpointConfiguration`")
    closed = view.at(api, "DisableExecuteApiEndpoint")
    if closed and str(closed.value).lower() != "false":
        yield Missing(closed.path, f"`{api.id}` não atende no endereço dela", "tire `DisableExecuteApiEndpoint`")
    found = methods(view, api)
    yield from view.complete(_deployed(view, api, method) for method in found)
    if not found:
        yield Missing(at(api), f"`{api.id}` não tem nenhum método", f"crie um `{REST_METHOD}`")


@rule(REST_API, FUNCTION, asks=(IDENTITY,))
def rest_api_calls_function(case: Case) -> Iterator[Evidence]:
    """Uma API REST do API Gateway chama uma função Lambda, para responder ou para conferir quem pede.

    Um método leva o pedido à função, ou manda antes perguntar a ela, como autorizadora, se quem pede
    pode. A função precisa deixar o API Gateway invocá-la.

    - para responder, um método com a integração `AWS_PROXY` ou `AWS`, por `POST`, no endereço de invocação da função;
    - para conferir, um autorizador com esse endereço, e um método `CUSTOM` que o usa;
    - um estágio com uma implantação da API, criada depois do método;
    - todos os métodos que levam à função, ou só o que a seta diz em `acao`, como `GET /pedidos/{id}`;
    - uma permissão para `apigateway.amazonaws.com`, com `SourceArn` que cobre o método, ou o autorizador.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    view, api, function = case.view, case.tail, case.head
    answering = [(method, called) for method in methods(view, api)
                 if (called := called_by_uri(view, view.at(method.resource, "Integration", "Uri"), bare=False)) and called.function == function]
    wanted = case.edge.action
    asked = [(method, called) for method, called in answering if not wanted or method.key in re.sub(r"{[^}]*}", "*", wanted).split(", ")]
    judging = [_judged(view, api, found, called) for found in _of(view, api, REST_AUTHORIZER)
               if (called := called_by_uri(view, view.at(found, "AuthorizerUri"), bare=False)) and called.function == function]
    for method, called in asked:
        yield from _answered(view, api, method, called)
    if answering and not asked:
        yield Missing(at(answering[0][0].resource, "HttpMethod"), f"nenhum método de `{api.id}` que leva a `{function.id}` é `{wanted}`",
                      f"escreva na seta um destes: {', '.join(f'`{method.key}`' for method, _ in answering)}")
    if judging and not answering:
        yield from view.complete(judging)
    if answering or judging:
        return
    yield Missing(at(api), f"nenhum método nem autorizador de `{api.id}` leva a `{function.id}`",
                  "escreva em `Uri` o endereço de invocação: `arn:…:lambda:path/2015-03-31/functions/ARN/invocations`")


@rule(REST_API, USER_POOL, asks=(IDENTITY,))
def rest_api_trusts_user_pool(case: Case) -> Iterator[Evidence]:
    """Uma API REST do API Gateway confere os tokens de um grupo de usuários do Cognito.

    O autorizador aceita só os tokens que o grupo emitiu, no cabeçalho que ele diz.

    - um autorizador `COGNITO_USER_POOLS` com o ARN do grupo em `ProviderARNs` e o cabeçalho em `IdentitySource`;
    - um método `COGNITO_USER_POOLS` que o usa, e um estágio com uma implantação criada depois dele.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    """
    view, api, pool = case.view, case.tail, case.head
    for found in _of(view, api, REST_AUTHORIZER):
        line = next((item for item in view.items(found, "ProviderARNs") if view.points(item, USER_POOL, by=(ARN,)) == pool), None)
        if line:
            yield Found(line.path, f"só tokens de `{pool.id}`")
            yield Found(at(found, "RestApiId"), f"o autorizador é de `{api.id}`")
            yield from expect(view, found, "Type", "COGNITO_USER_POOLS", "lê o token", f"`{found.id}` não lê tokens do Cognito",
                              "use `Type: COGNITO_USER_POOLS`")
            yield from _source(view, found)
            yield from _guards(view, api, found, "COGNITO_USER_POOLS")
            return
    yield Missing(at(api), f"nenhum autorizador de `{api.id}` confere os tokens de `{pool.id}`",
                  f"crie um `{REST_AUTHORIZER}` com `ProviderARNs: [!GetAtt {pool.id}.Arn]`")


class Method(NamedTuple):
    """Um método da API, com o caminho dele e as linhas que o põem lá."""

    resource: Resource
    verb: str
    path: str
    lines: tuple[Found, ...]

    @property
    def key(self) -> str:
        """Como uma seta o diz: `GET /itens/*`, com `*` no lugar do que está entre chaves."""
        return f"{self.verb.replace('*', 'ANY')} {self.path}"


def methods(view: View, api: Resource) -> list[Method]:
    """Os métodos da API cujo caminho se conhece."""
    found = []
    for method in _of(view, api, REST_METHOD):
        verb, where = view.at(method, "HttpMethod"), view.at(method, "ResourceId")
        path = _path(view, api, where.value if where else None)
        if verb and where and path and verb.value in METHODS:
            found.append(Method(method, str(verb.value).replace("ANY", "*"), path[0], (
                Found(at(method, "RestApiId"), f"o método é de `{api.id}`"), Found(verb.path, f"`{verb.value}`"),
                Found(where.path, f"em `{path[0]}`"), *path[1])))
    return found


def _path(view: View, api: Resource, value: object, depth: int = 0) -> tuple[str, tuple[Found, ...]] | None:
    """O caminho de um recurso da API, com as linhas; o que está entre chaves é qualquer coisa."""
    if value == f"${{{api.id}.RootResourceId}}":
        return "/", ()
    part = view.points(value, REST_RESOURCE)
    if part is None or view.points(view.at(part, "RestApiId"), REST_API) != api or depth > DEPTH:
        return None
    above = _path(view, api, view.value(part, "ParentId"), depth + 1)
    name = str(view.value(part, "PathPart") or "")
    if above is None or not name:
        return None
    lines = (Found(at(part, "ParentId"), f"`{part.id}` está em `{above[0]}`"), Found(at(part, "PathPart"), f"e se chama `{name}`"),
             Found(at(part, "RestApiId"), f"na mesma API, `{api.id}`"))
    return f"{above[0].rstrip('/')}/{'*' if name.startswith('{') else name}", (*above[1], *lines)


def _of(view: View, api: Resource, kind: str) -> list[Resource]:
    return [found for found in view.of_type(kind) if view.points(view.at(found, "RestApiId"), REST_API) == api]


def _deployed(view: View, api: Resource, method: Method) -> Iterator[Evidence]:
    """O método está numa implantação, que copia a API como ela está ao ser criada, e num estágio."""
    yield from method.lines
    for stage in _of(view, api, REST_STAGE):
        named = view.at(stage, "DeploymentId")
        deployment = view.points(named, REST_DEPLOYMENT) if named else None
        if named and view.at(stage, "StageName") and deployment in _of(view, api, REST_DEPLOYMENT):
            yield Found(at(stage, "RestApiId"), f"o estágio é de `{api.id}`")
            yield Found(at(stage, "StageName"), "com este nome")
            yield Found(named.path, f"e traz a implantação `{deployment.id}`")
            yield Found(at(deployment, "RestApiId"), f"de `{api.id}`")
            yield from _after(deployment, method)
            return
    for deployment in _of(view, api, REST_DEPLOYMENT):
        if view.at(deployment, "StageName"):
            yield Found(at(deployment, "StageName"), "a implantação cria o estágio")
            yield Found(at(deployment, "RestApiId"), f"de `{api.id}`")
            yield from _after(deployment, method)
            return
    yield Missing(at(api), f"`{api.id}` não tem um estágio com uma implantação dela", f"crie um `{REST_DEPLOYMENT}` e um `{REST_STAGE}`")


def _after(deployment: Resource, method: Method) -> Iterator[Evidence]:
    line = deployment.dependency(method.resource.id)
    if line:
        yield Found(line, "criada depois do método")
    elif method.resource.id not in deployment.references:
        yield Missing(("Resources", deployment.id), f"`{deployment.id}` pode ser criada antes de `{method.resource.id}`, e não o teria",
                      f"acrescente `DependsOn: {method.resource.id}`")


@judge(REST_API)
def _rest_api(view: View, api: Resource) -> Iterator[Missing]:
    """Cada método diz quem pode chamá-lo e o que chama, e cada autorizador a quem pergunta."""
    placed = {method.resource.id for method in methods(view, api)}
    for method in view.of_type(REST_METHOD):
        owner = view.points(view.at(method, "RestApiId"), REST_API)
        if owner is None or owner == api and method.id not in placed:
            yield Missing(at(method), f"não se sabe em que caminho de `{api.id}` está `{method.id}`",
                          "diga em `RestApiId` a API, em `HttpMethod` o método e em `ResourceId` o caminho")
    for method in _of(view, api, REST_METHOD):
        yield from _guarded(view, api, method)
        kind, aim, _, verb, _ = (view.at(method, *keys) for keys in (
            ("Integration", "Type"), ("Integration", "Uri"), ("Integration", "IntegrationHttpMethod"), ("HttpMethod",), ("ResourceId",)))
        if kind is None or verb is None or kind.value != "MOCK" and aim is None:
            yield Missing(at(method), f"`{method.id}` não diz o que chama", "escreva `Integration`, com `Type` e `Uri`")
    for found in _of(view, api, REST_AUTHORIZER):
        kind, asked, _ = (view.at(found, name) for name in ("Type", "AuthorizerUri", "IdentitySource"))
        if kind is None or asked is None and not view.items(found, "ProviderARNs"):
            yield Missing(at(found), f"`{found.id}` não diz a quem pergunta", "escreva `AuthorizerUri`, ou `ProviderARNs`")
    for stage in _of(view, api, REST_STAGE):
        view.value(stage, "DeploymentId")


def _answered(view: View, api: Resource, method: Method, called: Callee) -> Iterator[Evidence]:
    own = method.resource
    yield Found(at(own, "Integration", "Uri"), f"o método chama `{called.function.id}`")
    yield from called.lines
    yield from expect(view, own, ("Integration", "Type"), PROXIES.__contains__, "por uma integração com a AWS", f"`{own.id}` não chama a função",
                      "use `Type: AWS_PROXY`")
    yield from expect(view, own, ("Integration", "IntegrationHttpMethod"), "POST", "por `POST`", f"`{own.id}` não invoca a função por `POST`",
                      "use `IntegrationHttpMethod: POST`")
    yield from _guarded(view, api, own)
    yield from _deployed(view, api, method)
    stages = [view.value(stage, "StageName") for stage in _of(view, api, REST_STAGE)]
    yield from _invoked(view, api, called, *(f"{stage}/{method.verb}{method.path}" for stage in ("*", *stages)))


def _guarded(view: View, api: Resource, method: Resource) -> Iterator[Missing]:
    """O método diz quem pode chamá-lo, e o autorizador que pede é da mesma API."""
    kind, named = view.value(method, "AuthorizationType"), view.at(method, "AuthorizerId")
    found = view.points(named, REST_AUTHORIZER) if named else None
    if kind in ("CUSTOM", "COGNITO_USER_POOLS"):
        said = view.value(found, "Type") if found else None
        if found not in _of(view, api, REST_AUTHORIZER) or (said == "COGNITO_USER_POOLS") != (kind == "COGNITO_USER_POOLS"):
            yield Missing(at(method, "AuthorizerId"), f"`{method.id}` pede um autorizador que não há", "cite um autorizador da API")
    elif kind not in ("NONE", "AWS_IAM") or named:
        yield Missing(at(method, "AuthorizationType"), f"não se sabe quem pode chamar `{method.id}`", "escreva `AuthorizationType`")


def _judged(view: View, api: Resource, authorizer: Resource, called: Callee) -> Iterator[Evidence]:
    yield Found(at(authorizer, "RestApiId"), f"o autorizador é de `{api.id}`")
    yield Found(at(authorizer, "AuthorizerUri"), f"que pergunta a `{called.function.id}`")
    yield from called.lines
    yield from expect(view, authorizer, "Type", ("TOKEN", "REQUEST").__contains__, "pelo modo {}", f"`{authorizer.id}` não pergunta à função",
                      "use `Type: TOKEN` ou `REQUEST`")
    yield from _source(view, authorizer)
    yield from _guards(view, api, authorizer, "CUSTOM")
    yield from _invoked(view, api, called, f"authorizers/${{{authorizer.id}}}")


def _source(view: View, authorizer: Resource) -> Iterator[Evidence]:
    yield from expect(view, authorizer, "IdentitySource", lambda said: str(said).startswith("method.request."), "onde vem a prova de quem pede",
                      f"`{authorizer.id}` não diz onde vem a prova de quem pede", "escreva `IdentitySource: method.request.header.Authorization`")


def _guards(view: View, api: Resource, authorizer: Resource, kind: str) -> Iterator[Evidence]:
    for method in methods(view, api):
        named = view.at(method.resource, "AuthorizerId")
        if named and view.points(named, REST_AUTHORIZER) == authorizer and view.value(method.resource, "AuthorizationType") == kind:
            yield Found(named.path, f"`{method.resource.id}` só passa se ele deixa")
            yield Found(at(method.resource, "AuthorizationType"), f"pelo modo `{kind}`")
            yield from _deployed(view, api, method)
            return
    yield Missing(at(authorizer), f"nenhum método usa `{authorizer.id}`", f"escreva `AuthorizationType: {kind}` e `AuthorizerId` num método")


def _invoked(view: View, api: Resource, called: Callee, *asked: str) -> Iterator[Evidence]:
    yield from invoked(view, called.function, {called.qualifier}, API_GATEWAY, reaching(api, *asked), api.id)
