"""O que `executar` mostra na tela: cada chamada quando acontece, e no fim o que ficou e por que algo falhou."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from typing import Any

from scripts.replay.replaying import Replayed
from scripts.replay.trace import Call, StepTrace
from scripts.template.cloudformation import Template

WIDTH = 110


class Screen:
    """Escreve na saída padrão; de cada passo, o texto da página uma vez."""

    def __init__(self, template: Template, write: Callable[[str], Any] | None = None):
        self.template, self.write = template, write or sys.stdout.write
        self.shown: set[int] = set()
        self.open = -1

    def call(self, step: StepTrace, call: Call) -> None:
        """Uma chamada, quando ela começa: quem, o quê, com que permissão."""
        if step.number != self.open:
            self.open = step.number
            self._heading(step)
        role = f" ({call.role})" if call.role else ""
        self._line(f"  {call.label:<10} {call.who}{role}: {call.call}", 13)
        if call.given:
            self._line(f"{'entra':>12} {call.given}", 13)
        for ruling in call.rulings:
            line = f", linha {self.template.line(*ruling.path)}" if ruling.path else ""
            why = f"{ruling.by}{line}" if ruling.by else ruling.reason
            self._line(f"{ruling.answer:>12} {ruling.action}: {why}", 13)

    def end(self, replayed: Replayed, file: str) -> None:
        """O resultado de cada passo, o que ficou guardado e a causa, se algo falhou."""
        self.write("\nO resultado de cada passo\n")
        failed = replayed.failed
        for step in replayed.steps:
            if not step.reached and step is not failed:
                self.write(f"  passo {step.number}: não rodou\n")
                continue
            self.write(f"  passo {step.number}: {'falhou' if step.causes else f'{step.label}, como a página diz'}\n")
            for name in step.checked:
                self._line(f"    conferido: {name}, só pela prova no template", 15)
            for sentence, reason in step.asserted.items():
                if reason:
                    self._line(f"    não exercitado: “{sentence}” {reason[0].upper()}{reason[1:]}.", 20)
            spent = sum(call.seconds or 0 for call in step.calls)
            if spent:
                self.write(f"    tempo do código: {spent:.1f} s\n".replace(".", ","))
        self._kept(replayed)
        if failed:
            self._line(f"Falhou no passo {failed.number}: {failed.cause}", 2)
        else:
            until = f" até o passo {replayed.last}" if replayed.last else ""
            self._line(f"Tudo terminou como a página diz{until}, com `{file}`.", 2)

    def _kept(self, replayed: Replayed) -> None:
        self.write("\nO que ficou guardado\n")
        for place, found in replayed.kept.items():
            items = [f"{key} ({size} bytes)" for key, size in found.items()] if isinstance(found, dict) else [_row(item) for item in found]
            self.write(f"  {place}: {'nada' if not items else ''}\n")
            for item in items:
                self._line(f"    {item}", 6)
        self.write("\n")

    def _heading(self, step: StepTrace) -> None:
        again = step.number in self.shown
        self.shown.add(step.number)
        text = "Antes de um passo, ou à parte deles" if not step.number else f"Passo {step.number}" + (" (continua)" if again else f". {step.text}")
        self.write("\n")
        self._line(text, 2)

    def _line(self, text: str, indent: int) -> None:
        self.write(textwrap.fill(text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False) + "\n")


def _row(item: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in item.items()) if isinstance(item, dict) else str(item)
