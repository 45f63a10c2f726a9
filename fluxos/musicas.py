"""O que a pessoa faz em `musicas`, e o que precisa ficar guardado."""

import json
import re
import struct
from urllib.parse import parse_qs, quote, urlsplit

from scripts.flowbook import Lab, Sample, Site, Spoil, riff


LIMIT = 20 * 2**20
"""O `TamanhoMaximoArquivo` de quem não escolhe outro, em bytes."""
MIB = 2**20


def wav(title: str, artist: str) -> bytes:
    """Dois segundos de silêncio num WAV, com título e artista."""
    said = riff(b"INFO", (b"INAM", title.encode()), (b"IART", artist.encode()))[8:]
    return riff(b"WAVE", (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)), (b"LIST", said), (b"data", bytes(16000)))


def mp3(*texts: tuple[bytes, bytes], size: int) -> bytes:
    """Um MP3 deste tamanho, de quadros de 384 bytes, o de 128 kbit/s a 48 kHz.

    A etiqueta tem estes quadros de texto, e uma capa de 200 KiB depois do primeiro.
    """
    first, *rest = [name + struct.pack(">IH", len(body), 0) + body for name, body in texts]
    tags = first + b"APIC" + struct.pack(">IH", 200 * 1024, 0) + bytes(200 * 1024) + b"".join(rest)
    head = b"ID3\3\0\0" + bytes(len(tags) >> shift & 0x7F for shift in (21, 14, 7, 0)) + tags
    frames = (b"\xff\xfb\x94\0" + bytes(380)) * ((size - len(head)) // 384)
    return (head + frames).ljust(size, b"\0")


def flac(*texts: str) -> bytes:
    """Um FLAC de três segundos, com estes comentários."""
    info = bytes(10) + (8000 << 44 | 24000).to_bytes(8, "big") + bytes(16)
    notes = struct.pack("<II", 0, len(texts)) + b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)
    return b"fLaC\0" + len(info).to_bytes(3, "big") + info + b"\x84" + len(notes).to_bytes(3, "big") + notes + b"\xff\xf8" + bytes(100)


PARAMETERS = {"CidrPermitido": "203.0.113.7/32"}
SAMPLE = Sample("manhã.wav", wav("Manhã", "Quarteto"))
LARGE = mp3((b"TIT2", b"\1" + "Canção".encode("utf-16")), (b"TPE1", "\0Inês".encode("latin-1")), (b"TPE2", b"\0Coral"), size=LIMIT)
"""A maior música que se aceita; o artista vem depois da capa, longe do começo."""
OTHERS = (
    ("minhas/Canção + 1.mp3", LARGE, "audio/mpeg", {"formato": "MP3", "titulo": "Canção", "artista": "Inês", "duracao": 1298}),
    ("tarde.flac", flac("TITLE=Tarde", "ALBUM=Dia", "artist=Trio"), "audio/flac",
     {"formato": "FLAC", "titulo": "Tarde", "artista": "Trio", "duracao": 3}),
)
"""De cada outro formato, o nome, os bytes, o tipo e o que a ficha diz."""
REFUSED = (("letra.mp3", b"letra, e nenhum som", 415), ("vazia.mp3", b"", 400), ("/", LARGE[:900], 400), ("enorme.mp3", LARGE + b"\0", 413))
LYING = b"ID3\3\0\0\x7f\x7f\x7f\x7f" + bytes(100)
"""Começa como um MP3, e a etiqueta diz ser maior que o arquivo."""


def sheets(lab: Lab) -> list[dict]:
    return [json.loads(body) for body in lab.objects("fichas").values()]


def send(site: Site, name: str, body: bytes) -> int:
    """Envia uma música sem dizer de que tipo ela é; devolve o estado da resposta."""
    return site.post("/musicas", files={"musica": (name, body, "application/octet-stream")}).status_code


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
        lab.expect("O servidor EC2 confere", list(kept.values()) == [song.body] and re.fullmatch(r"musicas/\d{13}-[0-9a-f]{32}", next(iter(kept))),
                   f"o bucket tem {list(kept)}")
        with lab.briefly():
            for name, body, status in REFUSED:
                said = send(site, name, body)
                lab.expect("O servidor EC2 confere", said == status and len(lab.objects("musicas")) == 1,
                           f"a `{name}`, de {len(body)} bytes, que não serve, o servidor respondeu {said}, e não {status}")
        lab.skip("A pessoa já vê", "aqui a função acaba antes da resposta, e a lista já mostra a ficha")
    with lab.step(3):
        ran = lab.steps[3].calls
        lab.expect("Guardar o objeto", ran, f"guardar a música não acionou ninguém: {lab.unheard('musicas')}")
        lab.expect("O bucket aciona", ran[0].ok, f"a função não rodou até o fim: {ran[0].reason}")
    with lab.step(4):
        sheet = next(iter(sheets(lab)), {})
        right = sheet.get("situacao") == "pronta" and sheet["tamanho"] == len(song.body)
        told = song.own or (sheet.get("titulo"), sheet.get("artista"), sheet.get("duracao")) == ("Manhã", "Quarteto", 2)
        lab.expect("A função lê", right and told, f"a ficha da música: {sheet or 'nenhuma'}")
        with lab.briefly():
            for name, body, media, wanted in OTHERS:
                read = len(lab.steps[4].calls)
                cataloged(lab, send(site, name, body), name.split("/")[-1], body, media, wanted)
                if body is LARGE:
                    pieces(lab, read)
            site.post("/musicas", files={"musica": ("mentira.mp3", LYING, "audio/mpeg")})
        refused = [found.get("motivo") for found in sheets(lab) if found["situacao"] == "recusada"]
        lab.expect("Se o conteúdo", refused == ["a etiqueta ID3 diz ser maior que o arquivo"], f"as fichas recusadas dizem {refused}")
    with lab.step(5):
        page = site.get().text
        lab.expect("Para mostrar", sheet.get("titulo", sheet["nome"]) in page and "recusada: a etiqueta ID3" in page and "<audio" in page,
                   "a biblioteca não mostra as fichas")
        missing = [text for text in ("Canção", "Inês", "21:38", "Tarde", "Trio", "0:03") if f"<td>{text}</td>" not in page]
        lab.expect("Para mostrar", not missing, f"a biblioteca não mostra {', '.join(missing)}")
        identity = next(iter(kept)).removeprefix("musicas/")
        with lab.briefly():
            answer = site.get(f"/musicas/{identity}/ouvir", allow_redirects=False)
            download = site.get(f"/musicas/{identity}/baixar", allow_redirects=False)
        link, other = (found.headers.get("Location", "") for found in (answer, download))
        heard, late = lab.open(link, who="pessoa", later=14 * 60), lab.open(link, who="pessoa", later=16 * 60)
        lab.expect("Quem ouve", heard[2] == song.body and late[0] == 403, f"o S3 respondeu {heard[0]} ao link novo, e {late[0]} ao vencido")
        with lab.briefly():
            taken = lab.open(other, who="pessoa")
        how = [parse_qs(urlsplit(found).query).get("response-content-disposition", [""])[0] for found in (link, other)]
        right = how[0].startswith("inline") and how[1].startswith("attachment") and quote(song.name) in how[1]
        lab.expect("Quem ouve", taken[2] == song.body and right,
                   f"o link de baixar diz {how[1] or 'nada'}, e o de ouvir, {how[0] or 'nada'}")
        allowed = re.search(r"media-src ([^;]*)", answer.headers.get("Content-Security-Policy", "media-src *"))[1].split()
        lab.expect("Quem ouve", "*" in allowed or link.split("/musicas/")[0] in allowed,
                   f"a página só deixa tocar de {', '.join(allowed)}, e o link é de outro lugar")


def cataloged(lab: Lab, status: int, name: str, body: bytes, media: str, wanted: dict) -> None:
    """A música que acaba de chegar foi aceita, com o tipo que os bytes dizem, e tem a ficha esperada."""
    lab.expect("A função lê", status == 303, f"a `{name}`, que serve, o servidor respondeu {status}")
    kept = {json.loads(found)["nome"]: (f"musicas/{key[7:-5]}", json.loads(found)) for key, found in lab.objects("fichas").items()}
    key, sheet = kept.get(name, ("", {}))
    lab.expect("A função lê", sheet, f"não há ficha de `{name}`: há as de {', '.join(kept)}")
    told = {field: sheet.get(field) for field in ("situacao", "tamanho", *wanted)}
    lab.expect("A função lê", told == {"situacao": "pronta", "tamanho": len(body), **wanted},
               f"a ficha de `{name}` diz {', '.join(f'{field} {value}' for field, value in sheet.items() if field != 'etag')}")
    kept = lab.head("musicas", key)["ContentType"]
    lab.expect("A função lê", kept == media, f"`{name}` ficou guardada como {kept}, e é {media}")


def pieces(lab: Lab, before: int) -> None:
    """A função leu da música só pedaços, que somados são poucos; o que não diz o pedaço pergunta o tamanho, e é um pedido só."""
    asked = [call.given for call in lab.steps[4].calls[before:] if call.call == "s3:GetObject"]
    ranges = [found for given in asked if (found := re.search(r"Range=bytes=(\d+)-(\d+)", given))]
    read = sum(int(found[2]) - int(found[1]) + 1 for found in ranges)
    lab.expect("A função lê", ranges and len(asked) - len(ranges) <= 1 and read <= 4 * MIB,
               f"de uma música de {LIMIT // MIB} MiB, a função pediu {len(ranges)} pedaços, de {read} bytes, e o arquivo inteiro")


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
    Spoil("banda-por-artista", "procure o artista do MP3 no quadro da banda", 4, (('"TPE1": "artista"', '"TPE2": "artista"'),), "artista Coral"),
    Spoil("le-inteira", "leia a música inteira, em vez de um pedaço por vez", 4,
          ((', Range=f"bytes={position}-{last}")["Body"]) as body:\n                self.start',
            ')["Body"]) as body:\n                position = 0\n                self.start'),),
          "e o arquivo inteiro"),
    Spoil("limite-da-funcao", "faça a função recusar o que passa de 1 MiB", 4, (("MAX_MIB: !Ref TamanhoMaximoArquivo", 'MAX_MIB: "1"'),),
          "a ficha de `Canção + 1.mp3` diz nome Canção + 1.mp3, tamanho 20971520, situacao recusada"),
    Spoil("baixar-abre", "assine para baixar um link que abre a música", 5,
          (('return signed(identity, "attachment")', 'return signed(identity, "inline")'),),
          "o link de baixar diz inline"),
)
