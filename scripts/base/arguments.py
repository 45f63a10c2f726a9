"""Os argumentos da linha de comando: de cada um, a forma e a ajuda. O nome pode trazer o verbo, quando dois verbos o usam de modos diferentes."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parents[2]

ARGUMENTS: dict[str, dict] = {
    "BASE": {"help": "a revisão do Git, ou a pasta, com que se compara; de uma revisão, o ponto em que as duas se separam"},
    "REV": {"nargs": "?", "default": "", "help": "a revisão que se olha; sem ela, a árvore como está agora"},
    "slug": {"nargs": "*", "help": "nome da arquitetura; sem nenhum, todas"},
    "teste": {"nargs": "*", "help": "nome de uma arquitetura, ou um pedaço do nome de um teste; sem nenhum, todos"},
    "SLUG": {"nargs": "?", "help": "nome da arquitetura: minúsculas sem acento, números e hifens"},
    "SLUG de executar": {"metavar": "SLUG", "help": "nome da arquitetura"},
    "--passo": {"metavar": "N", "help": "para depois do passo N, e mostra o que há guardado ali"},
    "--arquivo": {"type": Path, "metavar": "F", "help": "o arquivo que a pessoa envia; sem ele, um pequeno, feito para o fluxo"},
    "--estragar": {"nargs": "?", "const": "", "metavar": "NOME", "help": "estraga o template desta rodada; sem NOME, lista os estragos"},
    "--gravar": {"action": "store_true", "help": "guarda em `rastro.json` o que rodou, que a página mostra; só se tudo terminou como ela diz"},
    "--json de executar": {"action": "store_true", "help": "em vez do texto, um objeto JSON com o rastro de cada passo"},
    "assunto": {
        "nargs": "?",
        "choices": ("tempos", "provas", "figuras", "site", "executar", "links"),
        "default": "tempos",
        "help": "`tempos` (o padrão); `provas`: quantos estragos a conferência pega; `figuras`: a galeria de casos difíceis; "
        "`site`: peso e tempo das páginas; `executar`: quanto leva cada fluxo; `links`: abre os links da AWS (precisa de rede)",
    },
    "-v": {"action": "store_true", "help": "mostra cada teste, um por linha; depois de `--`, as opções do `pytest`"},
    "--vigiar": {"action": "store_true", "help": "continua e refaz a figura a cada script salvo"},
    "--formato": {
        "choices": ("texto", "json", "github", "sarif"),
        "default": "",
        "help": "`texto` (o padrão); `json`; `github`: anotações e resumo, o padrão no GitHub Actions; `sarif`: SARIF 2.1.0",
    },
    "--formato de comparar": {"choices": ("texto", "markdown", "json", "html"), "default": "texto",
                              "help": "`texto` (o padrão); `markdown`, com o fluxo em Mermaid; `json`; `html`, com as figuras de antes e depois"},
    "--json": {"action": "store_true", "help": "o mesmo que `--formato json`"},
    "--de": {"type": Path, "metavar": "ARQUIVO", "help": "um template que já existe: os componentes, os grupos e as setas que ele prova"},
    "--de de conferir": {"metavar": "ID", "help": "o componente da figura de que se parte, ou `internet`; com `--a`, diz por que se chega"},
    "--a": {"metavar": "ID", "help": "o componente a que se quer chegar, ou `internet`; estado 0 se chega, 1 se não chega ou não se sabe"},
    "--porta": {"metavar": "N", "help": "a porta TCP; sem ela, a da seta desenhada ou as que o destino atende"},
    "--projeto": {"type": Path, "metavar": "DIR", "help": "em vez de uma arquitetura, um repositório novo, com as ferramentas e um exemplo"},
    "--raiz": {"type": Path, "default": HERE, "metavar": "DIR", "help": "outra árvore em vez desta"},
}
