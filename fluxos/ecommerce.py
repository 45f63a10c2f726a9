"""O que a pessoa faz em `ecommerce`, e o que precisa ficar guardado."""

import json
import re

from scripts.flowbook import Lab, Spoil

PARAMETERS = {"ListaPrefixosCloudFront": "pl-0123abcd"}
STYLE = b"h1 { color: teal }\n"
BROKEN = '{"pedido": "sem conta"}'
STOCK = "SELECT stock FROM products WHERE id IN (1, 3, 4) ORDER BY id"


def flow(lab: Lab) -> None:
    with lab.step(1):
        lab.skip("Os visitantes abrem", "a chegada ao CloudFront se confere, não se percorre")
    with lab.step(2):
        lab.put("arquivos", "arquivos/estilo.css", STYLE, who="Quem publica a loja")
        style = lab.fetch("distribuicao", "/arquivos/estilo.css", who="visitantes")
        lab.expect("O que não muda", style[2] == STYLE, f"o CloudFront respondeu {style[0]} ao arquivo que está no bucket")
        lab.skip("A maior parte", "a rodada não guarda cópias, nem conta visitas")
    with lab.step(3):
        lab.skip("O que muda", "o caminho do CloudFront ao balanceador se confere")
        lab.skip("Ele entra na VPC", "a origem de VPC se confere")
    with lab.step(4):
        database = lab.database("primario", client="app-a", polls=("SELECT outbox",))
        site = lab.application("app-a", via="balanceador", who="visitantes")
        path = lab.stack.property(lab.stack.resource("GrupoDestino"), "HealthCheckPath")
        health = site.get(path).status_code
        lab.expect("O balanceador distribui", health == 200, f"a instância responde {health} a `{path}`, e o balanceador não manda pedidos a ela")
        cart = site.get("/carrinho?produto=1&quantidade=2&produto=3&quantidade=1")
        lab.expect("O carrinho viaja", "2 × Urso de pelúcia Mel" in cart.text and not cart.cookies, f"o carrinho não abriu: {cart.status_code}")
    with lab.step(5):
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', cart.text)
        key = dict(fields)["chave"]
        answer = site.post("/pedidos", data=[*fields, ("nome", "Ana")], later=True)
        bought = answer.status_code == 303
        gone = bought and lab.wait(lambda: not database.query("SELECT 1 FROM outbox"))
        orders, stock = database.query("SELECT id::text, buyer, total_cents FROM orders"), database.query(STOCK)
        lab.expect("A compra é uma transação", bought and (orders, stock) == ([(key, "Ana", 23470)], [(38,), (59,), (15,)]),
                   f"o servidor respondeu {answer.status_code}, e o banco tem os pedidos {orders}, com o estoque {stock}")
        other = f"0{key[1:]}" if key[0] != "0" else f"1{key[1:]}"
        many = [("chave", other), ("nome", "Bia"), ("total", "1"), ("produto", "1"), ("quantidade", "1"), ("produto", "4"), ("quantidade", "16")]
        refused = site.post("/pedidos", data=many).status_code
        lab.expect("Ou tudo vale", refused == 409 and database.query(STOCK) == stock, f"a compra sem estoque teve {refused}, e mudou o estoque")
        lab.expect("A pessoa recebe", "Ana, recebemos o seu pedido" in site.get(answer.headers["Location"]).text, "a página do pedido não o confirma")
        lab.skip("O grupo de segurança", "quem chega ao banco se confere; a rodada só o deixa alcançar por uma seta provada")
    with lab.step(6):
        waiting = lab.messages("fila")
        lab.expect("Depois da transação", gone and [json.loads(body)["pedido"] for body in waiting] == [key], f"a fila tem {waiting}")
        lab.skip("Se a fila falha", "a rodada não tira a fila do ar")
    with lab.step(7):
        lab.deliver("fila")
        lab.expect("A função recibo lê", not lab.messages("fila") and not lab.messages("falhas"), "o aviso não saiu da fila")
    with lab.step(8):
        receipt = lab.fetch("distribuicao", f"/arquivos/recibos/{key}.txt", who="visitantes")
        lab.expect("A função confere", "Total: R$ 234,70" in receipt[2].decode(), f"o CloudFront respondeu {receipt[0]} ao recibo")
        lab.send("fila", waiting[0])
        with lab.briefly():
            lab.deliver("fila")
        receipts = [name for name in lab.objects("arquivos") if "/recibos/" in name]
        lab.expect("O mesmo aviso", len(receipts) == 1 and not lab.messages("falhas"), f"o aviso repetido deu os recibos {receipts}")
    with lab.step(9):
        lab.skip("No pico", "a rodada não cria nem retira instâncias")
        lab.skip("Também troca", "a rodada não troca instâncias")
    with lab.step(10):
        lab.send("fila", BROKEN)
        with lab.briefly():
            lab.deliver("fila")
        lab.expect("Na falha", lab.messages("falhas") == [BROKEN] and not lab.messages("fila"), "o aviso que falhou não está na fila de falhas")


OPENED = "   Description: PostgreSQL da aplicacao\n   GroupId: !Ref GrupoBanco\n   IpProtocol: tcp\n   FromPort: {0}\n   ToPort: {0}"
REDRIVE = "   RedrivePolicy:\n    deadLetterTargetArn: !GetAtt FilaFalhas.Arn\n    maxReceiveCount: 5\n"
TREAT = '        """Trata cada mensagem sozinha; só as que falham voltam à fila."""\n'
CLOSED = """ PoliticaFila:
  Type: AWS::SQS::QueuePolicy
  Properties:
   Queues: [!Ref FilaPedidos]
   PolicyDocument:
    Version: "2012-10-17"
    Statement: [{Sid: NegarEnvio, Effect: Deny, Principal: "*", Action: sqs:SendMessage, Resource: !GetAtt FilaPedidos.Arn}]
"""
SPOILS = (
    Spoil("sem-cloudfront", "deixe só outra distribuição ler o bucket", 2, ((":distribution/${Distribuicao}", ":distribution/EOUTRA"),),
          "nada deixa `cloudfront.amazonaws.com` fazer `s3:GetObject`", shown=True),
    Spoil("saude-errada", "mande o balanceador perguntar por uma página que não existe", 4,
          (("HealthCheckPath: /saude", "HealthCheckPath: /pronta"),), "404"),
    Spoil("segredo-ilegivel", "tire das instâncias a permissão de ler a senha do banco", 5,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "secretsmanager:GetSecretValue"),
    Spoil("porta-fechada", "abra no grupo do banco a porta do MySQL, e não a do PostgreSQL", 5, ((OPENED.format(5432), OPENED.format(3306)),),
          "tcp 5432"),
    Spoil("banco-errado", "mande a aplicação abrir um banco com outro nome", 5, (("PGDATABASE=loja", "PGDATABASE=pedidos"),), "`pedidos`"),
    Spoil("outra-fila", "dê à aplicação o endereço da fila de falhas", 6, (("FILA_PEDIDOS=${FilaPedidos}", "FILA_PEDIDOS=${FilaFalhas}"),),
          "sqs:SendMessage"),
    Spoil("fila-fechada", "negue a todos, na fila, o envio de mensagens", 6, ((" LeituraFila:\n", f"{CLOSED} LeituraFila:\n"),),
          "`PoliticaFila` nega `sqs:SendMessage`"),
    Spoil("sem-leitor", "desligue a leitura da fila pela função", 7, (("   BatchSize: 10\n", "   BatchSize: 10\n   Enabled: false\n"),),
          "ninguém lê `FilaPedidos`", shown=True),
    Spoil("leitor-de-outra", "mande a função ler a fila de falhas, e não a de pedidos", 7,
          (("EventSourceArn: !GetAtt FilaPedidos.Arn", "EventSourceArn: !GetAtt FilaFalhas.Arn"),), "ninguém lê `FilaPedidos`"),
    Spoil("sem-receber", "tire da função a permissão de receber mensagens", 7, (("           - sqs:ReceiveMessage\n", ""),), "sqs:ReceiveMessage"),
    Spoil("visibilidade-curta", "faça a fila devolver a mensagem antes de a função acabar", 7, (("VisibilityTimeout: 180", "VisibilityTimeout: 10"),),
          "antes dos 30 s"),
    Spoil("outro-manipulador", "mande a Lambda chamar uma função que o código não tem", 7, (("Handler: index.handler", "Handler: index.principal"),),
          "index.principal"),
    Spoil("sem-concorrencia", "dê à função concorrência zero", 7,
          (("   MemorySize: 256\n", "   MemorySize: 256\n   ReservedConcurrentExecutions: 0\n"),),
          "concorrência 0"),
    Spoil("pouco-tempo", "dê à função um segundo só, e um código que demora dois", 7,
          (("   Timeout: 30\n", "   Timeout: 1\n"), (TREAT, f"{TREAT}        __import__('time').sleep(2)\n")), "passou do tempo dela"),
    Spoil("codigo-quebrado", "faça o código procurar as mensagens com outro nome", 7,
          (('for record in event.get("Records", []):', 'for record in event["Mensagens"]:'),), "KeyError"),
    Spoil("sem-gravar", "deixe a função gravar recibos só em outra pasta", 8, (("/arquivos/recibos/*", "/recibos/*"),), "s3:PutObject"),
    Spoil("outro-bucket", "dê à função o nome de um bucket que não é da loja", 8, (("     BUCKET: !Ref BucketLoja", "     BUCKET: recibos"),),
          "s3:PutObject"),
    Spoil("sem-fila-de-falhas", "tire da fila de pedidos a fila de falhas", 10, ((REDRIVE, ""),), "`RedrivePolicy`", shown=True),
    Spoil("sem-resposta-parcial", "tire da leitura o aviso de quais mensagens falharam", 10,
          (("   FunctionResponseTypes: [ReportBatchItemFailures]\n", ""),), "não pede `ReportBatchItemFailures`"),
)
