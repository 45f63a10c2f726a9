"""O certificado do banco: conferido por quem se conecta, em cada arquitetura e em cada modo de o dizer."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings, text_of
from bench import R

from scripts.checks.certified import CODE

INIT = ("Metadata", "AWS::CloudFormation::Init", "config", "files")
EVERY = {"dois-volumes-ebs": "Servidor", "ecommerce": "ModeloLancamento", "envio-e-consulta": "Servidor", "espectrometria": "ModeloLancamento",
         "pdv-alta-disponibilidade": "ModeloLancamento", "upload-ec2-ebs-rds": "Servidor", "web-ec2-rds-s3": "Servidor"}
UPLOAD, ESPECTRO = "upload-ec2-ebs-rds", "espectrometria"
ENVIRONMENT = (R, "Servidor", *INIT)
SITE = ("Mappings", "Codigo", "Site", "Aplicacao")


def told(slug: str, edits: dict[tuple[Any, ...], Any], page: tuple[str, str] = ("", "")) -> list[str]:
    return [found.message for found in findings(slug, edits, page) if found.code == CODE]


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-CA"])
def test_a_weaker_mode_of_every_architecture(slug, mode):
    assert any(f"com `{mode.lower()}`, que não confere" in said for said in told(
        slug, text_of((R, EVERY[slug], *INIT), "PGSSLMODE=verify-full", f"PGSSLMODE={mode}")))


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("old, said", [("PGSSLMODE=verify-full", "sem dizer `PGSSLMODE`"), ("PGSSLROOTCERT=", "de que autoridade é o certificado")])
def test_what_is_not_said_is_not_checked(slug, old, said):
    assert any(said in message for message in told(slug, text_of((R, EVERY[slug], *INIT), old, "OUTRA=x" if "=v" in old else "OUTRA=")))


@pytest.mark.parametrize("new, mode", [
    ('psycopg.connect(**credentials, sslmode="require", row_factory=namedtuple_row)', "require"),
    ("psycopg.connect(**{**credentials, 'sslmode': 'prefer'}, row_factory=namedtuple_row)", "prefer"),
    ('psycopg.connect("sslmode=verify-ca", **credentials, row_factory=namedtuple_row)', "verify-ca"),
    ('psycopg.connect("postgresql://x/?sslmode=allow", **credentials, row_factory=namedtuple_row)', "allow"),
    ('psycopg.connect(**credentials, ssl="require", row_factory=namedtuple_row)', "require"),
    ("psycopg.connect(**credentials, sslmode=MODE, row_factory=namedtuple_row)", "mode"),
    ('os.environ["PGSSLMODE"] = "require"; psycopg.connect(**credentials, row_factory=namedtuple_row)', "require"),
    ('os.environ.setdefault("PGSSLMODE", "require"); psycopg.connect(**credentials, row_factory=namedtuple_row)', "require"),
])
def test_the_code_may_undo_the_environment(new, mode):
    old = "psycopg.connect(**credentials, row_factory=namedtuple_row)"
    assert any(f"com `{mode}`, que não confere" in said for said in told(UPLOAD, text_of(("Mappings", "Codigo", "Site"), old, new)))


def test_django_may_too():
    old, new = '"CONN_MAX_AGE": 60,', '"CONN_MAX_AGE": 60, "OPTIONS": {"sslmode": "require"},'
    assert any("com `require`" in said for said in told(ESPECTRO, text_of(("Mappings", "Codigo", "Site"), old, new)))


@pytest.mark.parametrize("path, old, new", [
    (ENVIRONMENT, "PGSSLMODE=verify-full", 'PGSSLMODE="verify-full"'), (ENVIRONMENT, "PGSSLMODE=verify-full", "# PGSSLMODE=require\nPGSSLMODE=verify-full"),
    (("Mappings", "Codigo", "Site"), "psycopg.connect(**credentials, row", 'psycopg.connect(**credentials, sslmode="verify-full", row'),
    (("Mappings", "Codigo", "Site"), "psycopg.connect(**credentials, row", 'psycopg.connect(**credentials, sslmode=os.environ["PGSSLMODE"], row'),
    (ENVIRONMENT, "PGSSLROOTCERT=/opt/envios/rds.pem", "PGSSLROOTCERT=system"),
])
def test_other_ways_of_checking_are_right(path, old, new):
    assert told(UPLOAD, text_of(path, old, new)) == []


SENTENCE = "e a conexão confere o certificado do [RDS](../../notas/rds.md) (`verify-full`)"


def test_the_template_alone_or_the_page_alone_asks_for_it():
    silent = (SENTENCE, "e a senha vem do segredo")
    weaker = text_of(ENVIRONMENT, "PGSSLMODE=verify-full", "PGSSLMODE=require")
    assert any("o template dá a ele com que conferir" in said for said in told(UPLOAD, weaker, silent))
    bare = text_of(ENVIRONMENT, "PGSSLMODE=verify-full\nPGSSLROOTCERT=/opt/envios/rds.pem", "PGSSLMODE=require")
    assert told(UPLOAD, bare, silent) == []
    assert any("a página diz que confere" in said for said in told(UPLOAD, bare))
