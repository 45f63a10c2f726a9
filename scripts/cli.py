"""Linha de comando: os verbos, seus argumentos e o estado de saída.

Só usa a biblioteca padrão ao ser importado; cada verbo importa o que precisa quando roda.
Estado de saída: 0 tudo certo, 1 achados ou falhas, 2 uso ou ambiente errado.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import re
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from scripts.base.findings import Defect
from scripts.base.arguments import ARGUMENTS, HERE
from scripts.base.tree import Tree, WrongUse

EXAMPLES = """exemplos:
  python3 scripts servir                     vê o site em http://127.0.0.1:8000, atualizado a cada mudança
  python3 scripts gerar pdv-alta-disponibilidade --vigiar
  python3 scripts conferir --json
  python3 scripts novo fila-de-pedidos
"""


def main(argv: Sequence[str]) -> int:
    """Atende um comando; devolve o estado de saída."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # uma saída sem acentos não derruba o comando
    if not argv:
        _parser().print_help()
        return 0
    own, options_of_pytest = _apart(argv)
    parser = _parser(own)
    options = parser.parse_args(own)
    options.more = options_of_pytest
    try:
        return options.run(options)
    except WrongUse as error:
        print(f"erro: {error}", file=sys.stderr)
        return 2
    except Defect as defect:
        for finding in defect.findings:
            print(finding, file=sys.stderr)
        return 1
    except OSError as error:
        name = f"Não foi possível usar `{error.filename}`: " if error.filename else ""
        print(f"erro: {name}{error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrompido.", file=sys.stderr)
        return 130


def _apart(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """O que é do comando e, em `testar`, depois de `--`, o que é do `pytest`."""
    end = list(argv).index("--") if argv[0] == "testar" and "--" in argv else len(argv)
    return list(argv[:end]), list(argv[end + 1:])


class _Parser(argparse.ArgumentParser):
    """`argparse` em português."""

    PHRASES = (
        (r"unrecognized arguments: (.*)", r"argumento desconhecido: \1"),
        (r"the following arguments are required: (.*)", r"falta o argumento: \1"),
        (r"argument (\S+): expected one argument", r"falta o valor de \1"),
        (r"argument (\S+): invalid choice: ('[^']*').*choose from (.*)\)", r"\2 não é um \1; use um destes: \3"),
        (r"argument (\S+): ignored explicit argument (.*)", r"\1 não leva valor: \2"),
    )

    def __init__(self, **options):
        super().__init__(
            add_help=False, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )
        self._positionals.title = "argumentos"
        self._optionals.title = "opções"
        self.add_argument("-h", "--help", action="help", help="mostra esta ajuda")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "uso: ", 1)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", "uso: ", 1)

    def error(self, message: str) -> NoReturn:
        for pattern, translation in self.PHRASES:
            message = re.sub(f"^{pattern}$", translation, message)
        print(f"{self.format_usage()}\nerro: {message}\ndica: `{self.prog} --help` mostra exemplos", file=sys.stderr)
        sys.exit(2)


def _parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Quem lê estes argumentos: do verbo pedido, que não espera pelos outros ou, sem um deles, de todos."""
    parser = _Parser(
        prog="python3 scripts", description="Arquiteturas AWS vivas: figuras, páginas e templates que concordam.", epilog=EXAMPLES
    )
    verbs = parser.add_subparsers(title="verbos", metavar="VERBO", parser_class=_Parser)

    known = _verbs()
    for name in argv[:1] if argv and argv[0] in known else known:
        run, summary, *arguments, example = known[name]
        sub = verbs.add_parser(name, help=summary, description=summary, epilog=f"exemplo:\n  python3 scripts {example}")
        sub.set_defaults(run=run, wrong=sub.error)
        for argument in arguments:
            sub.add_argument(argument.split()[0], **ARGUMENTS[argument])
    return parser


def _verbs() -> dict[str, tuple]:
    """De cada verbo: a função, o que se diz dele, os argumentos e, por fim, o exemplo."""
    return {
        "servir": (_serve, "gera as figuras, monta o site e o mostra, atualizando a cada mudança", "--raiz", "servir"),
        "testar": (_test, "roda todos os testes e conferências, ou só os de uma arquitetura, de uma pasta de `tests/` ou de um nome", "teste", "-v",
                   "--raiz", "testar pdv-alta-disponibilidade -v -- --maxfail=1"),
        "gerar": (_generate, "desenha as figuras a partir dos scripts", "slug", "--vigiar", "--raiz", "gerar --vigiar"),
        "conferir": (_check, "confere se figura, página e template concordam ou, com `--de` e `--a`, diz por que um componente chega a outro",
                     "slug", "--de de conferir", "--a", "--porta", "--formato", "--json", "--raiz",
                     "conferir pdv-alta-disponibilidade\n  python3 scripts conferir web-ec2-rds-s3 --de servidor --a banco --porta 5432"),
        "comparar": (_compare, "diz o que mudou entre duas revisões: fluxo, provas, acesso, rede e custo", "BASE", "REV",
                     "--formato de comparar", "--raiz", "comparar main"),
        "executar": (_execute, "roda o fluxo de uma página, passo a passo, sem conta na AWS; ou um estrago dele", "SLUG de executar", "--passo",
                     "--arquivo", "--estragar", "--gravar", "--json de executar", "--raiz",
                     "executar foto-perfil --arquivo minha-foto.jpg\n  python3 scripts executar foto-perfil --estragar"),
        "construir": (_build, "confere tudo e monta o site em `site/`", "--raiz", "construir"),
        "novo": (_create, "começa uma arquitetura (script, página e template) ou um repositório", "SLUG", "--de", "--projeto", "--raiz",
                 "novo fila-de-pedidos"),
        "medir": (_measure, "mede a geração e a conferência, em razões de uma mesma rodada; o que as provas pegam; as figuras; o site; ou se os "
                  "links abrem", "assunto", "slug", "--raiz", "medir provas"),
    }


def _tree(options: argparse.Namespace) -> Tree:
    root = getattr(options, "raiz", HERE).resolve()
    if not root.is_dir():
        raise WrongUse(f"A pasta `{root}` não existe; confira `--raiz`.")
    return Tree(root)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Um comando curto acaba antes que valha a pena procurar lixo: medido, é um sétimo do tempo dele."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _generate(options: argparse.Namespace) -> int:
    tree = _tree(options)
    with _without_collector():
        from scripts.picture import generate

        if not options.vigiar:
            return 1 if generate.failed(generate.generate(tree, tree.scripts(options.slug))) else 0
    generate.watch(tree, options.slug)


def _check(options: argparse.Namespace) -> int:
    from scripts.checks import report, run

    if options.json and options.formato:
        raise WrongUse("`--json` é o mesmo que `--formato json`; use um dos dois.")
    tree = _tree(options)
    if options.de is not None or options.a is not None or options.porta is not None:
        from scripts.checks import reaching

        return reaching.answer(tree, options.slug, options.de, options.a, options.porta, "json" if options.json else options.formato)
    with _without_collector():
        findings = run.findings(tree, options.slug)
    report.say(findings, tree.root, "json" if options.json else options.formato)
    return 1 if findings else 0


def _compare(options: argparse.Namespace) -> int:
    tree = _tree(options)
    with _without_collector():
        from scripts.review.publication import publish

        sys.stdout.write(publish(tree, options.BASE, options.REV, options.formato))
    return 0


def _execute(options: argparse.Namespace) -> int:
    from scripts.replay import command

    return command.execute(_tree(options), options.SLUG, options.passo, options.arquivo, options.json, options.estragar, options.gravar)


def _build(options: argparse.Namespace) -> int:
    from scripts.website import build

    with _without_collector():
        return build.build(_tree(options))


def _serve(options: argparse.Namespace) -> int:
    from scripts.website import preview

    return preview.serve(_tree(options))


def _create(options: argparse.Namespace) -> int:
    if options.projeto:
        if options.SLUG or options.de or options.raiz != HERE:
            raise WrongUse("`--projeto` começa um repositório inteiro; não leva nome, `--de` nem `--raiz`.")
        from scripts.skeleton import project

        return project.create(options.projeto.resolve())
    if options.SLUG is None:
        options.wrong("the following arguments are required: SLUG")
    from scripts import skeleton

    return skeleton.create(_tree(options), options.SLUG, options.de)


def _measure(options: argparse.Namespace) -> int:
    if options.assunto == "provas":
        from scripts.measure import survivors

        return survivors.run(_tree(options), options.slug)
    if options.slug:
        raise WrongUse("Só `medir provas` leva nomes de arquiteturas.")
    if options.assunto == "figuras":
        if options.raiz != HERE:
            raise WrongUse("`medir figuras` desenha os casos destas ferramentas; não leva `--raiz`.")
        from scripts.measure import figures

        return figures.run()
    if options.assunto == "executar":
        from scripts.measure import replays

        return replays.run(_tree(options))
    if options.assunto == "links":
        from scripts.measure import links

        return links.run(_tree(options))
    if options.assunto == "site":
        from scripts.measure import site

        return site.run(_tree(options))
    from scripts.measure import times

    return times.run(_tree(options))


def _test(options: argparse.Namespace) -> int:
    from scripts import testing

    return testing.run_tests(_tree(options), options.teste, [*(["-v"] if options.v else []), *options.more])
