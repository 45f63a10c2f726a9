"""O que a pessoa faz em `cli-s3-lambda-dynamodb`, e o que precisa ficar guardado."""

import csv
import hashlib

from scripts.flowbook import Lab, Sample, Spoil

SAMPLE = Sample("vendas.csv", "produto,quantidade,preço\ncafé,2,10.50\nchá,3,4.25\n".encode())
LIMIT = 20 * 2**20
"""O `TamanhoMaximoMiB` de quem não escolhe outro."""


def flow(lab: Lab) -> None:
    file, key = lab.sent, f"entrada/{lab.sent.name}"
    with lab.step(1):
        # Duas vezes, com os avisos fora de ordem: o do segundo envio chega antes do aviso do primeiro.
        with lab.holding():
            lab.put("entrada", key, file.body, who="cli")
            lab.put("entrada", key, file.body, who="cli")
        lab.expect("No seu computador", lab.objects("entrada") == {key: file.body}, "o arquivo não está inteiro no bucket de entrada")
    with lab.step(2):
        lab.expect("Guardar o objeto", not lab.unheard("entrada"), lab.unheard("entrada"))
        lab.expect("O bucket entrega", lab.rows("resultados"), "a função rodou, e não gravou nada na tabela")
        for other in ("entrada/notas.txt", "arquivo/vendas.csv"):
            lab.put("entrada", other, b"a,b\n1,2\n", who="cli")
        lab.expect("Só arquivos", lab.unheard("entrada") and len(lab.rows("resultados")) == 1,
                   "um arquivo de outra pasta, ou de outro tipo, acionou a função")
    with lab.step(3):
        row = lab.rows("resultados")[0]
        found = (row["situacao"], row.get("sha256"), row.get("registros"))
        lab.expect("A função lê", found == ("processado", hashlib.sha256(file.body).hexdigest(), records(file.body)),
                   f"a linha diz {found}, {row.get('motivo', 'sem motivo')}")
        lab.put("entrada", "entrada/ruim.csv", b"a,b\n1\n", who="cli")
        bad = lab.rows("resultados")[0] if lab.rows("resultados")[0] != row else lab.rows("resultados")[-1]
        lab.expect("Se o conteúdo", (bad["situacao"], bad.get("motivo")) == ("rejeitado", "o registro 1 não tem 2 campos"),
                   f"o arquivo ruim deu {bad['situacao']}, {bad.get('motivo')}")
        with lab.briefly():
            for body, said in ((b"caf\xe9,cha\n1,2\n", "não está em UTF-8"), (b"a,b\n" + b"1,2\n" * (LIMIT // 4), f"o limite é {LIMIT // 2**20} MiB")):
                lab.put("entrada", "entrada/ruim.csv", body, who="cli")
                bad = {row["arquivo"]: row for row in lab.rows("resultados")}["entrada/ruim.csv"]
                lab.expect("Se o conteúdo", bad["situacao"] == "rejeitado" and said in bad["motivo"],
                           f"o arquivo de {len(body)} bytes, que não serve, deu {bad['situacao']}, {bad.get('motivo')}")
    with lab.step(4):
        rows = {row["arquivo"]: row for row in lab.rows("resultados")}
        lab.expect("A função grava", set(rows) == {key, "entrada/ruim.csv"} and rows[key]["tamanho"] == len(file.body),
                   f"a tabela tem {sorted(rows)}")
        older = int(rows[key]["ordem"], 16)
        lab.put("entrada", key, file.body, who="cli")
        newer = {row["arquivo"]: int(row["ordem"], 16) for row in lab.rows("resultados")}[key]
        lab.expect("A gravação só acontece", older == 2 and newer > older,
                   f"a linha não é a do envio mais novo: depois do segundo envio, é a do {older}º, e depois de mais um, a do {newer}º")


def records(body: bytes) -> int:
    """Quantos registros o arquivo tem, sem o cabeçalho nem as linhas em branco."""
    lines = body.decode("utf-8-sig", errors="replace").splitlines(keepends=True)
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    return sum(1 for row in csv.reader(lines, delimiter=separator) if row) - 1


SPOILS = (
    Spoil("limite-em-gib", "conte o limite de tamanho em GiB", 3, (("if size > MAX_MIB * 1024 * 1024:", "if size > MAX_MIB * 1024 ** 3:"),), "que não serve, deu"),
    Spoil("qualquer-texto", "aceite o que não está em UTF-8", 3, (('"utf-8-sig", newline=""))', '"utf-8-sig", "replace", newline=""))'),), "que não serve, deu"),
    Spoil("sem-gravar", "tire a permissão de gravar na tabela", 4, (("Action: dynamodb:PutItem", "Action: dynamodb:GetItem"),),
          "dynamodb:PutItem", shown=True),
    Spoil("sem-ler", "tire a permissão de ler os arquivos", 3, (("Action: s3:GetObject\n", "Action: s3:GetObjectTagging\n"),), "s3:GetObject"),
    Spoil("outra-pasta", "deixe a função ler só outra pasta", 3, (("/${PrefixoEntrada}*\n", "/saida/*\n"),), "s3:GetObject"),
    Spoil("condicao-falsa", "permita gravar só num pedido sem TLS", 4,
          (("Action: dynamodb:PutItem\n", 'Action: dynamodb:PutItem\n                Condition: { Bool: { aws:SecureTransport: "false" } }\n'),),
          "dynamodb:PutItem"),
    Spoil("bucket-nega", "faça a política do bucket negar o que vem por TLS", 1, (('aws:SecureTransport: "false"', 'aws:SecureTransport: "true"'),),
          "`PoliticaBucket` nega `s3:PutObject`", shown=True),
    Spoil("nega-gravar", "negue a gravação no próprio papel", 4,
          (("              - Sid: EscreverLogs\n",
            "              - Sid: NaoGravar\n                Effect: Deny\n                Action: dynamodb:*\n"
            "                Resource: \"*\"\n              - Sid: EscreverLogs\n"),), "`PapelFuncao` nega `dynamodb:PutItem`"),
    Spoil("sem-aviso", "avise só dos arquivos apagados", 2, (("Event: s3:ObjectCreated:*", "Event: s3:ObjectRemoved:*"),), "não acionou ninguém"),
    Spoil("outro-sufixo", "avise só dos arquivos `.CSV`, em maiúsculas", 2, (("Value: .csv }", "Value: .CSV }"),), "termine em `.CSV`", shown=True),
    Spoil("sem-sufixo", "avise de qualquer arquivo da pasta de entrada", 2,
          (("                  - { Name: suffix, Value: .csv }\n", ""),), "acionou a função"),
    Spoil("sem-invocar", "dê a outro serviço a permissão de invocar a função", 2,
          (("Principal: s3.amazonaws.com", "Principal: sns.amazonaws.com"),), "nenhuma permissão deixa `s3.amazonaws.com` invocar"),
    Spoil("outra-conta", "deixe só um bucket de outra conta invocar a função", 2,
          (("SourceAccount: !Ref AWS::AccountId", 'SourceAccount: "999999999999"'),), "nenhuma permissão deixa `s3.amazonaws.com` invocar"),
    Spoil("variavel-errada", "troque o nome da variável do tamanho máximo", 2, (("          MAX_MIB: !Ref", "          MAX_MB: !Ref"),), "MAX_MIB"),
    Spoil("outra-tabela", "ponha na variável da tabela um nome que não existe", 4,
          (("TABLE_NAME: !Ref TabelaResultados", "TABLE_NAME: resultados"),), "dynamodb:PutItem"),
    Spoil("manipulador-errado", "aponte o manipulador para uma função que não há", 2, (("Handler: index.handler", "Handler: index.processar"),),
          "não tem `processar`"),
    Spoil("concorrencia-zero", "reserve zero execuções para a função", 2,
          (("      Timeout: 300\n", "      Timeout: 300\n      ReservedConcurrentExecutions: 0\n"),), "concorrência 0"),
    Spoil("pouco-tempo", "dê à função um segundo só, e faça-a esperar dois", 2,
          (("Timeout: 300", "Timeout: 1"), ("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 0"),
           ("          import itertools\n", "          import itertools\n          import time\n"),
           ("              source = record[\"s3\"][\"object\"]\n",
            "              time.sleep(2)\n              source = record[\"s3\"][\"object\"]\n")),
          "passou do tempo dela (`Timeout: 1`)"),
    Spoil("pouca-memoria", "dê à função 128 MB, e faça-a ocupar 200", 2,
          (("MemorySize: 1024", "MemorySize: 128"),
           ("              records = event.get", "              ballast = b\"x\" * 200_000_000\n              records = event.get")), "`MemorySize`"),
    Spoil("excecao", "faça a função ler um campo que o evento não tem", 2,
          (('source = record["s3"]["object"]', 'source = record["s3"]["objeto"]'),), "KeyError: 'objeto'"),
    Spoil("sem-condicao", "deixe um aviso atrasado mudar a linha", 4,
          (('" OR (ordem = :ordem AND', '" OR ordem > :ordem OR (ordem = :ordem AND'),), "a linha não é a do envio mais novo"),
)
