"""Regras das APIs HTTP do API Gateway: quem chega a uma, a que função ela leva, e quem confere quem pede."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scripts.aws.catalog import ARN, HERE
from scripts.aws.questions import IDENTITY
from scripts.aws.types import FUNCTION, HTTP_API, HTTP_AUTHORIZER, HTTP_INTEGRATION, HTTP_ROUTE, HTTP_STAGE, USER_POOL, USER_POOL_CLIENT
from scripts.proofs.arrows.internet import outsider
from scripts.proofs.arrows.permitted import invoked
from scripts.proofs.arrows.registry import OUTSIDE, Case, rule
from scripts.proofs.arrows.api_routes import METHODS, Route, authorizers, of_api, published, routes
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import Callee, callee
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.template.cloudformation import Resource

API_GATEWAY = "apigateway.amazonaws.com"
URI = re.compile(r"arn:\$\{AWS::Partition\}:apigateway:\$\{AWS::Region\}:lambda:path/2015-03-31/functions/(.+)/invocations")


@rule(OUTSIDE, HTTP_API, asks=())
def outside_calls_http_api(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chama uma API HTTP do API Gateway.

    A API tem um endereço público desde que haja um estágio publicado e alguma rota.

    - `ProtocolType: HTTP`, e o endereço padrão sem `DisableExecuteApiEndpoint`;
    - um estágio com `AutoDeploy`, ou com a implantação dele, que não recuse todos os pedidos;
    - uma rota da API, que leva a uma integração dela;
    - ou `Target`, a criação rápida, que traz a rota, a integração e o estágio `$default`.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
    """
    view, api = case.view, case.head
    yield from outsider(case)
    yield from published(view, api)
    found = routes(view, api)
    if found:
        yield from found[0].lines
    else:
        yield Missing(at(api), f"`{api.id}` não tem rota que leve a uma integração", f"crie uma `{HTTP_ROUTE}` com `Target`")


@rule(HTTP_API, FUNCTION, asks=(IDENTITY,))
def http_api_calls_function(case: Case) -> Iterator[Evidence]:
    """Uma API HTTP do API Gateway chama uma função Lambda, para responder ou para conferir quem pede.

    Uma rota leva o pedido a uma integração com a função, ou manda antes perguntar a ela, como
    autorizadora, se quem pede pode. A função precisa deixar o API Gateway invocá-la.

    - para responder, uma rota com `Target` na integração, e a integração `AWS_PROXY` com a função e a
      versão do formato; ou a função em `Target` da própria API, a criação rápida;
    - para conferir, um autorizador `REQUEST` com a função, e uma rota `CUSTOM` que o usa;
    - um estágio publicado;
    - todas as rotas que levam à função, ou só a que a seta diz em `acao`, como `GET /pedidos/{id}`;
    - uma permissão para `apigateway.amazonaws.com`, com `SourceArn` que cobre a rota, ou o autorizador.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    view, api, function = case.view, case.tail, case.head
    yield from published(view, api)
    answering = [(route, called) for route in routes(view, api) if (called := _answers(view, route.integration)) and called.function == function]
    judging = [(found, called) for found in authorizers(view, api) if (called := _asked(view, found)) and called.function == function]
    wanted = case.edge.action
    asked = [(route, called) for route, called in answering if not wanted or route.key in wanted.split(", ")]
    if asked:
        for route, called in asked:
            yield from _answered(view, api, route, called)
    elif answering:
        yield Missing(at(answering[0][0].resource, "RouteKey"), f"nenhuma rota de `{api.id}` que leva a `{function.id}` é `{wanted}`",
                      f"escreva na seta uma destas: {', '.join(f'`{route.key}`' for route, _ in answering)}")
    elif judging:
        yield from view.complete(_judged(view, api, found, called) for found, called in judging)
    else:
        yield Missing(at(api), f"nenhuma rota nem autorizador de `{api.id}` leva a `{function.id}`",
                      f"crie uma `{HTTP_INTEGRATION}` com `IntegrationUri: !GetAtt {function.id}.Arn`, e uma rota com ela em `Target`")


@rule(HTTP_API, USER_POOL, asks=(IDENTITY,))
def http_api_trusts_user_pool(case: Case) -> Iterator[Evidence]:
    """Uma API HTTP do API Gateway confere os tokens de um grupo de usuários do Cognito.

    Um autorizador JWT aceita só os tokens que o grupo emitiu para um dos aplicativos dele.

    - um autorizador `JWT` da API, com o endereço do grupo em `Issuer` e um aplicativo do grupo em `Audience`;
    - uma rota `JWT` que o usa, e um estágio publicado.

    Fonte: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    """
    view, api, pool = case.view, case.tail, case.head
    yield from published(view, api)
    issuer = f"https://cognito-idp.${{AWS::Region}}.amazonaws.com/${{{pool.id}}}"
    for found in authorizers(view, api):
        said = view.at(found, "JwtConfiguration", "Issuer")
        if said and said.value in (issuer, f"${{{pool.id}.ProviderURL}}"):
            yield Found(said.path, f"só tokens de `{pool.id}`")
            yield Found(at(found, "ApiId"), f"o autorizador é de `{api.id}`")
            yield from expect(view, found, "AuthorizerType", "JWT", "lê o token", f"`{found.id}` não é `JWT`", "use `AuthorizerType: JWT`")
            yield from _audience(view, found, pool)
            yield from _guards(view, api, found, "JWT")
            return
    yield Missing(at(api), f"nenhum autorizador de `{api.id}` confere os tokens de `{pool.id}`",
                  f"crie um `{HTTP_AUTHORIZER}` JWT com `Issuer: !GetAtt {pool.id}.ProviderURL`")


def called_by_uri(view: View, written: Placed | None, bare: bool = True) -> Callee | None:
    """A função que o endereço nomeia: o caminho da invocação no API Gateway ou, se serve (`bare`), o ARN dela."""
    text = view.spelled(written.value) if written else None
    found = URI.fullmatch(text or "")
    return callee(view, found[1] if found else text if bare else None, by=(ARN,))


@judge(HTTP_API)
def _http_api(view: View, api: Resource) -> Iterator[Missing]:
    """Cada rota diz quem pode chamá-la, cada integração o que chama, e cada autorizador a quem pergunta."""
    known = {route.resource.id for route in routes(view, api)}
    for route in view.of_type(HTTP_ROUTE):
        if route.id in known:
            yield from _guarded(view, api, route)
        elif view.points(view.at(route, "ApiId"), HTTP_API) in (api, None):
            yield Missing(at(route), f"`{route.id}` não leva a uma integração de `{api.id}`",
                          "diga em `ApiId` a API, em `RouteKey` o método e o caminho, e em `Target`, `integrations/` e a integração")
    for integration in of_api(view, api, HTTP_INTEGRATION):
        said = [view.at(integration, name) for name in ("IntegrationType", "IntegrationUri", "PayloadFormatVersion", "IntegrationMethod")]
        if said[0] is None or said[1] is None:
            yield Missing(at(integration), f"`{integration.id}` não diz o que chama", "escreva `IntegrationType` e `IntegrationUri`")
    for found in authorizers(view, api):
        kind, asked, _ = (view.at(found, name) for name in ("AuthorizerType", "AuthorizerUri", "AuthorizerPayloadFormatVersion"))
        issuer, _ = view.at(found, "JwtConfiguration", "Issuer"), view.items(found, "JwtConfiguration", "Audience")
        if not view.items(found, "IdentitySource") and issuer or not (asked or issuer) or kind is None:
            yield Missing(at(found), f"`{found.id}` não diz a quem pergunta, ou onde vem a prova", "escreva `IdentitySource`, e o que confere")


def _answers(view: View, integration: Resource) -> Callee | None:
    return called_by_uri(view, view.at(integration, "Target" if integration.type == HTTP_API else "IntegrationUri"))


def _asked(view: View, authorizer: Resource) -> Callee | None:
    return called_by_uri(view, view.at(authorizer, "AuthorizerUri"), bare=False)


def _answered(view: View, api: Resource, route: Route, called: Callee) -> Iterator[Evidence]:
    integration = route.integration
    yield from route.lines
    yield from called.lines
    if integration != api:
        yield from _proxied(view, integration, called)
    yield from _guarded(view, api, route.resource)
    verb, _, path = route.key.partition(" ")
    asked = "$default" if route.key == "$default" else f"{verb.replace('ANY', '*')}{re.sub(r'{[^}]*}', '*', path)}"
    if route.key != "$default" and (verb not in METHODS or not path.startswith("/")):
        yield Missing(at(route.resource, "RouteKey"), f"`{route.key}` não é uma rota", "use, por exemplo, `GET /itens`")
    stages = ["$default"] if integration == api else [view.value(stage, "StageName") for stage in of_api(view, api, HTTP_STAGE)]
    yield from _invoked(view, api, called, *(f"{stage}/{asked}" for stage in ("*", *stages)))


def _proxied(view: View, integration: Resource, called: Callee) -> Iterator[Evidence]:
    yield Found(at(integration, "IntegrationUri"), f"que chama `{called.function.id}`")
    yield from expect(view, integration, "IntegrationType", "AWS_PROXY", "e lhe passa o pedido inteiro", f"`{integration.id}` não é `AWS_PROXY`",
                      "use `IntegrationType: AWS_PROXY`")
    yield from expect(view, integration, "PayloadFormatVersion", ("1.0", "2.0").__contains__, "no formato {}",
                      f"`{integration.id}` não diz o formato", "escreva `PayloadFormatVersion: \"2.0\"`")
    method = view.at(integration, "IntegrationMethod")
    if method and method.value != "POST":
        yield Missing(method.path, f"`{integration.id}` não invoca a função por `POST`", "use `IntegrationMethod: POST`")


def _guarded(view: View, api: Resource, route: Resource) -> Iterator[Missing]:
    """A rota que pede autorização usa um autorizador da mesma API."""
    kind, named = view.at(route, "AuthorizationType"), view.at(route, "AuthorizerId")
    wanted = {"JWT": "JWT", "CUSTOM": "REQUEST"}.get(str(kind.value)) if kind else None
    if wanted:
        found = view.points(named, HTTP_AUTHORIZER) if named else None
        if found not in authorizers(view, api) or view.value(found, "AuthorizerType") != wanted:
            yield Missing(at(route, "AuthorizerId"), f"`{route.id}` pede um autorizador `{wanted}` que não há", "cite um autorizador da API")
    elif kind and kind.value not in ("NONE", "AWS_IAM") or named:
        yield Missing(at(route, "AuthorizationType"), f"não se sabe quem pode chamar `{route.id}`", "use `NONE`, `JWT`, `CUSTOM` ou `AWS_IAM`")


def _judged(view: View, api: Resource, authorizer: Resource, called: Callee) -> Iterator[Evidence]:
    yield Found(at(authorizer, "ApiId"), f"o autorizador é de `{api.id}`")
    yield Found(at(authorizer, "AuthorizerUri"), f"que pergunta a `{called.function.id}`")
    yield from called.lines
    yield from expect(view, authorizer, "AuthorizerType", "REQUEST", "se o pedido pode", f"`{authorizer.id}` não é `REQUEST`",
                      "use `AuthorizerType: REQUEST`")
    yield from expect(view, authorizer, "AuthorizerPayloadFormatVersion", ("1.0", "2.0").__contains__, "no formato {}",
                      f"`{authorizer.id}` não diz o formato", "escreva `AuthorizerPayloadFormatVersion: \"2.0\"`")
    yield from _guards(view, api, authorizer, "CUSTOM")
    yield from _invoked(view, api, called, f"authorizers/${{{authorizer.id}}}")


def _guards(view: View, api: Resource, authorizer: Resource, kind: str) -> Iterator[Evidence]:
    for route in routes(view, api):
        named = view.at(route.resource, "AuthorizerId")
        if named and view.points(named, HTTP_AUTHORIZER) == authorizer and view.value(route.resource, "AuthorizationType") == kind:
            yield Found(named.path, f"`{route.resource.id}` só passa se ele deixa")
            yield Found(at(route.resource, "AuthorizationType"), f"pelo modo `{kind}`")
            yield from route.lines
            return
    yield Missing(at(authorizer), f"nenhuma rota usa `{authorizer.id}`", f"escreva `AuthorizationType: {kind}` e `AuthorizerId` numa rota")


def _audience(view: View, authorizer: Resource, pool: Resource) -> Iterator[Evidence]:
    for item in view.items(authorizer, "JwtConfiguration", "Audience"):
        client = view.points(item, USER_POOL_CLIENT)
        if client and view.points(view.at(client, "UserPoolId"), USER_POOL) == pool:
            yield Found(item.path, f"para o aplicativo `{client.id}`")
            yield Found(at(client, "UserPoolId"), f"que é de `{pool.id}`")
            return
    yield Missing(at(authorizer, "JwtConfiguration"), f"`{authorizer.id}` não aceita nenhum aplicativo de `{pool.id}`",
                  f"ponha em `Audience` o `!Ref` de um `{USER_POOL_CLIENT}`")


def _invoked(view: View, api: Resource, called: Callee, *asked: str) -> Iterator[Evidence]:
    yield from invoked(view, called.function, {called.qualifier}, API_GATEWAY, reaching(api, *asked), api.id)


def reaching(api: Resource, *asked: str) -> Callable[[str], bool]:
    """Um `SourceArn` cobre algo do que se pede desta API: uma rota, um método ou um autorizador."""
    own = f"arn:${{AWS::Partition}}:execute-api:{HERE}:${{{api.id}}}/"
    return lambda arn: arn.startswith(own) and any(covers(arn, own + each) for each in asked)
