"""O que a pessoa faz em `dois-volumes-ebs`, e o que precisa ficar guardado."""

import hashlib
import json
import random
import struct
import time

from werkzeug.http import parse_options_header

from scripts.flowbook import Lab, Sample, Spoil, told

# MPEG 1, Layer III, 128 kbit/s, 44,1 kHz: 417 bytes e 1.152 amostras por quadro, atrás de uma etiqueta com o título.
AUDIO = (b"\xff\xfb\x90\x00" + bytes(413)) * 6


def _tag(texts: dict[bytes, str]) -> bytes:
    """Uma etiqueta ID3v2.3 com estes textos."""
    frames = b"".join(name + (len(text.encode()) + 1).to_bytes(4, "big") + b"\0\0\3" + text.encode() for name, text in texts.items())
    return b"ID3\3\0\0" + bytes((0, 0, 0, len(frames))) + frames


TAG = _tag({b"TIT2": "Um samba"})
SAMPLE = Sample("samba.mp3", TAG + AUDIO)


LAST = b"TAG" + b"Outro samba".ljust(30, b"\0") + b"Ana".ljust(30, b"\0") + b"Ao vivo".ljust(30, b"\0") + bytes(35)
SOUND = random.Random(1).randbytes(300_001)
HEADER = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
WAV = b"RIFF" + struct.pack("<I", 4 + 24 + 8 + 10 + 8 + len(SOUND) + 1) + HEADER + b"LIST\2\0\0\0oi" + b"data" + struct.pack("<I", len(SOUND)) + SOUND + b"\0"
GOOD = {
    "onda.txt": (WAV, "wav", b"RIFF" + struct.pack("<I", 36 + len(SOUND) + 1) + HEADER + b"data" + struct.pack("<I", len(SOUND)) + SOUND + b"\0",
                 {"segundos": 37.5}),
    "pasta/ação <1>.mp3": (_tag({b"TPE1": "Beto", b"TALB": "Praça"}) + bytes(3) + AUDIO * 2 + bytes(5) + LAST, "mp3", AUDIO * 2,
                           {"título": "Outro samba", "artista": "Beto", "álbum": "Praça", "segundos": 0.31}),
}
"""De cada música boa, o que se envia, o formato, o que fica dela, e o que a ficha diz."""
BAD = {
    "cortada.mp3": (SAMPLE.body[:-9], "O MP3 acaba no meio"), "lixo-no-fim.mp3": (SAMPLE.body + b"lixo", "Há bytes que não são áudio MP3"),
    "lixo-no-meio.mp3": (AUDIO + b"lixo" + AUDIO, "Há bytes que não são áudio MP3"), "curta.mp3": (TAG + AUDIO[:834], "Não há áudio MP3"),
    "etiqueta.mp3": (TAG[:9], "A etiqueta diz ter mais bytes"), "cortada.wav": (WAV[:-9], "O WAV não traz todo o som"),
    "vazia.wav": (WAV[:46] + b"data" + bytes(4), "O WAV não traz todo o som"), "cabecalho.wav": (WAV[:20], "O cabeçalho do WAV"),
}
"""De cada música que se recusa depois de lida inteira, o que se envia e o começo do motivo."""


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        # A tarefa de fundo só acorda quando chega um envio, e não a cada cinco segundos: assim o rastro é sempre o mesmo.
        site = lab.application("servidor", via="gateway", who="pessoa", PAUSA_SEGUNDOS="600")
        received = lab.mount(site, "volume-d", "VOLUME_RECEBIDOS")
        page = site.get()
        lab.expect("No computador", 'name="apelido"' in page.text, f"a página não abre: {told(page)}")
        answer = _send(site, file)
        lab.expect("O pedido entra", answer.status_code not in (403, 404, 405), f"o envio não chega à aplicação: {told(answer)}")
        with lab.briefly():
            nameless = [_send(site, file, nickname=name).status_code for name in ("", " ", "a" * 31, "<b>")]
            nameless.append(_send(site, Sample("//", file.body)).status_code)
        lab.expect("No computador", nameless == [400] * 5, f"sem um apelido ou um nome que sirva, o servidor respondeu {nameless}")
        elsewhere = _send(site, file, headers={"Origin": "https://outro.example"})
        lab.expect("O pedido entra", elsewhere.status_code == 403, f"a um formulário de outro site, o servidor respondeu {told(elsewhere)}")
        arrived = [path.read_bytes() for path in received.iterdir()] if received.is_dir() else []
    with lab.step(2):
        lab.expect("O servidor EC2 recebe", answer.status_code == 303, f"o servidor respondeu {told(answer)}")
        limit = int(str(lab.stack.value({"Ref": "TamanhoMaximoArquivo"}))) * 1024**2
        bodies = (b"", b"isto e um texto", b"RIFF\x0c\0\0\0WEBPVP8 ", bytes(limit), TAG + bytes(limit - len(TAG) + 1))
        with lab.briefly():
            refused = [_send(site, Sample("samba.mp3", body)).status_code for body in bodies]
        lab.expect("Na hora", refused == [400, 415, 415, 415, 413],
                   "a um vazio, a um texto, a uma imagem, a zeros do tamanho do limite e a um MP3 com um byte a mais, "
                   f"o servidor respondeu {refused}")
        place = answer.headers["Location"]
        waiting = site.get(place), site.get(f"{place}/arquivo")
        final = lab.mount(site, "volume-e", "VOLUME_DEFINITIVOS")
        with lab.briefly():
            for name, body in [*((name, kept[0]) for name, kept in GOOD.items()), *((name, body) for name, (body, _) in BAD.items())]:
                last = _send(site, Sample(name, body), later=True)
            site.wait(last.headers.get("Location", "/"), _over, seconds=10 if final.is_dir() else 0)
        states = {name: (state, note) for name, state, note in database.query("SELECT name, state, note FROM songs WHERE name <> ''")}
        wrong = {name: states.get(name) for name, (_, note) in BAD.items() if states.get(name, ("", ""))[0] != "recusado" or note not in states[name][1]}
        lab.expect("Depois, uma tarefa", not wrong, f"as músicas estão assim: {wrong}")
    with lab.step(3):
        lab.expect("O volume D", arrived == [file.body], f"o volume D tinha {len(arrived)} arquivos")
        sheets = {sheet["nome"]: sheet for path in final.glob("*.json") if (sheet := json.loads(path.read_text(encoding="utf-8")))}
        audios = {name: (final / f"{sheet['id']}.{sheet['formato']}").read_bytes() for name, sheet in sheets.items()}
        sheet = next((sheet for sheet in sheets.values() if sheet["id"] in place), {})
        audio = audios.get(sheet.get("nome", ""), b"")
        lab.expect("O volume E", len(list(final.iterdir())) == 2 * len(sheets) == 6 and audio and audio[:3] != b"ID3",
                   f"o volume E tem {len(list(final.iterdir()))} arquivos, e as músicas estão assim: {states}")
        wrong = {name: found["SHA-256"] for name, found in sheets.items()
                 if (found["SHA-256"], found["bytes"]) != (hashlib.sha256(audios[name]).hexdigest(), len(audios[name]))}
        lab.expect("O volume E", not wrong, f"as fichas não dizem o SHA-256 ou o tamanho do que está no volume E: {wrong}")
        for name, (_, kind, body, said) in GOOD.items():
            found = sheets.get(_base(name), {})
            lab.expect("O volume E", found.get("formato") == kind and said.items() <= found.items() and audios.get(_base(name)) == body,
                       f"de `{name}`, a ficha é {found}, e o arquivo pronto {'é' if audios.get(_base(name)) == body else 'não é'} o áudio sem etiquetas")
        lab.expect("Só então", not list(received.iterdir()), "a música processada, ou a recusada, continua no volume D")
        _failing(lab, site, database, received, final)
    with lab.step(4):
        ready, card = site.get(f"{place}/arquivo"), site.get(f"{place}/ficha")
        owners = database.query("SELECT nickname, name, sha256, id::text FROM songs ORDER BY sent_at")
        logged = database.query("SELECT song::text, operation FROM operations ORDER BY id")
        done = {song: [operation for owner, operation in logged if owner == song] for *_, song in owners}
        lab.expect("O servidor registra", owners[0] == ("ana", _base(file.name), digest, sheet["id"]), f"o banco tem {owners[0]}")
        lab.expect("O servidor registra", done[sheet["id"]] == ["recebido", "processando", "pronto", "baixado: arquivo", "baixado: ficha"],
                   f"o banco tem as operações {done[sheet['id']]}, de {owners[0]}")
        wrong = {name: done[song] for _, name, _, song in owners if name in BAD and done[song] != ["recebido", "processando", "recusado"]}
        lab.expect("O servidor registra", not wrong, f"o banco tem as operações {wrong}")
        lab.skip("Depois de uma queda", "a rodada não derruba o servidor no meio de uma música")
    with lab.step(5):
        shown = site.get(place)
        lab.expect("A pessoa recebe", digest in shown.text and ready.content == audio and card.json() == sheet,
                   f"o servidor respondeu {told(ready)} a quem quis baixar a música")
        lab.expect("A pessoa recebe", "Refresh" in waiting[0].headers and "<strong>recebido</strong>" in waiting[0].text,
                   "a página de uma música que espera não se atualiza")
        lab.expect("A pessoa recebe", waiting[1].status_code == 409, f"antes de pronta, a quem quis baixá-la, o servidor respondeu {told(waiting[1])}")
        with lab.briefly():
            part = site.get(f"{place}/arquivo", headers={"Range": "bytes=1-3"})
            other = site.get(f"/musicas/{sheets['ação <1>.mp3']['id']}/arquivo")
            listed = site.get().text
        ways = [parse_options_header(found.headers.get("Content-Disposition")) for found in (other, card)]
        lab.expect("A pessoa recebe", [way for way, _ in ways] == ["attachment"] * 2 and ways[0][1].get("filename") == "Beto - Outro samba.mp3",
                   f"a música e a ficha chegam como {ways}")
        lab.expect("A pessoa recebe", (part.status_code, part.content) == (206, audio[1:4]), f"a quem pediu um trecho, o servidor deu {told(part)}")
        lab.expect("A pessoa recebe", "ação &lt;1&gt;.mp3" in listed, "a lista não mostra, como texto, o nome que a pessoa deu")


def _failing(lab, site, database, received, final) -> None:
    """O volume E falha ao gravar: o original espera no D, e a música fica pronta quando E volta."""
    away = final.with_name("fora")
    with lab.briefly():
        final.rename(away)
        place = _send(site, Sample("espera.mp3", AUDIO), later=True).headers["Location"]
        song = place.rpartition("/")[2]
        (away / f"{song}.mp3").mkdir()  # onde o áudio iria
        _until(lambda: "O volume E não está montado" in site.browser.get(site.address + place).text)
        away.rename(final)
        _send(site, Sample("outra.mp3", AUDIO), later=True)
        state = f"SELECT state, note FROM songs WHERE id = '{song}'"
        _until(lambda: database.query(state)[0] not in (("recebido", ""), ("processando", "")))
        found = database.query(state)[0]
        lab.expect("Só então", (received / song).is_file() and found == ("recebido", "Um dos volumes falhou"),
                   f"o volume E falhou ao gravar a música, o original {'' if (received / song).is_file() else 'já não '}está no volume D, e ela "
                   f"ficou assim: {found}")
        (final / f"{song}.mp3").rmdir()
        last = _send(site, Sample("mais uma.mp3", AUDIO), later=True).headers["Location"]
        site.wait(last, _over, seconds=10)
        page = site.get(place, foreseen=True)
        lab.expect("Só então", (final / f"{song}.mp3").is_file() and "<strong>pronto</strong>" in page.text,
                   "a música não ficou pronta depois que o volume E voltou")


def _until(holds, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)


def _send(site, file, nickname="Ana", **options):
    return site.post("/musicas", data={"apelido": nickname}, files={"arquivo": (file.name, file.body, file.type)}, **options)


def _over(page) -> bool:
    return any(f"<strong>{state}</strong>" in page.text for state in ("pronto", "recusado"))


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


PASSWORD = '"password": secret["password"]}'
SPOILS = (
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 4,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "`secretsmanager:GetSecretValue`"),
    Spoil("porta-errada", "faça o servidor procurar o banco na porta 3306", 4, (("PGPORT=${Banco.Endpoint.Port}", "PGPORT=3306"),),
          "`PGPORT` é 3306"),
    Spoil("banco-no-programa", "escreva no programa o nome de um banco que não existe", 4,
          ((PASSWORD, f'{PASSWORD[:-1]}, "dbname": "discos"}}'),), 'database "discos" does not exist'),
    Spoil("senha-errada", "faça o programa mandar ao banco a senha com uma letra a mais", 4,
          ((PASSWORD, f'{PASSWORD[:-1]} + "x"}}'),), "password authentication failed"),
    Spoil("banco-fechado", "deixe entrar no banco só quem é do grupo do próprio banco", 4,
          (("SourceSecurityGroupId: !Ref GrupoServidor", "SourceSecurityGroupId: !Ref GrupoBanco"),), "a aplicação não chega ao banco"),
    Spoil("site-fechado", "abra no servidor a porta 8080 no lugar da 80", 1, (("FromPort: 80, ToPort: 80", "FromPort: 8080, ToPort: 8080"),),
          "o pedido não chega"),
    Spoil("d-solto", "tire a ligação do volume D com o servidor", 3,
          ((" LigacaoRecebidos:\n  Type: AWS::EC2::VolumeAttachment\n"
            "  Properties: {InstanceId: !Ref Servidor, VolumeId: !Ref VolumeRecebidos, Device: /dev/sdf}\n", ""),),
          "`VolumeRecebidos` não está ligado"),
    Spoil("e-solto", "tire a ligação do volume E com o servidor", 3,
          ((" LigacaoDefinitivos:\n  Type: AWS::EC2::VolumeAttachment\n"
            "  Properties: {InstanceId: !Ref Servidor, VolumeId: !Ref VolumeDefinitivos, Device: /dev/sdg}\n", ""),),
          "`VolumeDefinitivos` não está ligado", shown=True),
    Spoil("disco-cheio", "faça o programa encher o disco de sobras a cada envio", 3,
          (("size += file.write(chunk)", "size += file.write(chunk + bytes(100 * 1024**2))"),), "o disco encheu"),
    Spoil("variavel-faltando", "tire do ambiente a pasta do volume E", 1, (("        VOLUME_DEFINITIVOS=/dados/e/definitivos\n", ""),),
          "KeyError: 'VOLUME_DEFINITIVOS'"),
    Spoil("aceita-texto", "aceite na hora o que não começa como música", 2,
          (("if recognise(stream.read(12)) is None:", "if len(stream.read(12)) == 0:"),), "respondeu [400, 303"),
    Spoil("aceita-cortada", "não recuse a música cortada", 2,
          (('raise NotMusic("O MP3 acaba no meio de um quadro: o arquivo está cortado.")', "pass"),), "'cortada.mp3': ('pronto", shown=True),
    Spoil("tarefa-quebra", "faça a tarefa de fundo quebrar ao ler a música", 2,
          (("return kind, round(seconds, 2), tags, pieces", 'raise ValueError("a leitura quebrou")'),), "a leitura quebrou"),
    Spoil("original-fica", "não tire do volume D a música que já foi processada", 3,
          (("            (self.received / str(song.id)).unlink(missing_ok=True)\n", ""),), "continua no volume D", shown=True),
    Spoil("sem-registro", "não registre no banco quem baixou", 4, ((' f"baixado: {part}"', ' "visto"'),), "'visto'"),
    Spoil("aceita-sobra", "não recuse o que não é áudio, no fim da música", 2,
          (("if ZEROS.match(data, at).end() < end:", "if ZEROS.match(data, at).end() > end:"),), "'lixo-no-fim.mp3': ('pronto'"),
    Spoil("apaga-antes", "apague o original antes de gravar a música no volume E", 3,
          (("                kind, seconds, tags, pieces = read(data)\n",
            "                kind, seconds, tags, pieces = read(data)\n                source.unlink()\n"),), "o original já não está"),
    Spoil("pagina-parada", "não deixe a página da música se atualizar", 5, (('else {"Refresh": "3"}', "else {}"),), "não se atualiza"),
    Spoil("so-um-pedaco", "ponha no arquivo pronto só o primeiro pedaço do áudio", 3,
          (("yield from (data[at:min(at + CHUNK, piece[1])] for at in range(*piece, CHUNK))", "yield data[piece[0]:min(piece[0] + CHUNK, piece[1])]"),),
          "não é o áudio sem etiquetas"),
)
