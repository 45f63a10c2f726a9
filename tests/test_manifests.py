"""O manifesto do Kubernetes, sozinho e contra o template e a página: o que impede um pedido de chegar ao programa é um achado, com a linha."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.base.findings import Finding
from scripts.base.tree import Tree
from scripts.checks import manifests
from scripts.cli import main
from scripts.page import architecture
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.built import ROOT, alone

SLUG = "espectrometria"
HOME = ROOT / "docs/arquiteturas" / SLUG
TEXT, TEMPLATE, PAGE = ((HOME / name).read_text(encoding="utf-8") for name in ("manifesto.yaml", "template.yaml", "index.md"))
SERVING = 'command: [python, -m, uvicorn, "api:app", --host, 0.0.0.0, --port, "8000"'


def changed(text: str, old: str, new: str, place: int = 0) -> str:
    """O texto com a troca na ocorrência `place`; -1 é a última."""
    parts = text.split(old)
    assert len(parts) > 1, old
    at = place if place >= 0 else len(parts) - 1 + place
    return old.join(parts[:at + 1]) + new + old.join(parts[at + 1:])


@pytest.fixture
def judged(tmp_path) -> Callable[..., list[Finding]]:
    """Os achados de um manifesto, de um template e de uma página; sem texto de manifesto, a pasta não tem nenhum."""
    def judge(text: str = TEXT, template: str = TEMPLATE, page: str = PAGE) -> list[Finding]:
        tree = Tree(tmp_path)
        folder = tree.template(SLUG).parent
        folder.mkdir(parents=True, exist_ok=True)
        if text:
            (folder / "manifesto.yaml").write_text(text, encoding="utf-8")
        views = views_of(cloudformation.parse(template, "template.yaml"))
        return sorted(set(manifests.check(tree, SLUG, architecture.parse(page, "index.md"), views)))

    return judge


def all_ports(text: str, old: str, new: str) -> str:
    return text.replace(f'--port, "{old}"', f'--port, "{new}"').replace(f"Port: {old}", f"Port: {new}").replace(f"port: {old}", f"port: {new}")


RIGHT = {
    "como-esta": TEXT,
    "sem-o-token-do-kubernetes": changed(TEXT, "      serviceAccountName: api\n",
                                         "      serviceAccountName: api\n      automountServiceAccountToken: false\n"),
    "tres-pods": changed(TEXT, "replicas: 2", "replicas: 3"),
    "como-a-versao-troca": changed(TEXT, "  replicas: 2\n", "  replicas: 2\n  revisionHistoryLimit: 3\n  progressDeadlineSeconds: 600\n"
                                   "  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 50%}}\n"),
    "padroes-escritos": changed(changed(TEXT, "      serviceAccountName: api\n", "      serviceAccountName: api\n      restartPolicy: Always\n"
                                        "      enableServiceLinks: false\n"), "          image: public", "          imagePullPolicy: IfNotPresent\n          image: public"),
    "anotado": changed(changed(TEXT, "  name: api\n", "  name: api\n  annotations: {kubernetes.io/description: A API}\n", 2),
                       "      labels:\n        app: api\n", "      annotations: {kubernetes.io/description: A API}\n      labels:\n        app: api\n"),
    "porta-pelo-nome": changed(changed(TEXT, "targetPort: 8000", "targetPort: http"), "- containerPort: 8000", "- {containerPort: 8000, name: http}"),
    "porta-do-servico-pelo-nome": changed(changed(TEXT, "    - port: 80\n", "    - port: 80\n      name: web\n"), "    port: 80\n", "    port: web\n", -1),
    "outra-porta-do-servico": changed(changed(TEXT, "    - port: 80\n", "    - port: 81\n"), "    port: 80\n", "    port: 81\n", -1),
    "sonda-pelo-nome-da-porta": changed(changed(TEXT, "              port: 8000", "              port: web"), "- containerPort: 8000",
                                        "- {containerPort: 8000, name: web}"),
    "sem-dizer-as-portas-do-contêiner": changed(TEXT, "          ports:\n            - containerPort: 8000\n", ""),
    "sonda-de-inicio": changed(TEXT, "          readinessProbe:", "          startupProbe: {httpGet: {path: /saude, port: 8000}}\n          readinessProbe:"),
    "opcoes-com-igual": changed(TEXT, '--port, "8000"', "--port=8000, --log-level=info"),
    "porta-de-sempre": changed(TEXT, '--port, "8000", ', ""),
    "orcamento-pelo-que-sai": changed(TEXT, "minAvailable: 1", "maxUnavailable: 1"),
    "orcamento-em-porcentagem": changed(TEXT, "minAvailable: 1", "minAvailable: 50%"),
    "mais-rotulos": changed(TEXT, "      labels:\n        app: api", "      labels:\n        app: api\n        camada: aplicacao"),
    "ouve-em-ipv6": changed(TEXT, "--host, 0.0.0.0", '--host, "::"'),
    "limites-em-outra-unidade": changed(TEXT, "memory: 512Mi", "memory: 0.5Gi\n              cpu: 0.25", -1),
    "limites-iguais-aos-pedidos": changed(TEXT, "memory: 512Mi", "memory: 256Mi", -1),
    "sem-fim": changed(TEXT, "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 30"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_manifest_that_works_has_no_finding(text, judged):
    assert judged(text) == []


BROKEN = [
    ("      serviceAccountName: api\n", "      serviceAccountName: api\n      restartPolicy: Never\n", 0, "`restartPolicy` não é `Always`"),
    ("  replicas: 2", "  replicas: 2\n  progressDeadlineSeconds: 0", 0, "`progressDeadlineSeconds` não é"),
    ("  replicas: 2", "  replicas: 2\n  revisionHistoryLimit: -1", 0, "`revisionHistoryLimit` não é"),
    ("serviceAccountName: api", "serviceAccountName: default", 0, "o template só associa um papel a `api` de `espectrometria`"),
    ("      serviceAccountName: api\n", "", 0, "os pods usam a conta de serviço `default`"),
    ("serviceAccountName: api", "serviceAccountName: outra", 0, "o manifesto não cria a conta de serviço `outra`"),
    ("kind: ServiceAccount\nmetadata:\n  name: api", "kind: ServiceAccount\nmetadata:\n  name: outra", 0, "o manifesto não cria a conta de serviço `api`"),
    ("targetPort: 8000", "targetPort: 8080", 0, "leva à porta 8080 do pod, e o programa atende na 8000"),
    ("targetPort: 8000", "targetPort: http", 0, "leva à porta http do pod"),
    ("      targetPort: 8000\n", "", 0, "leva à porta 80 do pod"),
    ("containerPort: 8000", "containerPort: 8080", 0, "o contêiner diz outra porta"),
    ("targetType: ip", "targetType: instance", 0, "e `GrupoDestinoApi` é de `ip`"),
    ("targetGroupARN: ARN_GRUPO_DESTINO_API", "targetGroupARN: ARN_GRUPO_DESTINO", 0, "`ARN_GRUPO_DESTINO` é para trocar"),
    ("targetGroupARN: ARN_GRUPO_DESTINO_API", "targetGroupARN: arn:aws:x", 0, "não é o ARN de um grupo de destino do template"),
    ("targetGroupARN: ARN_GRUPO_DESTINO_API", "targetGroupARN: ARN_FUNCAO_INICIAR", 0, "não é o ARN de um grupo de destino do template"),
    ("value: ARN_FUNCAO_INICIAR", "value: ARN_DA_FUNCAO", 0, "`ARN_DA_FUNCAO` é para trocar"),
    ("name: FUNCAO", "name: FUNCOES", 0, "o programa lê `FUNCAO` do ambiente"),
    ("replicas: 2", "replicas: 1", 0, "a página o promete em 2 zonas"),
    ("  replicas: 2\n", "", 0, "a página o promete em 2 zonas"),
    ("replicas: 2", "replicas: 0", 0, "não há pod nenhum"),
    ("whenUnsatisfiable: DoNotSchedule", "whenUnsatisfiable: ScheduleAnyway", 0, "nada os espalha"),
    ("topologyKey: topology.kubernetes.io/zone", "topologyKey: kubernetes.io/hostname", 0, "nada os espalha"),
    ("maxSkew: 1", "maxSkew: 2", 0, "nada os espalha"),
    ("              app: api\n          matchLabelKeys", "              app: outra\n          matchLabelKeys", 0, "nada os espalha"),
    ("minAvailable: 1", "minAvailable: 2", 0, "não deixa sair nenhum pod, de 2"),
    ("minAvailable: 1", "minAvailable: 51%", 0, "não deixa sair nenhum pod, de 2"),
    ("minAvailable: 1", "maxUnavailable: 0", 0, "não deixa sair nenhum pod, de 2"),
    ("    matchLabels:\n      app: api\n---\n# Liga", "    matchLabels:\n      app: outra\n---\n# Liga", 0, "não guarda nenhum"),
    ("path: /saude", "path: /health", 0, "`readinessProbe` pede `/health`, e o programa não responde"),
    ("path: /saude", "path: /health", -1, "`livenessProbe` pede `/health`, e o programa não responde"),
    ("              path: /saude\n", "", 0, "`readinessProbe` pede `/`"),
    ("path: /saude", "path: /analises", 0, "`readinessProbe` pede `/analises`"),
    ('@app.get("/saude")', '@app.get("/vida")', 0, "`readinessProbe` pede `/saude`"),
    ("              port: 8000", "              port: 80", 0, "`readinessProbe` pergunta à porta 80"),
    ("              port: 8000", "              port: 80", -1, "`livenessProbe` pergunta à porta 80"),
    ("              path: /saude", "              scheme: HTTPS\n              path: /saude", 0, "pergunta por `HTTPS`"),
    ("    port: 80\n", "    port: 8000\n", -1, "pede a porta 8000 do `Service`, que só tem a 80"),
    ("    name: api\n    port: 80", "    name: outra\n    port: 80", 0, "liga o `Service` `outra`"),
    ("  selector:\n    app: api\n", "  selector:\n    app: fastapi\n", 0, "ele não tem endereços"),
    ("      labels:\n        app: api", "      labels:\n        app: outra", 0, "o Kubernetes recusa o manifesto"),
    ("--host, 0.0.0.0", "--host, 127.0.0.1", 0, "só atende em `127.0.0.1`"),
    ("--host, 0.0.0.0, ", "", 0, "só atende em `127.0.0.1`"),
    ('"api:app"', '"main:app"', 0, "o comando roda `main.py` de `/codigo`"),
    ("--app-dir, /codigo", "--app-dir, /outro", 0, "nenhum `ConfigMap` montado ali o traz"),
    ("            name: api\n        - name: libs", "            name: outro\n        - name: libs", 0, "o manifesto não cria o `ConfigMap` `outro`"),
    ("        - name: tmp\n          emptyDir", "        - name: outro\n          emptyDir", 0, "o pod não tem o volume `tmp`"),
    ("/codigo/requirements.txt", "/codigo/pedidos.txt", 0, "o contêiner inicial lê `/codigo/pedidos.txt`"),
    ("--target, /libs", "--target, /outra", 0, "o `PYTHONPATH` do programa não diz"),
    ("                seconds: 20", "                seconds: 60", 0, "precisa ser menor que os 60 segundos"),
    ("runAsUser: 10001", "runAsUser: 0", 0, "o contêiner não começa"),
    ("        runAsUser: 10001\n", "", 0, "o usuário é o da imagem, que pode ser o 0"),
    ("            - name: tmp\n              mountPath: /tmp\n", "", 0, "a raiz de `bibliotecas` é só de leitura"),
    ("            - name: tmp\n              mountPath: /tmp\n", "", -1, "a raiz de `api` é só de leitura"),
    ("drop: [ALL]", "drop: [ALL]\n              add: [NET_ADMIN]", -1, "acrescenta a capacidade NET_ADMIN"),
    ("drop: [ALL]", "drop: [NET_RAW]", 0, "falta `capabilities.drop: [ALL]`"),
    ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", -1, "falta `allowPrivilegeEscalation: false`"),
    ("runAsNonRoot: true", "runAsNonRoot: false", 0, "falta `runAsNonRoot: true`"),
    ("type: RuntimeDefault", "type: Unconfined", 0, "falta um `seccompProfile` aceito"),
    ("  namespace: espectrometria\nspec:\n  replicas", "  namespace: outro\nspec:\n  replicas", 0, "do `namespace` `outro`, que o manifesto não cria"),
    ("  namespace: espectrometria\nspec:\n  selector", "  namespace: default\nspec:\n  selector", 0, "em `namespace` diferentes"),
    ("memory: 512Mi", "memory: 64Mi", 0, "`bibliotecas` pede 256Mi de `memory`, mais do que o limite dele"),
    ("memory: 512Mi", "memory: 64Mi", -1, "`api` pede 256Mi de `memory`, mais do que o limite dele"),
    ("memory: 512Mi", "memory: 512Mi\n              cpu: 200m", -1, "`api` pede 250m de `cpu`, mais do que o limite dele"),
    ("memory: 512Mi", "memory: meio giga", -1, "não se sabe quanto de `memory`"),
    ('value: "1"', "value: 1", 0, "`value` não é um texto"),
    ('--port, "8000"', "--port, 8000", 0, "`command` não é uma lista de textos"),
    ("replicas: 2", 'replicas: "2"', 0, "`replicas` não é um número inteiro"),
    ("apiVersion: apps/v1", "apiVersion: extensions/v1beta1", 0, "é da versão `apps/v1` da API"),
    ("      targetPort: 8000\n", "      targetPort: 8000\n    - {}\n", 0, "falta `port` em `ports`"),
    ("kind: Service\n", "kind: Service\n<<: *outro\n", 0, "não aceita âncoras"),
]


@pytest.mark.parametrize(("old", "new", "place", "cause"), BROKEN)
def test_what_keeps_a_request_from_the_pod_is_a_finding_at_its_place(old, new, place, cause, judged):
    found = judged(changed(TEXT, old, new, place))
    assert any(cause in finding.message for finding in found), found
    assert {finding.code for finding in found} <= {"manifesto-quebrado", "yaml-com-aliases"}
    assert all(finding.path.endswith("manifesto.yaml") for finding in found)


def test_a_finding_says_the_line(judged):
    found, = judged(changed(TEXT, "targetType: ip", "targetType: instance"))
    assert TEXT.splitlines()[found.line - 1].strip() == "targetType: ip"


STRANGE = [
    ("kind: PodDisruptionBudget", "kind: NetworkPolicy", 0, "o que um documento `NetworkPolicy` mudaria"),
    ("      terminationGracePeriodSeconds: 60", "      nodeSelector: {disco: rapido}\n      terminationGracePeriodSeconds: 60", 0, "`nodeSelector`"),
    ("  replicas: 2", "  replicas: 2\n  paused: true", 0, "`paused`"),
    ("  replicas: 2", "  replicas: 2\n  minReadySeconds: 5", 0, "`minReadySeconds`"),
    ("  replicas: 2", "  replicas: 2\n  strategy: {type: Recreate}", 0, "`Recreate` mudaria em `type`"),
    ("  replicas: 2", "  replicas: 2\n  strategy: {rollingUpdate: {maxUnavailable: 2}}", 0, "`2` mudaria em `maxUnavailable`"),
    ("  replicas: 2", "  replicas: 2\n  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0%}}", 0, "`0%` mudaria em `maxSurge`"),
    ("  name: api\n", "  name: api\n  annotations: {eks.amazonaws.com/role-arn: x}\n", 0, "`eks.amazonaws.com/role-arn` mudaria em `annotations`"),
    ("      labels:\n        app: api\n", "      labels:\n        app: api\n      annotations: {sidecar.istio.io/inject: 'true'}\n", 0,
     "`sidecar.istio.io/inject`"),
    ("          image: public", "          imagePullPolicy: Never\n          image: public", 0, "`Never` mudaria em `imagePullPolicy`"),
    ("          lifecycle:", "          startupProbe: {exec: {command: [sh]}}\n          lifecycle:", 0, "`exec`"),
    ("            periodSeconds: 5", "            periodSeconds: 5\n            terminationGracePeriodSeconds: 1", 0, "`terminationGracePeriodSeconds`"),
    ("  serviceRef:", "  nodeSelector: {}\n  serviceRef:", 0, "`nodeSelector`"),
    ("  selector:\n    app: api\n", "  sessionAffinity: ClientIP\n  selector:\n    app: api\n", 0, "`sessionAffinity`"),
    ("              value: ARN_FUNCAO_INICIAR", "              valueFrom: {secretKeyRef: {name: a, key: b}}", 0, "`valueFrom`"),
    ("            - name: PYTHONPATH\n", "            - name: PYTHONHOME\n              value: /nada\n            - name: PYTHONPATH\n", 0, "o que `PYTHONHOME` muda"),
    ("            - name: PYTHONPATH\n", "            - name: AWS_ENDPOINT_URL\n              value: http://a\n            - name: PYTHONPATH\n", 0,
     "o que `AWS_ENDPOINT_URL` muda"),
    ("              value: /tmp", "              value: /nada", 0, "o que `HOME` muda"),
    ("--host, 0.0.0.0", "--uds, /libs/soquete", 0, "`--uds`"),
    (SERVING, 'command: [gunicorn, "api:app"', 0, "`gunicorn`"),
    ("command: [python, -m, pip", "command: [sh, -c, pip", 0, "o que o contêiner inicial `bibliotecas` faz"),
    ("    app = FastAPI", '    app.mount("/x", outra)\n    app = FastAPI', 0, "não se sabe a que caminhos o programa responde"),
    ("          emptyDir: {}", "          emptyDir: {sizeLimit: 1Mi}", 0, "`sizeLimit`"),
    ("---\napiVersion: v1\nkind: Service\n", "---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {selector: {a: b}, ports: [{port: 1}]}\n---\n"
     "apiVersion: v1\nkind: Service\n", 0, "2 documentos `Service`"),
]


@pytest.mark.parametrize(("old", "new", "place", "cause"), STRANGE)
def test_what_is_not_known_is_a_finding(old, new, place, cause, judged):
    found = judged(changed(TEXT, old, new, place))
    assert any(cause in finding.message and finding.code == "manifesto-desconhecido" for finding in found), found


@pytest.mark.parametrize(("old", "new", "cause"), [
    ("ServiceAccount: api", "ServiceAccount: outra", "o template só associa um papel a `outra`"),
    ("Namespace: espectrometria, ServiceAccount", "Namespace: default, ServiceAccount", "o template só associa um papel a `api` de `default`"),
    ("TargetType: ip, Protocol: HTTP, Port: 8000", "TargetType: ip, Protocol: HTTP, Port: 8080", "a de `GrupoDestinoApi`, 8080"),
    ("TargetType: ip, Protocol: HTTP, Port: 8000", "Protocol: HTTP, Port: 8000", "`GrupoDestinoApi` é de `instance`"),
    ("TargetType: ip, Protocol: HTTP, ", "TargetType: ip, Protocol: HTTPS, ", "não fala HTTP"),
    ("Port: 8000, HealthCheckPath: /saude", "Port: 8000, HealthCheckPath: /", "a verificação de saúde de `GrupoDestinoApi` pede `/`"),
    (", Tags: [{Key: eks:eks-cluster-name, Value: !Ref Cluster}]", "", "não tem a etiqueta"),
    ("|${GrupoDestinoApi}|", "|${GrupoDestino}|", "`GrupoDestino` é de `instance`"),
    ("s|ARN_FUNCAO_INICIAR|", "s|ARN_FUNCAO|", "troca `ARN_FUNCAO`, que nenhum valor dele tem"),
    ("manifesto.yaml | kubectl", "outro.yaml | kubectl", "`ARN_GRUPO_DESTINO_API` é para trocar"),
])
def test_the_template_meets_the_manifest(old, new, cause, judged):
    assert any(cause in finding.message for finding in judged(template=changed(TEMPLATE, old, new)))


def test_a_port_changed_everywhere_works_and_only_in_the_manifest_does_not(judged):
    other = all_ports(TEXT, "8000", "9000")
    assert any("programa atende na porta 9000" in finding.message for finding in judged(other))
    assert judged(other, TEMPLATE.replace("TargetType: ip, Protocol: HTTP, Port: 8000", "TargetType: ip, Protocol: HTTP, Port: 9000")) == []


def test_one_pod_serves_the_page_that_promises_no_zones(judged):
    alone = changed(changed(TEXT, "replicas: 2", "replicas: 1"), "minAvailable: 1", "minAvailable: 0")
    assert judged(alone, page=PAGE.replace("pods, tarefas", "tarefas")) == []
    assert [finding.code for finding in judged(alone)] == ["manifesto-quebrado"]


def test_what_the_template_gives_to_pods_needs_a_manifest(judged):
    assert {(finding.path, finding.code) for finding in judged("")} == {("template.yaml", "manifesto-ausente")}
    assert len(judged("")) == 2  # a associação e o grupo de destino


def test_an_association_that_no_pod_uses(judged):
    more = TEMPLATE.replace(" IdentidadeApi:", " Outra: {Type: AWS::EKS::PodIdentityAssociation, Properties: {ClusterName: !Ref Cluster, "
                            "Namespace: espectrometria, ServiceAccount: outra, RoleArn: !GetAtt PapelApi.Arn}}\n IdentidadeApi:")
    found, = judged(template=more)
    assert (found.code, found.path) == ("manifesto-ausente", "template.yaml") and "`Outra`" in found.message


@pytest.mark.parametrize(("old", "new", "said"), [
    ("path: /saude", "path: /healthz", "Falhou no passo 5: `readinessProbe` pede `/healthz`, e o programa não responde a esse caminho"),
    ("kind: PodDisruptionBudget", "kind: NetworkPolicy", "não se sabe o que um documento `NetworkPolicy` mudaria no manifesto"),
])
def test_the_replay_says_the_same_at_the_step_that_calls_the_pod(old, new, said, tmp_path, capsys):
    tree = alone(tmp_path / "arvore", SLUG)
    (tree / "docs/arquiteturas" / SLUG / "manifesto.yaml").write_text(changed(TEXT, old, new), encoding="utf-8")
    assert main(["executar", SLUG, "--raiz", str(tree)]) != 0
    output = capsys.readouterr()
    assert said in " ".join((output.out + output.err).split())


@pytest.mark.parametrize("value", ["FuncaoEtapas.Arn", "FuncaoEtapas", "BucketUpload", "MaquinaAnalise"])
def test_what_the_command_hands_to_the_program_is_what_its_role_lets_it_call(value, judged):
    said = [found.message for found in judged(template=changed(TEMPLATE, "|${FuncaoIniciar.Arn}|", f"|${{{value}}}|"))]
    assert any(f"`FUNCAO` recebe `{value.partition('.')[0]}`" in message for message in said), said


def test_the_name_of_the_function_serves_as_well_as_its_arn(judged):
    assert judged(template=changed(TEMPLATE, "|${FuncaoIniciar.Arn}|", "|${FuncaoIniciar}|")) == []
