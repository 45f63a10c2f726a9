"""O que, numa figura, está fora da AWS: as classes de nó de `diagrams` cujo ato nenhum template mostra."""

from __future__ import annotations

CLASSES = frozenset(f"aws.general.{name}" for name in (
    "User", "Users", "Client", "MobileClient", "GenericOfficeBuilding", "OfficeBuilding", "TraditionalServer",
    "InternetAlt1", "InternetAlt2",
)) | {"aws.management.CommandLineInterface"}
"""Pessoas, programas de linha de comando, telefones e escritórios, entre os ícones da AWS."""

PROVIDERS = ("onprem.", "saas.", "generic.device.", "azure.", "gcp.", "alibabacloud.", "digitalocean.", "ibm.", "oci.", "openstack.")
"""Começos das classes de outra empresa, do computador de alguém ou de outra nuvem."""


def outside_aws(kind: str) -> bool:
    """A classe de nó (`aws.general.User`) é de algo fora da AWS."""
    return kind in CLASSES or kind.startswith(PROVIDERS)
