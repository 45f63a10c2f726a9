"""API Gateway, HTTP e REST: quem chega à API, a função que responde, e quem confere quem pede."""

from __future__ import annotations

import pytest
from bench import REMOVED, Architecture, R, bench, prop

from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread

CALLED = """\
{name}:
  Type: AWS::Lambda::Function
  Properties: {{Runtime: python3.13, Handler: index.handler, Role: !GetAtt Papel.Arn, Code: {{ZipFile: "def handler(event, context): pass"}}}}
"""
COMMON = CALLED.format(name="Funcao") + CALLED.format(name="Porteira") + """\
Papel: {Type: "AWS::IAM::Role", Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}}}
Gente: {Type: "AWS::Cognito::UserPool", Properties: {UserPoolName: gente}}
Site: {Type: "AWS::Cognito::UserPoolClient", Properties: {UserPoolId: !Ref Gente}}
Chama: {Type: "AWS::Lambda::Permission", Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref Funcao, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/itens/*"}}
Pergunta: {Type: "AWS::Lambda::Permission", Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref Porteira, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/${Autoriza}"}}
"""
HTTP = COMMON + """\
Api: {Type: "AWS::ApiGatewayV2::Api", Properties: {Name: loja, ProtocolType: HTTP}}
Estagio: {Type: "AWS::ApiGatewayV2::Stage", Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}
Ler: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Api, RouteKey: "GET /itens/{id}", Target: !Sub "integrations/${Integra}", AuthorizationType: CUSTOM, AuthorizerId: !Ref Autoriza}}
Entrar: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Api, RouteKey: "GET /itens/meus", Target: !Sub "integrations/${Integra}", AuthorizationType: JWT, AuthorizerId: !Ref Tokens}}
Integra: {Type: "AWS::ApiGatewayV2::Integration", Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Funcao.Arn, PayloadFormatVersion: "2.0"}}
Autoriza: {Type: "AWS::ApiGatewayV2::Authorizer", Properties: {ApiId: !Ref Api, Name: porteira, AuthorizerType: REQUEST, AuthorizerPayloadFormatVersion: "2.0", IdentitySource: ["$request.header.Authorization"], AuthorizerUri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Porteira.Arn}/invocations"}}
Tokens: {Type: "AWS::ApiGatewayV2::Authorizer", Properties: {ApiId: !Ref Api, Name: tokens, AuthorizerType: JWT, IdentitySource: ["$request.header.Authorization"], JwtConfiguration: {Issuer: !Sub "https://cognito-idp.${AWS::Region}.amazonaws.com/${Gente}", Audience: [!Ref Site]}}}
"""
URI = '!Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"'
REST = COMMON + f"""\
Api: {{Type: "AWS::ApiGateway::RestApi", Properties: {{Name: loja}}}}
Itens: {{Type: "AWS::ApiGateway::Resource", Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: itens}}}}
Item: {{Type: "AWS::ApiGateway::Resource", Properties: {{RestApiId: !Ref Api, ParentId: !Ref Itens, PathPart: "{{id}}"}}}}
Meus: {{Type: "AWS::ApiGateway::Resource", Properties: {{RestApiId: !Ref Api, ParentId: !Ref Itens, PathPart: meus}}}}
Ler: {{Type: "AWS::ApiGateway::Method", Properties: {{RestApiId: !Ref Api, ResourceId: !Ref Item, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Autoriza, Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: {URI % "Funcao"}}}}}}}
Entrar: {{Type: "AWS::ApiGateway::Method", Properties: {{RestApiId: !Ref Api, ResourceId: !Ref Meus, HttpMethod: GET, AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Tokens, Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: {URI % "Funcao"}}}}}}}
Implanta: {{Type: "AWS::ApiGateway::Deployment", DependsOn: [Ler, Entrar], Properties: {{RestApiId: !Ref Api}}}}
Estagio: {{Type: "AWS::ApiGateway::Stage", Properties: {{RestApiId: !Ref Api, DeploymentId: !Ref Implanta, StageName: prod}}}}
Autoriza: {{Type: "AWS::ApiGateway::Authorizer", Properties: {{RestApiId: !Ref Api, Name: porteira, Type: TOKEN, IdentitySource: method.request.header.Authorization, AuthorizerUri: {URI % "Porteira"}}}}}
Tokens: {{Type: "AWS::ApiGateway::Authorizer", Properties: {{RestApiId: !Ref Api, Name: tokens, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Gente.Arn]}}}}
"""
ARROWS = ("cliente >> Api", "Api >> Funcao", "Api >> Porteira", "Api >> Gente")
OTHER = "arn:aws:execute-api:sa-east-1:111122223333:outra/*/*"


def one(template: str, arrow: str) -> Architecture:
    return bench(template, "cliente =", arrow)


@pytest.mark.parametrize("template", [HTTP, REST], ids=["http", "rest"])
@pytest.mark.parametrize("arrow", ARROWS)
def test_each_arrow_is_proven_and_every_line_counts(template, arrow):
    architecture = one(template, arrow)
    assert architecture.missing() == []
    assert architecture.proof().found
    alone = architecture.remove(R, "Entrar") if arrow.endswith(("Funcao", "Api")) else architecture  # duas rotas: nenhuma é indispensável
    if template == REST and arrow.endswith(("Funcao", "Api")):
        alone = alone.put(R, "Implanta", "DependsOn", value=["Ler"])
    assert alone.survivors() == []


@pytest.mark.parametrize("template", [HTTP, REST], ids=["http", "rest"])
def test_all_together_nothing_is_left_unread_or_without_an_arrow(template):
    every = bench(template, "cliente =", *ARROWS)
    assert [str(found) for found in unread(every.diagram, every.views, every.proofs)] == []
    assert [str(found) for found in unclaimed(every.diagram, every.views, every.proofs)] == []


BROKEN_HTTP = [
    ("cliente >> Api", prop("Estagio", "AutoDeploy"), False, "não tem estágio publicado"),
    ("cliente >> Api", prop("Api", "DisableExecuteApiEndpoint"), True, "não atende no endereço dela"),
    ("cliente >> Api", prop("Api", "ProtocolType"), "WEBSOCKET", "não é uma API HTTP"),
    ("Api >> Funcao", prop("Integra", "IntegrationUri"), {"Fn::GetAtt": ["Porteira", "Arn"]}, "leva a `Funcao`"),
    ("Api >> Funcao", prop("Integra", "IntegrationUri"), {"Ref": "Funcao"}, "leva a `Funcao`"),
    ("Api >> Funcao", prop("Integra", "IntegrationType"), "HTTP_PROXY", "não é `AWS_PROXY`"),
    ("Api >> Funcao", prop("Integra", "PayloadFormatVersion"), REMOVED, "não diz o formato"),
    ("Api >> Funcao", prop("Integra", "IntegrationMethod"), "GET", "não invoca a função por `POST`"),
    ("Api >> Funcao", prop("Integra", "ApiId"), "outra", "leva a `Funcao`"),
    ("Api >> Funcao", prop("Ler", "AuthorizerId"), {"Ref": "Tokens"}, "pede um autorizador `REQUEST`"),
    ("Api >> Funcao", prop("Ler", "AuthorizationType"), "Ninguém", "não se sabe quem pode chamar"),
    ("Api >> Funcao", prop("Ler", "RouteKey"), "LER /itens/{id}", "não é uma rota"),
    ("Api >> Funcao", prop("Ler", "RouteKey"), "POST /itens/{id}", "nenhuma permissão deixa `Api`"),
    ("Api >> Funcao", prop("Chama", "SourceArn"), OTHER, "nenhuma permissão deixa `Api`"),
    ("Api >> Funcao", prop("Chama", "Principal"), "s3.amazonaws.com", "`Principal` de `Chama`"),
    ("Api >> Funcao", prop("Funcao", "ReservedConcurrentExecutions"), 0, "não pode rodar"),
    ("Api >> Porteira", prop("Autoriza", "AuthorizerType"), "JWT", "não é `REQUEST`"),
    ("Api >> Porteira", prop("Autoriza", "AuthorizerPayloadFormatVersion"), REMOVED, "não diz o formato"),
    ("Api >> Porteira", prop("Ler", "AuthorizationType"), "NONE", "nenhuma rota usa `Autoriza`"),
    ("Api >> Porteira", prop("Pergunta", "SourceArn"), OTHER, "nenhuma permissão deixa `Api`"),
    ("Api >> Gente", prop("Tokens", "JwtConfiguration", "Issuer"), "https://exemplo.com", "confere os tokens de `Gente`"),
    ("Api >> Gente", prop("Tokens", "JwtConfiguration", "Audience"), ["outro"], "não aceita nenhum aplicativo"),
    ("Api >> Gente", prop("Site", "UserPoolId"), "outro", "não aceita nenhum aplicativo"),
    ("Api >> Gente", prop("Entrar", "AuthorizerId"), {"Ref": "Autoriza"}, "nenhuma rota usa `Tokens`"),
]
BROKEN_REST = [
    ("cliente >> Api", prop("Api", "EndpointConfiguration"), {"Types": ["PRIVATE"]}, "não atende na internet"),
    ("cliente >> Api", prop("Estagio", "DeploymentId"), "abc", "não tem um estágio"),
    ("cliente >> Api", (R, "Implanta", "DependsOn"), REMOVED, "pode ser criada antes"),
    ("Api >> Funcao", prop("Ler", "Integration", "Uri"), {"Fn::GetAtt": ["Funcao", "Arn"]}, "leva a `Funcao`"),
    ("Api >> Funcao", prop("Ler", "Integration", "Type"), "MOCK", "não chama a função"),
    ("Api >> Funcao", prop("Ler", "Integration", "IntegrationHttpMethod"), "GET", "por `POST`"),
    ("Api >> Funcao", prop("Ler", "HttpMethod"), "DELETE", "nenhuma permissão deixa `Api`"),
    ("Api >> Funcao", prop("Ler", "ResourceId"), "abc", "leva a `Funcao`"),
    ("Api >> Funcao", prop("Item", "ParentId"), {"Fn::GetAtt": ["Api", "RootResourceId"]}, "nenhuma permissão deixa `Api`"),
    ("Api >> Funcao", prop("Ler", "AuthorizerId"), {"Ref": "Tokens"}, "pede um autorizador que não há"),
    ("Api >> Funcao", prop("Ler", "AuthorizationType"), REMOVED, "não se sabe quem pode chamar"),
    ("Api >> Funcao", prop("Chama", "SourceArn"), OTHER, "nenhuma permissão deixa `Api`"),
    ("Api >> Porteira", prop("Autoriza", "Type"), "COGNITO_USER_POOLS", "não pergunta à função"),
    ("Api >> Porteira", prop("Autoriza", "IdentitySource"), REMOVED, "não diz onde vem a prova"),
    ("Api >> Porteira", prop("Ler", "AuthorizationType"), "NONE", "nenhum método usa `Autoriza`"),
    ("Api >> Gente", prop("Tokens", "ProviderARNs"), ["arn:aws:cognito-idp:sa-east-1:111122223333:userpool/x"], "confere os tokens de `Gente`"),
    ("Api >> Gente", prop("Tokens", "Type"), "TOKEN", "não lê tokens do Cognito"),
    ("Api >> Gente", prop("Entrar", "AuthorizationType"), "NONE", "nenhum método usa `Tokens`"),
]


@pytest.mark.parametrize("template, arrow, path, value, missing", [
    *((HTTP, *each) for each in BROKEN_HTTP), *((REST, *each) for each in BROKEN_REST)], ids=lambda value: str(value)[-40:].strip())
def test_what_is_missing(template, arrow, path, value, missing):
    architecture = one(template, arrow)
    if arrow == "Api >> Funcao" or arrow == "cliente >> Api":
        architecture = architecture.remove(R, "Entrar")
    if template == REST and R in architecture.template.data and "Entrar" not in architecture.template.resources:
        architecture = architecture.put(R, "Implanta", "DependsOn", value=["Ler"])
    said = (architecture.remove(*path) if value is REMOVED else architecture.put(*path, value=value)).missing()
    assert any(missing in text for text in said), said


@pytest.mark.parametrize("template, second", [(HTTP, ("Entrar", "RouteKey", "PUT /outra")), (REST, ("Entrar", "HttpMethod", "PUT"))],
                         ids=["http", "rest"])
def test_every_route_that_leads_to_the_function_is_held(template, second):
    """Uma rota não cobre a outra: a que a permissão não cobre é dita, e a seta pode dizer de qual fala."""
    name, key, value = second
    changed = one(template, "Api >> Funcao").put(*prop(name, key), value=value)
    assert "nenhuma permissão" in changed.missing()[0]


@pytest.mark.parametrize("template", [HTTP, REST], ids=["http", "rest"])
@pytest.mark.parametrize("key, proven", [("GET /itens/{id}", True), ("GET /itens/meus", True), ("GET /itens/meus, GET /itens/{id}", True),
                                         ("DELETE /itens/{id}", False), ("GET /itens", False)])
def test_an_arrow_says_which_route(template, key, proven):
    assert (one(template, f"Api >> Funcao acao={key}").missing() == []) is proven


@pytest.mark.parametrize("template, key", [(HTTP, "ApiId"), (HTTP, "Target"), (HTTP, "RouteKey"), (REST, "RestApiId"), (REST, "ResourceId")])
def test_a_route_that_leads_nowhere_is_never_silent(template, key):
    assert one(template, "Api >> Funcao").remove(*prop("Entrar", key)).missing() != []
