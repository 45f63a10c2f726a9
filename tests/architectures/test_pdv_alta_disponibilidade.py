"""O ponto de venda, tirado do template e exercido por HTTP."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from scripts.replay.browsing import Site
from scripts.replay.database import Database
from scripts.replay.lab import Lab
from tests.architectures.laboratory import down, laboratory, rotate

COFFEE = ("Café", "2", "4,50")


@pytest.fixture(scope="module")
def source(load):
    return load("pdv-alta-disponibilidade", "ModeloLancamento")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with laboratory("pdv-alta-disponibilidade", VersaoAplicacao="7") as lab:
        yield lab


@pytest.fixture(scope="module")
def database(lab) -> Database:
    return lab.database("primario", client="app-a")


def serve(lab: Lab, **changed: str) -> Site:
    return lab.application("app-a", via="balanceador", who="caixas", **{"ZONA": "sa-east-1a", **changed})


@pytest.fixture(scope="module")
def running(lab, database) -> Site:
    """A aplicação, uma vez para o módulo: com a página aberta, as tabelas já existem."""
    site = serve(lab)
    site.get()
    return site


@pytest.fixture
def site(running, database) -> Site:
    """Sem vendas."""
    database.query("TRUNCATE sales, items")
    return running


def sell(site, *items, key=None, **options):
    fields = [("chave", str(key or uuid4()))]
    for item in items:
        fields += zip(("descricao", "quantidade", "preco"), item)
    return site.post("/vendas", data=fields, **options)


def test_sale_is_registered_and_listed(site, database):
    key = uuid4()
    answer = sell(site, COFFEE, ("Pão de queijo", "10", "1.25"), key=key)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/?venda={key}")
    assert database.query("SELECT id, total_cents FROM sales") == [(key, 2150)]
    assert database.query("SELECT sale_id, position, description, quantity, price_cents FROM items ORDER BY 2") == [
        (key, 1, "Café", 2, 450), (key, 2, "Pão de queijo", 10, 125)]
    page = site.get(answer.headers["Location"]).text
    assert "Venda registrada." in page and "2 × Café, 10 × Pão de queijo" in page
    assert "1 no total de R$ 21,50" in page


def test_form_of_the_page_sells(site):
    """A chave que a página dá serve; as linhas em branco não contam; cada página traz outra chave."""
    pages = [site.get().text, site.get().text]
    keys = [UUID(re.search(r'name="chave" value="([^"]+)"', page)[1]) for page in pages]
    assert keys[0] != keys[1]
    assert sell(site, COFFEE, ("", "", ""), ("", "", ""), key=keys[0]).status_code == 303
    assert "Venda registrada." not in site.get(f"/?venda={keys[1]}").text


def test_large_amounts(site):
    sell(site, ("Máquina", "999", "999999,99"))
    assert "R$ 998.999.990,01" in site.get().text


def test_only_today_is_listed(site, database):
    """Hoje é o dia do fuso da loja, da primeira à última hora, não o do servidor."""
    for name, created in (("De ontem", "current_date - interval '1 second'"), ("De hoje", "current_date")):
        key = uuid4()
        sell(site, (name, "1", "1"), key=key)
        database.query(f"SET TimeZone = 'America/Sao_Paulo'; UPDATE sales SET created_at = {created} WHERE id = '{key}'")
    page = site.get().text
    assert "De hoje" in page and "De ontem" not in page and "1 no total" in page


@pytest.mark.parametrize(("items", "message"), [
    ([], "Uma venda tem de 1 a 20 itens."),
    ([("", "", "")], "Uma venda tem de 1 a 20 itens."),
    ([COFFEE] * 21, "Uma venda tem de 1 a 20 itens."),
    ([COFFEE, ("", "1", "1")], "Item 2: a descrição"),
    ([("x" * 81, "1", "1")], "Item 1: a descrição"),
    ([("nulo\0", "1", "1")], "Item 1: a descrição"),
    ([("Café", "0", "1")], "Item 1: a quantidade"),
    ([("Café", "-1", "1")], "Item 1: a quantidade"),
    ([("Café", "1000", "1")], "Item 1: a quantidade"),
    ([("Café", "1,5", "1")], "Item 1: a quantidade"),
    ([("Café", "٣", "1")], "Item 1: a quantidade"),
    ([("Café", "1", "0")], "Item 1: o preço"),
    ([("Café", "1", "-1")], "Item 1: o preço"),
    ([("Café", "1", "1.234,56")], "Item 1: o preço"),
    ([("Café", "1", "0,001")], "Item 1: o preço"),
    ([("Café", "1", "NaN")], "Item 1: o preço"),
    ([("Café", "1", "1000000")], "Item 1: o preço"),
    ([("Café", "1")], "Cada item precisa"),
])
def test_invalid_items_are_refused(site, database, items, message):
    answer = sell(site, *items)
    assert answer.status_code == 400 and message in answer.text
    assert database.query("SELECT count(*) FROM sales") == [(0,)]


@pytest.mark.parametrize("key", ["", "1", "zzz"])
def test_sale_without_valid_key(site, key):
    answer = site.post("/vendas", data={"chave": key, "descricao": "Café", "quantidade": "1", "preco": "1"})
    assert answer.status_code == 400 and "Falta a chave da venda" in answer.text


@pytest.mark.parametrize("size", [70_000, 200_000])
def test_huge_request_is_refused(site, size):
    assert sell(site, ("x" * size, "1", "1")).status_code == 413


def test_repeated_key_sells_once(site, database):
    key = uuid4()
    assert [sell(site, COFFEE, key=key).status_code for _ in range(3)] == [303, 303, 303]
    assert database.query("SELECT count(*) FROM sales") == [(1,)]
    assert database.query("SELECT count(*) FROM items") == [(1,)]


def test_repeated_key_with_other_items(site, database):
    key = uuid4()
    sell(site, COFFEE, key=key)
    answer = sell(site, ("Chá", "2", "4,50"), key=key)
    assert answer.status_code == 409 and "outros itens" in answer.text
    assert database.query("SELECT description FROM items") == [("Café",)]


def test_same_key_at_the_same_time_sells_once(site, database):
    key = uuid4()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sell(site, COFFEE, key=key), range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert database.query("SELECT count(*) FROM sales") == [(1,)]
    assert database.query("SELECT count(*) FROM items") == [(1,)]


def test_two_instances_share_the_state(lab, site, database):
    """A venda feita em uma instância aparece na outra, e repetida na outra não vende de novo.

    A segunda nasce sem tabelas, com os dois primeiros pedidos juntos.
    """
    database.query("DROP TABLE items, sales")
    other = serve(lab, ZONA="sa-east-1b")
    with ThreadPoolExecutor() as pool:
        assert {answer.status_code for answer in pool.map(lambda _: other.get(), range(4))} == {200}
    key = uuid4()
    assert sell(site, COFFEE, key=key).status_code == 303
    assert "2 × Café" in other.get().text
    assert sell(other, COFFEE, key=key).status_code == 303
    assert database.query("SELECT count(*) FROM sales") == [(1,)]


def test_database_down(site, database):
    """Sem banco a venda recebe 503 e pode ser repetida; a instância continua saudável."""
    key = uuid4()
    with down(database, lambda: site.get("/saude/banco").status_code == 200):
        answer = sell(site, COFFEE, key=key)
        assert answer.status_code == 503 and "não é registrada duas vezes" in answer.text
        assert site.get().status_code == 503
        assert site.get("/saude/banco").status_code == 503
        assert site.get("/saude").status_code == 200
    assert sell(site, COFFEE, key=key).status_code == 303
    assert database.query("SELECT count(*) FROM sales") == [(1,)]


def test_silent_database_does_not_make_the_instance_unhealthy(lab, database):
    """O banco aceita a conexão e se cala, como no meio de uma troca de zona, sob 60 pedidos:

    `/saude` responde antes dos 5 s do balanceador, e todo pedido termina.
    """
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(128)
        port = str(silent.getsockname()[1])
        site = serve(lab, PGPORT=port, PGCONNECT_TIMEOUT="2")
        with ThreadPoolExecutor(60) as pool:
            answers = [pool.submit(sell, site, COFFEE) for _ in range(60)]
            time.sleep(0.3)
            started = time.monotonic()
            assert site.get("/saude").status_code == 200
            assert time.monotonic() - started < 5
            assert {answer.result().status_code for answer in answers} == {503}


def test_health_names_version_and_zone(site):
    assert site.get("/saude").json() == {"aplicacao": "ok", "versao": "7", "zona": "sa-east-1a"}


def test_rotated_password(lab, site, database):
    """O RDS troca a senha com a aplicação no ar: o pedido seguinte funciona."""
    rotate(lab, database, "primario", "segunda")
    assert sell(site, COFFEE).status_code == 303


def test_markup_is_escaped(site):
    sell(site, ("<script>alert(1)</script>", "1", "1"))
    page = site.get().text
    assert "<script" not in page and "&lt;script&gt;" in page


def test_other_sites_cannot_post(site, database):
    for origin in ("https://outro.example", "null"):
        assert sell(site, COFFEE, headers={"Origin": origin}).status_code == 403
    assert database.query("SELECT count(*) FROM sales") == [(0,)]
    assert sell(site, COFFEE, headers={"Origin": site.address}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/saude", "/nao-existe", "/static/estilo.css"])
def test_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_load_balancer_asks_the_path_that_ignores_the_database(source):
    assert source.data["Resources"]["GrupoDestino"]["Properties"]["HealthCheckPath"] == "/saude"


def test_maximum_is_always_above_minimum(source):
    """A renovação uma a uma exige `MinInstancesInService` menor que `MaxSize`."""
    parameters = source.data["Parameters"]
    assert parameters["InstanciasMinimas"]["MaxValue"] < parameters["InstanciasMaximas"]["MinValue"]
