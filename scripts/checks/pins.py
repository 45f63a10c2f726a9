"""Os pacotes que os templates instalam: o resumo é o da versão que se diz, e os que só andam juntos têm a mesma.

Compara com as listas de `requirements/` da árvore, se há, e os templates entre si. O `pip` recusa o pacote cujo resumo não
confere, e a instalação para.
https://pip.pypa.io/en/stable/topics/secure-installs/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.base.findings import Finding
from scripts.base.pins import Pin, pins
from scripts.template.cloudformation import Template

CODE = "pacote-trocado"
TOGETHER = (("psycopg", "psycopg-binary"), ("psycopg", "psycopg-c"))
"""Pacotes que só funcionam na mesma versão: https://www.psycopg.org/psycopg3/docs/basic/install.html"""
Known = dict[tuple[str, str], set[str]]


def check(root: Path, templates: Iterable[Template]) -> Iterator[Finding]:
    """Um achado por pacote cujo resumo é de outro, ou cuja versão não é a do par dele."""
    written = [(template, tuple(pins(template.text))) for template in templates if "--hash=sha256:" in template.text]
    listed: Known = {}
    for path in sorted((root / "requirements").glob("*.txt")) if written else ():
        for pin in pins(path.read_text(encoding="utf-8")):
            listed.setdefault(pin.package, set()).update(pin.hashes)
    known: Known = {package: set(hashes) for package, hashes in listed.items()}
    for _, found in written:
        for pin in found:
            known.setdefault(pin.package, set()).update(pin.hashes if pin.package not in listed else ())
    for template, found in written:
        for pin in found:
            yield from _strange(template, pin, listed, known)
        yield from _apart(template, found)


def _strange(template: Template, pin: Pin, listed: Known, known: Known) -> Iterator[Finding]:
    """O resumo que a lista da árvore não tem para a versão, ou que é o de outro pacote, ou de outra versão."""
    owners = {package for package, hashes in known.items() if package != pin.package and hashes & pin.hashes}
    lost = listed.get(pin.package) and not pin.hashes <= listed[pin.package]
    if pin.hashes and (lost or owners and pin.package not in listed):
        other = f": é o de `{'=='.join(min(owners))}`" if owners else ""
        yield Finding(template.path, pin.line, CODE, f"O resumo de `{pin.name}=={pin.version}` não é dele{other}, e o `pip` recusa o pacote; copie-o "
                      "de novo, com a versão.")


def _apart(template: Template, found: Iterable[Pin]) -> Iterator[Finding]:
    versions: dict[str, set[str]] = {}
    for pin in found:
        versions.setdefault(pin.name, set()).add(pin.version)
    for pin in found:
        for first, second in TOGETHER:
            if pin.name == second and first in versions and pin.version not in versions[first]:
                yield Finding(template.path, pin.line, CODE, f"`{second}` é {pin.version}, e `{first}`, {min(versions[first])}: os dois só funcionam "
                              "na mesma versão; iguale-as.")
