"""O que a pessoa faz em `metadados-s3`, e o que precisa ficar guardado."""

import hashlib
import io
import re
import struct
import zipfile

from scripts.flowbook import SENDER, Lab, Sample, Spoil, block, jpeg, png, riff, segment

SAMPLE = Sample("antigo.csv", "produto;preço\r\ncafé;10\r\n".encode("cp1252"))
COPY = "produto;preço\ncafé;10\n".encode()
EVENT_TIME = "2026-01-02T12:00:00.000Z"
"""A hora do envio, como o evento simulado a diz."""
SECRET = b"SEGREDO"
"""Está em tudo o que não pode passar para a cópia de uma imagem."""
LIMIT = 20 * 2**20
"""O `TamanhoMaximoMiB` de quem não escolhe outro, em bytes."""


ORIENTATION = re.compile(rb"(?s)\xff\xe1(..)Exif\x00\x00.+?(?:\x01\x12\x00\x03\x00\x00\x00\x01\x00(.)|\x12\x01\x03\x00\x01\x00\x00\x00(.))")
"""O EXIF de um JPEG, com o tamanho e a orientação dele, numa ou noutra ordem dos bytes."""


def tiff(order: str, turn: int) -> bytes:
    """Um EXIF com a orientação e a localização."""
    tags = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack(f"{order}HHII", 0x8825, 4, 1, 40)
    start = b"II*\0" if order == "<" else b"MM\0*"
    return start + struct.pack(f"{order}IH", 8, 2) + tags + bytes(4) + SECRET


def gif(more: bytes = b"") -> bytes:
    """Um GIF de 300 x 200, com duas cores; `more` vem antes da imagem."""
    return b"GIF89a" + struct.pack("<HHBBB", 300, 200, 0x80, 0, 0) + bytes(6) + more + b"\x2c" + bytes(9) + b"\2\2\x4c\1\0;"


def webp(flags: int, *more: tuple[bytes, bytes]) -> bytes:
    """Um WebP de 70 x 50."""
    sides = (69).to_bytes(3, "little") + (49).to_bytes(3, "little")
    return riff(b"WEBP", (b"VP8X", bytes((flags, 0, 0, 0)) + sides), (b"VP8L", b"\x2f" + struct.pack("<I", 69 | 49 << 14)), *more)


def docx(*more: str) -> bytes:
    """Um DOCX de dois parágrafos e três letras, com estes arquivos a mais."""
    text = '<w:document xmlns:w="w"><w:p><w:t>olá</w:t></w:p><w:p><w:instrText>PAGE</w:instrText></w:p></w:document>'
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as package:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            package.writestr(zipfile.ZipInfo(name), text)
    return kept.getvalue()


def pdf(end: bytes) -> bytes:
    return b"%PDF-1.7\n<< /Type /Pages >> << /Type /Page >> << /Type/Page >> << /Encrypt 1 0 R >> << /JS (a) >>" + end


NOTES = segment(0xE1, b"Exif\0\0" + tiff(">", 6)) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET) \
    + segment(0xED, b"Photoshop 3.0\0" + SECRET) + segment(0xFE, SECRET)
TEXTS = block(b"eXIf", tiff("<", 1)) + block(b"tEXt", b"Author\0" + SECRET) + block(b"tIME", bytes(7))
COMMENT = b"\x21\xfe\7" + SECRET + b"\0" + b"\x21\xff\x0bXMP DataXMP\7" + SECRET + b"\0"
FILES = (
    ("férias + praia.txt", jpeg(640, 480, NOTES, frame=0xC2) + SECRET, "jpg",
     {"largura": 640, "altura": 480, "orientacao": 6, "localizacao_no_exif": True}, jpeg(640, 480, frame=0xC2)),
    ("tela.png", png(30, 20, more=TEXTS) + SECRET, "png", {"largura": 30, "altura": 20, "localizacao_no_exif": True}, png(30, 20)),
    ("b.gif", gif(COMMENT) + SECRET, "gif", {"largura": 300, "altura": 200}, gif()),
    ("c.webp", webp(0x0C, (b"EXIF", tiff("<", 1)), (b"XMP ", SECRET)), "webp", {"largura": 70, "altura": 50, "localizacao_no_exif": True}, webp(0)),
    ("nota.html", "\ufeff<p>olá  mundo\rduas\r\nlinhas".encode("utf-16-le"), "txt", {"codificacao": "utf-16", "linhas": 3, "palavras": 4},
     "<p>olá  mundo\nduas\nlinhas".encode()),
    ("dados.png", '\ufeff{"a": 1, "b": [1, 2, 3]}'.encode(), "json", {"codificacao": "utf-8", "raiz": "objeto", "itens": 2},
     b'{"a": 1, "b": [1, 2, 3]}'),
    ("e.pdf", pdf(b"%%EOF"), "pdf", {"versao_pdf": "1.7", "paginas_aparentes": 2, "protegido": True, "tem_script": True}, None),
    ("f.docx", docx(), "docx", {"paragrafos": 2, "caracteres": 3}, None),
)
"""De cada formato da tabela da página: o nome, os bytes, o formato, o que a linha diz do conteúdo, e a cópia."""
REFUSED = (("g.pdf", pdf(b""), "PDF cortado"), ("h.docx", docx("word/vbaProject.bin"), "macros"), ("i.txt", bytes(range(1, 32)), "não reconhecido"), ("j.txt", bytes(LIMIT + 1), "o limite é 20 MiB"))


def flow(lab: Lab) -> None:
    file, older = lab.sent, b"uma nota\n"
    with lab.step(1):
        # Duas versões do mesmo objeto, com os avisos fora de ordem: o da primeira chega depois do da segunda.
        with lab.holding():
            lab.put("entrada", file.name, older, who="pessoa")
            lab.put("entrada", file.name, file.body, who="pessoa")
        lab.expect("Quem envia", lab.objects("entrada") == {file.name: file.body}, "o objeto não está inteiro no bucket de entrada")
    with lab.step(2):
        lab.expect("O evento de criação", not lab.unheard("entrada"), lab.unheard("entrada"))
        versions = {row["versao"] for row in lab.rows("auditoria")}
        lab.expect("O bucket tem versões", "null" not in versions, "o evento não diz a versão: os dois envios se confundem")
        reads = [call.call for call in lab.steps[3].calls].count("s3:GetObjectVersion")
        with lab.briefly():
            for name, body, *_ in (*FILES, *REFUSED):
                lab.put("entrada", name, body, who="pessoa")
                lab.expect("O evento de criação", not lab.unheard("entrada"), lab.unheard("entrada"))
    with lab.step(3):
        trail = [entry for entry in lab.rows("auditoria") if entry["objeto"] == file.name]
        digests = [hashlib.sha256(body).hexdigest() for body in (older, file.body)]
        lab.expect("A função lê", len(trail) == 2, f"a auditoria tem {len(trail)} linhas, de dois envios: uma apaga a outra, ou um não se registrou")
        reasons = ", ".join(entry.get("motivo", "aceita") for entry in trail)
        lab.expect("A função lê", [entry.get("sha256") for entry in trail] == digests and reads == 2,
                   f"a função não leu cada versão uma vez só: {reads} leituras, {reasons}")
        found = trail[1]
        lab.expect("A função lê", found["situacao"] in ("transformado", "validado") and found["formato"],
                   f"a função recusou o objeto: {found.get('motivo')}")
        copy = lab.objects("resultado").get(found.get("resultado", ""), b"")
        lab.expect("A função lê", found["situacao"] == "validado" or (copy == COPY if file.body == SAMPLE.body else copy),
                   f"a cópia não está no bucket de resultado, ou não é a esperada: {len(copy)} bytes")
        senders = [(entry["quem"], entry["de_onde"]) for entry in trail if entry["quando"]]
        lab.expect("A função lê", senders == [SENDER] * len(trail), f"a auditoria não diz quem enviou, de onde e quando: {senders}")
        rows, entries, copies = by_name(lab.rows("metadados")), by_name(lab.rows("auditoria")), lab.objects("resultado")
        for name, body, kind, content, expected in FILES:
            checked(lab, name, kind, content, rows.get(name, {}))
            audited(lab, name, body, rows[name], entries.get(name, {}))
            copied(lab, name, expected, rows[name], copies)
        for name, _, reason in REFUSED:
            row = rows.get(name, {})
            lab.expect("A função lê", row.get("situacao") == "rejeitado" and reason in row["motivo"],
                       f"`{name}` não serve ({reason}), e deu {row.get('situacao', 'nenhuma linha')}, {row.get('motivo', 'sem motivo')}")
    with lab.step(4):
        row, wanted = rows.get(file.name, {}), {file.name, *(sent[0] for sent in (*FILES, *REFUSED))}
        lab.expect("A linha só muda", row.get("sha256") == digests[1], "a linha é a da primeira versão, cujo aviso chegou depois")
        lab.expect("A função grava", set(rows) == wanted and row["tamanho"] == len(file.body), f"a tabela tem linhas de {', '.join(sorted(rows))}")
        told = f"{row['formato']}, {shown(row['conteudo'])}"
        lab.expect("A função grava", file.own or told == "csv, codificacao cp1252, colunas 2, registros 2", f"de `{file.name}`, a linha diz {told}")
        before = [len(lab.steps[number].calls) for number in (3, 4)]
        with lab.briefly():
            lab.again("entrada", 0)
        calls = [call for number, count in zip((3, 4), before) for call in lab.steps[number].calls[count:]]
        wrote = [call for call in calls if call.call == "dynamodb:PutItem" and call.ok]
        lab.expect("A linha só muda", not wrote and lab.objects("resultado") == copies,
                   "um aviso repetido regravou a linha, ou mudou a auditoria ou a cópia")


def by_name(rows: list[dict]) -> dict[str, dict]:
    """De cada objeto, a última linha dele."""
    return {row["objeto"]: row for row in rows}


def checked(lab: Lab, name: str, kind: str, content: dict, row: dict) -> None:
    """A linha diz o que os bytes são."""
    told = {key: value for key, value in row.get("conteudo", {}).items() if key != "blocos_removidos"}
    lab.expect("A função lê", (row.get("formato"), told) == (kind, content),
               f"de `{name}`, que é {kind} ({shown(content)}), "
               f"a linha diz {row.get('formato', 'nenhum formato')} ({row.get('motivo') or shown(told)})")


def shown(content: dict) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(content.items()))


def audited(lab: Lab, name: str, body: bytes, row: dict, entry: dict) -> None:
    """A auditoria diz quem enviou, de onde, quando, que versão e no que deu."""
    said = tuple(entry.get(key) for key in ("quem", "de_onde", "quando", "versao", "situacao", "tamanho"))
    wanted = (*SENDER, EVENT_TIME, lab.head("entrada", name)["VersionId"], row["situacao"], len(body))
    lab.expect("A função lê", said == wanted, f"a auditoria de `{name}` diz {said}")


def copied(lab: Lab, name: str, expected: bytes | None, row: dict, copies: dict[str, bytes]) -> None:
    """A cópia é a esperada, sem o que não passa e com a orientação; do que só se valida, não há cópia."""
    if expected is None:
        lab.expect("A função lê", row["situacao"] == "validado" and not any(key.startswith(row["sha256"]) for key in copies),
                   f"`{name}` só se valida, e deu {row['situacao']}, ou ganhou uma cópia")
        return
    copy = copies.get(row.get("resultado", ""), b"")
    lab.expect("A função lê", row.get("resultado", "").startswith(row["sha256"]), f"a cópia de `{name}` não tem por nome o SHA-256 do original")
    lab.expect("A função lê", SECRET not in copy,
               f"a cópia de `{name}` leva o que não devia passar: EXIF, XMP, um comentário ou o que vem depois do fim")
    turn = row["conteudo"].get("orientacao")
    if turn:
        found = ORIENTATION.search(copy)
        lab.expect("A função lê", found and turn == (found[2] or found[3])[0], f"a cópia de `{name}` perdeu a orientação: a foto deitaria")
        copy = copy[:found.start()] + copy[found.start() + 2 + int.from_bytes(found[1], "big"):]
    lab.expect("A função lê", copy == expected, f"a cópia de `{name}` não é a esperada: tem {len(copy)} bytes, e não {len(expected)}")
    media = lab.head("resultado", row["resultado"])["ContentType"]
    lab.expect("A função lê", row["formato"] != "txt" or media.startswith("text/plain"), f"a cópia de `{name}`, que é texto, ficou como {media}")


SPOILS = (
    Spoil("sem-copiar", "tire a permissão de guardar a cópia", 3,
          (("Action: s3:PutObject\n", "Action: s3:GetObject\n"),), "s3:PutObject", shown=True),
    Spoil("le-sem-versao", "permita ler só o objeto atual, e não uma versão", 3, (("Action: s3:GetObjectVersion\n", "Action: s3:GetObject\n"),),
          "s3:GetObjectVersion", shown=True),
    Spoil("sem-metadados", "deixe gravar só na tabela de auditoria", 4,
          (("                  - !GetAtt TabelaMetadados.Arn\n", ""),), "dynamodb:PutItem"),
    Spoil("sem-auditoria", "deixe gravar só na tabela de metadados", 3,
          (("                  - !GetAtt TabelaAuditoria.Arn\n", ""),), "dynamodb:PutItem"),
    Spoil("condicao-falsa", "permita ler a versão só num pedido sem TLS", 3,
          (("Action: s3:GetObjectVersion\n",
            'Action: s3:GetObjectVersion\n                Condition: { Bool: { aws:SecureTransport: "false" } }\n'),), "s3:GetObjectVersion"),
    Spoil("nega-gravar", "negue no próprio papel gravar em qualquer bucket", 3,
          (("              - Sid: EscreverLogs\n", "              - Sid: NaoGravar\n                Effect: Deny\n                Action: s3:Put*\n"
            "                Resource: \"*\"\n              - Sid: EscreverLogs\n"),), "`PapelFuncao` nega `s3:PutObject`"),
    Spoil("bucket-nega", "faça a política do bucket de resultado negar o que vem por TLS", 3,
          (('              - !Sub ${BucketResultado.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: "false" }',
            '              - !Sub ${BucketResultado.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: "true" }'),),
          "`PoliticaResultado` nega `s3:PutObject`"),
    Spoil("sem-notificacao", "tire a notificação do bucket de entrada", 2,
          (("      NotificationConfiguration:\n        LambdaConfigurations:\n          - Event: s3:ObjectCreated:*\n"
            "            Function: !GetAtt FuncaoProcessar.Arn\n", ""),), "não avisa ninguém"),
    Spoil("so-post", "avise só do que um formulário envia", 2,
          (("Event: s3:ObjectCreated:*", "Event: s3:ObjectCreated:Post"),), "não acionou ninguém"),
    Spoil("sem-invocar", "permita a invocação só a outro bucket", 2,
          (("SourceArn: !Sub arn:${AWS::Partition}:s3:::${PrefixoBucket}", "SourceArn: !Sub arn:${AWS::Partition}:s3:::outro"),),
          "nenhuma permissão deixa"),
    Spoil("sem-versoes", "tire as versões do bucket de entrada", 2,
          (("VersioningConfiguration: { Status: Enabled }", "VersioningConfiguration: { Status: Suspended }"),),
          "os dois envios se confundem", shown=True),
    Spoil("variavel-errada", "ponha a tabela de auditoria na variável da de metadados", 2,
          (("METADATA_TABLE: !Ref TabelaMetadados", "METADATA_TABLE: !Ref TabelaAuditoria"),), "ValidationException"),
    Spoil("sem-variavel", "tire a variável do bucket de resultado", 2,
          (("          RESULT_BUCKET: !Ref BucketResultado\n", ""),), "KeyError: 'RESULT_BUCKET'"),
    Spoil("manipulador-errado", "aponte o manipulador para uma função que não há", 2,
          (("Handler: index.handler", "Handler: index.main"),), "não tem `main`"),
    Spoil("concorrencia-zero", "reserve zero execuções para a função", 2,
          (("      Timeout: 300\n", "      Timeout: 300\n      ReservedConcurrentExecutions: 0\n"),), "concorrência 0"),
    Spoil("pouco-tempo", "dê à função um segundo só, e faça-a esperar dois", 2,
          (("Timeout: 300", "Timeout: 1"), ("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0"),
           ("              facts = {}\n", "              time.sleep(2)\n              facts = {}\n")), "`Timeout: 1`"),
    Spoil("pouca-memoria", "dê à função 128 MB, e faça-a ocupar 200", 2,
          (("MemorySize: 1024", "MemorySize: 128"),
           ("              facts = {}\n", "              ballast = b\"x\" * 200_000_000\n              facts = {}\n")),
          "`MemorySize`"),
    Spoil("excecao", "faça a função dividir por zero", 2,
          (("              facts = {}\n", "              facts = {\"parte\": 1 / 0}\n"),), "ZeroDivisionError"),
    Spoil("sem-condicao", "deixe um aviso atrasado mudar a linha", 4,
          (('newer = "attribute_not_exists(objeto) OR ordem < :ordem OR (', 'newer = "attribute_not_exists(objeto) OR ordem <> :ordem OR ('),),
          "cujo aviso chegou depois"),
    Spoil("exif-passa", "deixe o EXIF do JPEG passar para a cópia", 3, (("0xDA, 0xDB, 0xDC, 0xDD}", "0xDA, 0xDB, 0xDC, 0xDD, 0xE1}"),),
          "a cópia de `férias + praia.txt` leva o que não devia passar"),
    Spoil("resto-passa", "copie também o que vem depois do fim do PNG", 3,
          (('"image/png", content, b"".join(kept))', '"image/png", content, b"".join(kept) + data[position:])'),), "a cópia de `tela.png` leva"),
    Spoil("sem-orientacao", "não devolva a orientação à cópia", 3,
          (('content["orientacao"] = turn\n              return', 'content["orientacao"] = turn\n              return b"" and'),), "a foto deitaria"),
    Spoil("so-csv", "avise só de arquivos `.csv`", 2,
          (("            Function: !GetAtt FuncaoProcessar.Arn\n", "            Function: !GetAtt FuncaoProcessar.Arn\n            Filter:\n"
            "              S3Key:\n                Rules:\n                  - { Name: suffix, Value: .csv }\n"),), "não acionou ninguém"),
    Spoil("repetido-regrava", "deixe um aviso repetido regravar a linha", 4,
          (("attribute_not_exists(objeto) OR ordem < :ordem OR (", "attribute_not_exists(objeto) OR ordem <= :ordem OR ("),),
          "um aviso repetido regravou"),
)
