"""Os títulos e as frases que uma página de arquitetura precisa ter, e que uma árvore pode traduzir.

O padrão é o desta árvore. Outra os troca na tabela `[titulos]` de `arquiteturas.toml`, na raiz
dela: `fluxo = "Data flow"`. O que o site acrescenta por conta própria continua em português.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from scripts.base.findings import Defect, Finding
from scripts.base.source import read as read_text

FILE = "arquiteturas.toml"


@dataclass(frozen=True)
class Titles:
    """Os títulos das seções, na ordem da página, e as frases que se procuram; o nome é a chave no arquivo."""

    fluxo: str = "Fluxo de dados"
    componentes: str = "Componentes"
    beneficios: str = "Benefícios"
    implantacao: str = "Template e implantação"
    validacao: str = "Validação"
    seguranca: str = "Segurança"
    cobranca: str = "O que é cobrado mesmo parado"
    limpeza: str = "Limpeza"
    problemas: str = "Problemas comuns"
    mudancas: str = "O que mudou em relação às anotações originais"
    relacionadas: str = "Relacionadas"
    nao_verificado: str = "O que não foi verificado aqui"
    cobra: str = "Cobra por hora"
    nao_cobra: str = "Não cobra por hora"
    nao_serve: str = "Não serve"
    comuns: str = "O que todas têm:"
    opiniao: str = "Opinião"
    perguntas: str = "Confira o que você aprendeu"

    @property
    def sections(self) -> tuple[str, ...]:
        """As seções de nível 2, na ordem em que vêm."""
        return tuple(getattr(self, field.name) for field in fields(self)[:11])


STANDARD = Titles()


def read(root: Path) -> Titles:
    """Os títulos da árvore; os de sempre, se ela não os troca. Erro: `Defect` quando o arquivo não se lê ou não se entende."""
    path = root / FILE
    if not path.is_file():
        return STANDARD
    try:
        data = tomllib.loads(read_text(path, FILE, Finding(FILE, 1, "configuracao-invalida", "O arquivo não existe.")))
    except tomllib.TOMLDecodeError as error:
        raise Defect(Finding(FILE, getattr(error, "lineno", 1), "configuracao-invalida",
                             f"O arquivo não é TOML (`{error}`); corrija-o, como em `fluxo = \"Data flow\"`.")) from None
    known = [field.name for field in fields(Titles)]
    problems = [f"não há o que `{name}` mude; só `titulos`" for name in data if name != "titulos"]
    written = data.get("titulos", {})
    problems += ["`titulos` é uma tabela, `[titulos]`"] if not isinstance(written, dict) else [
        f"não há o título `{name}`; há {', '.join(known)}" for name in written if name not in known] + [
        f"`{name}` precisa ser um texto" for name, text in written.items() if not isinstance(text, str) or not text.strip()]
    titles = Titles(**written) if not problems else STANDARD
    repeated = sorted({title for title in titles.sections if titles.sections.count(title) > 1})
    problems += [f"duas seções se chamam “{title}”" for title in repeated]
    if problems:
        raise Defect(*(Finding(FILE, 1, "configuracao-invalida", f"Em `{FILE}`, {problem}; corrija.") for problem in problems))
    return titles
