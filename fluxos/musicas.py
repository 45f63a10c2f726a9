"""O que a pessoa faz em `musicas`, e o que precisa ficar guardado."""

import json
import re
import struct

from scripts.flowbook import Lab, Sample, Spoil


def chunk(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def wav(title: str, artist: str) -> bytes:
    """Dois segundos de silêncio num WAV, com título e artista."""
    kind = chunk("fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    said = chunk("LIST", b"INFO" + chunk("INAM", title.encode()) + chunk("IART", artist.encode()))
    body = b"WAVE" + kind + said + chunk("data", bytes(16000))
    return b"RIFF" + struct.pack("<I", len(body)) + body


PARAMETERS = {"CidrPermitido": "203.0.113.7/32"}
SAMPLE = Sample("manhã.wav", wav("Manhã", "Quarteto"))
LYING = b"ID3\3\0\0\x7f\x7f\x7f\x7f" + bytes(100)
"""Começa como um MP3, e a etiqueta diz ser maior que o arquivo."""


def sheets(lab: Lab) -> list[dict]:
    return [json.loads(body) for body in lab.objects("fichas").values()]


def flow(lab: Lab) -> None:
    song = lab.sent
    with lab.step(1):
        site = lab.application("servidor", via="gateway", who="pessoa")
        answer = site.post("/musicas", files={"musica": (song.name, song.body, song.type)})
        said = re.search(r'role="alert">([^<]*)', answer.text)
        lab.expect("No navegador", site.get().status_code == 200, "a página não abre")
        lab.expect("O pedido entra", answer.status_code == 303, f"o servidor recusou `{song.name}`: {said[1] if said else answer.status_code}")
    with lab.step(2):
        kept = lab.objects("musicas")
        sound = site.post("/musicas", files={"musica": ("letra.mp3", b"letra, e nenhum som", "audio/mpeg")}).status_code
        lab.expect("O servidor EC2 confere", list(kept.values()) == [song.body] and re.fullmatch(r"musicas/\d{13}-[0-9a-f]{32}", next(iter(kept)))
                   and sound == 415, f"o bucket tem {list(kept)}; a um texto com nome de música, o servidor respondeu {sound}")
        lab.skip("A pessoa já vê", "aqui a função acaba antes da resposta, e a lista já mostra a ficha")
    with lab.step(3):
        ran = lab.steps[3].calls
        lab.expect("Guardar o objeto", ran, f"guardar a música não acionou ninguém: {lab.unheard('musicas')}")
        lab.expect("O bucket o entrega", ran[0].ok, f"a função não rodou até o fim: {ran[0].reason}")
    with lab.step(4):
        sheet = next(iter(sheets(lab)), {})
        right = sheet.get("situacao") == "pronta" and sheet["tamanho"] == len(song.body)
        told = song.own or (sheet.get("titulo"), sheet.get("artista"), sheet.get("duracao")) == ("Manhã", "Quarteto", 2)
        lab.expect("A função lê", right and told, f"a ficha da música: {sheet or 'nenhuma'}")
        with lab.briefly():
            site.post("/musicas", files={"musica": ("mentira.mp3", LYING, "audio/mpeg")})
        refused = [found.get("motivo") for found in sheets(lab) if found["situacao"] == "recusada"]
        lab.expect("Se o conteúdo", refused == ["a etiqueta ID3 diz ser maior que o arquivo"], f"as fichas recusadas dizem {refused}")
    with lab.step(5):
        page = site.get().text
        lab.expect("Para mostrar", sheet.get("titulo", sheet["nome"]) in page and "recusada: a etiqueta ID3" in page and "<audio" in page,
                   "a biblioteca não mostra as fichas")
        identity = next(iter(kept)).removeprefix("musicas/")
        link = site.get(f"/musicas/{identity}/ouvir", allow_redirects=False).headers.get("Location", "")
        heard, late = lab.open(link, who="pessoa"), lab.open(link, who="pessoa", later=16 * 60)
        lab.expect("Quem ouve", heard[2] == song.body and late[0] == 403, f"o S3 respondeu {heard[0]} ao link novo, e {late[0]} ao vencido")


KEEP = "                  - s3:PutObject\n                  - s3:GetObject\n"
HANDLER = '        """Trata todos os registros; só depois falha, para a Lambda repetir o evento."""\n'
READ = "Action: s3:GetObject\n                Resource: !Sub {}"
SONGS = "arn:${AWS::Partition}:s3:::${PrefixoBucket}-${AWS::AccountId}-${AWS::Region}/musicas/*"
SPOILS = (
    Spoil("sem-guardar", "tire do servidor a permissão de guardar músicas", 2, ((KEEP, KEEP.splitlines(True)[1]),), "s3:PutObject", shown=True),
    Spoil("sem-listar", "tire do servidor a permissão de listar as músicas", 2,
          (("Sid: ListarMusicas\n                Effect: Allow", "Sid: ListarMusicas\n                Effect: Deny"),), "s3:ListBucket"),
    Spoil("bucket-fechado", "negue no bucket todo pedido por TLS, em vez de todo pedido sem TLS", 2,
          (("              - !Sub ${BucketMusicas.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: \"false\" }",
            "              - !Sub ${BucketMusicas.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: \"true\" }"),),
          "`PoliticaMusicas` nega"),
    Spoil("sem-ouvir", "tire do servidor a permissão de ler as músicas", 2, ((KEEP, KEEP.splitlines(True)[0]),), "s3:GetObject"),
    Spoil("sem-aviso", "tire do bucket a notificação que aciona a função", 3,
          (("          - Event: s3:ObjectCreated:*\n", "          - Event: s3:ObjectRemoved:*\n"),), "não acionou ninguém", shown=True),
    Spoil("outro-prefixo", "peça o aviso só de objetos de outra pasta", 3,
          (("{ Name: prefix, Value: musicas/ }", "{ Name: prefix, Value: audios/ }"),),
          "não acionou ninguém"),
    Spoil("sem-invocar", "tire do S3 a permissão de invocar a função", 3,
          (("      Principal: s3.amazonaws.com", "      Principal: sns.amazonaws.com"),),
          "nenhuma permissão deixa `s3.amazonaws.com` invocar"),
    Spoil("outro-bucket-invoca", "deixe só outro bucket invocar a função", 3,
          (("      SourceArn: !Sub arn:${AWS::Partition}:s3:::${PrefixoBucket}-", "      SourceArn: !Sub arn:${AWS::Partition}:s3:::outro-"),),
          "nenhuma permissão deixa"),
    Spoil("outro-manipulador", "mande a Lambda chamar uma função que o código não tem", 3, (("Handler: index.handler", "Handler: index.principal"),),
          "index.principal"),
    Spoil("sem-concorrencia", "dê à função concorrência zero", 3,
          (("      MemorySize: 512\n", "      MemorySize: 512\n      ReservedConcurrentExecutions: 0\n"),), "concorrência 0"),
    Spoil("pouco-tempo", "dê à função um segundo só, e um código que demora dois", 3,
          (("      Timeout: 60\n", "      Timeout: 1\n"), (HANDLER, f"{HANDLER}        __import__('time').sleep(2)\n")), "passou do tempo dela"),
    Spoil("pouca-memoria", "dê à função 128 MiB, e um código que usa 200", 3,
          (("      MemorySize: 512\n", "      MemorySize: 128\n"), (HANDLER, f"{HANDLER}        used = b'x' * (200 * 2**20)\n")), "MemorySize"),
    Spoil("sem-ler", "deixe a função ler só outra pasta do bucket", 4,
          ((READ.format(SONGS), READ.format(SONGS.replace("/musicas/", "/audios/"))),), "s3:GetObject"),
    Spoil("sem-gravar-ficha", "tire da função a permissão de gravar fichas", 4,
          (("Sid: GravarFichas\n                Effect: Allow\n                Action: s3:PutObject",
            "Sid: GravarFichas\n                Effect: Allow\n                Action: s3:GetObject"),), "s3:PutObject"),
    Spoil("variavel-errada", "dê à função o nome de outro bucket para as fichas", 4, (("FICHAS: !Ref BucketFichas", "FICHAS: !Ref PrefixoBucket"),),
          "s3:PutObject"),
    Spoil("sem-fichas", "tire do servidor a permissão de ler as fichas", 5,
          (("Sid: LerFichas\n                Effect: Allow\n                Action: s3:GetObject",
            "Sid: LerFichas\n                Effect: Allow\n                Action: s3:PutObject"),), "s3:GetObject", shown=True),
    Spoil("fichas-erradas", "mande o servidor procurar as fichas no bucket de músicas", 5, (("FICHAS=${BucketFichas}", "FICHAS=${BucketMusicas}"),),
          "não mostra as fichas"),
)
