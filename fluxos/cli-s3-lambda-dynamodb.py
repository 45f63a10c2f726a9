"""O que a pessoa faz em `cli-s3-lambda-dynamodb`, e o que precisa ficar guardado."""

import csv
import hashlib
import io
from decimal import Decimal

from scripts.flowbook import Lab, Sample, Spoil

SAMPLE = Sample("vendas.csv", "produto,quantidade,preço\ncafé,2,10.50\nchá,3,4.25\n".encode())
LIMIT = 20 * 2**20
"""O `TamanhoMaximoMiB` de quem não escolhe outro, em bytes."""
TOTALS = {"quantidade": Decimal("5"), "preço": Decimal("14.75")}
SHEET = Sample("relatório de março + 1.csv", "\ufeffproduto;valor;misto\r\n\"café\nforte\";1.234,56;1\r\n\r\nchá;-34,56;x\r\nleite;;2\r\n".encode())
"""Como uma planilha em português o exporta: com BOM, ponto e vírgula, vírgula decimal, um campo de duas linhas, uma em branco e um campo vazio."""
WIDE = b"texto,n\n" + (b"x" * 65_000 + b",2\n") * 322
FULL = WIDE + b"y" * (LIMIT - len(WIDE) - 3) + b",3\n"
"""O maior arquivo que se aceita."""
BAD = ((b"caf\xe9,cha\n1,2\n", "não está em UTF-8"), (b"a,b\n\"x\"y,2\n", "CSV inválido"), (bytes(LIMIT + 1), f"o limite é {LIMIT // 2**20} MiB"))


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
        before = lab.rows("resultados")
        for other in ("entrada/notas.txt", "arquivo/vendas.csv"):
            lab.put("entrada", other, b"a,b\n1,2\n", who="cli")
            lab.expect("Só arquivos", lab.unheard("entrada") and lab.rows("resultados") == before, f"`{other}` acionou a função")
    with lab.step(3):
        row = lab.rows("resultados")[0]
        found = (row["situacao"], row.get("sha256"), row.get("registros"))
        lab.expect("A função lê", found == ("processado", hashlib.sha256(file.body).hexdigest(), records(file.body)),
                   f"a linha diz {found}, {row.get('motivo', 'sem motivo')}")
        lab.put("entrada", "entrada/ruim.csv", b"a,b\n1\n", who="cli")
        bad = line(lab, "entrada/ruim.csv")
        lab.expect("Se o conteúdo", (bad.get("situacao"), bad.get("motivo")) == ("rejeitado", "o registro 1 não tem 2 campos"),
                   f"o arquivo ruim deu {bad.get('situacao')}, {bad.get('motivo')}")
        lab.expect("A função lê", file.own or row["totais"] == TOTALS, f"a linha diz {shown(row)}")
        with lab.briefly():
            for sent, columns, totals in ((SHEET, ["produto", "valor", "misto"], {"valor": Decimal("1200")}),
                                          (Sample("cheio.csv", FULL), ["texto", "n"], {"n": Decimal("647")})):
                lab.put("entrada", f"entrada/{sent.name}", sent.body, who="cli")
                found = line(lab, f"entrada/{sent.name}")
                told = (found.get("sha256"), found.get("colunas"), found.get("registros"), found.get("totais"))
                lab.expect("A função lê", told == (hashlib.sha256(sent.body).hexdigest(), columns, records(sent.body), totals),
                           f"de `{sent.name}`, a linha diz {found.get('motivo') or shown(found)}" if found else f"não há a linha de `{sent.name}`")
            for body, said in BAD:
                lab.put("entrada", "entrada/ruim.csv", body, who="cli")
                bad = line(lab, "entrada/ruim.csv")
                lab.expect("Se o conteúdo", bad["situacao"] == "rejeitado" and said in bad["motivo"],
                           f"o arquivo de {len(body)} bytes, que não serve, deu {bad['situacao']}, {bad.get('motivo')}")
    with lab.step(4):
        rows = {row["arquivo"]: row for row in lab.rows("resultados")}
        wanted = {key: len(file.body), "entrada/ruim.csv": LIMIT + 1, f"entrada/{SHEET.name}": len(SHEET.body), "entrada/cheio.csv": LIMIT}
        names = sorted(row["arquivo"] for row in lab.rows("resultados"))
        lab.expect("A função grava", names == sorted(wanted) and {name: row["tamanho"] for name, row in rows.items()} == wanted,
                   f"a tabela tem linhas de {', '.join(names)}")
        older = int(rows[key]["ordem"], 16)
        lab.put("entrada", key, file.body, who="cli")
        newer = int(line(lab, key)["ordem"], 16)
        lab.expect("A gravação só acontece", older == 2 and newer > older,
                   f"a linha não é a do envio mais novo: depois do segundo envio, é a do {older}º, e depois de mais um, a do {newer}º")
        calls = len(lab.steps[4].calls)
        with lab.briefly():
            lab.again("entrada")
        again = [call for call in lab.steps[4].calls[calls:] if call.call == "dynamodb:PutItem" and call.ok]
        lab.expect("A gravação só acontece", not again, "um aviso repetido, que não é mais novo que a linha, a regravou")


def line(lab: Lab, key: str) -> dict:
    """A linha mais nova deste arquivo; vazia, se não há."""
    return next((row for row in reversed(lab.rows("resultados")) if row["arquivo"] == key), {})


def shown(row: dict) -> str:
    """O que a linha diz do conteúdo."""
    sums = ", ".join(f"{name} = {total}" for name, total in row["totais"].items()) or "nenhuma"
    return f"{row['registros']} registros, as colunas {', '.join(row['colunas'])} e as somas {sums}"


def records(body: bytes) -> int:
    """Quantos registros o arquivo tem, sem o cabeçalho nem as linhas em branco."""
    text = io.StringIO(body.decode("utf-8-sig", errors="replace"), newline="")
    first = text.readline()
    separator = ";" if first.count(";") > first.count(",") else ","
    return sum(1 for row in csv.reader(text, delimiter=separator) if row)


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
    Spoil("nome-codificado", "leia a chave do evento sem trocar o `+` por espaço", 3,
          (("from urllib.parse import unquote_plus", "from urllib.parse import unquote"), ("return unquote_plus(record", "return unquote(record")),
          "não há a linha de `relatório de março + 1.csv`"),
    Spoil("virgula-decimal", "leia `1.234,56` como se o ponto fosse o decimal", 3,
          (('cell.replace(".", "").replace(",", ".")', 'cell.replace(",", "")'),),
          "a linha diz 3 registros, as colunas produto, valor, misto e as somas valor ="),
    Spoil("so-a-ultima", "guarde da coluna só o último número, em vez da soma", 3,
          (("(totals[column] or 0) + Decimal(plain)", "Decimal(plain)"),), "as somas quantidade = 3"),
    Spoil("repetido-regrava", "deixe um aviso repetido regravar a linha", 4, (("OR ordem < :ordem\"", "OR ordem <= :ordem\""),), "a regravou"),
)
