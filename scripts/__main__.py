#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Porta de entrada: `python3 scripts VERBO`, de qualquer pasta, só com a biblioteca padrão.

Manda preparar `.venv` quando falta o que o verbo pede e passa a vez a `scripts.cli`, rodado
pelo Python de `.venv`. Este arquivo precisa ser *lido* até pelo Python 2.7, para que um Python
velho receba uma frase em vez de um erro de sintaxe: nada de f-strings nem de anotações aqui.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
OLDEST = (3, 11)
# As travas de requirements/ que cada verbo pede. O que não está aqui vai direto para a ajuda.
LOCKS = {verb: ("site",) for verb in "servir gerar conferir comparar construir novo medir".split()}
LOCKS["executar"] = LOCKS["medir executar"] = ("site", "replay")
LOCKS["testar"] = LOCKS["medir provas"] = LOCKS["medir site"] = ("site", "replay", "test")
# Os que fazem o seu trabalho e saem: neles não vale a pena procurar lixo, nem desfazer o que se leu.
SHORT = "gerar conferir comparar construir".split()


def hand_over(python, arguments):
    """Troca este processo pelo mesmo comando em outro Python; no Windows, espera por ele."""
    # PYTHONHOME desviaria a biblioteca padrão; PYTHONPATH poria outros módulos à frente dos
    # que foram conferidos por hash.
    for name in ("PYTHONHOME", "PYTHONPATH"):
        os.environ.pop(name, None)
    command = [python, HERE] + arguments
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(python, command)
    import subprocess

    with subprocess.Popen(command) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                pass  # o Ctrl-C chegou também ao filho, que decide como terminar


def prepared(names, environment):
    """O Python com as travas pedidas instaladas; vazio quando é este mesmo."""
    inside = os.path.realpath(sys.prefix) == os.path.realpath(environment.VENV)
    if environment.ready(names):
        return "" if inside else environment.PYTHON
    if inside:  # não se refaz o chão em que se pisa: quem refaz é o Python de fora
        return sys._base_executable
    from scripts.setup import installation

    installation.prepare(names)
    return environment.PYTHON


def start(arguments):
    """Roda o comando neste Python, se já é o certo, ou no certo; devolve o estado de saída."""
    names = LOCKS.get(" ".join(arguments[:2])) or LOCKS.get(arguments[0]) if arguments else None
    if names and "-h" not in arguments and "--help" not in arguments:
        from scripts.setup import environment

        try:
            python = prepared(names, environment)
            if python:
                return hand_over(python, arguments)
        except environment.Unavailable as problem:
            sys.stderr.write("%s\n" % problem)
            return 2
        except OSError as problem:
            sys.stderr.write("Não foi possível preparar `.venv`: %s. Confira a permissão e o "
                             "espaço em disco; se continuar, apague `.venv` e repita o comando.\n"
                             % problem)
            return 2
    from scripts.cli import main

    return main(arguments)


def leave(status):
    """Sai de uma vez, depois do que se registrou para a saída.

    O Python procuraria lixo e desfaria, objeto por objeto, tudo o que se leu: era um sexto do
    tempo de `conferir`.
    """
    import atexit
    import threading

    if threading.active_count() > 1:
        sys.exit(status)
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(status)  # quem lia a saída já foi embora, e o Python diz isso
    os._exit(status)


def entry(arguments):
    if sys.version_info < OLDEST:
        sys.stderr.write("Este projeto precisa do Python 3.11 ou mais novo, e este é o %d.%d (%s): "
                         "instale um mais novo e rode o mesmo comando com ele, por exemplo "
                         "`python3.12 scripts servir`.\n"
                         % (sys.version_info[:2] + (sys.executable,)))
        return 2
    # Sem a pasta scripts/ no caminho, nenhum módulo dela se carrega com dois nomes nem esconde
    # um da biblioteca padrão.
    sys.path[:] = [ROOT] + [p for p in sys.path if os.path.realpath(p) not in (HERE, ROOT)]
    try:
        return start(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrompido.\n")
        return 130


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SHORT and "--vigiar" not in sys.argv:
        import gc

        gc.disable()
        leave(entry(sys.argv[1:]))
    sys.exit(entry(sys.argv[1:]))
