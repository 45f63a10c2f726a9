"""A loja e a função do recibo, tiradas do template: por HTTP e com mensagens da fila.

O PostgreSQL é de verdade; a fila, o bucket e o segredo são do moto. O que a função pede ao S3 é
conferido com as permissões do papel dela.
"""

from __future__ import annotations

import fnmatch
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import UUID, uuid4

import boto3
import pytest

from scripts.replay.stack import REGION
from tests.architectures.handlers import Bench, stored
from tests.architectures.stack import Deployed

NOBODY = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"  # não existe; fixo, para que os testes tenham sempre os mesmos nomes

VERSION = {"VersaoAplicacao": "7"}
QUEUE = "pedidos"
BEAR, SNOW, TRAM = 1, 2, 3
BEAR_PRICE = 8990
STOCK = "UPDATE products SET stock = {} WHERE id = {}"


@pytest.fixture(scope="module")
def source(load):
    return load("ecommerce", "ModeloLancamento")


@pytest.fixture(scope="module")
def clients(aws):
    """Cria clientes da AWS simulada."""
    keys = {"region_name": "sa-east-1", "aws_access_key_id": "teste", "aws_secret_access_key": "teste"}
    return lambda name: boto3.client(name, endpoint_url=aws, **keys)


@pytest.fixture(scope="module")
def orders_queue(clients):
    return Queue(clients("sqs"))


@pytest.fixture
def queue(orders_queue):
    """A fila de pedidos, vazia, de onde se leem os avisos."""
    orders_queue.delete()  # só se pode esvaziar uma fila a cada minuto
    orders_queue.create()
    return orders_queue


class Queue:
    def __init__(self, client):
        self.client = client
        self.create()

    def create(self):
        self.url = self.client.create_queue(QueueName=QUEUE)["QueueUrl"]

    def delete(self):
        self.client.delete_queue(QueueUrl=self.url)

    def take(self, count: int, seconds: float = 60) -> list[dict]:
        """Espera por `count` avisos e os retira."""
        found, deadline = [], time.monotonic() + seconds
        while len(found) < count and time.monotonic() < deadline:
            answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
            time.sleep(0.02)
        return found


@pytest.fixture(scope="module")
def running(serve, orders_queue):
    """A loja, uma vez para o módulo: com a página aberta, as tabelas já existem."""
    site = serve(VERSION | {"FilaPedidos": orders_queue.url})
    site.get()
    return site


@pytest.fixture
def site(running, database) -> Iterator:
    """Sem pedidos nem avisos, com o estoque do começo; no fim, o banco volta a estar no ar."""
    database.query("DELETE FROM outbox; DELETE FROM items; DELETE FROM orders;"
                 "UPDATE products SET stock = 40, price_cents = CASE id WHEN 1 THEN 8990 ELSE 12990 END")
    yield running
    if not database.server.running:
        database.server.start()
        wait_for_database(running)


def wait_for_database(site):
    deadline = time.monotonic() + 60
    while site.get().status_code != 200:
        assert time.monotonic() < deadline, "o banco não voltou"
        time.sleep(0.1)


def order(site, *lines, key=None, total=None, name="Ana", **options):
    """Envia o formulário do carrinho: cada linha é (produto, quantidade)."""
    if total is None:
        total = sum((BEAR_PRICE if product == BEAR else 12990) * int(count) for product, count in lines)
    fields = [("chave", str(key or uuid4())), ("nome", name), ("total", str(total))]
    for product, count in lines:
        fields += [("produto", product), ("quantidade", count)]
    return site.post("/pedidos", data=fields, **options)


def stock(database, product=BEAR):
    return database.query(f"SELECT stock FROM products WHERE id = {product}")[0][0]


def count(database, table="orders"):
    return database.query(f"SELECT count(*) FROM {table}")[0][0]


# --- a loja ---------------------------------------------------------------------------------------


def test_from_the_catalogue_to_the_order(site, database, queue):
    """Catálogo, carrinho, pedido e aviso, com os formulários que as páginas dão."""
    page = site.get().text
    assert "Urso de pelúcia Mel" in page and "R$ 89,90" in page and "nada é cobrado" in page
    page = site.get("/carrinho?produto=1&quantidade=2&produto=2&quantidade=0&produto=3&quantidade=1").text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    assert "2 × Urso de pelúcia Mel" in page and "R$ 309,70" in page and "Neve" not in page
    answer = site.post("/pedidos", data=[*fields, ("nome", " Ana ")])
    key = UUID(dict(fields)["chave"])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/pedidos/{key}")
    assert database.query("SELECT id, buyer, total_cents FROM orders") == [(key, "Ana", 30970)]
    assert (stock(database, BEAR), stock(database, TRAM), stock(database, SNOW)) == (38, 39, 40)
    page = site.get(answer.headers["Location"]).text
    assert "Ana, recebemos o seu pedido" in page and "2 × Urso de pelúcia Mel" in page and "R$ 309,70" in page
    assert f"/arquivos/recibos/{key}.txt" in page
    (message,) = queue.take(1, 3)  # o aviso segue logo, sem esperar a busca periódica
    assert message["pedido"] == str(key) and message["total"] == 30970 and "Ana" not in str(message)
    assert message["itens"][0] == {"nome": "Urso de pelúcia Mel", "quantidade": 2, "centavos": 8990}


def test_two_instances_share_everything(serve, site, database, queue):
    """Outra instância mostra o mesmo carrinho e o mesmo pedido, e envia o aviso que a que vendeu não conseguiu."""
    other = serve(VERSION | {"FilaPedidos": queue.url}, {"AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:1"})
    address = "/carrinho?" + urlencode({"produto": BEAR, "quantidade": 3})
    for instance in (site, other):
        answer = instance.get(address)
        assert "3 × Urso de pelúcia Mel" in answer.text and "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-cache"
    key = uuid4()
    assert order(other, (BEAR, 1), key=key).status_code == 303
    other.close()
    assert order(site, (BEAR, 1), key=key).status_code == 303
    assert "Pedido registrado" in site.get(f"/pedidos/{key}").text
    assert (count(database), stock(database)) == (1, 39)
    assert [message["pedido"] for message in queue.take(1)] == [str(key)]


def test_empty_cart(site):
    for address in ("/carrinho", "/carrinho?produto=1&quantidade=0", "/carrinho?produto=999&quantidade=1"):
        assert "O carrinho está vazio." in site.get(address).text


def test_out_of_stock(site, database):
    """Sem estoque para um produto, o outro também não baixa: o pedido inteiro é desfeito."""
    database.query(STOCK.format(1, SNOW))
    answer = order(site, (BEAR, 2), (SNOW, 2))
    assert answer.status_code == 409 and "Urso de pelúcia Neve: restam 1." in answer.text
    assert (stock(database, BEAR), stock(database, SNOW), count(database), count(database, "outbox")) == (40, 1, 0, 0)
    database.query(STOCK.format(0, SNOW))
    assert "esgotado" in site.get().text


def test_last_item_is_sold_once(site, database, queue):
    """Oito pessoas querem o último ao mesmo tempo."""
    database.query(STOCK.format(1, BEAR))
    with ThreadPoolExecutor(8) as pool:
        answers = [found.status_code for found in pool.map(lambda _: order(site, (BEAR, 1)), range(8))]
    assert sorted(answers) == [303] + [409] * 7
    assert (stock(database), count(database), count(database, "items")) == (0, 1, 1)
    assert len(queue.take(2, 0.5)) == 1


def test_opposite_orders_do_not_block_each_other(site, database):
    """Os mesmos produtos, em ordens trocadas, ao mesmo tempo: ninguém espera por ninguém para sempre."""
    lines = [[(BEAR, 1), (SNOW, 1)], [(SNOW, 1), (BEAR, 1)]]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda turn: order(site, *lines[turn % 2]), range(16)))
    assert {answer.status_code for answer in answers} == {303}
    assert (stock(database, BEAR), stock(database, SNOW)) == (24, 24)


def test_repeated_submit_buys_once(site, database, queue):
    key = uuid4()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: order(site, (BEAR, 2), key=key), range(6)))
    assert {answer.headers.get("Location") for answer in answers} == {f"/pedidos/{key}"}
    assert (count(database), stock(database)) == (1, 38)
    assert len(queue.take(2, 0.5)) == 1


def test_repeated_key_with_other_items(site, database):
    key = uuid4()
    order(site, (BEAR, 1), key=key)
    answer = order(site, (SNOW, 1), key=key)
    assert answer.status_code == 409 and "outros itens" in answer.text
    assert (count(database), stock(database, SNOW)) == (1, 40)


def test_price_changed_meanwhile(site, database):
    """Quem viu um preço não paga outro: nada baixa, e a mesma chave serve para tentar de novo."""
    key = uuid4()
    database.query("UPDATE products SET price_cents = 9990 WHERE id = 1")
    answer = order(site, (BEAR, 1), key=key)
    assert answer.status_code == 409 and "O preço mudou" in answer.text
    assert (count(database), stock(database)) == (0, 40)
    assert order(site, (BEAR, 1), key=key, total=9990).status_code == 303


@pytest.mark.parametrize(("lines", "message"), [
    ([], "O pedido está vazio."),
    ([(BEAR, 0)], "O pedido está vazio."),
    ([(BEAR, 21)], "Os números vão de 0 a 20."),
    ([(BEAR, -1)], "Os números vão de 0 a 20."),
    ([(BEAR, "1,5")], "Os números vão de 0 a 20."),
    ([(BEAR, "")], "Os números vão de 0 a 20."),
    ([(BEAR, "1e1")], "Os números vão de 0 a 20."),
    ([(BEAR, "٣")], "Os números vão de 0 a 20."),
    ([(BEAR, "9" * 5000)], "Os números vão de 0 a 20."),
    ([(BEAR, 1), (BEAR, 1)], "Cada produto vem uma vez só"),
    ([("1; DROP TABLE orders", 1)], "Os números vão de 0 a 9999."),
    ([(10_000, 1)], "Os números vão de 0 a 9999."),
    ([(number, 1) for number in range(1, 22)], "Um pedido leva até 20 produtos"),
])
def test_invalid_orders_are_refused(site, database, lines, message):
    answer = order(site, *lines, total=1)
    assert answer.status_code == 400 and message in answer.text
    assert count(database) == 0
    assert site.get("/carrinho", params=[("produto", BEAR), ("quantidade", "x")]).status_code == 400


def test_product_that_does_not_exist(site, database):
    answer = order(site, (BEAR, 1), (999, 1))
    assert answer.status_code == 409 and "não existe mais" in answer.text
    assert (count(database), stock(database)) == (0, 40)


@pytest.mark.parametrize("total", ["", "0", "-1", "1e9", "x", "99999999999999999999"])
def test_invalid_totals(site, database, total):
    assert order(site, (BEAR, 1), total=total).status_code == 400
    assert count(database) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "nulo\0", "linha\nnova"])
def test_invalid_names(site, database, name):
    answer = order(site, (BEAR, 1), name=name)
    assert answer.status_code == 400 and "O nome tem de 1 a 80" in answer.text
    assert count(database) == 0


@pytest.mark.parametrize("key", ["", "1", "../../etc/passwd"])
def test_order_without_valid_key(site, key):
    answer = site.post("/pedidos", data={"chave": key, "nome": "Ana", "total": "1", "produto": "1", "quantidade": "1"})
    assert answer.status_code == 400 and "Falta a chave" in answer.text


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_huge_request_is_refused(site, size):
    assert order(site, (BEAR, 1), name="x" * size).status_code == 413


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Ana'); DROP TABLE orders;--", "{{ 7 * 7 }}", "Zoë 🧸"])
def test_name_is_only_text(site, database, name):
    """Marcação e SQL chegam à página como a pessoa escreveu, sem virar código."""
    page = site.get(order(site, (BEAR, 1), name=name).headers["Location"]).text
    assert database.query("SELECT buyer FROM orders") == [(name,)]
    assert "<script" not in page and ">49," not in page
    assert name.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page


@pytest.mark.parametrize("path", ["/pedidos/x", "/pedidos", f"/pedidos/{NOBODY}", "/nada", "/static/x"])
def test_what_does_not_exist(site, path):
    answer = site.get(path)
    assert answer.status_code in (404, 405) and "Não deu certo" in answer.text


@pytest.mark.parametrize("path", ["/", "/carrinho", "/saude", "/nada"])
def test_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self'; style-src 'self'")


def test_redirects_stay_in_the_public_address(site):
    """Um endereço com `//` é corrigido com o `Host` recebido: o do visitante, que a política AllViewer repassa."""
    answer = site.get(f"/pedidos//{uuid4()}", headers={"Host": "loja.exemplo"}, allow_redirects=False)
    assert answer.headers["Location"].startswith("http://loja.exemplo/pedidos/")


# --- falhas ---------------------------------------------------------------------------------------


@contextmanager
def held(database, statement):
    """Executa o comando e fica com o que ele trava, como faria outra instância."""
    with database.connect() as connection:
        connection.execute(statement)
        yield


def number_of(answer):
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removeprefix("/pedidos/")


def test_queue_down_does_not_lose_the_order(site, database, queue):
    """A compra vale sem a fila; o aviso fica no banco e segue quando ela volta.

    O que outra instância já está enviando é pulado, em vez de repetido ou esperado.
    """
    queue.delete()
    try:
        started = time.monotonic()
        first = number_of(order(site, (BEAR, 1)))
        assert time.monotonic() - started < 1
        time.sleep(0.3)
        assert (count(database), count(database, "outbox")) == (1, 1)
        with held(database, "SELECT FROM outbox FOR UPDATE"):
            queue.create()
            second = number_of(order(site, (BEAR, 2)))
            assert [message["pedido"] for message in queue.take(1)] == [second]
            assert queue.take(1, 0.3) == []
    finally:
        queue.create()
    third = number_of(order(site, (BEAR, 3)))
    assert {message["pedido"] for message in queue.take(2)} == {first, third}
    deadline = time.monotonic() + 60
    while count(database, "outbox"):
        assert time.monotonic() < deadline, "o aviso enviado não saiu do banco"
        time.sleep(0.05)


def test_peak(site, database, queue):
    """Trinta pedidos de uma vez, com oito linhas de execução: cada resposta de sucesso é um pedido e um aviso."""
    database.query(STOCK.format(25, BEAR))
    with ThreadPoolExecutor(30) as pool:
        answers = [found.status_code for found in pool.map(lambda _: order(site, (BEAR, 1)), range(30))]
    assert (answers.count(303), answers.count(409)) == (25, 5)
    assert (count(database), stock(database)) == (25, 0)
    assert len({message["pedido"] for message in queue.take(25)}) == 25


def test_database_down(site, database):
    """Sem banco o pedido recebe 503 e pode ser repetido; a instância continua saudável."""
    key = uuid4()
    database.server.stop()
    answer = order(site, (BEAR, 1), key=key)
    assert answer.status_code == 503 and "não é registrado duas vezes" in answer.text
    assert (site.get().status_code, site.get("/saude").status_code) == (503, 200)
    database.server.start()
    wait_for_database(site)
    assert order(site, (BEAR, 1), key=key).status_code == 303
    assert (count(database), stock(database)) == (1, 39)


def test_silent_database_does_not_make_the_instance_unhealthy(serve, queue):
    """O banco aceita a conexão e se cala: `/saude` responde antes dos 5 s do balanceador."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(128)
        overrides = {"PGPORT": str(silent.getsockname()[1]), "PGCONNECT_TIMEOUT": "2"}
        site = serve(VERSION | {"FilaPedidos": queue.url}, overrides)
        with ThreadPoolExecutor(24) as pool:
            answers = [pool.submit(order, site, (BEAR, 1)) for _ in range(24)]
            time.sleep(0.3)
            started = time.monotonic()
            assert site.get("/saude").json() == {"aplicacao": "ok", "versao": "7"}
            assert time.monotonic() - started < 5
            assert {answer.result().status_code for answer in answers} == {503}


def test_rotated_password(site, database, queue):
    """O RDS troca a senha com a loja no ar: o pedido seguinte funciona, e o aviso também."""
    database.rotate("segunda")
    assert order(site, (BEAR, 1)).status_code == 303
    assert len(queue.take(1)) == 1


# --- a função do recibo ---------------------------------------------------------------------------


class Receipts(Bench):
    """A função do recibo, sobre o bucket da loja."""

    def __init__(self, environment, address, client):
        super().__init__(Deployed("ecommerce"), environment, address)
        self.s3, self.bucket, self.index = client, self.stack.ref("BucketLoja"), self.load("FuncaoRecibo")
        client.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})

    def __call__(self, *bodies):
        """Chama a função com um lote e devolve as posições que falharam."""
        records = [{"messageId": str(place), "body": body} for place, body in enumerate(bodies)]
        answer = self.call("FuncaoRecibo", self.index, {"Records": records})
        assert set(answer) == {"batchItemFailures"}
        return [int(item["itemIdentifier"]) for item in answer["batchItemFailures"]]

    def keys(self):
        return list(stored(self.bucket))

    def text(self, number):
        return self.s3.get_object(Bucket=self.bucket, Key=f"arquivos/recibos/{number}.txt")["Body"].read().decode()


@pytest.fixture(scope="module")
def function(clients, aws):
    with pytest.MonkeyPatch.context() as environment:
        yield Receipts(environment, aws, clients("s3"))


@pytest.fixture
def receipts(function):
    """A função, com o bucket vazio."""
    stored(function.bucket).clear()
    function.heal()
    return function


def body(number=None, **changes):
    item = {"nome": "Urso de pelúcia Mel", "quantidade": 2, "centavos": 8990}
    message = {"pedido": str(number or uuid4()), "hora": "21/11/2026 10:00", "total": 17980, "itens": [item]}
    return json.dumps(message | changes, ensure_ascii=False)


def test_from_the_order_to_the_receipt(site, queue, receipts):
    """O aviso que a loja manda é o que a função entende."""
    location = order(site, (BEAR, 2), (SNOW, 1)).headers["Location"]
    assert receipts(*(json.dumps(message) for message in queue.take(1))) == []
    number = location.removeprefix("/pedidos/")
    text = receipts.text(number)
    assert text.startswith(f"Pedido {number}, de ") and text.endswith("Total: R$ 309,70\n")
    assert "2 × Urso de pelúcia Mel: R$ 179,80\n" in text
    (key,) = receipts.keys()
    assert key == f"arquivos/recibos/{number}.txt" and f'href="/{key}"' in site.get(location).text
    stored = receipts.s3.head_object(Bucket=receipts.bucket, Key=key)
    assert stored["ContentType"] == "text/plain; charset=utf-8" and stored["CacheControl"].startswith("private")


def test_repeated_message_gives_one_receipt(receipts):
    """Repetida no mesmo lote, em outro, ou com outro conteúdo: vale o primeiro recibo."""
    number = uuid4()
    assert receipts(body(number), body(number)) == [] and receipts(body(number)) == []
    assert receipts(body(number, hora="depois")) == []
    assert "21/11/2026 10:00" in receipts.text(number) and len(receipts.keys()) == 1


def test_one_bad_message_does_not_hold_the_others(receipts):
    good = [uuid4(), uuid4()]
    assert receipts(body(good[0]), "isto não é JSON", body(good[1])) == [1]
    assert len(receipts.keys()) == 2


@pytest.mark.parametrize("text", [
    "", "null", "[]", "{}", '"x"', "1", "[" * 100_000,
    body("../../urso"), body("ABC"), body(f"{uuid4()}/x"), body(f"{uuid4()}\n"), body(pedido=7), body(pedido=None),
    body(total=17979), body(total="17980"), body(total=None), body(total=True), body(total=17980.0),
    body(itens=[]), body(itens=None), body(itens=[1]), body(itens=[{}]),
    body(itens=[{"nome": "Urso", "quantidade": 1, "centavos": 1, "desconto": 9}], total=1),
    body(itens=[{"nome": "Urso", "quantidade": 1, "centavos": 1}] * 21, total=21),
    body(itens=[{"nome": "Urso", "quantidade": -1, "centavos": 100}], total=-100),
    body(itens=[{"nome": "Urso", "quantidade": 0, "centavos": 100}], total=0),
    body(itens=[{"nome": "Urso", "quantidade": 1.5, "centavos": 100}], total=150),
    body(itens=[{"nome": "Urso", "quantidade": True, "centavos": 100}], total=100),
    body(itens=[{"nome": "", "quantidade": 1, "centavos": 100}], total=100),
    body(itens=[{"nome": "x" * 201, "quantidade": 1, "centavos": 100}], total=100),
    body(itens=[{"nome": "linha\nTotal: R$ 0,00", "quantidade": 1, "centavos": 100}], total=100),
    body(hora=None), body(hora="linha\noutra"),
])
def test_malformed_message_fails_alone_and_writes_nothing(receipts, text):
    assert receipts(text) == [0]
    assert receipts.keys() == []


def test_storage_down_returns_the_whole_batch(receipts):
    """Sem o S3 nada se perde: as mensagens voltam à fila e servem depois."""
    bodies = [body(), body()]
    receipts.fail("s3", "PutObject", "SlowDown", 503)
    assert receipts(*bodies) == [0, 1] and receipts.keys() == []
    receipts.heal()
    assert receipts(*bodies) == [] and len(receipts.keys()) == 2


def test_empty_batch(receipts):
    assert receipts.call("FuncaoRecibo", receipts.index, {}) == {"batchItemFailures": []}


# --- o template -----------------------------------------------------------------------------------


def test_load_balancer_asks_the_path_that_ignores_the_database(source):
    assert source.data["Resources"]["GrupoDestino"]["Properties"]["HealthCheckPath"] == "/saude"


def test_maximum_is_always_above_minimum(source):
    """A renovação uma a uma exige `MinInstancesInService` menor que `MaxSize`."""
    parameters = source.data["Parameters"]
    assert parameters["InstanciasMinimas"]["MaxValue"] < parameters["InstanciasMaximas"]["MinValue"]


def test_queue_outlasts_the_function(source):
    """A mensagem fica escondida seis vezes o tempo da função, e a fila de falhas guarda por mais tempo que a outra."""
    resources = source.data["Resources"]
    orders, failures = (resources[name]["Properties"] for name in ("FilaPedidos", "FilaFalhas"))
    assert orders["VisibilityTimeout"] >= 6 * resources["FuncaoRecibo"]["Properties"]["Timeout"]
    assert failures["MessageRetentionPeriod"] > orders["MessageRetentionPeriod"]
    assert resources["LeituraFila"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_path_of_the_bucket_goes_to_the_bucket(source):
    """O que a loja cita do bucket está sob o caminho que o CloudFront manda para ele."""
    config = source.data["Resources"]["Distribuicao"]["Properties"]["DistributionConfig"]
    (files,) = [item for item in config["CacheBehaviors"] if item["TargetOriginId"] == "arquivos"]
    cited = re.findall(r'(?:href|src)="(/arquivos/[^"]+)"', source.files["/opt/loja/templates/loja.html"])
    pages = [item["ResponsePagePath"] for item in config["CustomErrorResponses"] if "ResponsePagePath" in item]
    assert len(cited) == 4 and all(fnmatch.fnmatchcase(path, files["PathPattern"]) for path in cited + pages)
    behaviours = (config["DefaultCacheBehavior"], files)
    assert {item["ViewerProtocolPolicy"] for item in behaviours} == {"redirect-to-https"}


def test_one_error_does_not_reach_other_visitors(source):
    """O CloudFront guarda os erros 5xx por 10 s e ignora o `no-cache` deles: só o tempo zero impede."""
    config = source.data["Resources"]["Distribuicao"]["Properties"]["DistributionConfig"]
    kept = {item["ErrorCode"]: item["ErrorCachingMinTTL"] for item in config["CustomErrorResponses"]}
    assert {code: seconds for code, seconds in kept.items() if code >= 500} == dict.fromkeys((500, 502, 503, 504), 0)
