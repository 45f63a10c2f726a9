"""O que a pessoa no caixa faz em `pdv-alta-disponibilidade`, e o que precisa ficar guardado."""

import re
from uuid import UUID

from scripts.flowbook import Lab, Spoil, told

PARAMETERS = {"CidrPermitido": "203.0.113.0/24"}
ZONE = {"ZONA": "sa-east-1a"}
SOLD = [("Café", 2, 425), ("Pão de queijo", 10, 125), ("Bala <1>", 3, 435), ("Água", 1, 2900)]
"""O que se vende, a quantidade e o preço em centavos: 4,35 e 1,15 não têm um número binário exato."""
WRITTEN = {"descricao": ["Café", "Pão de queijo", " Bala <1> ", "", "Água"], "quantidade": ["2", "10", "3", "", "1"],
           "preco": ["4,25", "1.25", "4.35", "", "29"]}
WRONG = ({"descricao": [""], "quantidade": [""], "preco": [""]}, {"descricao": ["Chá"], "quantidade": ["0"], "preco": ["1"]},
         {"descricao": ["Chá"], "quantidade": ["1000"], "preco": ["1"]}, {"descricao": ["Chá"], "quantidade": ["-1"], "preco": ["1"]},
         {"descricao": ["Chá"], "quantidade": ["1"], "preco": ["0,00"]}, {"descricao": ["Chá"], "quantidade": ["1"], "preco": ["1,234"]},
         {"descricao": ["Chá"], "quantidade": ["1"], "preco": ["1.000,00"]}, {"descricao": [""], "quantidade": ["1"], "preco": ["1"]},
         {"descricao": ["a" * 81], "quantidade": ["1"], "preco": ["1"]}, {"descricao": ["Chá"], "quantidade": ["1", "2"], "preco": ["1"]},
         {"descricao": ["Chá"] * 21, "quantidade": ["1"] * 21, "preco": ["1"] * 21})
"""Vendas que não valem: nenhum item, uma quantidade, um preço, um texto ou um número de itens que não serve."""


def flow(lab: Lab) -> None:
    with lab.step(1):
        database = lab.database("primario", client="app-a")
        site = lab.application("app-a", via="balanceador", who="caixas", **ZONE)
        key = re.search(r'name="chave" value="([^"]+)"', site.get().text)
        lab.expect("Os caixas", key, "a página de vendas não abriu")
        sent = {"chave": key[1], **WRITTEN}
        answer = site.post("/vendas", data=sent, allow_redirects=True)  # como o navegador: segue para onde a resposta manda
        lab.expect("Os caixas", answer.status_code == 200 and answer.url.endswith(f"/?venda={key[1]}") and "Venda registrada." in answer.text,
                   f"o navegador do caixa termina em {answer.status_code}, sem a confirmação da venda")
        with lab.briefly():
            said = [site.post("/vendas", data={"chave": str(UUID(int=number)), **wrong}).status_code for number, wrong in enumerate(WRONG)]
            said.append(site.post("/vendas", data={**sent, "chave": "1"}).status_code)
        lab.expect("Os caixas", said == [400] * len(said), f"a vendas que não valem, o servidor respondeu {said}")
        elsewhere = site.post("/vendas", data=sent, headers={"Origin": "https://outro.example"})
        lab.expect("Os caixas", elsewhere.status_code == 403, f"a um formulário de outro site, o servidor respondeu {told(elsewhere)}")
        lab.skip("O tráfego entra", "o caminho da internet ao balanceador se confere; um pedido da rodada já começa nele")
    with lab.step(2):
        path = lab.stack.property(lab.stack.resource("GrupoDestino"), "HealthCheckPath")
        health = site.get(path)
        lab.expect("Ele pergunta", health.status_code == 200, f"a instância responde {health.status_code} a `{path}`, que o balanceador pergunta")
        lab.skip("O balanceador distribui", "aqui uma instância atende por todas")
    with lab.step(3):
        lab.skip("O Auto Scaling mantém", "a rodada não cria nem troca instâncias")
    with lab.step(4):
        repeated = [site.post("/vendas", data=data).status_code for data in (sent, {**sent, "quantidade": ["3", *WRITTEN["quantidade"][1:]]})]
        sales = database.query("SELECT id::text, total_cents FROM sales")
        items = database.query("SELECT description, quantity, price_cents FROM items ORDER BY position")
        lab.expect("As instâncias", (sales, items) == ([(key[1], 6305)], SOLD), f"o banco tem as vendas {sales}, com os itens {items}")
        lab.expect("As instâncias", repeated == [303, 409], f"à mesma venda repetida, e com outra quantidade, o servidor respondeu {repeated}")
        another = lab.application("app-a", via="balanceador", who="caixas", **ZONE)
        second = {"chave": str(UUID(int=7)), "descricao": ["Cesta"], "quantidade": ["999"], "preco": ["1,15"]}
        another.post("/vendas", data=second)
        other = another.get(f"/?venda={key[1]}").text
        lab.expect("O estado da venda", "Venda registrada." in other and "2 × Café" in other, "outra instância do grupo não mostra a venda")
        both = site.get("/?venda=3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10").text
        lab.expect("O estado da venda", all(found in both for found in TOLD) and "Venda registrada." not in both,
                   f"a página não mostra as vendas das duas instâncias, com os totais: {' '.join(re.findall(r'R[$] [0-9.,]+', both))}")
        database.query("ALTER TABLE items ADD CONSTRAINT recusa CHECK (description <> 'Recusado')")
        half = {"chave": str(UUID(int=8)), "descricao": ["Chá", "Recusado"], "quantidade": ["1", "1"], "preco": ["1", "1"]}
        site.post("/vendas", data=half, foreseen=True)
        left = database.query(f"SELECT id FROM sales WHERE id = '{UUID(int=8)}'")
        lab.expect("As instâncias", not left, "o banco recusou um item, e a venda ficou registrada pela metade")
    with lab.step(5):
        lab.skip("O RDS Multi-AZ", "a cópia para a outra zona e a troca só a implantação mostra")
    with lab.step(6):
        lab.skip("O grupo de segurança", "quem chega ao banco se confere; a rodada só o deixa alcançar por uma seta provada")


TOLD = ("2 no total de R$ 1.211,90", "R$ 63,05", "R$ 1.148,85", "999 × Cesta", "3 × Bala &lt;1&gt;")
OPENED = "Description: {}\n      GroupId: !Ref {}\n      IpProtocol: tcp\n      FromPort: {}\n      ToPort: {}"
SECRET = "Action: secretsmanager:GetSecretValue\n                Resource: !GetAtt Banco.MasterUserSecret.SecretArn"
SPOILS = (
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 4,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "secretsmanager:GetSecretValue", shown=True),
    Spoil("outro-segredo", "deixe as instâncias lerem só outro segredo", 4,
          ((SECRET, f"{SECRET.splitlines()[0]}\n                Resource: !Sub arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:"
            "${AWS::AccountId}:secret:outro-*"),), "secretsmanager:GetSecretValue"),
    Spoil("segredo-negado", "negue a todos a leitura do segredo", 4,
          (("              - Sid: LerSegredoDoBanco\n", "              - {Sid: Negar, Effect: Deny, Action: secretsmanager:*, Resource: '*'}\n"
            "              - Sid: LerSegredoDoBanco\n"),), "nega `secretsmanager:GetSecretValue`"),
    Spoil("condicao-falsa", "só deixe ler a senha por uma conexão sem TLS", 4,
          ((SECRET, f"{SECRET}\n                Condition: {{Bool: {{aws:SecureTransport: 'false'}}}}"),), "secretsmanager:GetSecretValue"),
    Spoil("sem-perfil", "tire o papel das instâncias", 4, (("        IamInstanceProfile: {Arn: !GetAtt PerfilAplicacao.Arn}\n", ""),),
          "quem não tem papel"),
    Spoil("variavel-errada", "dê às instâncias o nome de um segredo que não existe", 4,
          (("SEGREDO_DO_BANCO=${Banco.MasterUserSecret.SecretArn}", "SEGREDO_DO_BANCO=senha-do-banco"),), "senha-do-banco"),
    Spoil("porta-fechada", "abra no grupo do banco a porta do MySQL, e não a do PostgreSQL", 4,
          ((OPENED.format("PostgreSQL da aplicacao", "GrupoBanco", 5432, 5432), OPENED.format("PostgreSQL da aplicacao", "GrupoBanco", 3306, 3306)),),
          "a aplicação não chega ao banco", shown=True),
    Spoil("porta-errada", "mande a aplicação procurar o banco na porta do MySQL", 4, (("PGPORT=${Banco.Endpoint.Port}", "PGPORT=3306"),), "3306"),
    Spoil("banco-errado", "mande a aplicação abrir um banco com outro nome", 4, (("PGDATABASE=pdv", "PGDATABASE=vendas"),), "`vendas`"),
    Spoil("sem-versao", "tire das instâncias a versão que a página de saúde mostra", 2,
          (("                VERSAO=${VersaoAplicacao}\n", ""),), "500"),
    Spoil("outro-programa", "mande o servidor abrir um programa que não está na instância", 2, (("pdv:app", "vendas:app"),), "vendas", shown=True),
    Spoil("sem-biblioteca", "tire da lista a biblioteca que fala com o banco", 2, (("    psycopg==3.3.9 --hash", "    # psycopg==3.3.9 --hash"),),
          "psycopg"),
    Spoil("saude-errada", "mande o balanceador perguntar por uma página que não existe", 2,
          (("HealthCheckPath: /saude", "HealthCheckPath: /pronta"),),
          "404"),
    Spoil("porta-do-grupo", "abra no grupo da aplicação outra porta que não a dela", 2,
          ((OPENED.format("HTTP do balanceador", "GrupoAplicacao", 8080, 8080), OPENED.format("HTTP do balanceador", "GrupoAplicacao", 80, 80)),),
          "o pedido não chega"),
    Spoil("conta-errada", "some os preços sem multiplicar pela quantidade", 4,
          (("total = sum(quantity * price for _, quantity, price in items)", "total = sum(price for _, quantity, price in items)"),), "3885"),
    Spoil("centavos-por-float", "faça a conta dos centavos com números de ponto flutuante", 4,
          (('int(Decimal(price.replace(",", ".")) * 100)', 'int(float(price.replace(",", ".")) * 100)'),), "('Bala <1>', 3, 434)"),
    Spoil("repete-o-envio", "responda à venda com 307, que faz o navegador enviá-la de novo", 1,
          (('redirect(url_for("index", venda=key), code=303)', 'redirect(url_for("index", venda=key), code=307)'),), "termina em 405"),
    Spoil("pela-metade", "confirme a venda antes de gravar os itens", 4,
          (("(key, total)).rowcount == 1:\n", "(key, total)).rowcount == 1:\n                connection.commit()\n"),), "pela metade"),
)
