"""A validação das páginas de fotos e de músicas, digitada como quem lê a digitaria, mostra o que a página diz."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from terminal import Terminal, Typed

from scripts.replay.samples import Sample, png

PHOTO, SONGS = "foto-perfil", "musicas"


# --- foto-perfil


class Photos:
    """Quem segue a validação de `foto-perfil` no terminal."""

    def __init__(self, term: Terminal):
        self.term = term
        self.asking, self.sending, looking = term.blocks("Validação")
        self.looking, self.signing = re.split(r"(?<!\\)\n(?=aws)", looking)
        (term.folder / "foto.jpg").write_bytes(png())

    def ask(self, old: str = "", new: str = "") -> dict[str, Any]:
        """Pede a autorização, com esta troca no pedido; devolve o que ficou em `formulario.json`."""
        assert self.term.type(self.asking.replace(old, new)).status == 0
        return json.loads((self.term.folder / "formulario.json").read_text(encoding="utf-8"))

    def send(self, name: str = "foto.jpg") -> Typed:
        """Envia este arquivo no lugar de `foto.jpg`, trocado na primeira linha do comando, como a página manda."""
        first, rest = self.sending.split("\n", 1)
        return self.term.type(first.replace("foto.jpg", name) + "\n" + rest)

    def photo(self) -> dict[str, Any]:
        return self.term.type(self.looking).row

    def history(self) -> list[str]:
        return [entry["situacao"] for entry in self.term.output("ComandoHistorico").rows]


def test_a_photo_sent_by_the_form_opens_in_a_temporary_address(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        assert photos.ask()["campos"]["key"] == "envios/ana"
        term.says("O S3 responde com um XML que traz a chave `envios/ana`")
        assert "<Key>envios/ana</Key>" in photos.send().out
        term.says("a linha `foto` traz o formato, as dimensões e a `chave`")
        found = photos.photo()
        assert (found["formato"], found["largura"], found["altura"]) == ("png", 120, 90)
        term.says("o segundo comando dá um endereço temporário para abrir a foto")
        address = term.type(photos.signing, CHAVE=found["chave"]).out.strip()
        opening = f"curl --silent --output aberta.jpg --write-out '%{{http_code}}' '{address}'"
        assert term.type(opening).out == "200" and (term.folder / "aberta.jpg").read_bytes() == png()
        term.account.later = 301
        assert term.type(opening).out == "403"


def test_what_the_page_says_must_fail_fails(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        photos.ask()
        photos.send()
        found = photos.photo()
        term.type(term.code("echo oi"))
        assert photos.send("texto.txt").status == 0
        term.says("o histórico traz `recusada` e o motivo, e a foto vigente não muda")
        assert photos.history() == ["recusada", "aceita"] and photos.photo() == found
        term.type(term.code("head -c"))
        term.says("O S3 recusa com `EntityTooLarge`")
        assert "EntityTooLarge" in photos.send("grande.jpg").out
        term.type(term.code("sed -i.bak"))
        term.says("O S3 recusa: a chave não é a assinada")
        assert refused(photos.send())
        photos.ask()
        term.account.later = 301
        term.says("O S3 recusa: a autorização venceu")
        assert refused(photos.send())
        term.says('Pedir a autorização com `"tipo":"image/svg+xml"`. | A resposta traz `erro`, e nenhum formulário')
        assert photos.ask("image/jpeg", "image/svg+xml").keys() == {"erro"}
        assert photos.history() == ["recusada", "aceita"]
        assert term.cleaned()


def refused(typed: Typed) -> bool:
    return typed.status != 0 and "<Code>AccessDenied</Code>" in typed.out


def test_the_outputs_of_the_photos_do_what_they_say(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        assert term.output("ComandoAutorizar").ok and photos.send().status == 0
        assert term.output("ComandoFoto").row["formato"] == "png"
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziarFotos").ok and term.account.lab.objects("fotos") == {}


@pytest.mark.parametrize(("spoil", "said", "sent", "seen"), [
    ("sem-assinar", "O S3 responde 403 ao envio.", False, []),
    ("outro-prefixo", "O envio deu certo, e a foto não mudou.", True, []),
    ("outra-pasta", "O histórico diz `indisponivel`.", True, ["indisponivel"]),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_photos_say(terminal, spoil, said, sent, seen):
    with terminal(PHOTO, spoil) as term:
        term.says(said)
        photos = Photos(term)
        photos.ask()
        typed = photos.send()
        assert typed.status == 0 if sent else refused(typed)
        assert (photos.photo(), photos.history()) == ({}, seen)
        assert term.output("ComandoFalhas") == Typed("", "", 0)


def test_a_photo_whose_event_failed_is_processed_again(terminal):
    with terminal(PHOTO, "sem-gravar") as term:
        photos = Photos(term)
        photos.ask()
        term.says("O envio deu certo, e nem a foto nem o histórico mudaram.")
        assert photos.send().status == 0 and (photos.photo(), photos.history()) == ({}, [])
        assert term.mend().ok and photos.photo()["formato"] == "png"


# --- musicas


def send(term: Terminal) -> Sample:
    """Envia uma música pelo site, como quem o abre no navegador; devolve-a."""
    song = term.account.stage.flow.sample
    answer = term.serve("servidor", "gateway").post("/musicas", files={"musica": (song.name, song.body, song.type)})
    assert answer.status_code == 303
    return song


def test_a_song_sent_by_the_site_is_seen_from_both_sides(terminal):
    with terminal(SONGS) as term:
        song = send(term)
        typed = term.type(term.blocks("Validação")[0])
        term.says("`/saude` diz se o servidor alcança os dois buckets")
        assert typed.json == {"fichas": "ok", "musicas": "ok"}
        kept, = term.account.lab.objects("musicas")
        assert f"{len(song.body)} {kept.removeprefix('musicas/')}" in typed.out
        term.says("cada uma tem `situacao`, `titulo`, `artista` e `duracao` em segundos")
        sheet, = (json.loads(path.read_text(encoding="utf-8")) for path in (term.folder / "fichas").iterdir())
        assert [sheet[name] for name in ("situacao", "titulo", "artista", "duracao")] == ["pronta", "Manhã", "Quarteto", 2]
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziar").ok and term.cleaned()


def test_a_song_that_nobody_catalogues_waits_for_its_sheet(terminal):
    with terminal(SONGS, "sem-gravar-ficha") as term:
        send(term)
        typed = term.type(term.blocks("Validação")[0])
        term.says("A música fica em “processando…”.")
        assert typed.json == {"fichas": "ok", "musicas": "ok"} and not list(term.folder.glob("fichas/*"))
        assert "processando…" in term.account.site.get().text
        term.says("depois de 15 minutos, leia a saída `ComandoFalhas`")
        assert len(term.output("ComandoFalhas").json["Messages"]) == 1
        assert term.mend().ok and term.type(term.blocks("Validação")[0].splitlines()[-1]).ok
        assert len(list(term.folder.glob("fichas/*"))) == 1
