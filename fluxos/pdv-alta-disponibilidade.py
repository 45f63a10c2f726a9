"""O que a pessoa no caixa faz em `pdv-alta-disponibilidade`, e o que precisa ficar guardado."""

import re

from scripts.flowbook import Lab, Spoil

PARAMETERS = {"CidrPermitido": "203.0.113.0/24"}
ZONE = {"ZONA": "sa-east-1a"}
SOLD = [("Café", 2, 450), ("Pão de queijo", 10, 125)]


def flow(lab: Lab) -> None:
    with lab.step(1):
        database = lab.database("primario", client="app-a")
        site = lab.application("app-a", via="balanceador", who="caixas", **ZONE)
        key = re.search(r'name="chave" value="([^"]+)"', site.get().text)
        lab.expect("Os caixas", key, "a página de vendas não abriu")
        answer = site.post("/vendas", data={"chave": key[1], "descricao": ["Café", "Pão de queijo", ""], "quantidade": ["2", "10", ""],
                                            "preco": ["4,50", "1.25", ""]})
        lab.skip("O tráfego entra", "o caminho da internet ao balanceador se confere; um pedido da rodada já começa nele")
    with lab.step(2):
        path = lab.stack.property(lab.stack.resource("GrupoDestino"), "HealthCheckPath")
        health = site.get(path)
        lab.expect("Ele pergunta", health.status_code == 200, f"a instância responde {health.status_code} a `{path}`, que o balanceador pergunta")
        lab.skip("O balanceador distribui", "aqui uma instância atende por todas")
    with lab.step(3):
        lab.skip("O Auto Scaling mantém", "a rodada não cria nem troca instâncias")
    with lab.step(4):
        sales = database.query("SELECT id::text, total_cents FROM sales")
        items = database.query("SELECT description, quantity, price_cents FROM items ORDER BY position")
        lab.expect("As instâncias", (sales, items) == ([(key[1], 2150)], SOLD),
                   f"o servidor respondeu {answer.status_code}, e o banco tem as vendas {sales}, com os itens {items}")
        other = lab.application("app-a", via="balanceador", who="caixas", **ZONE).get(f"/?venda={key[1]}").text
        lab.expect("O estado da venda", "Venda registrada." in other and "2 × Café" in other, "outra instância do grupo não mostra a venda")
    with lab.step(5):
        lab.skip("O RDS Multi-AZ", "a cópia para a outra zona e a troca só a implantação mostra")
    with lab.step(6):
        lab.skip("O grupo de segurança", "quem chega ao banco se confere; a rodada só o deixa alcançar por uma seta provada")


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
          (("total = sum(quantity * price for _, quantity, price in items)", "total = sum(price for _, quantity, price in items)"),), "575"),
)
