"""O que a pessoa faz em `ecommerce`, e o que precisa ficar guardado."""

import json
import re
from uuid import NAMESPACE_OID, uuid5

from scripts.flowbook import Lab, Spoil

PARAMETERS = {"ListaPrefixosCloudFront": "pl-0123abcd"}
STYLE = b"h1 { color: teal }\n"
BROKEN = '{"pedido": "sem conta"}'
STOCK = "SELECT stock FROM products WHERE id IN (1, 3, 4) ORDER BY id"


EVERYTHING = "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM items), (SELECT count(*) FROM outbox)"
OPEN = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'replay' AND xact_start IS NOT NULL"
"""As transações da aplicação que ainda não acabaram."""
WRONG = ("produto=1&quantidade=21", "produto=1&quantidade=-1", "produto=1&quantidade=um", "produto=1&quantidade=1&produto=1&quantidade=1", "produto=1")
"""Carrinhos com uma quantidade que não serve, um produto duas vezes, ou um sem quantidade."""
LATE = "3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"
CHANGES = ({"total": 1}, {"total": 23470.0}, {"itens": [], "total": 0}, {"pedido": "../../estilo.css"}, {"hora": ""},
           {"itens": [{"nome": "Urso", "quantidade": -1, "centavos": -23470}]}, {"itens": [{"nome": "Urso", "quantidade": 1}]})
"""O que não fecha em um aviso: a soma, a forma, os itens, o número, a hora."""


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
        lab.expect("O carrinho viaja", "R$ 234,70" in cart.text and "Luminária" not in cart.text, "o carrinho tem outros produtos, ou outro total")
        with lab.briefly():
            wrong = [site.get(f"/carrinho?{query}").status_code for query in WRONG]
        lab.expect("O carrinho viaja", wrong == [400] * len(WRONG), f"a carrinhos que não valem, o servidor respondeu {wrong}")
    with lab.step(5):
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', cart.text)
        key = dict(fields)["chave"]
        answer = site.post("/pedidos", data=[*fields, ("nome", "Ana")], later=True)
        bought = answer.status_code == 303
        gone = bought and lab.wait(lambda: not database.query("SELECT 1 FROM outbox"))
        orders, stock = database.query("SELECT id::text, buyer, total_cents FROM orders"), database.query(STOCK)
        lab.expect("A compra é uma transação", bought and (orders, stock) == ([(key, "Ana", 23470)], [(38,), (59,), (15,)]),
                   f"o servidor respondeu {answer.status_code}, e o banco tem os pedidos {orders}, com o estoque {stock}")
        left = database.query(EVERYTHING)
        # O primeiro produto tem estoque, e o segundo não: o que já se fez pelo primeiro se desfaz.
        many = _form("Bia", 8990 + 16 * 15990, {1: 1, 4: 16})
        with lab.briefly():
            refused = [site.post("/pedidos", data=data).status_code for data in (many, _form("Bia", 1, {1: 1}), _form("Bia", 8990, {9: 1}))]
            lab.expect("Ou tudo vale", refused[0] == 409 and database.query(STOCK) == stock, f"a compra sem estoque teve {refused}, e mudou o estoque")
            lab.expect("Ou tudo vale", refused == [409] * 3 and database.query(EVERYTHING) == left,
                       f"a uma compra sem estoque, a uma com outro total e a uma de um produto que não há, o servidor respondeu {refused}, "
                       f"e em pedidos, itens e avisos as linhas foram de {left} a {database.query(EVERYTHING)}")
            again = [site.post("/pedidos", data=data).status_code for data in ([*fields, ("nome", "Ana")], [("chave", key), *many[1:]])]
            lab.expect("A compra é uma transação", again == [303, 409] and database.query(EVERYTHING) == left and database.query(STOCK) == stock,
                       f"ao mesmo pedido enviado de novo, e à mesma chave com outros itens, o servidor respondeu {again}")
            empty = [site.post("/pedidos", data=data).status_code for data in (_form("", 8990, {1: 1}), _form("Bia", 8990, {}), _form("Bia", 0, {1: 0}))]
            lab.expect("A compra é uma transação", empty == [400] * 3, f"a pedidos sem nome ou vazios, o servidor respondeu {empty}")
        items = database.query("SELECT product_id, name, quantity, price_cents FROM items ORDER BY product_id")
        lab.expect("A compra é uma transação", items == [(1, "Urso de pelúcia Mel", 2, 8990), (3, "Miniatura de bonde", 1, 5490)],
                   f"o pedido tem os itens {items}")
        page = site.get(answer.headers["Location"]).text
        lab.expect("A pessoa recebe", "Ana, recebemos o seu pedido" in page and "R$ 234,70" in page, "a página do pedido não o confirma")
        lab.skip("O grupo de segurança", "quem chega ao banco se confere; a rodada só o deixa alcançar por uma seta provada")
    with lab.step(6):
        waiting = lab.messages("fila")
        lab.expect("Depois da transação", gone and [json.loads(body)["pedido"] for body in waiting] == [key], f"a fila tem {waiting}")
        with lab.briefly():
            with lab.refusing("fila") as refused:
                lost = site.post("/pedidos", data=_form("Caio", 12990, {2: 1}), later=True)
                lab.wait(lambda: refused and not database.query(OPEN))
            held = database.query("SELECT body FROM outbox")
            lab.expect("Se a fila falha", lost.status_code == 303 and held == [(body,) for body in refused[:1]],
                       f"a fila recusou {len(set(refused))} aviso, e o banco ainda tem {len(held)}; o servidor respondeu {lost.status_code}")
            site.post("/pedidos", data=_form("Davi", 5490, {3: 1}), later=True)
            lab.wait(lambda: not database.query("SELECT 1 FROM outbox"))
        both = [json.loads(body)["itens"][0]["nome"] for body in lab.messages("fila")[1:]]
        lab.expect("Se a fila falha", sorted(both) == ["Miniatura de bonde", "Urso de pelúcia Neve"], f"depois que a fila voltou, ela tem também {both}")
    with lab.step(7):
        lab.deliver("fila")
        lab.expect("A função recibo lê", not lab.messages("fila") and not lab.messages("falhas"), "o aviso não saiu da fila")
    with lab.step(8):
        receipt = lab.fetch("distribuicao", f"/arquivos/recibos/{key}.txt", who="visitantes")
        lab.expect("A função confere", "Total: R$ 234,70" in receipt[2].decode(), f"o CloudFront respondeu {receipt[0]} ao recibo")
        lines = receipt[2].decode().splitlines()
        lab.expect("A função confere", key in lines[0] and lines[1:-1] == ["2 × Urso de pelúcia Mel: R$ 179,80", "1 × Miniatura de bonde: R$ 54,90"],
                   f"o recibo diz {lines}")
        lab.send("fila", waiting[0])
        with lab.briefly():
            lab.deliver("fila")
        receipts = [name for name in lab.objects("arquivos") if "/recibos/" in name]
        lab.expect("O mesmo aviso", len(receipts) == 3 and not lab.messages("falhas"), f"o aviso repetido deu os recibos {receipts}")
    with lab.step(9):
        lab.skip("No pico", "a rodada não cria nem retira instâncias")
        lab.skip("Também troca", "a rodada não troca instâncias")
    with lab.step(10):
        good = json.loads(waiting[0])
        bad = [BROKEN, *(json.dumps({**good, **change}) for change in CHANGES)]
        for body in (*bad[:3], json.dumps({**good, "pedido": LATE}), *bad[3:]):
            lab.send("fila", body)
        with lab.briefly():
            lab.deliver("fila")
        fallen = lab.messages("falhas")
        passed = [body for body in bad if body not in fallen]
        lab.expect("Na falha", not passed and len(fallen) == len(bad) and not lab.messages("fila"),
                   f"o aviso que falhou não está na fila de falhas: {passed or fallen}")
        lab.expect("Na falha", f"arquivos/recibos/{LATE}.txt" in lab.objects("arquivos"), "um aviso bom não deu recibo, ao lado dos que falharam")


def _form(buyer: str, total: int, products: dict[int, int]) -> list[tuple[str, str]]:
    """O que o navegador envia de um carrinho com estas quantidades; cada pedido tem a sua chave."""
    lines = [(name, str(value)) for product, count in products.items() for name, value in (("produto", product), ("quantidade", count))]
    return [("chave", str(uuid5(NAMESPACE_OID, f"{buyer}{total}"))), ("nome", buyer), ("total", str(total)), *lines]


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
          "só deixa `cloudfront.amazonaws.com` fazer `s3:GetObject`", shown=True),
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
    Spoil("apaga-os-recusados", "apague do banco também os avisos que a fila recusou", 6,
          (('sent = [entry["Id"] for entry in answer.get("Successful", [])]', "sent = [row.id for row in rows]"),), "o banco ainda tem 0"),
    Spoil("confirma-antes", "confirme o pedido antes de baixar o estoque", 5,
          (("(key, buyer, total)).fetchone():\n", "(key, buyer, total)).fetchone():\n                connection.commit()\n"),), "as linhas foram de"),
    Spoil("nao-soma", "grave o recibo sem conferir se o total é a soma dos itens", 10,
          ((" or total != sum(amount for amount, _ in lines):", ":"),), "não está na fila de falhas"),
)
