"""A análise de espectros: site, API, funções, Batch e máquina de estados, tirados dos dois arquivos.

O Step Functions é o interpretador do moto, no mesmo processo; no lugar do Lambda e do Batch dele,
que não executam nada, a máquina de estados chama as funções do template e roda o comando da tarefa.
"""

from __future__ import annotations

import io
import json
import math
import os
import random
import re
import shlex
import stat
import subprocess
import sys
import time
import tracemalloc
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import requires, version
from pathlib import Path
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import unquote

import boto3
import kubernetes_validate
import pytest
import requests
import yaml
from botocore.response import StreamingBody
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.replay.stack import ACCOUNT, REGION
from tests.architectures import stack
from tests.architectures.handlers import Bench
from tests.architectures.stack import Deployed

NOBODY = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"  # não existe; fixo, para que os testes tenham sempre os mesmos nomes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/arquiteturas/espectrometria"
STACK = Deployed("espectrometria", given={"FilaLote": "arn:fila", "DefinicaoLote": "arn:definicao",
                                          "MaquinaAnalise": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:analise"})
DATA = STACK.data
RESOURCES = DATA["Resources"]
MANIFEST = list(yaml.safe_load_all((FOLDER / "manifesto.yaml").read_text(encoding="utf-8")))
TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task"
HEADER = "mz,intensidade\n"
PASSWORD = "uma senha comprida"
CLOSED = "http://127.0.0.1:9/analises"  # nada atende nesta porta
KEYS = {"aws_access_key_id": "teste", "aws_secret_access_key": "teste", "region_name": REGION}


def spectrum(points: int = 400, seed: int = 7, peaks: dict[float, float] | None = None) -> str:
    """Um espectro em modo perfil: linha de base que cai, ruído e os picos pedidos (m/z → altura)."""
    noise = random.Random(seed)
    lines = [HEADER]
    for index in range(points):
        mz = 100 + index * 0.05
        height = 50 - index * 0.05 + noise.random() * 2
        height += sum(top * math.exp(-((mz - place) / 0.08) ** 2) for place, top in (peaks or {}).items())
        lines.append(f"{mz:.4f},{max(height, 0):.4f}\n")
    return "".join(lines)


GOOD = spectrum(peaks={104.0: 1000, 112.5: 250})


# --- o que o template e o manifesto trazem ----------------------------------------------------


properties = STACK.properties


def found(kind: str, name: str = "api") -> dict[str, Any]:
    """Um documento do manifesto."""
    (document,) = (item for item in MANIFEST if item["kind"] == kind and item["metadata"]["name"] == name)
    return document


def code(name: str) -> str:
    return STACK.value(properties(name)["Code"]["ZipFile"])


class Function(Bench):
    """Uma função do template em execução; `calls` são os eventos que recebeu."""

    def __init__(self, name: str, address: str):
        with pytest.MonkeyPatch.context() as patch:
            super().__init__(STACK, patch, address)
            self.module, self.calls = self.load(name), []
        # As execuções rodam em outras linhas: o ambiente da função não pode ser o do processo.
        self.module.os = SimpleNamespace(environ=STACK.property(STACK.resource(name), "Environment", "Variables"))

    def invoke(self, FunctionName: str, Payload: bytes, **_: Any) -> dict[str, Any]:
        """Como a API do Lambda: devolve o resultado, ou o erro com o tipo dele."""
        event = json.loads(Payload)
        self.calls.append(event)
        try:
            answer, failed = self.module.handler(event, None), {}
        except Exception as error:
            answer, failed = {"errorType": type(error).__name__, "errorMessage": str(error)}, {"FunctionError": "Unhandled"}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


class Batch:
    """Roda o comando da definição de tarefa num processo, com o ambiente dela e um `pip` que só anota."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.container = STACK.value(properties("DefinicaoLote")["ContainerProperties"])
        self.environment, self.folder, self.jobs = environment, folder, []
        for name, text in (("pip", f'for last; do :; done; cp "$last" {folder}/pip.txt; echo "$@" > {folder}/options.txt'), ("python", f'exec {shlex.quote(sys.executable)} "$@"')):
            program = folder / name
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def run(self, extra: dict[str, str]) -> subprocess.CompletedProcess[str]:
        variables = {item["Name"]: item["Value"] for item in self.container["Environment"]}
        path = {"PATH": f"{self.folder}:{os.defpath}"}
        return subprocess.run(self.container["Command"], env=self.environment | variables | path | extra, text=True,
                              capture_output=True, timeout=60)

    def submit_job(self, JobQueue: str, JobDefinition: str, ContainerOverrides: dict, **_: Any) -> dict[str, str]:
        pairs = [{key.lower(): text for key, text in item.items()} for item in ContainerOverrides["Environment"]]
        extra = {item["name"]: item["value"] for item in pairs}
        self.jobs.append((JobQueue, JobDefinition, extra))
        status = "FAILED" if self.run(extra).returncode else "SUCCEEDED"
        return {"JobId": status, "JobName": "analise", "JobArn": "arn:tarefa"}

    def describe_jobs(self, jobs: list[str]) -> dict[str, Any]:
        return {"jobs": [{"jobId": name, "status": name, "jobName": "analise"} for name in jobs]}


# --- a pilha imaginária -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(load):
    return load("espectrometria", "ModeloLancamento")


@pytest.fixture(scope="module")
def buckets(s3) -> dict[str, str]:
    names = {name: STACK.ref(name) for name in ("BucketUpload", "BucketResultado")}
    for name in names.values():
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return names


@pytest.fixture(scope="module")
def environment(aws) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "teste", "AWS_SECRET_ACCESS_KEY": "teste", "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": aws, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


@pytest.fixture(scope="module")
def machine(aws, environment, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A máquina de estados do template, no interpretador do moto, com funções e Batch de verdade."""
    requests.post(f"{aws}/moto-api/config", json={"stepfunctions": {"execute_state_machine": True}}, timeout=30)
    steps = Function("FuncaoEtapas", aws)
    batch = Batch(tmp_path_factory.mktemp("lote"), environment)
    states = boto3.client("stepfunctions", endpoint_url=aws, **KEYS)
    definition = json.dumps(STACK.value(properties("MaquinaAnalise")["Definition"]))
    arn = states.create_state_machine(name="analise", definition=definition, roleArn=f"arn:aws:iam::{ACCOUNT}:role/x")
    assert arn["stateMachineArn"] == STACK.ref("MaquinaAnalise")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{TASKS}.lambda_eval_utils.boto_client_for", lambda **_: steps)
        patch.setattr(f"{TASKS}.service.state_task_service_batch.boto_client_for", lambda **_: batch)
        yield SimpleNamespace(states=states, steps=steps, batch=batch, arn=STACK.ref("MaquinaAnalise"))
    requests.post(f"{aws}/moto-api/config", json={"stepfunctions": {"execute_state_machine": False}}, timeout=30)


@pytest.fixture
def run(machine, s3, buckets):
    """Põe o espectro no bucket, executa a máquina até o fim e devolve a execução e o que ela escreveu."""
    def start(content: str | bytes | None, wait: float = 20) -> SimpleNamespace:
        identity = str(uuid.uuid4())
        machine.steps.calls.clear()
        machine.batch.jobs.clear()
        if content is not None:
            body = content.encode() if isinstance(content, str) else content
            s3.put_object(Bucket=buckets["BucketUpload"], Key=f"envios/{identity}.csv", Body=body)
        execution = machine.states.start_execution(stateMachineArn=machine.arn, name=identity, input=json.dumps({"id": identity}))
        ended = finished(machine.states, execution["executionArn"], wait)
        return SimpleNamespace(id=identity, status=ended["status"], error=ended.get("error"), written=written(s3, buckets, identity),
                               steps=[call["etapa"] for call in machine.steps.calls], jobs=list(machine.batch.jobs))
    return start


def finished(states: Any, arn: str, wait: float) -> dict[str, Any]:
    deadline = time.monotonic() + wait
    while (execution := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "a execução não terminou"
        time.sleep(0.05)
    return execution


def written(s3: Any, buckets: dict[str, str], identity: str) -> dict[str, Any]:
    """O que há da análise no bucket Resultado; `situacao.json` já lido."""
    listed = s3.list_objects_v2(Bucket=buckets["BucketResultado"], Prefix=f"{identity}/").get("Contents", [])
    bodies = {item["Key"].split("/")[1]: s3.get_object(Bucket=buckets["BucketResultado"], Key=item["Key"])["Body"].read().decode()
              for item in listed}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in bodies.items()}


# --- a máquina de estados, com as funções e o Batch -------------------------------------------


def test_small_spectrum_runs_in_the_function(run, machine):
    ended = run(GOOD)
    assert set(machine.steps.actions) == {"s3:GetObject", "s3:PutObject"}
    assert (ended.status, ended.steps, ended.jobs) == ("SUCCEEDED", ["preparar", "analisar", "concluir"], [])
    result = ended.written["situacao.json"]
    assert (result["situacao"], result["picos"]) == ("concluida", 2)
    assert result["maior"] == {"mz": result["maior"]["mz"], "intensidade": result["maior"]["intensidade"], "relativa": "100.000"}
    rows = [line.split(",") for line in ended.written["picos.csv"].split()]
    assert rows[0] == ["mz", "intensidade", "relativa"]
    places = [(float(row[0]), float(row[2])) for row in rows[1:]]
    assert places == [pytest.approx((104.0, 100), abs=0.05), pytest.approx((112.5, 25), abs=1)]


def test_large_spectrum_runs_in_the_batch_job(run, machine, monkeypatch):
    """Acima do limite, quem analisa é a tarefa, com o id no ambiente; antes e depois, a função."""
    monkeypatch.setitem(machine.steps.module.__dict__, "prepare", lambda event: machine_prepare(machine, event, mib=5.1))
    ended = run(GOOD)
    assert (ended.status, ended.steps) == ("SUCCEEDED", ["preparar", "concluir"])
    ((queue, definition, extra),) = ended.jobs
    assert (queue, definition, extra["ID"]) == (STACK.ref("FilaLote"), STACK.ref("DefinicaoLote"), ended.id)
    assert ended.written["situacao.json"]["picos"] == 2
    assert "--require-hashes --no-deps" in (machine.batch.folder / "options.txt").read_text()
    found = stack.pinned((machine.batch.folder / "pip.txt").read_text().strip())
    assert set().union(*(hashes for _, hashes in found.values())) <= stack.locked(ROOT / "requirements")
    installed = {name: pin for name, (pin, _) in found.items()}
    assert installed == {name: version(name) for name in installed} and "botocore" in installed
    assert _missing(installed) == set()


def machine_prepare(machine: SimpleNamespace, event: dict[str, Any], mib: float) -> dict[str, Any]:
    mz, _, _ = machine.steps.module.read(event["id"])
    return {"mib": mib, "pontos": len(mz), "de": mz[0], "ate": mz[-1]}


def test_function_and_job_write_the_same_peaks(run, machine, s3, buckets):
    ended = run(GOOD)
    s3.delete_object(Bucket=buckets["BucketResultado"], Key=f"{ended.id}/picos.csv")
    done = machine.batch.run({"ID": ended.id})
    assert done.returncode == 0, done.stderr
    assert written(s3, buckets, ended.id)["picos.csv"] == ended.written["picos.csv"]


@pytest.mark.parametrize(("content", "reason"), [
    ("massa,contagem\n1,2\n", "a primeira linha"),
    (HEADER + "1,1\n2,dois\n", "linha 3: são dois números"),
])
def test_bad_content_is_recorded_with_its_reason(run, content, reason):
    ended = run(content)
    assert (ended.status, ended.error, ended.steps) == ("FAILED", "AnaliseFalhou", ["preparar", "falhar"])
    assert list(ended.written) == ["situacao.json"]
    result = ended.written["situacao.json"]
    assert result["situacao"] == "falhou" and reason in result["motivo"]


def test_missing_object_is_recorded(run):
    ended = run(None)
    assert (ended.status, ended.steps) == ("FAILED", ["preparar", "falhar"])
    assert "não terminou" in ended.written["situacao.json"]["motivo"]


def test_failed_job_is_recorded_without_details(run, machine, monkeypatch):
    monkeypatch.setitem(machine.steps.module.__dict__, "prepare", lambda event: machine_prepare(machine, event, mib=6))
    monkeypatch.setattr(machine.batch, "environment", machine.batch.environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    ended = run(GOOD, wait=40)
    assert (ended.status, ended.steps) == ("FAILED", ["preparar", "falhar"])
    assert ended.written["situacao.json"]["motivo"].startswith("a análise não terminou")


def test_failed_analysis_does_not_conclude(run, machine, monkeypatch):
    monkeypatch.setitem(machine.steps.module.__dict__, "peaks", lambda *_: 1 / 0)
    ended = run(GOOD)
    assert (ended.status, ended.steps) == ("FAILED", ["preparar", "analisar", "falhar"])
    assert list(ended.written) == ["situacao.json"]


def test_choice_is_at_five_mebibytes(machine):
    states = properties("MaquinaAnalise")["Definition"]["States"]
    (choice,) = states["Escolher"]["Choices"]
    assert (choice["Variable"], choice["NumericGreaterThan"]) == ("$.preparo.mib", 5)
    assert properties("FuncaoEtapas")["Timeout"] <= 900


def test_every_task_catches_everything_but_the_one_that_records():
    states = properties("MaquinaAnalise")["Definition"]["States"]
    tasks = {name for name, state in states.items() if state["Type"] == "Task"}
    caught = {name for name in tasks if [item["ErrorEquals"] for item in states[name].get("Catch", [])] == [["States.ALL"]]}
    assert tasks - caught == {"RegistrarFalha"}
    assert {item["Next"] for name in caught for item in states[name]["Catch"]} == {"RegistrarFalha"}


def test_a_passing_failure_of_lambda_is_tried_again():
    """As exceções passageiras que a AWS manda repetir; o Batch repete a tarefa sozinho."""
    states = STACK.value(properties("MaquinaAnalise")["Definition"]["States"])
    transient = ["ClientExecutionTimeoutException", "ServiceException", "AWSLambdaException", "SdkClientException",
                 "TooManyRequestsException"]
    for name in ("Preparar", "AnalisarNaLambda", "Concluir"):
        assert states[name]["Retry"] == [{"ErrorEquals": [f"Lambda.{error}" for error in transient]}]
    assert properties("DefinicaoLote")["RetryStrategy"] == {"Attempts": 2}


# --- o cálculo --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def steps(aws) -> ModuleType:
    return Function("FuncaoEtapas", aws).module


@pytest.mark.parametrize(("content", "reason"), [
    ("", "o espectro precisa"),
    ("massa,contagem\n1,2\n", "a primeira linha"),
    (HEADER, "o espectro precisa"),
    (HEADER + "1,1\n2,1\n3,1\n4,1\n", "ao menos 5 pontos"),
    (HEADER + "1,0\n2,0\n3,0\n4,0\n5,0\n", "algum sinal"),
    (HEADER + "1,1\n2,dois\n", "linha 3: são dois números"),
    (HEADER + "1,1\n2,1,1\n", "linha 3: são dois números"),
    (HEADER + "1;1\n", "linha 2: são dois números"),
    (HEADER + "1,1\n1,1\n", "linha 3: m/z precisa crescer"),
    (HEADER + "-1,1\n", "linha 2: m/z precisa crescer"),
    (HEADER + "1,-1\n", "linha 2: m/z precisa crescer"),
    (HEADER + "1,nan\n", "linha 2: m/z precisa crescer"),
    (HEADER + "1,1\n2,inf\n", "linha 3: m/z precisa crescer"),
    (HEADER + "1," + "9" * 200 + "\n", "linha 2: são dois números"),
    (b"\x00\xff" * 5000, "a primeira linha"),
])
def test_content_is_validated_line_by_line(machine, s3, buckets, content, reason):
    identity, body = str(uuid.uuid4()), content.encode() if isinstance(content, str) else content
    s3.put_object(Bucket=buckets["BucketUpload"], Key=f"envios/{identity}.csv", Body=body)
    answer = invoke(machine.steps, {"etapa": "preparar", "id": identity})
    assert answer["errorType"] == "Rejected" and reason in answer["errorMessage"]


def test_spectrum_without_peaks_concludes(run):
    ended = run(HEADER + "".join(f"{mz},5\n" for mz in range(1, 9)))
    assert (ended.status, ended.written["situacao.json"]) == ("SUCCEEDED", {"situacao": "concluida", "picos": 0, "maior": None})


def test_peaks_are_read_one_at_a_time(steps, monkeypatch):
    """A tarefa do Batch tem 4 GiB e a função, 1: o que uma grava, a outra não pode guardar inteiro na memória."""
    lines = "".join(f"{mz}.00000,10.00,{50 + mz % 50}.000\r\n" for mz in range(20_000))
    body, saved = f"mz,intensidade,relativa\r\n{lines}".encode(), []
    monkeypatch.setattr(steps, "s3", SimpleNamespace(
        get_object=lambda **_: {"Body": StreamingBody(io.BytesIO(body), len(body))}, put_object=lambda **sent: saved.append(sent["Body"])))
    tracemalloc.start()
    steps.conclude({"id": "x"})
    _, used = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < len(body)
    result = json.loads(saved[0])
    assert (result["picos"], result["maior"]["mz"]) == (20_000, "49.00000")


def test_flat_signal_has_no_peak(steps):
    assert list(steps.peaks([1, 2, 3, 4, 5], steps.smooth(steps.flatten(steps.array("d", [5, 5, 5, 5, 5]))))) == []


def test_baseline_is_the_lowest_neighbour(steps):
    signal = steps.array("d", [10 + (index % 7) for index in range(300)])
    naive = [signal[i] - min(signal[max(0, i - steps.WINDOW):i + steps.WINDOW + 1]) for i in range(300)]
    assert list(steps.flatten(signal)) == naive


def test_constant_offset_changes_nothing(steps):
    """A linha de base sai: o mesmo espectro mais alto dá os mesmos picos."""
    mz = steps.array("d", range(1, 201))
    signal = steps.array("d", [1000 * math.exp(-((index - 100) / 3) ** 2) for index in range(200)])
    raised = steps.array("d", [value + 77 for value in signal])
    found_, again = (list(steps.peaks(mz, steps.smooth(steps.flatten(item)))) for item in (signal, raised))
    assert len(found_) == 1 and found_[0][0] == pytest.approx(101, abs=0.1)
    assert again == [pytest.approx(peak) for peak in found_]


def test_bom_and_blank_lines_are_accepted(run):
    body = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode() + b"\r\n\r\n"
    assert run(body).status == "SUCCEEDED"


# --- a função que inicia ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def start(machine, aws) -> Function:
    return Function("FuncaoIniciar", aws)


def invoke(function: Function, event: Any) -> Any:
    return json.loads(function.invoke("", json.dumps(event).encode())["Payload"].read())


def test_same_order_starts_once(start, machine, s3, buckets):
    identity = str(uuid.uuid4())
    s3.put_object(Bucket=buckets["BucketUpload"], Key=f"envios/{identity}.csv", Body=GOOD.encode())
    assert [invoke(start, {"id": identity}) for _ in range(2)] == [{"id": identity}] * 2
    arn = machine.arn.replace("stateMachine", "execution") + f":{identity}"
    finished(machine.states, arn, 20)
    assert invoke(start, {"id": identity}) == {"id": identity}
    executions = machine.states.list_executions(stateMachineArn=machine.arn)["executions"]
    assert [item["name"] for item in executions].count(identity) == 1


@pytest.mark.parametrize("event", [{}, {"id": ""}, {"id": "../envios"}, {"id": 7}, {"id": None}])
def test_start_refuses_what_is_not_an_id(start, event):
    assert "errorType" in invoke(start, event)


# --- a API, tirada do manifesto ---------------------------------------------------------------


class FakeLambda(BaseHTTPRequestHandler):
    """O ponto de entrada do Lambda: entrega o pedido à função do template."""

    function: Function | None = None
    asked: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        FakeLambda.asked.append(self.path)
        if self.function is None:
            self.send_error(500)
            return
        answer = self.function.invoke("", body)
        self.send_response(200)
        if "FunctionError" in answer:
            self.send_header("X-Amz-Function-Error", answer["FunctionError"])
        self.end_headers()
        self.wfile.write(answer["Payload"].read())

    def log_message(self, *_: Any) -> None:
        pass


class Api:
    """A API no ar, com o comando e o código do manifesto."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        for name, text in found("ConfigMap")["data"].items():
            (folder / name).write_text(text, encoding="utf-8")
        (container,) = found("Deployment")["spec"]["template"]["spec"]["containers"]
        command = [{"8000": "0", "0.0.0.0": "127.0.0.1", "/codigo": str(folder)}.get(word, word) for word in container["command"]]
        self.process = subprocess.Popen([sys.executable, *command[1:]], env=environment, text=True, stderr=subprocess.PIPE)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if match := re.search(r"running on (http://\S+)", line):
                self.address = match[1]
                break
        else:
            raise RuntimeError("A API não subiu:\n" + "".join(self.log))
        Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def api(start, environment, tmp_path_factory) -> Iterator[Api]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeLambda)
    Thread(target=server.serve_forever, daemon=True).start()
    FakeLambda.function = start
    service = Api(tmp_path_factory.mktemp("api"), environment | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "FUNCAO": STACK.arn_of("FuncaoIniciar"), "PATH": os.defpath})
    yield service
    service.close()
    server.shutdown()


def test_api_invokes_the_function(api, start):
    identity = str(uuid.uuid4())
    answer = requests.post(f"{api.address}/analises", json={"id": identity}, timeout=30)
    assert (answer.status_code, answer.json()) == (202, {"id": identity})
    assert start.calls[-1] == {"id": identity}
    assert unquote(FakeLambda.asked[-1]).endswith(f"{STACK.arn_of('FuncaoIniciar')}/invocations")


@pytest.mark.parametrize("body", [{}, {"id": "x"}, {"id": 1}, {"id": NOBODY, "chave": "x"}, [], "texto"])
def test_api_refuses_bad_orders(api, start, body):
    before = len(start.calls)
    assert requests.post(f"{api.address}/analises", json=body, timeout=30).status_code == 422
    assert len(start.calls) == before


def test_api_says_when_the_function_fails(api, monkeypatch):
    monkeypatch.setattr(FakeLambda.function.module, "handler", lambda *_: 1 / 0)
    assert requests.post(f"{api.address}/analises", json={"id": str(uuid.uuid4())}, timeout=30).status_code == 502
    monkeypatch.setattr(FakeLambda, "function", None)
    answer = requests.post(f"{api.address}/analises", json={"id": str(uuid.uuid4())}, timeout=30)
    assert answer.status_code == 503 and "tente de novo" in answer.json()["detail"]


def test_api_health(api):
    assert requests.get(f"{api.address}/saude", timeout=30).json() == {"api": "ok"}
    assert requests.get(f"{api.address}/docs", timeout=30).status_code == 404


# --- o site, por HTTP -------------------------------------------------------------------------


BALANCER = "espec-Balan-1A2B.sa-east-1.elb.amazonaws.com"
"""O nome que a AWS gera tem maiúsculas, e o navegador o manda em minúsculas."""


@pytest.fixture(scope="module")
def launch(serve, buckets):
    def start(api_address: str = CLOSED, overrides: dict[str, str] | None = None, before: Any = None):
        values = {"NomeDominio": "espectros.example.com", "Balanceador.DNSName": f"127.0.0.1 {BALANCER}",
                  "BalanceadorInterno.DNSName": "interno", "TamanhoMaximoMiB": "1", **buckets}
        return serve(values, {"API": api_address} | (overrides or {}), before)
    return start


@pytest.fixture(scope="module")
def running(launch, api):
    return launch(f"{api.address}/analises")


@pytest.fixture(scope="module")
def lonely(launch, running):
    """Outra instância, que não alcança a API."""
    return launch(CLOSED)


@pytest.fixture
def site(running, database) -> Iterator:
    yield running
    database.server.start()
    running.get("/entrar")


def add_people(site: Any, *names: str) -> None:
    """O comando da página, sem perguntar: a senha vem do ambiente."""
    create = "espectro.call_command('createsuperuser', interactive=False, email='', username="
    command = "; ".join(["import espectro; espectro.prepare()", *(f"{create}'{name}')" for name in names)])
    done = subprocess.run([sys.executable, "-c", command], cwd=site.folder, text=True, capture_output=True, timeout=30,
                          env=site.environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD})
    assert done.returncode == 0, done.stderr


class Person:
    """Alguém com navegador: guarda os cookies e manda o token de cada formulário."""

    def __init__(self, site: Any):
        self.site, self.session = site, requests.Session()

    def enter(self, name: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/entrar", page="/entrar", data={"username": name, "password": password})

    def at(self, site: Any) -> Person:
        """A mesma pessoa, com a mesma sessão, noutra instância (ou noutra aba)."""
        other = Person(site)
        other.session.cookies.update(self.session.cookies)
        return other

    def get(self, path: str = "/", **options: Any) -> requests.Response:
        return self._browser().get(self.site.address + path, timeout=30, **options)

    def _browser(self) -> requests.Session:
        """Os cookies só viajam por HTTPS, e aqui não há o balanceador, que é quem o atende."""
        for cookie in self.session.cookies:
            cookie.secure = False
        return self.session

    def post(self, path: str, page: str = "/", data: dict[str, str] | None = None, **options: Any) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        fields = {"csrfmiddlewaretoken": token[1] if token else ""} | (data or {})
        return self._browser().post(self.site.address + path, data=fields, timeout=30, allow_redirects=False, **options)

    def send(self, content: str | bytes, name: str = "amostra.csv") -> requests.Response:
        return self.post("/analises", files={"arquivo": (name, content)})


@pytest.fixture(scope="module")
def people(running):
    add_people(running, "ana", "bia")
    found_ = SimpleNamespace(ana=Person(running), bia=Person(running))
    for name, person in vars(found_).items():
        assert person.enter(name).status_code == 302
    return found_


@pytest.fixture
def ana(site, people, database):
    database.query("TRUNCATE espectro_analysis")
    return people.ana


def stored(s3: Any, buckets: dict[str, str]) -> set[str]:
    listed = s3.list_objects_v2(Bucket=buckets["BucketUpload"], Prefix="envios/").get("Contents", [])
    return {item["Key"] for item in listed}


def rows(database: Any) -> list[tuple]:
    return database.query("SELECT id::text, name, state, peaks FROM espectro_analysis ORDER BY sent_at")


def wait_for(person: Person, text: str) -> str:
    deadline = time.monotonic() + 60
    while text not in (page := person.get().text):
        assert time.monotonic() < deadline, page
        time.sleep(0.1)
    return page


def test_whole_journey(ana, database, s3, buckets):
    """Do formulário ao download: site, API, função, máquina de estados, resultado e situação no banco."""
    answer = ana.send(GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    ((identity, name, state, _),) = rows(database)
    assert (name, state) == ("amostra.csv", "analisando") and f"envios/{identity}.csv" in stored(s3, buckets)
    page = wait_for(ana, "Concluída")
    assert rows(database) == [(identity, "amostra.csv", "concluida", 2)]
    link = re.search(r'href="(/analises/[^"]+/picos\.csv)"', page)[1]
    file = ana.get(link)
    assert file.headers["Content-Disposition"] == f'attachment; filename="picos-{identity}.csv"'
    assert file.headers["X-Content-Type-Options"] == "nosniff" and file.text.startswith("mz,intensidade,relativa")


def test_failed_analysis_shows_the_reason(ana, database):
    ana.send(HEADER + "1,um\n")
    page = wait_for(ana, "Falhou:")
    assert "linha 2: são dois números" in page and "picos.csv" not in page
    assert rows(database)[0][2] == "falhou"


@pytest.mark.parametrize(("content", "status", "message"), [
    (b"", 400, "CSV com o cabe"),
    (b"\x89PNG\r\n\x1a\n", 400, "CSV com o cabe"),
    (b"mz;intensidade\n1;1\n", 400, "CSV com o cabe"),
    (b"mz,intensidade,outra\n", 400, "CSV com o cabe"),
    (HEADER.encode() + b"1,1\n" * 300_000, 413, "passa do limite de 1 MiB"),
])
def test_bad_files_are_refused_before_anything_is_written(ana, database, s3, buckets, content, status, message):
    before = stored(s3, buckets)
    answer = ana.send(content)
    assert (answer.status_code, message in answer.text) == (status, True), answer.text
    assert rows(database) == [] and stored(s3, buckets) == before


def test_huge_request_is_cut_by_the_server(source):
    assert "--max-request-body-size=110100480" in source.command()
    assert 110100480 > DATA["Parameters"]["TamanhoMaximoMiB"]["MaxValue"] * 2**20


def test_post_without_file(ana, database):
    assert ana.post("/analises").status_code == 400
    assert ana.get("/analises").status_code == 400
    assert rows(database) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.csv", "espectro nº 1 – µ.csv", "<script>.csv", "a" * 300 + ".csv"])
def test_names_are_only_shown(ana, database, s3, buckets, name):
    before = stored(s3, buckets)
    ana.send(GOOD, name)
    (key,) = stored(s3, buckets) - before
    assert re.fullmatch(r"envios/[0-9a-f-]{36}\.csv", key)
    page = ana.get().text
    assert "<script" not in page and "\0" not in page
    assert len(rows(database)[0][1]) <= 255


def test_api_down_keeps_the_file_and_offers_to_ask_again(lonely, people, database, s3, buckets):
    """O pedido que falha não perde o envio: fica guardado, e o botão pede de novo."""
    database.query("TRUNCATE espectro_analysis")
    answer = people.ana.at(lonely).send(GOOD)
    assert answer.status_code == 503 and "guardado" in answer.text
    ((identity, _, state, _),) = rows(database)
    assert state == "recebida" and f"envios/{identity}.csv" in stored(s3, buckets)
    assert "Pedir análise" in people.ana.get().text
    assert people.ana.post(f"/analises/{identity}").status_code == 302
    wait_for(people.ana, "Concluída")


def test_storage_down_leaves_no_record(launch, people, database, s3, buckets, running):
    database.query("TRUNCATE espectro_analysis")
    before = stored(s3, buckets)
    answer = people.ana.at(launch(CLOSED, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"})).send(GOOD)
    assert answer.status_code == 503 and "não respondeu" in answer.text
    assert rows(database) == [] and stored(s3, buckets) == before


def test_two_sends_at_once(ana, people, database):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda number: ana.at(ana.site).send(GOOD, f"{number}.csv"), range(4)))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert sorted(row[1] for row in rows(database)) == ["0.csv", "1.csv", "2.csv", "3.csv"]


def test_other_people_see_nothing(ana, people, database):
    ana.send(GOOD)
    wait_for(ana, "Concluída")
    identity = rows(database)[0][0]
    assert "amostra.csv" not in people.bia.get().text
    assert people.bia.get(f"/analises/{identity}/picos.csv").status_code == 404
    assert people.bia.post(f"/analises/{identity}").status_code == 404


@pytest.mark.parametrize("path", ["/", f"/analises/{NOBODY}/picos.csv", "/analises"])
def test_without_login_nothing_opens(site, people, path):
    answer = site.get(path, allow_redirects=False)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/entrar?next=")


def test_wrong_password(site, people):
    person = Person(site)
    assert person.enter("ninguém").status_code == 200
    assert person.get("/", allow_redirects=False).status_code == 302


def test_password_guesses_are_limited(site, people):
    """Cinco tentativas por nome: nem a senha certa entra depois, e escrever o nome de outro modo não conta à parte."""
    add_people(site, "carla")
    for turn in range(5):
        assert "Muitas" not in Person(site).enter(["carla", " carla", "ｃarla"][turn % 3], "errada").text
    refused = Person(site).enter("carla")
    assert refused.status_code == 200 and "Muitas tentativas" in refused.text


def test_forged_forms_are_refused(ana, database):
    answer = ana.session.post(ana.site.address + "/analises", files={"arquivo": ("a.csv", GOOD)}, timeout=30)
    assert answer.status_code == 403 and "partir desta página" in answer.text
    assert rows(database) == []


@pytest.mark.parametrize("path", ["/nada", "/analises/1/picos.csv", "/analises/%2e%2e/picos.csv"])
def test_unknown_pages(ana, path):
    assert ana.get(path).status_code == 404 and "não existe" in ana.get(path).text


def test_security_headers(ana):
    headers = ana.get().headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")


def test_foreign_host_is_refused(ana):
    """Menos na verificação de saúde, em que o balanceador chama a instância pelo endereço IP."""
    assert ana.get("/entrar", headers={"Host": "outro.example"}).status_code == 400
    assert ana.get("/saude", headers={"Host": "10.40.16.7"}).status_code == 200


def test_database_down(site, people, database):
    """Sem banco, o site diz que não respondeu e continua saudável; com ele de volta, funciona."""
    database.server.stop()
    assert people.ana.get().status_code == 503
    assert site.get("/saude").json() == {"aplicacao": "ok"}
    database.server.start()
    deadline = time.monotonic() + 60
    while people.ana.get().status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_rotated_password(ana, database):
    database.rotate("segunda")
    assert ana.get().status_code == 200 and ana.send(GOOD).status_code == 302


def test_two_instances_share_sessions_and_tables(lonely, people):
    """A segunda instância aceita a sessão que a primeira abriu: a chave fica no banco."""
    assert "Análises de ana" in people.ana.at(lonely).get().text


@pytest.mark.parametrize("host", ["espectros.example.com", BALANCER.lower()])
def test_cookies_travel_only_by_https(lonely, host):
    """O formulário que o balanceador recebeu por HTTPS traz a origem do domínio ou a do balanceador, e é aceito."""
    page = requests.get(lonely.address + "/entrar", timeout=30)
    assert "Secure" in page.headers["Set-Cookie"]
    token = re.search(r'value="([^"]+)"', page.text)[1]
    cookie = re.match(r"csrftoken=[^;]+", page.headers["Set-Cookie"])[0]
    answer = requests.post(lonely.address + "/entrar", data={"csrfmiddlewaretoken": token, "username": "ana", "password": PASSWORD},
                           headers={"Origin": f"https://{host}", "Referer": f"https://{host}/entrar", "Cookie": cookie}, timeout=30, allow_redirects=False)
    assert answer.status_code == 302 and "Secure" in answer.headers["Set-Cookie"]


# --- o manifesto ------------------------------------------------------------------------------

BINDING = {
    "type": "object", "additionalProperties": False, "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "eks.amazonaws.com/v1"}, "kind": {"const": "TargetGroupBinding"},
        "metadata": {"type": "object", "required": ["name", "namespace"]},
        "spec": {"type": "object", "additionalProperties": False, "required": ["targetGroupARN", "targetType", "serviceRef"],
                 "properties": {"targetGroupARN": {"type": "string"}, "targetType": {"enum": ["ip", "instance"]},
                                "serviceRef": {"type": "object", "additionalProperties": False, "required": ["name", "port"],
                                               "properties": {"name": {"type": "string"}, "port": {"type": ["integer", "string"]}}}}},
    },
}
"""O TargetGroupBinding do Auto Mode, segundo a AWS: `targetType` obrigatório, e nada em `networking`."""


def test_manifest_is_valid_kubernetes():
    for document in MANIFEST:
        if document["kind"] == "TargetGroupBinding":
            Draft202012Validator(BINDING).validate(document)
        else:
            kubernetes_validate.validate(document, properties("Cluster")["Version"], strict=True)


def test_manifest_meets_the_template():
    """O que liga os dois arquivos: porta, conta de serviço, espaço de nomes e caminho de saúde."""
    binding, service, deployment = found("TargetGroupBinding")["spec"], found("Service")["spec"], found("Deployment")
    (port,) = service["ports"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    group, identity = properties("GrupoDestinoApi"), properties("IdentidadeApi")
    assert (binding["serviceRef"], binding["targetType"]) == ({"name": "api", "port": port["port"]}, group["TargetType"])
    assert port["targetPort"] == container["ports"][0]["containerPort"] == group["Port"]
    assert service["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    account = deployment["spec"]["template"]["spec"]["serviceAccountName"]
    assert account == identity["ServiceAccount"] == found("ServiceAccount")["metadata"]["name"]
    spaces = {item["metadata"]["namespace"] for item in MANIFEST if item["kind"] != "Namespace"}
    assert spaces == {identity["Namespace"]} == {found("Namespace", "espectrometria")["metadata"]["name"]}
    assert container["readinessProbe"]["httpGet"]["path"] == group["HealthCheckPath"] == "/saude"
    assert group["Tags"] == [{"Key": "eks:eks-cluster-name", "Value": {"Ref": "Cluster"}}]


def test_manifest_placeholders_are_the_ones_the_output_replaces():
    text = (FOLDER / "manifesto.yaml").read_text(encoding="utf-8")
    command = DATA["Outputs"]["ComandoManifesto"]["Value"]["Fn::Sub"]
    placeholders = set(re.findall(r"\bARN_[A-Z_]+\b", re.sub(r"(?m)^\s*#.*$", "", text)))
    assert placeholders == set(re.findall(r"s\|(ARN_[A-Z_]+)\|", command))


def test_pods_run_restricted():
    pod = found("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in (*pod["initContainers"], *pod["containers"]):
        context = container["securityContext"]
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_pods_stay_in_two_zones():
    """Também na troca de versão e na de um nó."""
    deployment, budget = found("Deployment")["spec"], found("PodDisruptionBudget")["spec"]
    (spread,) = deployment["template"]["spec"]["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["whenUnsatisfiable"], spread["maxSkew"]) == ("topology.kubernetes.io/zone", "DoNotSchedule", 1)
    assert spread["matchLabelKeys"] == ["pod-template-hash"]
    assert deployment["selector"] == budget["selector"] and budget["minAvailable"] < deployment["replicas"]


def _missing(listed: dict[str, str]) -> set[str]:
    """Dependências do que está na lista que não estão nela."""
    names = {canonicalize_name(name) for name in listed}
    needed = {Requirement(text) for name in listed for text in requires(name) or []}
    environment = {"extra": "", "python_version": "3.13", "platform_system": "Linux", "sys_platform": "linux"}
    return {item.name for item in needed if canonicalize_name(item.name) not in names
            and (item.marker is None or item.marker.evaluate(environment))}


def test_api_dependencies_are_pinned_and_tested():
    pins = stack.pinned(found("ConfigMap")["data"]["requirements.txt"])
    assert set().union(*(hashes for _, hashes in pins.values())) <= stack.locked(ROOT / "requirements")
    listed = {name: pin for name, (pin, _) in pins.items()}
    assert listed == {name: version(name) for name in listed} and _missing(listed) == set()


# --- o template -------------------------------------------------------------------------------


def test_sizes(source):
    """Cabe no envio direto do CloudFormation, no `UserData` e no que o ECS deixa trocar numa tarefa (8.192)."""
    assert source.path.stat().st_size <= 51_200
    assert len(source.user_data.encode()) < 16 * 1024
    container = properties("DefinicaoLote")["ContainerProperties"]
    assert len(json.dumps([code("FuncaoEtapas"), container["Command"]])) < 7 * 1024


def test_code_compiles(source):
    compile(source.files["/opt/espectro/espectro.py"], "espectro.py", "exec")
    for name in ("FuncaoEtapas", "FuncaoIniciar"):
        compile(code(name), name, "exec")


def test_each_program_may_only_do_what_it_does():
    """As permissões de quem mexe com os espectros, por inteiro: uma a mais aparece aqui."""
    spectra, results = "${BucketUpload.Arn}/envios/*", "${BucketResultado.Arn}/*"
    wanted = {"PapelEtapas": {("s3:GetObject", spectra), ("s3:GetObject", results), ("s3:PutObject", results)},
              "PapelLote": {("s3:GetObject", spectra), ("s3:PutObject", results)},
              "PapelAplicacao": {("s3:PutObject", spectra), ("s3:GetObject", results)},
              "PapelApi": {("lambda:InvokeFunction", "FuncaoIniciar")}, "PapelIniciar": {("states:StartExecution", "MaquinaAnalise")}}
    assert {role: _granted(role) for role in wanted} == wanted


def _granted(role: str) -> set[tuple[str, str]]:
    (policy,) = properties(role)["Policies"]
    pairs = set()
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        (target,) = statement["Resource"].values() if isinstance(statement["Resource"], dict) else (statement["Resource"],)
        name = target[0] if isinstance(target, list) else target
        pairs |= {(action, name) for action in actions if not action.startswith(("logs:", "ssm", "secretsmanager:"))}
    return pairs


def test_results_outlive_the_stack_and_both_buckets_expire():
    assert RESOURCES["BucketResultado"]["DeletionPolicy"] == "RetainExceptOnCreate"
    rules = {name: properties(name)["LifecycleConfiguration"]["Rules"][0] for name in ("BucketUpload", "BucketResultado")}
    days = {name: rule["ExpirationInDays"] for name, rule in rules.items()}
    assert days == {"BucketUpload": 365, "BucketResultado": 5 * 365}
