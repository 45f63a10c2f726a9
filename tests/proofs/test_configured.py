"""O que os arquivos de configuração dizem do banco, dos volumes, dos balanceadores e das chamadas: o que não existe é um achado."""

from __future__ import annotations

from typing import Any

import pytest
from bench import real
from test_boot import edited, needs

R, UNIT = "Resources", ("Mappings", "Codigo", "Site", "UnidadeVolume")
SERVER, MODEL = (R, "Servidor"), (R, "ModeloLancamento")
CASES: dict[str, tuple[str, tuple[Any, ...], tuple[str, str], str]] = {
    "o programa pede outro banco": ("dois-volumes-ebs", SERVER, ("PGDATABASE=musicas", "PGDATABASE=acervo"), "pede o banco `acervo`"),
    "numa frota, outro banco": ("pdv-alta-disponibilidade", MODEL, ("PGDATABASE=pdv", "PGDATABASE=vendas"), "pede o banco `vendas`"),
    "outra porta do banco": ("ecommerce", MODEL, ("PGPORT=${Banco.Endpoint.Port}", "PGPORT=3306"), "é 3306, e `Banco` ouve em 5432"),
    "sem TLS, que o banco exige": ("web-ec2-rds-s3", SERVER, ("PGSSLMODE=verify-full", "PGSSLMODE=disable"), "desliga o TLS"),
    "o endereço inteiro pede outro banco": ("web-ec2-rds-s3", SERVER, ("PGTZ=", "URL=postgresql://${Banco.Endpoint.Address}:5432/outro\nPGTZ="),
                                            "o endereço pede `5432/outro`"),
    "o endereço inteiro pede outra porta": ("web-ec2-rds-s3", SERVER, ("PGTZ=", "URL=postgresql://${Banco.Endpoint.Address}:3306/cadastro\nPGTZ="),
                                            "o endereço pede `3306/cadastro`"),
    "a API em outra porta": ("espectrometria", MODEL, ("${BalanceadorInterno.DNSName}/", "${BalanceadorInterno.DNSName}:8000/"),
                             "por http na porta 8000"),
    "a API por HTTPS, que não há": ("espectrometria", MODEL, ("API=http:", "API=https:"), "por https na porta 443"),
    "os volumes trocados": ("dois-volumes-ebs", SERVER, ("VOLUME_RECEBIDOS=/dados/d", "VOLUME_RECEBIDOS=/dados/e"), "e não `VolumeRecebidos`"),
    "os temporários fora do volume": ("web-ec2-rds-s3", SERVER, ("TMPDIR=/temporarios/envios", "TMPDIR=/var/tmp"), "nada no programa usa `/temporarios`"),
    "os arquivos fora do volume": ("upload-ec2-ebs-rds", SERVER, ("VOLUME=/dados/arquivos", "VOLUME=/srv/arquivos"), "nada no programa usa `/dados`"),
    "o volume noutro ponto": ("dois-volumes-ebs", UNIT, ("/dados/%i", "/volumes/%i"), "nada no programa usa `/volumes/d`"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_exist_is_named(case: str) -> None:
    slug, path, (old, new), reason = CASES[case]
    assert reason in needs(edited(slug, path, old, new))


@pytest.mark.parametrize("slug, path, old, new", [
    ("espectrometria", MODEL, "${BalanceadorInterno.DNSName}/", "${BalanceadorInterno.DNSName}:80/"),
    ("ecommerce", MODEL, "PGPORT=${Banco.Endpoint.Port}", 'PGPORT="5432"'),
    ("web-ec2-rds-s3", SERVER, "PGTZ=", "URL=postgresql://${Banco.Endpoint.Address}:5432/cadastro\nPGTZ="),
])
def test_the_same_said_otherwise_is_right(slug: str, path: tuple[Any, ...], old: str, new: str) -> None:
    assert needs(edited(slug, path, old, new)) == ""


def test_the_database_that_changes_name_leaves_the_program_behind() -> None:
    for slug in ("musicas", "envio-e-consulta", "upload-ec2-ebs-rds", "ecommerce"):
        changed = real(slug)
        if "Banco" in changed.template.resources:
            assert "cria `outro`" in needs(changed.put(R, "Banco", "Properties", "DBName", value="outro")), slug
