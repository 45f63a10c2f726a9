"""A revisão numa página HTML que se abre sozinha: as frases e as figuras, clara e escura, sem script nem nada de fora."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from scripts.base.wording import plural
from scripts.review.comparison import Compared, Comparison
from scripts.review.overlay import Pictures, pictures
from scripts.review.report import HEADINGS, NOTHING, headline

STYLE = """
:root{color-scheme:light dark;--pagina:#fff;--texto:#1b2631;--fraca:#5b6773;--linha:#d5dbe1;--fundo:#f4f6f8}
body{margin:0 auto;padding:1.5rem;max-width:78rem;background:var(--pagina);color:var(--texto);font:1rem/1.5 system-ui,sans-serif}
code{padding:0 .25em;border-radius:.2em;background:var(--fundo);font-size:.9em;overflow-wrap:anywhere}
h2{margin:2.5rem 0 .25rem;border-top:1px solid var(--linha);padding-top:1.5rem}
li{margin:.3rem 0}
.resumo{font-weight:600}
.par{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}
figure{margin:1rem 0;padding:.75rem;border:1px solid var(--linha);border-radius:.4rem;overflow:auto}
figure svg{display:block;max-width:100%;height:auto}
figcaption{color:var(--fraca);font-size:.9rem;margin-bottom:.5rem}
@media (prefers-color-scheme:dark){:root{--pagina:#12181f;--texto:#e6edf3;--fraca:#a9b8c6;--linha:#33404d;--fundo:#1d2731;
--arq-back:#12181f;--arq-ink:#e6edf3;--arq-line:#a9b8c6;--arq-step:#7cc0f5;--arq-step-ink:#0a1a28;--arq-nuvem:#e6edf3;--arq-nuvem-line:#8b98a5;
--arq-conta:#ff8cc0;--arq-regiao:#5fd4d6;--arq-vpc:#c3a3ff;--arq-zona:#5fd4d6;--arq-sub-rede-publica:#b7d96a;--arq-sub-rede-privada:#5fd4d6;
--arq-auto-scaling:#ffb066;--arq-grupo-de-seguranca:#ff8d9c;--arq-instancia:#ffb066;--arq-local:#c3ccd6;--arq-computador:#c3ccd6;
--arq-generic:#c3ccd6}}
"""
CAPTION = ("O que entrou tem contorno cheio e “(novo)” ou “(nova)” no rótulo; o que saiu, contorno ou traço tracejado e “(saiu)”; o que mudou, "
           "contorno pontilhado e “(mudou)”.")


def page(comparison: Comparison) -> str:
    """A página inteira."""
    many = len(comparison.architectures)
    title = f"O que mudou: {plural(many, 'arquitetura', 'arquiteturas')}" if many else NOTHING
    body = [f"<h1>{_said(title)}</h1>", f"<p>De {_said(comparison.base)} até {_said(comparison.revision)}.</p>",
            *(f"<p><strong>{_said(note)}</strong></p>" for note in comparison.notes)]
    for one in comparison.architectures:
        body += _architecture(one)
    return "\n".join(['<!doctype html>', '<html lang="pt-BR">', "<head>", '<meta charset="utf-8">',
                      '<meta name="viewport" content="width=device-width, initial-scale=1">', f"<title>{_said(title)}</title>",
                      f"<style>{STYLE}</style>", "</head>", "<body>", *body, "</body>", "</html>", ""])


def _architecture(one: Compared) -> Iterator[str]:
    yield f'<h2 id="{html.escape(one.slug)}">{_said(one.title)} <code>{html.escape(one.slug)}</code></h2>'
    yield f'<p class="resumo">{_said(headline(one))}</p>'
    for grave in (True, False):
        chosen = [change for change in one.changes if change.grave == grave]
        if chosen:
            yield f"<h3>{HEADINGS[grave]}</h3><ul>{''.join(f'<li>{_said(change.text)}</li>' for change in chosen)}</ul>"
    found = pictures(one)
    if found:
        yield from _figures(found)


def _figures(found: Pictures) -> Iterator[str]:
    if found.both:
        yield f"<figure><figcaption>As duas juntas. {CAPTION}</figcaption>{found.both}</figure>"
    sides = [(name, svg) for name, svg in (("Antes", found.before), ("Depois", found.after)) if svg]
    yield f'<div class="par">{"".join(f"<figure><figcaption>{name}</figcaption>{svg}</figure>" for name, svg in sides)}</div>'


def _said(text: str) -> str:
    """O texto escapado; o que está entre crases, como código."""
    parts = re.split(r"`([^`]+)`", text)
    return "".join(f"<code>{html.escape(part)}</code>" if index % 2 else html.escape(part) for index, part in enumerate(parts))
