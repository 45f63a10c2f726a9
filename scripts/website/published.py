"""O que se faz do site depois que o MkDocs o monta: a busca sem acentos e sem servidor, e as páginas sem o que só pesa."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from scripts.checks import copies

INDEX = Path("search", "search_index.json")
WORD = re.compile(r"\w+")
MARK = re.compile(r"<[^<>]*>")
BLANK = re.compile(r"\s*\n\s*")
SKIPPED = ("a", "o", "as", "os", "ao", "um", "uma", "de", "da", "do", "das", "dos", "e", "ou", "em", "na", "no", "nas", "nos", "por", "para", "com",
           "que", "como", "qual", "meu", "minha", "the", "of", "x", "vs")
SEPARATOR = r"[\s\-–—.,;:!?()“”\"'/|=]+|^(?:" + "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in SKIPPED) + ")$"
"""O que separa as palavras. O fim vale para cada palavra de quem busca: “de” acharia tudo o que começa assim."""
ENDINGS = (("ão", "ões"), ("ões", "ão"), ("ais", "al"), ("éis", "el"), ("eis", "el"), ("al", "ais"), ("el", "eis"), ("ol", "óis"), ("ns", "m"),
           ("m", "ns"), ("res", "r"), ("zes", "z"), ("r", "res"), ("z", "zes"), ("s", ""))
"""De cada terminação, a do outro número; as mais longas antes."""
AROUND = re.compile(r"(</?(?:div|figure|h\d|li|nav|ol|p|table|tbody|td|th|thead|tr|ul)(?: [^<>]*)?>)\n\s*(?=<)")
"""A linha nova junto de um bloco, que não se vê; em código não há blocos."""
UNCOLORED = re.compile(r'<span(?: class="w")?>(\s*)</span>')
"""O espaço de um programa, a que o Pygments dá uma cor que não se vê."""
TAG = re.compile(r"<[a-zA-Z][^<>]*>")
QUOTED = re.compile(r"""="([^\s"'=<>`]+)"(?=[ >])""")
"""O atributo que se lê igual sem as aspas."""
IMPLIED = re.compile(r"</li>(?=<li\b|</[uo]l>)|</(?:t[dhr]|tbody)>(?=<(?:t[dhr]|/tr|/tbody|/table)\b)")
"""O fim que o começo, ou o fim, seguinte já diz."""
UNREAD = ' data-search-exclude=""'
"""O que só a montagem do índice lê."""


def finish(site: Path) -> None:
    """Acaba o site: a busca e as páginas, repartidas pelos núcleos, as maiores primeiro."""
    index = site / INDEX
    pages = sorted(site.rglob("*.html"), key=lambda page: page.stat().st_size, reverse=True)
    copies.each([*([partial(_searched, index)] if index.is_file() else []), *(partial(_lightened, page) for page in pages)])


def _searched(index: Path) -> None:
    fold(index)
    # Também como script, que é como o tema o pede em uma página aberta do disco.
    index.with_suffix(".js").write_text(f"var __index = {index.read_text(encoding='utf-8')}", encoding="utf-8")


def _lightened(page: Path) -> None:
    page.write_text(compact(page.read_text(encoding="utf-8")), encoding="utf-8")


def compact(html: str) -> str:
    """A página sem o que se lê igual sem: linhas em branco e, no artigo, onde elas contam, só as que não se veem; aspas; fins implícitos."""
    before, opening, rest = html.partition("<article")
    inside, closing, after = rest.rpartition("</article>")
    article = UNCOLORED.sub(r"\1", AROUND.sub(r"\1", opening + inside + closing)).replace(UNREAD, "")
    article = IMPLIED.sub("", article)
    article = TAG.sub(lambda tag: QUOTED.sub(r"=\1", tag[0]), article)
    return BLANK.sub("\n", before) + article + BLANK.sub("\n", after)


def fold(index: Path) -> None:
    """Põe no índice o que a busca do tema não faz por si: acentos, plurais e as palavras que não dizem nada."""
    written = json.loads(index.read_text(encoding="utf-8"))
    written["config"]["separator"] = SEPARATOR
    for entry in written["docs"]:
        _fold(entry)
    index.write_text(json.dumps(written, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _fold(entry: dict[str, Any]) -> None:
    """Junto do que a parte diz, as palavras acentuadas sem acento; das etiquetas, também o singular e o plural."""
    words = dict.fromkeys(WORD.findall(MARK.sub(" ", f"{entry['title']} {entry['text']}").lower()))
    bare = [plain for word in words if (plain := without_accents(word)) != word and plain not in words]
    if bare:  # dentro do primeiro parágrafo, que é então o que a resposta mostra; o estilo esconde o `<s>`
        before, closing, after = entry["text"].partition("</p>")
        entry["text"] = f"{before} <s>{' '.join(bare)}</s>{closing}{after}"
    if tags := entry.get("tags"):
        whole = [tag for tag in tags if WORD.fullmatch(tag)]  # a etiqueta que é só a palavra conta duas vezes: é o nome do assunto
        entry["tags"] = [*tags, *_forms(WORD.findall(" ".join(tags))), *_forms(whole)]


def _forms(words: Iterable[str]) -> list[str]:
    """As palavras nos dois números, com e sem acento, sem repetição."""
    forms = (form for word in words for form in (word, *numbers(word)))
    return list(dict.fromkeys(spelled for form in forms for spelled in (form, without_accents(form))))


def numbers(word: str) -> list[str]:
    """O plural de uma palavra e, se ela parece um, o singular."""
    for ending, other in ENDINGS:
        if word.endswith(ending):
            return [word.removesuffix(ending) + other]
    return [f"{word}s"] if len(word) > 2 else []


def without_accents(text: str) -> str:
    """O mesmo texto, sem os sinais das letras."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
