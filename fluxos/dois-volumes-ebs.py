"""O que a pessoa faz em `dois-volumes-ebs`, e o que precisa ficar guardado."""

import hashlib
import json

from scripts.flowbook import Lab, Sample, Spoil, told

# MPEG 1, Layer III, 128 kbit/s, 44,1 kHz: 417 bytes e 1.152 amostras por quadro, atrás de uma etiqueta com o título.
AUDIO = (b"\xff\xfb\x90\x00" + bytes(413)) * 6
TITLE = b"\x03Um samba"
TAG = b"ID3\x03\0\0" + bytes((0, 0, 0, 10 + len(TITLE))) + b"TIT2" + len(TITLE).to_bytes(4, "big") + b"\0\0" + TITLE
SAMPLE = Sample("samba.mp3", TAG + AUDIO)


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
        arrived = [path.read_bytes() for path in received.iterdir()] if received.is_dir() else []
    with lab.step(2):
        lab.expect("O servidor EC2 recebe", answer.status_code == 303, f"o servidor respondeu {told(answer)}")
        refused = [_send(site, Sample("samba.mp3", body)).status_code for body in (b"", b"isto e um texto")]
        lab.expect("Na hora", refused == [400, 415], f"a um vazio e a um texto, o servidor respondeu {refused}")
        final = lab.mount(site, "volume-e", "VOLUME_DEFINITIVOS")
        cut = _send(site, Sample("cortada.mp3", SAMPLE.body[:-9]), later=True)
        site.wait(cut.headers.get("Location", "/"), _over, seconds=10 if final.is_dir() else 0)
        states = dict(database.query("SELECT name, state || ': ' || note FROM songs"))
        lab.expect("Depois, uma tarefa", states.get("cortada.mp3", "").startswith("recusado: O MP3 acaba no meio"),
                   f"as músicas estão assim: {states}")
    with lab.step(3):
        kept = {path.suffix: path.read_bytes() for path in final.iterdir()}
        lab.expect("O que chega", arrived == [file.body], f"o volume D tinha {len(arrived)} arquivos")
        sheet = json.loads(kept.get(".json", b"{}"))
        audio = kept.get(f".{sheet.get('formato')}", b"")
        lab.expect("O que passa", len(kept) == 2 and sheet["SHA-256"] == hashlib.sha256(audio).hexdigest() and audio[:3] != b"ID3",
                   f"o volume E tem {sorted(kept)}, e as músicas estão assim: {states}")
        lab.expect("Só então", not list(received.iterdir()), "a música processada continua no volume D")
    with lab.step(4):
        place = answer.headers["Location"]
        card = site.get(f"{place}/ficha")
        done = [row[0] for row in database.query(f"SELECT operation FROM operations WHERE song = '{sheet['id']}' ORDER BY id")]
        owners = database.query("SELECT nickname, sha256 FROM songs ORDER BY sent_at")
        lab.expect("O servidor registra", done == ["recebido", "processando", "pronto", "baixado: ficha"] and owners[0] == ("ana", digest),
                   f"o banco tem as operações {done}, de {owners}")
        lab.skip("Depois de uma queda", "a rodada não derruba o servidor no meio de uma música")
    with lab.step(5):
        shown, ready = site.get(place), site.get(f"{place}/arquivo")
        lab.expect("A pessoa recebe", digest in shown.text and ready.content == audio and card.json() == sheet,
                   f"o servidor respondeu {told(ready)} a quem quis baixar a música")


def _send(site, file, **options):
    return site.post("/musicas", data={"apelido": "Ana"}, files={"arquivo": (file.name, file.body, file.type)}, **options)


def _over(page) -> bool:
    return any(f"<strong>{state}</strong>" in page.text for state in ("pronto", "recusado"))


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
          (("if recognise(stream.read(12)) is None:", "if len(stream.read(12)) == 0:"),), "respondeu [400, 303]"),
    Spoil("aceita-cortada", "não recuse a música cortada", 2,
          (('raise NotMusic("O MP3 acaba no meio de um quadro: o arquivo está cortado.")', "pass"),), "'cortada.mp3': 'pronto", shown=True),
    Spoil("tarefa-quebra", "faça a tarefa de fundo quebrar ao ler a música", 2,
          (("return kind, round(seconds, 2), tags, pieces", 'raise ValueError("a leitura quebrou")'),), "a leitura quebrou"),
    Spoil("original-fica", "não tire do volume D a música que já foi processada", 3,
          (("            (self.received / str(song.id)).unlink(missing_ok=True)\n", ""),), "continua no volume D", shown=True),
    Spoil("sem-registro", "não registre no banco quem baixou", 4, ((' f"baixado: {part}"', ' "visto"'),), "'visto'"),
)
