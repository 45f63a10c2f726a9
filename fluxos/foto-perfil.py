"""O que a pessoa faz em `foto-perfil`, e o que precisa ficar guardado."""

from scripts.flowbook import Lab, Sample, Spoil, png

SAMPLE = Sample("minha-foto.png", png(120, 90))
TOO_LARGE = Sample("enorme.png", bytes(5 * 1024 * 1024 + 1))


def flow(lab: Lab) -> None:
    photo, newer = lab.sent, Sample(lab.sent.name, lab.sent.body + b"\n")
    with lab.step(1):
        form = lab.invoke("autorizar", {"pessoa": "ana", "nome": photo.name, "tipo": photo.type}, who="pessoa")
        lab.expect("Antes, o aplicativo", "url" in form, f"a função não autorizou o envio: {form.get('erro')}")
        lab.expect("Antes, o aplicativo", form["segundos"] == 300, f"a autorização não vale 5 minutos: vale {form['segundos']} segundos")
        late, late_code = lab.post(form["url"], form["campos"], photo, who="pessoa", later=301)
        lab.expect("A pessoa envia", late == 403, f"o S3 aceitou o formulário depois do prazo: {late_code or late}")
        # Dois envios, com os avisos fora de ordem: o do segundo chega antes do aviso do primeiro.
        with lab.holding():
            sent = [lab.post(form["url"], form["campos"], file, who="pessoa") for file in (photo, newer)]
        lab.expect("Com ele, a foto vai direto", all(status < 300 for status, _ in sent), f"o S3 recusou o envio: {sent[0][1] or sent[1][1]}")
    with lab.step(2):
        lab.expect("A imagem é salva", lab.objects("entrada") == {"envios/ana": newer.body}, "o envio não está no bucket de entrada")
        wrong = ({"key": "envios/bia"}, photo), ({"Content-Type": "text/html"}, photo), ({}, TOO_LARGE)
        codes = [lab.post(form["url"], {**form["campos"], **changed}, file, who="pessoa")[1] for changed, file in wrong]
        lab.expect("O que não cumpre", codes == ["AccessDenied", "AccessDenied", "EntityTooLarge"],
                   f"outra chave, outro tipo e um arquivo grande demais deram {', '.join(code or 'envio aceito' for code in codes)}")
        kept = lab.versions("entrada", "envios/ana")
        lab.expect("O bucket tem versões", kept == [photo.body, newer.body], f"ficaram {len(kept)} dos 2 envios: o segundo apagou o primeiro")
    with lab.step(3):
        lab.expect("O envio dispara", not lab.unheard("entrada") and lab.rows("tabela"),
                   lab.unheard("entrada") or "a função validar não registrou nada")
        rows = {row["registro"]: row for row in lab.rows("tabela")}
        current, tries = rows.pop("foto", {}), list(rows.values())
        lab.expect("Ela lê o começo", current.get("formato"), f"a foto não serve: {tries[-1]['situacao']}, {tries[-1].get('motivo')}")
        kept = lab.objects("fotos")
        lab.expect("Se a foto serve", newer.body in kept.values(), "a foto não chegou inteira ao bucket de fotos")
        lab.expect("Depois da troca", list(kept.values()) == [newer.body], "a foto anterior continua no bucket")
    with lab.step(4):
        lab.post(form["url"], form["campos"], Sample("falsa.png", b"isto n\xc3\xa3o \xc3\xa9 uma foto"), who="pessoa")
        rows = lab.rows("tabela")
        said = [row.get("situacao", row.get("chave")) for row in rows]
        told = (rows[-1]["nome"], rows[-1]["tamanho"]) == (photo.name, len(newer.body))
        lab.expect("Os metadados", said == ["atrasada", "aceita", "recusada", *kept] and rows[2]["motivo"] and told, f"a tabela diz {said}")


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
)
