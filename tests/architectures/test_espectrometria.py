"""A análise de espectros: site, API, funções, Batch e máquina de estados, tirados dos dois arquivos e rodados como em `executar`."""

from __future__ import annotations

import io
import json
import math
import random
import re
import tracemalloc
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import requires, version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

import kubernetes_validate
import pytest
import requests
import yaml
from botocore.response import StreamingBody
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.proofs.facts.states import definition
from scripts.replay import states
from scripts.replay.browsing import Site
from scripts.replay.database import Database
from scripts.replay.lab import Lab
from scripts.replay.pods import Pod
from scripts.replay.stack import plain
from scripts.replay.states import Ended, Failed
from tests.architectures import stack
from tests.architectures.handlers import Bench
from tests.architectures.laboratory import down, laboratory, rotate
from tests.architectures.stack import Deployed

NOBODY = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"  # não existe; fixo, para que os testes tenham sempre os mesmos nomes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/arquiteturas/espectrometria"
STACK = Deployed("espectrometria")
DATA = STACK.data
RESOURCES = DATA["Resources"]
MANIFEST = list(yaml.safe_load_all((FOLDER / "manifesto.yaml").read_text(encoding="utf-8")))
MACHINE = plain(definition(STACK.view, STACK.resource("MaquinaAnalise"))[0])
TASKS = {name for name, state in MACHINE["States"].items() if state["Type"] == "Task"}
HEADER = "mz,intensidade\n"
PASSWORD = "uma senha comprida"
DOMAIN = "espectros.example.com"
CLOSED = "http://127.0.0.1:9"  # nada atende nesta porta


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


# --- a pilha imaginária -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(load):
    return load("espectrometria", "ModeloLancamento")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with laboratory("espectrometria", NomeDominio=DOMAIN, TamanhoMaximoMiB="1") as lab:
        yield lab


def upload(lab: Lab, content: str | bytes, identity: str) -> None:
    body = content.encode() if isinstance(content, str) else content
    lab.state.s3.put_object(Bucket=STACK.ref("BucketUpload"), Key=f"envios/{identity}.csv", Body=body)


def written(lab: Lab, identity: str) -> dict[str, Any]:
    """O que há da análise no bucket Resultado; `situacao.json` já lido."""
    kept = {key.split("/")[1]: body.decode() for key, body in lab.objects("resultado").items() if key.startswith(f"{identity}/")}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in kept.items()}


def analysed(lab: Lab, content: str | None) -> tuple[str, Ended, dict[str, Any]]:
    """Guarda o espectro, pede a análise e a leva até o fim: o id, como a execução acabou e o que ela escreveu."""
    identity = str(uuid4())
    if content is not None:
        upload(lab, content, identity)
    lab.functions.run(lab.stack.resource("FuncaoIniciar"), {"id": identity}, "api")
    lab.collect()
    (execution,) = (execution for execution in lab.executions("maquina") if execution.name == identity)
    assert execution.ended is not None
    return identity, execution.ended, written(lab, identity)


# --- a máquina de estados, com as funções e o Batch -------------------------------------------


def test_small_spectrum_is_analysed_by_the_function_as_the_job_would(lab):
    """Os picos são os do espectro, e a tarefa do Batch grava os mesmos."""
    identity, ended, results = analysed(lab, GOOD)
    assert (ended.status, ended.path) == ("SUCCEEDED", ("Preparar", "Escolher", "AnalisarNaLambda", "Concluir"))
    result = results["situacao.json"]
    assert (result["situacao"], result["picos"]) == ("concluida", 2)
    assert result["maior"] == {"mz": result["maior"]["mz"], "intensidade": result["maior"]["intensidade"], "relativa": "100.000"}
    rows = [line.split(",") for line in results["picos.csv"].split()]
    assert rows[0] == ["mz", "intensidade", "relativa"]
    places = [(float(row[0]), float(row[2])) for row in rows[1:]]
    assert places == [pytest.approx((104.0, 100), abs=0.05), pytest.approx((112.5, 25), abs=1)]
    lab.state.s3.delete_object(Bucket=STACK.ref("BucketResultado"), Key=f"{identity}/picos.csv")
    asked = {**MACHINE["States"]["AnalisarNoBatch"]["Parameters"], "ContainerOverrides": {"Environment": [{"Name": "ID", "Value": identity}]}}
    lab.machines.jobs.submit(asked, "maquina", lab.stack.resource("PapelMaquina"), 0)
    assert written(lab, identity)["picos.csv"] == results["picos.csv"]


def test_a_missing_object_is_recorded(lab):
    _, ended, results = analysed(lab, None)
    assert (ended.error, ended.path) == ("AnaliseFalhou", ("Preparar", "RegistrarFalha", "Falhou"))
    assert list(results) == ["situacao.json"] and "não terminou" in results["situacao.json"]["motivo"]


def test_bad_content_is_recorded_with_its_reason(lab):
    _, ended, results = analysed(lab, "massa,contagem\n1,2\n")
    assert (ended.error, ended.path) == ("AnaliseFalhou", ("Preparar", "RegistrarFalha", "Falhou"))
    assert list(results) == ["situacao.json"]
    assert results["situacao.json"]["situacao"] == "falhou" and "a primeira linha" in results["situacao.json"]["motivo"]


def walked(mib: float, error: str = "", fails: Mapping[str, int] | None = None) -> tuple[Ended, dict[str, Any]]:
    """Anda pela máquina sem chamar ninguém: cada tarefa falha com este erro as vezes que `fails` diz. E o que a última recebeu."""
    left, given = dict(fails or {}), {}

    def call(state: Mapping[str, Any], arguments: Any) -> Any:
        name = next(name for name, found in MACHINE["States"].items() if found is state)
        given.update(arguments)
        left[name] = left.get(name, 0) - 1
        if left[name] >= 0:
            raise Failed(error, "porque sim")
        return {"mib": mib}

    return states.run(MACHINE, {"id": NOBODY}, call), given


@pytest.mark.parametrize(("mib", "state"), [(5, "AnalisarNaLambda"), (5.0001, "AnalisarNoBatch")])
def test_the_choice_is_at_five_mebibytes(mib, state):
    ended, _ = walked(mib)
    assert (ended.status, ended.path) == ("SUCCEEDED", ("Preparar", "Escolher", state, "Concluir"))


@pytest.mark.parametrize("error", ["ZeroDivisionError", "States.Timeout"])
@pytest.mark.parametrize("name", sorted(TASKS - {"RegistrarFalha"}))
def test_every_failure_is_recorded_and_nothing_follows(name, error):
    ended, given = walked(9 if "Batch" in name else 1, error, {name: 9})
    assert (ended.error, ended.path[-3:]) == ("AnaliseFalhou", (name, "RegistrarFalha", "Falhou"))
    assert {**given, "erro": given["erro"]["Error"]}.items() >= {"etapa": "falhar", "id": NOBODY, "erro": error}.items()


@pytest.mark.parametrize("error", ["ClientExecutionTimeoutException", "ServiceException", "AWSLambdaException", "SdkClientException",
                                   "TooManyRequestsException"])
@pytest.mark.parametrize("name", sorted(TASKS - {"RegistrarFalha", "AnalisarNoBatch"}))
def test_a_passing_failure_of_lambda_is_tried_again(name, error):
    """As exceções passageiras que a AWS manda repetir."""
    assert walked(1, f"Lambda.{error}", {name: 2})[0].status == "SUCCEEDED"


def test_what_records_the_failure_and_the_job_are_tried_again_whatever_happens():
    """O Batch repete a tarefa sozinho."""
    assert walked(1, "Qualquer", {"Preparar": 1, "RegistrarFalha": 2})[0].error == "AnaliseFalhou"
    assert properties("DefinicaoLote")["RetryStrategy"] == {"Attempts": 2}


def test_only_the_reason_that_is_of_the_file_reaches_who_sent_it(lab, bench, steps):
    for number, error in enumerate(("Rejected", "States.TaskFailed")):
        cause = {"Error": error, "Cause": json.dumps({"errorMessage": "o arquivo", "StatusReason": "segredo"})}
        bench.call("FuncaoEtapas", steps, {"etapa": "falhar", "id": str(number), "erro": cause})
    assert written(lab, "0")["situacao.json"]["motivo"] == "o arquivo"
    assert written(lab, "1")["situacao.json"]["motivo"].startswith("a análise não terminou")


def test_the_job_installs_what_was_tested():
    text = STACK.value({"Fn::FindInMap": ["Codigo", "Etapas", "Bibliotecas"]})
    container = properties("DefinicaoLote")["ContainerProperties"]
    assert "--require-hashes --no-deps" in container["Command"][-1]
    assert {item["Name"]: STACK.value(item["Value"]) for item in container["Environment"]}["BIBLIOTECAS"] == text
    assert "botocore" in _tested(text)


def _tested(text: str) -> dict[str, str]:
    """Os pacotes da lista, todos os de que precisam, nas versões instaladas aqui e com o conteúdo que as travas conhecem."""
    pins = stack.pinned(text.strip())
    assert set().union(*(hashes for _, hashes in pins.values())) <= stack.locked(ROOT / "requirements")
    listed = {name: pin for name, (pin, _) in pins.items()}
    assert listed == {name: version(name) for name in listed} and _missing(listed) == set()
    return listed


# --- o cálculo --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(lab) -> Iterator[Bench]:
    """As funções neste processo, sobre o estado do laboratório."""
    with pytest.MonkeyPatch.context() as environment:
        yield Bench(STACK, environment)


@pytest.fixture(scope="module")
def steps(bench) -> ModuleType:
    return bench.load("FuncaoEtapas")


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
def test_content_is_validated_line_by_line(lab, bench, steps, content, reason):
    upload(lab, content, NOBODY)
    with pytest.raises(steps.Rejected, match=reason):
        bench.call("FuncaoEtapas", steps, {"etapa": "preparar", "id": NOBODY})


@pytest.mark.parametrize(("content", "peaks"), [
    (HEADER + "".join(f"{mz},5\n" for mz in range(1, 9)), 0),
    (b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode() + b"\r\n\r\n", 2),
], ids=["sem picos", "BOM e linhas em branco"])
def test_odd_content_that_is_accepted(lab, bench, steps, content, peaks):
    upload(lab, content, NOBODY)
    for name in ("preparar", "analisar", "concluir"):
        bench.call("FuncaoEtapas", steps, {"etapa": name, "id": NOBODY})
    result = written(lab, NOBODY)["situacao.json"]
    assert (result["situacao"], result["picos"], result["maior"] is None) == ("concluida", peaks, peaks == 0)


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


# --- a função que inicia ----------------------------------------------------------------------


def test_same_order_starts_once(lab):
    """Também depois que a análise terminou."""
    identity = str(uuid4())
    for _ in range(2):
        assert lab.functions.run(lab.stack.resource("FuncaoIniciar"), {"id": identity}, "api").value == {"id": identity}
    lab.collect()
    assert lab.functions.run(lab.stack.resource("FuncaoIniciar"), {"id": identity}, "api").value == {"id": identity}
    assert [execution.name for execution in lab.executions("maquina")].count(identity) == 1


@pytest.mark.parametrize("event", [{}, {"id": ""}, {"id": "../envios"}, {"id": 7}, {"id": None}])
def test_start_refuses_what_is_not_an_id(bench, event):
    index, before = bench.load("FuncaoIniciar"), len(bench.asked)
    with pytest.raises((KeyError, ValueError, AttributeError, TypeError)):
        bench.call("FuncaoIniciar", index, event)
    assert len(bench.asked) == before


# --- a API, tirada do manifesto ---------------------------------------------------------------


@pytest.fixture(scope="module")
def api(lab) -> Pod:
    return lab.pod("api", "manifesto.yaml", "ComandoManifesto", client="site", via="balanceador-interno")


def ask(api: Pod, path: str = "/analises", body: Any = None) -> tuple[int, Any]:
    """Um pedido que o site faria à API, pelo nome do balanceador interno: o estado e o que ela respondeu."""
    host = api.session.stack.value({"Fn::GetAtt": ["BalanceadorInterno", "DNSName"]})
    content = None if body is None else json.dumps(body).encode()
    order = Request(f"http://{host}{path}", content, {"Content-Type": "application/json"})
    try:
        with build_opener(ProxyHandler({"http": api.door})).open(order, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_the_api_starts_the_analysis(lab, api):
    identity = str(uuid4())
    assert ask(api, body={"id": identity}) == (202, {"id": identity})
    assert lab.executions("maquina")[-1].name == identity


@pytest.mark.parametrize("body", [{}, {"id": "x"}, {"id": 1}, {"id": NOBODY, "chave": "x"}, [], "texto"])
def test_the_api_refuses_bad_orders(lab, api, body):
    before = len(lab.executions("maquina"))
    assert ask(api, body=body)[0] == 422
    assert len(lab.executions("maquina")) == before


@pytest.mark.parametrize(("found", "status", "said"), [
    ((200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorMessage": "x"}'), 502, "veja os logs"),
    ((404, {"x-amzn-errortype": "ResourceNotFoundException"}, b"{}"), 503, "tente de novo"),
], ids=["função", "Lambda"])
def test_the_api_says_when_the_function_fails(lab, api, monkeypatch, found, status, said):
    monkeypatch.setitem(lab.services, ("lambda", "Invoke"), lambda params, call: found)
    answer = ask(api, body={"id": str(uuid4())})
    assert answer[0] == status and said in answer[1]["detail"]


def test_the_api_is_healthy_and_shows_no_documentation(api):
    assert ask(api, "/saude") == (200, {"api": "ok"})
    assert ask(api, "/docs")[0] == 404


# --- o site, por HTTP -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(lab) -> Database:
    return lab.database("banco", client="site")


@pytest.fixture(scope="module")
def site(lab, database, api) -> Site:
    return lab.application("site", via="balanceador", who="pesquisadores", http_proxy=api.door)


@pytest.fixture(scope="module")
def lonely(lab, site) -> Site:
    """Outra instância, que não alcança a API."""
    return lab.application("site", via="balanceador", who="pesquisadores", http_proxy=CLOSED)


class Person:
    """Alguém com navegador: guarda os cookies e manda o token de cada formulário."""

    def __init__(self, site: Site):
        self.site, self.session = site, site.visitor()
        self.session.headers["Host"] = DOMAIN

    def enter(self, name: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/entrar", page="/entrar", data={"username": name, "password": password})

    def at(self, site: Site) -> Person:
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
def people(lab, site):
    """O comando da página, sem perguntar: a senha vem do ambiente."""
    create = "espectro.call_command('createsuperuser', interactive=False, email='', username="
    command = "; ".join(["import espectro; espectro.prepare()", *(f"{create}'{name}')" for name in ("ana", "bia", "carla"))])
    lab.python("site", command, who="pesquisadores", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    found_ = SimpleNamespace(ana=Person(site), bia=Person(site))
    for name, person in vars(found_).items():
        assert person.enter(name).status_code == 302
    return found_


@pytest.fixture
def ana(lab, people, database):
    database.query("TRUNCATE espectro_analysis")
    lab.machines.executions.clear()  # ninguém espera pelo que outro teste pediu
    return people.ana


def stored(lab: Lab) -> set[str]:
    return set(lab.objects("upload"))


def rows(database: Database) -> list[tuple]:
    return database.query("SELECT id::text, name, state, peaks FROM espectro_analysis ORDER BY sent_at")


def test_whole_journey(lab, ana, database):
    """Do formulário ao download: site, API, função, máquina de estados, resultado e situação no banco."""
    answer = ana.send(GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    ((identity, name, state, _),) = rows(database)
    assert (name, state) == ("amostra.csv", "analisando") and f"envios/{identity}.csv" in lab.objects("upload")
    lab.collect()
    page = ana.get().text
    assert "Concluída" in page and rows(database) == [(identity, "amostra.csv", "concluida", 2)]
    link = re.search(r'href="(/analises/[^"]+/picos\.csv)"', page)[1]
    file = ana.get(link)
    assert file.headers["Content-Disposition"] == f'attachment; filename="picos-{identity}.csv"'
    assert file.headers["X-Content-Type-Options"] == "nosniff" and file.text.startswith("mz,intensidade,relativa")


def test_failed_analysis_shows_the_reason(lab, ana, database):
    ana.send(HEADER + "1,um\n")
    lab.collect()
    page = ana.get().text
    assert "Falhou:" in page and "linha 2: são dois números" in page and "picos.csv" not in page
    assert rows(database)[0][2] == "falhou"


@pytest.mark.parametrize(("content", "status", "message"), [
    (b"", 400, "CSV com o cabe"),
    (b"\x89PNG\r\n\x1a\n", 400, "CSV com o cabe"),
    (b"mz;intensidade\n1;1\n", 400, "CSV com o cabe"),
    (b"mz,intensidade,outra\n", 400, "CSV com o cabe"),
    (HEADER.encode() + b"1,1\n" * 300_000, 413, "passa do limite de 1 MiB"),
])
def test_bad_files_are_refused_before_anything_is_written(lab, ana, database, content, status, message):
    before = stored(lab)
    answer = ana.send(content)
    assert (answer.status_code, message in answer.text) == (status, True), answer.text
    assert rows(database) == [] and stored(lab) == before


def test_huge_request_is_cut_by_the_server(source):
    assert "--max-request-body-size=110100480" in source.command()
    assert 110100480 > DATA["Parameters"]["TamanhoMaximoMiB"]["MaxValue"] * 2**20


def test_post_without_file(ana, database):
    assert ana.post("/analises").status_code == 400
    assert ana.get("/analises").status_code == 400
    assert rows(database) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.csv", "espectro nº 1 – µ.csv", "<script>.csv", "a" * 300 + ".csv"])
def test_names_are_only_shown(lab, ana, database, name):
    before = stored(lab)
    ana.send(GOOD, name)
    (key,) = stored(lab) - before
    assert re.fullmatch(r"envios/[0-9a-f-]{36}\.csv", key)
    page = ana.get().text
    assert "<script" not in page and "\0" not in page
    assert len(rows(database)[0][1]) <= 255


def test_api_down_keeps_the_file_and_offers_to_ask_again(lab, lonely, ana, database):
    """O pedido que falha não perde o envio: fica guardado, e o botão pede de novo."""
    answer = ana.at(lonely).send(GOOD)
    assert answer.status_code == 503 and "guardado" in answer.text
    ((identity, _, state, _),) = rows(database)
    assert state == "recebida" and f"envios/{identity}.csv" in stored(lab)
    assert "Pedir análise" in ana.get().text
    assert ana.post(f"/analises/{identity}").status_code == 302
    lab.collect()
    assert "Concluída" in ana.get().text


def test_storage_down_leaves_no_record(lab, ana, database, monkeypatch):
    before = stored(lab)
    monkeypatch.setitem(lab.services, ("s3", "PutObject"), lambda params, call: (503, {}, b""))
    answer = ana.send(GOOD)
    assert answer.status_code == 503 and "não respondeu" in answer.text
    assert rows(database) == [] and stored(lab) == before


def test_two_sends_at_once(ana, database):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda number: ana.at(ana.site).send(GOOD, f"{number}.csv"), range(4)))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert sorted(row[1] for row in rows(database)) == ["0.csv", "1.csv", "2.csv", "3.csv"]


def test_other_people_see_nothing(lab, ana, people, database):
    ana.send(GOOD)
    lab.collect()
    assert "Concluída" in ana.get().text
    identity = rows(database)[0][0]
    assert "amostra.csv" not in people.bia.get().text
    assert people.bia.get(f"/analises/{identity}/picos.csv").status_code == 404
    assert people.bia.post(f"/analises/{identity}").status_code == 404


@pytest.mark.parametrize("path", ["/", f"/analises/{NOBODY}/picos.csv", "/analises"])
def test_without_login_nothing_opens(site, people, path):
    answer = Person(site).get(path, allow_redirects=False)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/entrar?next=")


def test_wrong_password(site, people):
    person = Person(site)
    assert person.enter("ninguém").status_code == 200
    assert person.get("/", allow_redirects=False).status_code == 302


def test_password_guesses_are_limited(site, people):
    """Cinco tentativas por nome: nem a senha certa entra depois, e escrever o nome de outro modo não conta à parte."""
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


def test_database_down(site, ana, database):
    """Sem banco, o site diz que não respondeu e continua saudável; com ele de volta, funciona."""
    with down(database, lambda: ana.get().status_code == 200):
        assert ana.get().status_code == 503
        assert Person(site).get("/saude").json() == {"aplicacao": "ok"}


def test_rotated_password(lab, ana, database):
    rotate(lab, database, "banco", "segunda")
    assert ana.get().status_code == 200 and ana.send(GOOD).status_code == 302


def test_two_instances_share_sessions_and_tables(lonely, people):
    """A segunda instância aceita a sessão que a primeira abriu: a chave fica no banco."""
    assert "Análises de ana" in people.ana.at(lonely).get().text


@pytest.mark.parametrize("name", [DOMAIN, {"Fn::GetAtt": ["Balanceador", "DNSName"]}], ids=["domínio", "balanceador"])
def test_cookies_travel_only_by_https(lab, lonely, name):
    """O formulário que o balanceador recebeu por HTTPS traz a origem do domínio ou a do balanceador, e é aceito."""
    host = lab.stack.value(name).lower()  # o nome que a AWS gera tem maiúsculas, e o navegador o manda em minúsculas
    page = requests.get(lonely.address + "/entrar", headers={"Host": host}, timeout=30)
    assert "Secure" in page.headers["Set-Cookie"]
    token = re.search(r'value="([^"]+)"', page.text)[1]
    cookie = re.match(r"csrftoken=[^;]+", page.headers["Set-Cookie"])[0]
    answer = requests.post(lonely.address + "/entrar", data={"csrfmiddlewaretoken": token, "username": "ana", "password": PASSWORD},
                           headers={"Host": host, "Origin": f"https://{host}", "Referer": f"https://{host}/entrar", "Cookie": cookie}, timeout=30, allow_redirects=False)
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
    assert "botocore" in _tested(found("ConfigMap")["data"]["requirements.txt"])


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
