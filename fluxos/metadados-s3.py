"""O que a pessoa faz em `metadados-s3`, e o que precisa ficar guardado."""

import hashlib

from scripts.flowbook import SENDER, Lab, Sample, Spoil

SAMPLE = Sample("antigo.csv", "produto;preço\r\ncafé;10\r\n".encode("cp1252"))
COPY = "produto;preço\ncafé;10\n".encode()


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
    with lab.step(3):
        trail = lab.rows("auditoria")
        digests = [hashlib.sha256(body).hexdigest() for body in (older, file.body)]
        lab.expect("A função lê", len(trail) == 2, f"a auditoria tem {len(trail)} linhas, de dois envios: uma apaga a outra, ou um não se registrou")
        reasons = ", ".join(entry.get("motivo", "aceita") for entry in trail)
        reads = [call.call for call in lab.steps[3].calls].count("s3:GetObjectVersion")
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
    with lab.step(4):
        rows = lab.rows("metadados")
        lab.expect("A linha só muda", rows and rows[0]["sha256"] == digests[1], "a linha é a da primeira versão, cujo aviso chegou depois")
        lab.expect("A função grava", [row["objeto"] for row in rows] == [file.name] and rows[0]["tamanho"] == len(file.body), f"a tabela tem {rows}")


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
)
