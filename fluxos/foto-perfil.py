"""O que a pessoa faz em `foto-perfil`, e o que precisa ficar guardado."""

from scripts.flowbook import Lab, Sample, Spoil, jpeg, png, riff, segment

SAMPLE = Sample("minha-foto.png", png(120, 90))
LIMIT = 5 * 2**20
"""O `FotoMaximaMiB` de quem não escolhe outro, em bytes."""
EVENT_TIME = "2026-01-02T12:00:00.000Z"
"""A data do envio, como o evento simulado a diz."""


def webp(name: bytes, head: bytes, size: int = 64) -> bytes:
    """Um WebP de um bloco só, que começa por `head`; `size` é o tamanho do arquivo."""
    return riff(b"WEBP", (name, head + bytes(size - 20 - len(head))))


THUMBNAIL = segment(0xE1, b"Exif\0\0" + jpeg(160, 120))
"""Um EXIF com uma miniatura dentro, que é outro JPEG: as dimensões dela não são as da foto."""
GOOD = (
    ("jpeg", 5000, 64, jpeg(5000, 64, THUMBNAIL, b"\xff", frame=0xC2)),  # progressivo, e com um byte FF de enchimento antes de uma marca
    ("webp", 64, 5000, webp(b"VP8 ", bytes(3) + b"\x9d\1\x2a" + (64).to_bytes(2, "little") + (5000).to_bytes(2, "little"))),
    ("webp", 400, 201, webp(b"VP8X", bytes(4) + (399).to_bytes(3, "little") + (200).to_bytes(3, "little"), LIMIT)),
)
"""De cada formato, uma foto que serve, com os lados dela: os menores e os maiores, e o maior arquivo."""
BAD = ((png(63, 90), "63 x 90"), (jpeg(90, 5001), "90 x 5001"), (b"isto n\xc3\xa3o \xc3\xa9 uma foto", "não é JPEG"))
OTHER = Sample("férias + praia 1.webp", webp(b"VP8L", b"\x2f" + (199 | 99 << 14).to_bytes(4, "little")))


def stored(lab: Lab, person: str) -> tuple[dict, dict[str, bytes]]:
    """A linha da foto vigente da pessoa, e o que há dela no bucket de fotos."""
    row = next((row for row in lab.rows("tabela") if (row["pessoa"], row["registro"]) == (person, "foto")), {})
    return row, {key: body for key, body in lab.objects("fotos").items() if key.split("/")[0] == person}


def flow(lab: Lab) -> None:
    photo, newer = lab.sent, Sample(lab.sent.name, lab.sent.body + b"\n")
    with lab.step(1):
        form = lab.invoke("autorizar", {"pessoa": "ana", "nome": photo.name, "tipo": photo.type}, who="pessoa")
        lab.expect("Antes, o aplicativo", "url" in form, f"a função não autorizou o envio: {form.get('erro')}")
        lab.expect("Antes, o aplicativo", form["segundos"] == 300, f"a autorização não vale 5 minutos: vale {form['segundos']} segundos")
        with lab.briefly():
            asked = ({"pessoa": "ana/../bia", "nome": "a.png", "tipo": "image/png"}, {"pessoa": "ana", "nome": "a.svg", "tipo": "image/svg+xml"},
                     {"pessoa": "ana-maria", "nome": OTHER.name, "tipo": "image/webp"})
            *refused, other = answers = [lab.invoke("autorizar", event, who="pessoa") for event in asked]
        served = [event["pessoa"] for event, answer in zip(asked, answers) if "url" in answer]
        lab.expect("Antes, o aplicativo", served == ["ana-maria"] and all(set(answer) == {"erro"} for answer in refused),
                   f"de pedidos que não servem e pedidos que servem, a função só autorizou os de {', '.join(served) or 'ninguém'}")
        late, late_code = lab.post(form["url"], form["campos"], photo, who="pessoa", later=301)
        lab.expect("A pessoa envia", late == 403, f"o S3 aceitou o formulário depois do prazo: {late_code or late}")
        # Dois envios, com os avisos fora de ordem: o do segundo chega antes do aviso do primeiro. O segundo é no fim do prazo.
        with lab.holding():
            sent = [lab.post(form["url"], form["campos"], file, who="pessoa", later=later) for file, later in ((photo, 0), (newer, 298))]
        lab.expect("Com ele, a foto vai direto", all(status < 300 for status, _ in sent), f"o S3 recusou o envio: {sent[0][1] or sent[1][1]}")
    with lab.step(2):
        lab.expect("A imagem é salva", lab.objects("entrada") == {"envios/ana": newer.body}, "o envio não está no bucket de entrada")
        wrong = (({"key": "envios/bia"}, photo), ({"Content-Type": "text/html"}, photo), ({}, Sample("enorme.png", bytes(LIMIT + 1))),
                 ({}, Sample("vazia.png", b"")))
        codes = [lab.post(form["url"], {**form["campos"], **changed}, file, who="pessoa")[1] for changed, file in wrong]
        lab.expect("O que não cumpre", codes == ["AccessDenied", "AccessDenied", "EntityTooLarge", "EntityTooSmall"],
                   f"outra chave, outro tipo, um arquivo grande demais e um vazio deram {', '.join(code or 'envio aceito' for code in codes)}")
        kept = lab.versions("entrada", "envios/ana")
        lab.expect("O bucket tem versões", kept == [photo.body, newer.body], f"ficaram {len(kept)} dos 2 envios: o segundo apagou o primeiro")
    with lab.step(3):
        lab.expect("O envio aciona", not lab.unheard("entrada") and lab.rows("tabela"),
                   lab.unheard("entrada") or "a função validar não registrou nada")
        rows = {row["registro"]: row for row in lab.rows("tabela")}
        current, tries = rows.pop("foto", {}), list(rows.values())
        lab.expect("O envio aciona", len(tries) == 2, f"a tabela tem {len(tries)} linhas de envio, e foram 2 os envios")
        lab.expect("Ela lê o começo", current.get("formato"), f"a foto não serve: {tries[-1]['situacao']}, {tries[-1].get('motivo')}")
        kept = lab.objects("fotos")
        lab.expect("Se a foto serve", newer.body in kept.values(), "a foto não chegou inteira ao bucket de fotos")
        lab.expect("Depois da troca", list(kept.values()) == [newer.body], "a foto anterior continua no bucket")
        said = [row.get("situacao", row.get("chave")) for row in lab.rows("tabela")]
        lab.expect("O envio aciona", said == ["atrasada", "aceita", *kept], f"a tabela diz {said}")
        with lab.briefly():
            lab.post(other["url"], other["campos"], OTHER, who="pessoa")
            for kind, width, height, body in GOOD:
                check(lab, form, kind, width, height, body)
        named, photos = stored(lab, "ana-maria")
        sides = f"{named.get('formato')} de {named.get('largura')} x {named.get('altura')}"
        lab.expect("Ela lê o começo", sides == "webp de 200 x 100", f"depois de uma foto webp de 200 x 100, a vigente é {sides}")
        lab.expect("Depois da troca", list(photos.values()) == [OTHER.body], "trocar a foto de ana mexeu na de ana-maria")
    with lab.step(4):
        current, before = stored(lab, "ana")
        with lab.briefly():
            for body, reason in BAD:
                lab.post(form["url"], form["campos"], Sample("ruim.png", body), who="pessoa")
                last = [row for row in lab.rows("tabela") if row["pessoa"] == "ana"][-2]
                lab.expect("Os metadados", last["situacao"] == "recusada" and reason in last.get("motivo", ""),
                           f"um envio que não serve ({reason}) deu {last['situacao']}, {last.get('motivo')}")
            rows, calls = lab.rows("tabela"), len(lab.steps[4].calls)
            lab.expect("Os metadados", stored(lab, "ana") == (current, before), "um envio recusado mudou a foto vigente")
            lab.again("entrada", -1 - len(BAD))  # o da foto vigente
        again = [call for call in lab.steps[4].calls[calls:] if call.call == "dynamodb:PutItem" and call.ok]
        lab.expect("Os metadados", lab.rows("tabela") == rows and not again, "um aviso repetido regravou uma linha, e não era de um envio mais novo")
        lab.expect("Os metadados", stored(lab, "ana") == (current, before), "um aviso repetido mexeu na foto vigente")
        for row, name, body in ((current, photo.name, GOOD[-1][3]), (named, OTHER.name, OTHER.body)):
            told = row.get("nome"), row.get("tamanho"), row.get("enviada_em")
            lab.expect("Os metadados", told == (name, len(body), EVENT_TIME),
                       f"a linha da foto `{name}` diz nome {told[0]}, {told[1]} bytes, {told[2]}")
        each = [row["situacao"] for row in rows if row["pessoa"] == "ana" and row["registro"] != "foto"]
        wanted = ["atrasada", "aceita", *["aceita"] * len(GOOD), *["recusada"] * len(BAD)]
        lab.expect("Os metadados", each == wanted, f"as linhas dos envios dizem {', '.join(each)}")


def check(lab: Lab, form: dict, kind: str, width: int, height: int, body: bytes) -> None:
    """Envia uma foto que serve: ela vira a única da pessoa, com o formato e os lados que os bytes dizem."""
    lab.post(form["url"], form["campos"], Sample("outra.png", body), who="pessoa")
    row, photos = stored(lab, "ana")
    wanted, found = f"{kind} de {width} x {height}", f"{row.get('formato')} de {row.get('largura')} x {row.get('altura')}"
    lab.expect("Ela lê o começo", found == wanted, f"depois de uma foto {wanted}, a vigente é {found}")
    lab.expect("Se a foto serve", photos == {row["chave"]: body}, f"ficaram {list(photos)}, e a linha diz {row['chave']}")
    media = lab.head("fotos", row["chave"])["ContentType"]
    lab.expect("Se a foto serve", media == f"image/{kind}", f"a foto {kind} ficou guardada como {media}")


SPOILS = (
    Spoil("sem-gravar", "tire a permissão de gravar na tabela", 4,
          (("Action: dynamodb:PutItem", "Action: dynamodb:GetItem"),), "dynamodb:PutItem", shown=True),
    Spoil("sem-assinar", "tire do papel que assina a permissão de gravar envios", 1, (("Action: s3:PutObject\n", "Action: s3:GetObject\n"),),
          "o formulário vale o que o papel de quem assinou pode"),
    Spoil("sem-listar", "tire a permissão de achar as fotos anteriores", 3,
          (("Action: s3:ListBucket\n", "Action: s3:GetBucketLocation\n"),), "s3:ListBucket"),
    Spoil("outra-pasta", "deixe a função ler só outra pasta", 3, (("${AWS::Region}/envios/*", "${AWS::Region}/fotos/*"),), "s3:GetObjectVersion"),
    Spoil("nega-apagar", "negue apagar objetos no próprio papel", 3,
          (("              - Sid: GravarRegistros\n",
            "              - Sid: NuncaApagar\n                Effect: Deny\n                Action: s3:Delete*\n"
            "                Resource: \"*\"\n              - Sid: GravarRegistros\n"),), "`PapelFuncao` nega `s3:DeleteObject`"),
    Spoil("sem-tls", "faça a função chamar o S3 sem TLS", 3, (('s3 = boto3.client("s3")\n', 's3 = boto3.client("s3", use_ssl=False)\n'),),
          "`PoliticaBucket` nega `s3:GetObjectVersion`", shown=True),
    Spoil("bucket-nega", "faça a política do bucket de fotos negar o que vem por TLS", 3,
          (('              - !Sub ${BucketFotos.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: "false" }',
            '              - !Sub ${BucketFotos.Arn}/*\n            Condition:\n              Bool: { aws:SecureTransport: "true" }'),),
          "`PoliticaBucketFotos` nega"),
    Spoil("sem-versoes", "tire as versões do bucket de entrada", 2,
          (("VersioningConfiguration: { Status: Enabled }", "VersioningConfiguration: { Status: Suspended }"),),
          "o segundo apagou o primeiro"),
    Spoil("outro-prefixo", "avise só da pasta `fotos/`", 3, (("{ Name: prefix, Value: envios/ }", "{ Name: prefix, Value: fotos/ }"),),
          "não acionou ninguém", shown=True),
    Spoil("sem-invocar", "deixe só outro bucket invocar a função", 3,
          (("SourceArn: !Sub arn:${AWS::Partition}:s3:::${PrefixoBucket}", "SourceArn: !Sub arn:${AWS::Partition}:s3:::outro"),),
          "nenhuma permissão deixa"),
    Spoil("variavel-errada", "ponha o bucket de entrada na variável do bucket de fotos", 3,
          (("PHOTOS: !Ref BucketFotos", "PHOTOS: !Ref BucketEntrada"),), "s3:PutObject"),
    Spoil("manipulador-errado", "aponte o manipulador da função autorizar para um módulo que não há", 1,
          (("Handler: index.handler\n      MemorySize: 512\n      Timeout: 10\n",
            "Handler: app.handler\n      MemorySize: 512\n      Timeout: 10\n"),), "não há o módulo `app`"),
    Spoil("concorrencia-zero", "reserve zero execuções para a função validar", 3,
          (("      Timeout: 60\n", "      Timeout: 60\n      ReservedConcurrentExecutions: 0\n"),), "concorrência 0"),
    Spoil("pouco-tempo", "dê à função validar um segundo só, e faça-a esperar dois", 3,
          (("      Timeout: 60\n", "      Timeout: 1\n"), ("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0"),
           ("              source, key = record", "              time.sleep(2)\n              source, key = record")), "`Timeout: 1`"),
    Spoil("pouca-memoria", "dê à função validar 128 MB, e faça-a ocupar 200", 3,
          (("MemorySize: 512\n      Timeout: 60\n", "MemorySize: 128\n      Timeout: 60\n"),
           ("              source, key = record", "              ballast = b\"x\" * 200_000_000\n              source, key = record")),
          "`MemorySize`"),
    Spoil("excecao", "faça a função validar ler um campo que o evento não tem", 3,
          (('"tamanho": source["size"]', '"tamanho": source["tamanho"]'),), "KeyError: 'tamanho'"),
    Spoil("sem-limite", "assine o formulário sem o limite de tamanho", 2,
          (('["content-length-range", 1, MAX_BYTES]', '["content-length-range", 1, 99_999_999]'),), "envio aceito"),
    Spoil("prazo-longo", "assine um formulário que vale horas", 1,
          (('int(os.environ["MINUTES"]) * 60', 'int(os.environ["MINUTES"]) * 3600'),), "não vale 5 minutos"),
    Spoil("sem-condicao", "deixe um envio atrasado virar a foto vigente", 3,
          (('ConditionExpression="attribute_not_exists(pessoa) OR ordem < :ordem"',
            'ConditionExpression="attribute_not_exists(pessoa) OR ordem <> :ordem"'),), "a foto anterior continua no bucket"),
    Spoil("lados-trocados", "leia a largura do JPEG onde está a altura", 3,
          (('height, width = struct.unpack_from(">HH", head, at + 5)', 'width, height = struct.unpack_from(">HH", head, at + 5)'),),
          "depois de uma foto jpeg de 5000 x 64, a vigente é"),
    Spoil("miniatura", "procure as dimensões do JPEG em qualquer lugar do começo, e não segmento a segmento", 3,
          (('              at = 2\n', '              at = head.find(b"\\xff\\xc0")\n'),), "depois de uma foto jpeg de 5000 x 64, a vigente é jpeg de 160 x 120"),
    Spoil("sem-a-barra", "procure as fotos anteriores de uma pessoa sem a barra depois do nome", 3,
          (('Prefix=f"{person}/"', "Prefix=person"),), "trocar a foto de ana mexeu na de ana-maria"),
    Spoil("nome-codificado", "guarde o nome do arquivo como ele viaja, codificado", 4,
          (('unquote(answer["Metadata"].get("nome", ""))', 'answer["Metadata"].get("nome", "")'),), "diz nome f%C3%A9rias"),
    Spoil("so-fullmatch", "confira só o começo do nome da pessoa", 1, (("not PERSON.fullmatch(person)", "not PERSON.match(person)"),),
          "a função só autorizou os de ana/../bia"),
)
