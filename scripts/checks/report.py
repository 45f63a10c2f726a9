"""Os achados como se mostram: texto, JSON, anotações do GitHub Actions ou SARIF 2.1.0.

O GitHub mostra poucas anotações por etapa, dez de cada tipo: os achados se agrupam até caber, e a
lista inteira vai para a página do trabalho (`GITHUB_STEP_SUMMARY`) e para o registro da etapa.
Fonte: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from scripts.base.findings import Finding, to_json
from scripts.base.wording import plural

ANNOTATIONS = 10
"""Anotações de erro que o GitHub mostra de uma etapa; as demais só ficam no registro."""
SHOWN = 20
"""Achados que uma anotação de vários traz por extenso: o resto está no resumo."""
SUMMARY = 1_000_000
"""Bytes do resumo de uma etapa: o GitHub recusa, inteiro, o que passa de 1 MiB."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LINE = re.compile(r"\b(linhas?) \d+")
LINK = re.compile(r"\[([^\[\]]*)\]\(")


def say(findings: Sequence[Finding], root: Path, form: str = "") -> None:
    """Mostra os achados na saída padrão; os de texto e do GitHub, com a conta na saída de erros.

    Sem `form`, é `github` numa etapa do GitHub Actions e `texto` fora de lá.
    """
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "texto")
    if form == "json":
        print(to_json(findings))
    elif form == "sarif":
        print(json.dumps(sarif(findings, _prefix(root)), ensure_ascii=False, indent=2))
    else:
        for line in annotations(findings, _prefix(root)) if form == "github" else map(str, findings):
            print(line)
        print(summary(findings), file=sys.stderr)
    if form == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        with open(page, "a", encoding="utf-8") as file:
            file.write(markdown(findings, _prefix(root)))


def summary(findings: Sequence[Finding]) -> str:
    """A última linha, para gente."""
    return f"{plural(len(findings), 'achado', 'achados')}." if findings else "Tudo confere."


def annotations(findings: Sequence[Finding], prefix: str = "") -> Iterator[str]:
    """As linhas de uma etapa: até dez anotações e, num grupo que se abre, a lista inteira."""
    if not findings:
        return
    yield from (_annotation(group, prefix) for group in _grouped(findings))
    # O que está na lista é texto de quem escreveu a árvore: enquanto ela dura, nada é comando.
    token = os.urandom(16).hex()
    yield f"::group::{_data(summary(findings))}"
    yield f"::stop-commands::{token}"
    yield from map(str, findings)
    yield f"::{token}::"
    yield "::endgroup::"


def _grouped(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Os achados em até dez grupos, os menores que caibam; do que não cabe por arquivo, o último junta tudo."""
    keys: tuple[Callable[[Finding], Hashable], ...] = (
        lambda finding: finding, lambda finding: (finding.path, finding.line),
        lambda finding: (finding.path, finding.code), lambda finding: finding.path)
    groups: list[list[Finding]] = []
    for key in keys:
        found: dict[Hashable, list[Finding]] = {}
        for finding in findings:
            found.setdefault(key(finding), []).append(finding)
        groups = list(found.values())
        if len(groups) <= ANNOTATIONS:
            return groups
    rest = [finding for group in groups[ANNOTATIONS - 1:] for finding in group]
    return [*groups[:ANNOTATIONS - 1], rest]


def _annotation(group: list[Finding], prefix: str) -> str:
    first, files = group[0], {finding.path for finding in group}
    if len(group) == 1:
        title, text = first.code, first.message
    else:
        codes = {finding.code for finding in group}
        title = f"{plural(len(group), 'achado', 'achados')}{f' em {len(files)} arquivos' if len(files) > 1 else ''}"
        title += f": {first.code}" if len(codes) == 1 else ""
        said = [str(finding) if len(files) > 1 else f"linha {finding.line}: [{finding.code}] {finding.message}" for finding in group[:SHOWN]]
        left = len(group) - len(said)
        text = "\n".join([*said, *([f"E mais {left}: a lista inteira está no resumo do trabalho."] if left else [])])
    properties = {"file": prefix + first.path, "line": str(first.line), "title": title}
    return f"::error {','.join(f'{name}={_property(value)}' for name, value in properties.items())}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(findings: Sequence[Finding], prefix: str = "") -> str:
    """O resumo da página do trabalho: a conta, quantos de cada código e a lista, até onde o GitHub aceita."""
    lines = [f"## Conferência: {summary(findings)[:-1].lower()}", ""]
    if findings:
        counts = Counter(finding.code for finding in findings)
        lines += ["| Código | Achados |", "| --- | ---: |", *(f"| `{code}` | {count} |" for code, count in counts.most_common()), "",
                  "| Onde | Código | O que há e o que fazer |", "| --- | --- | --- |"]
    room = SUMMARY - sum(len(line.encode()) + 1 for line in lines)
    for index, finding in enumerate(findings):
        line = f"| {_cell(f'{prefix}{finding.path}:{finding.line}')} | `{finding.code}` | {_cell(finding.message)} |"
        room -= len(line.encode()) + 1
        if room < 0:
            lines += ["", f"E mais {len(findings) - index}, que estão no registro da etapa."]
            break
        lines.append(line)
    return "\n".join(lines) + "\n\n"


def _cell(text: str) -> str:
    """O texto numa célula, letra por letra: só o código entre crases continua código."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(part.replace("|", "\\|") if index % 2 else re.sub(r"([\\*_\[\]<>|`~#&@!])", r"\\\1", part)
                   for index, part in enumerate(parts))


def sarif(findings: Sequence[Finding], prefix: str = "") -> dict[str, Any]:
    """O registro SARIF 2.1.0: o código é o `ruleId`, e a impressão digital não muda quando as linhas andam."""
    codes = sorted({finding.code for finding in findings})
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        text = "\n".join((finding.path, finding.code, LINE.sub(r"\1", finding.message)))
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        seen[mark] += 1
        results.append({
            "ruleId": finding.code, "ruleIndex": codes.index(finding.code), "level": "error", "message": {"text": _message(finding.message)},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": quote(prefix + finding.path), "uriBaseId": "%SRCROOT%"}, "region": {"startLine": finding.line}}}],
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
        })
    driver = {"name": "arquiteturas-aws-vivas", "fullName": "Arquiteturas AWS vivas: conferir", "language": "pt-BR",
              "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{
        "tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}]}


def _message(text: str) -> str:
    """O texto sem os sinais que o SARIF leria como seus: `{0}` e `[texto](destino)` (2.1.0, 3.11.5 e 3.11.6)."""
    return LINK.sub(r"\\[\1\\](", text.replace("{", "{{").replace("}", "}}"))


def _prefix(root: Path) -> str:
    """De onde a árvore está no repositório que o GitHub confere até ela, com `/` no fim; vazio quando é ele mesmo."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace or not root.is_relative_to(Path(workspace).resolve()):
        return ""
    inside = PurePath(root.relative_to(Path(workspace).resolve())).as_posix()
    return "" if inside == "." else f"{inside}/"
