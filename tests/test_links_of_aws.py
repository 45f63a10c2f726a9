"""Os links da AWS estão todos na lista, com data, e `medir links` diz o que não abre."""

from __future__ import annotations

import datetime
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.aws import links
from scripts.base.tree import Tree
from scripts.measure import links as measure
from scripts.measure.links import Visit, dated, sources, told, visit

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 12, 1)


def test_every_link_of_the_tree_is_listed_with_a_date_and_no_other():
    listed, cited = links.read(), sources(ROOT)
    assert sorted(f"{cited[address]}: {address}" for address in cited.keys() - listed.keys()) == [], \
        "rode `python3 scripts medir links`: sem rede, ele só acrescenta os novos"
    assert sorted(listed.keys() - cited.keys()) == [], "rode `python3 scripts medir links`: sem rede, ele só tira os que sobram"
    assert all(date == links.NEVER or datetime.date.fromisoformat(date) <= datetime.date.today() for date in listed.values())


@pytest.mark.parametrize("address, aws", [
    ("https://docs.aws.amazon.com/x", True), ("https://aws.amazon.com/", True), ("https://calculator.aws/", True),
    ("https://checkip.amazonaws.com", True), ("http://docs.aws.amazon.com/x", False), ("https://naws.amazon.com.example/x", False),
    ("https://example.com/aws.amazon.com", False), ("../index.md", False)])
def test_what_is_a_link_of_aws(address, aws):
    assert links.is_aws(address) is aws


def test_a_date_changes_only_when_the_link_opens():
    visits = [Visit("a"), Visit("b", "respondeu 404"), Visit("c", "não respondeu", reached=False), Visit("d", "respondeu 404")]
    assert dated(visits, {"a": "2026-01-01", "b": "2026-01-02", "x": "2026-01-03"}, {"b": "2026-05-05", "d": "2026-02-02"}, TODAY) == {
        "a": "2026-12-01", "b": "2026-01-02", "c": "nunca", "d": "2026-02-02"}


def test_a_page_may_say_when_it_was_consulted(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(
        "Veja [x](https://docs.aws.amazon.com/x) (consultado em 2026-11-21) e [y](https://docs.aws.amazon.com/y).\n", encoding="utf-8")
    assert told(tmp_path) == {"https://docs.aws.amazon.com/x": "2026-11-21"}


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/mudou":
            self.send_response(301)
            self.send_header("Location", "/boa")
            self.end_headers()
            return
        self.send_response(200 if self.path == "/boa" else 404)
        self.end_headers()
        self.wfile.write(b"<h2 id='secao'>A</h2>" if self.path == "/boa" else b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("path, problem", [
    ("/boa", ""), ("/boa#secao", ""), ("/boa#outra", "abriu sem `#outra`"), ("/nada", "respondeu 404"), ("/mudou", "agora é .*/boa; troque")])
def test_a_visit_says_what_happened(site, path, problem):
    found = visit(f"{site}{path}")
    assert found.reached and re.match(problem, found.problem) and bool(found.problem) is bool(problem)


def test_nobody_answering_is_a_matter_of_network_and_keeps_the_dates(monkeypatch, tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("[x](https://docs.aws.amazon.com/x)\n", encoding="utf-8")
    listed = {"https://docs.aws.amazon.com/x": "2026-03-03", "https://docs.aws.amazon.com/velho": "2026-01-01"}
    kept: dict[str, str] = {}
    monkeypatch.setattr(measure, "visit", lambda address: Visit(address, "não respondeu", reached=False))
    monkeypatch.setattr(links, "read", lambda: listed)
    monkeypatch.setattr(links, "write", kept.update)
    assert measure.run(Tree(tmp_path)) == 2
    assert kept["https://docs.aws.amazon.com/x"] == "2026-03-03" and "https://docs.aws.amazon.com/velho" not in kept
    assert "confira a rede" in capsys.readouterr().err
