"""O que a AWS diz de cada serviço: dito ao contrário, em frase ou em tabela, é um achado; dito como é, de qualquer jeito, não."""

from __future__ import annotations

import pytest

from scripts.checks import truths
from scripts.page import document

WRONG = (
    "O banco em espera atende leituras.", "A cópia em espera serve as leituras do pico.", "O standby responde às consultas.",
    "Com Multi-AZ, a cópia em espera divide a carga com o primário.", "O banco em espera alivia o primário.", "As leituras são atendidas pelo banco em espera.",
    "O primário replica para o banco em espera. Ele atende as leituras.", "O Multi-AZ acelera as leituras.", "O banco em espera não deixa de atender leituras.",
    "O banco em espera recebe as gravações de forma assíncrona.", "O primário replica para o banco em espera, na mesma zona.",
    "O banco em espera fica em outra região.", "O primário replica para o de espera na outra região.", "O banco em espera não é síncrono.", "No Multi-AZ, alguém troca o banco à mão.",
    "O banco em espera é um backup.", "O Multi-AZ dispensa os backups.", "Em Multi-AZ você precisa promover a cópia.",
    "Uma réplica de leitura é síncrona.", "A réplica de leitura não atende leituras.", "A réplica de leitura não é assíncrona.",
    "Parar a instância interrompe a cobrança dela, do endereço dela e dos dois volumes.", "Parar a instância suspende a cobrança dos discos.",
    "Com a instância parada, os volumes não são cobrados.", "Com a instância parada, o volume deixa de cobrar.", "Desligar a instância zera a cobrança do banco.",
    "Com a instância parada, nada é cobrado.", "Instância parada: os discos não custam.", "Parar a instância encerra a cobrança do armazenamento.",
    "Parar a instância interrompe a cobrança do balanceador.", "A instância EC2, por segundo, ligada ou parada.", "A instância é cobrada mesmo parada.",
    "Se a instância foi parada e iniciada, ela manteve o endereço.", "Parar e iniciar conserva o endereço público.", "Parar e iniciar não troca o endereço.",
    "Reiniciar troca o endereço público.", "Reiniciar a instância não mantém o endereço.",
    "Os dois volumes EBS, pelo que guardam.", "Você paga o volume só enquanto está preso.", "O volume solto não é cobrado.", "Um volume vazio é de graça.",
    "O snapshot não é cobrado.", "Snapshots são gratuitos.", "O snapshot vive em uma zona.", "Apagar um snapshot antigo estraga os outros.",
    "Cada snapshot copia o volume inteiro.", "O volume EBS vive na região.", "Um volume se prende a uma instância de qualquer zona.",
    "Um volume gp3 se prende a várias instâncias.", "Ao encerrar a instância, o disco do sistema fica.",
    "O S3 entrega cada evento exatamente uma vez.", "O evento chega uma única vez.", "O evento do S3 é assíncrono, chega uma vez só e pode vir fora de ordem.", "As notificações nunca se repetem.", "O S3 entrega os eventos e garante a ordem.",
    "A ordem dos eventos é garantida.", "A notificação do S3 é síncrona.", "O bucket entrega o evento à função de forma síncrona.", "A notificação não é assíncrona.",
    "O S3 é eventualmente consistente.", "A leitura do S3 depois da gravação é eventual.", "O snapshot vive na zona do volume.",
    "Com Multi-AZ, são duas instâncias e um armazenamento que as duas dividem.", "No S3 se paga o que está guardado, menos as versões removidas.",
    "O disco sobrevive à instância só quando DeleteOnTermination é verdadeiro.", "O volume some quando DeleteOnTermination é falso.", "A leitura depois da gravação não é consistente.", "O objeto fica em uma zona só do S3.", "Cada objeto fica em duas zonas.",
    "O bucket tem versões: o envio seguinte apaga o anterior.", "Em um bucket com versões, vencer apaga o objeto.", "O objeto vencido some na hora.",
    "O DynamoDB apaga a linha assim que vence.", "A linha expira e é apagada imediatamente.", "A URL pré-assinada serve uma única vez.",
    "Quem tem o formulário só pode usá-lo uma vez.", "O link assinado é de uso único.", "Quem recebe a URL pré-assinada precisa de credenciais da AWS.",
    "A fila entrega cada mensagem exatamente uma vez.", "A fila nunca repete uma mensagem.", "A mensagem some quando é lida.", "A fila padrão garante a ordem.",
    "A Lambda monta um volume EBS.", "A função monta o volume.", "O grupo de segurança não tem estado.", "O grupo de segurança é stateless.",
    "O grupo de segurança nega o resto.", "Um grupo novo deixa entrar tudo.", "A ACL de rede tem estado.", "Pelo NAT, a instância recebe conexões da internet.",
    "Pelo NAT, a internet alcança a instância.", "O NAT gateway vive em várias zonas.", "O NAT cobra só pelos dados.", "O balanceador cobra só quando há pedidos.",
    "O cluster do EKS cobra só enquanto há pods.", "O balanceador é gratuito.", "O endpoint de gateway é cobrado por hora.", "O endpoint de gateway não é gratuito.",
    "O endereço IPv4 público é gratuito.", "O endereço IPv4 público não é cobrado.", "O segredo é gratuito.", "O segredo não é cobrado.",
    "O Internet Gateway sozinho abre a rede.", "No RDS, você entra na máquina.", "No RDS, você atualiza o sistema.", "Restaurar o snapshot sobrescreve o banco.",
    "O CloudFormation apaga um bucket com objetos.", "O Standard pode executar o fluxo mais de uma vez.", "O Express executa exatamente uma vez.",
    "No IAM, tudo começa permitido.", "Uma política que permite vence a que nega.", "O papel dá credenciais permanentes.", "Um papel dá credenciais que não vencem.",
    "O Shield Standard é cobrado.", "O Shield Standard bloqueia pedidos HTTP abusivos.", "O Shield Standard age na camada 7.", "O tráfego passa pelo Route 53.",
    "O Route 53 distribui os pedidos.", "O orçamento desliga os recursos.", "O orçamento interrompe o gasto.", "O Cost Explorer mostra o gasto em tempo real.",
    "A tabela sob demanda cobra por hora.", "O CloudFront é regional.", "O CloudFront não é global.", "O Auto Scaling cresce na mesma hora.",
    "Mudar a AMI muda as instâncias que já existem.", "O Session Manager precisa da porta 22.", "O IMDSv2 não exige token.", "O ACM renova os certificados importados.",
    "No modo `unlimited`, a instância fica lenta sem créditos.", "A função recusa com `EntityTooLarge`.", "Um banco parado não liga sozinho.",
    "Um banco restaurado nasce com Multi-AZ.", "Uma sub-rede fica em várias zonas.", "Parada, a instância ainda é cobrada.", "Um grupo novo deixa tudo entrar.",
    "Parar a instância interrompe toda a cobrança.", "O endpoint de gateway leva até lá sem internet e é cobrado.", "Mudar a AMI mexe nas que já rodam.",
    "O snapshot vive em uma zona, e dele se cria um volume.",
    "Ler uma versão nomeada pede `s3:GetObject`.", "Ler uma versão não exige `s3:GetObjectVersion`.",     "Sem listar o bucket, o S3 responde 404 ao que não existe.", "O evento vencido some na hora: o S3 apaga o objeto assim que vence.",
    "O item do DynamoDB expira e some na mesma hora.", "O NAT e o balanceador são gratuitos.", "O RDS cobra só quando há consultas.",
)
RIGHT = (
    "Com Multi-AZ, são duas instâncias e dois armazenamentos.", "No Aurora, as instâncias dividem um armazenamento.", "O snapshot não vive na zona do volume.",
    "No S3 se paga o que está guardado, inclusive as versões removidas.", "O disco sobrevive à instância só quando DeleteOnTermination é falso.",
    "A leitura do S3 depois da gravação não é eventual.", "O volume some quando DeleteOnTermination é verdadeiro.",
    "O banco em espera não atende leituras.", "A cópia em espera não serve leitura: existe para a troca.", "O standby não responde às consultas.",
    "O primário atende leituras, e o banco em espera, não.", "O banco primário atende leituras e gravações.", "Nenhuma leitura é atendida pelo banco em espera.",
    "O cluster Multi-AZ tem instâncias em espera que atendem leituras.", "Uma réplica de leitura atende consultas; o banco em espera, não.",
    "O banco em espera atenderia leituras em um cluster.", "O banco em espera atende leituras?", "As anotações diziam que o banco em espera atende leituras.",
    "O primário replica, de forma síncrona, para o banco em espera na outra zona.", "O banco em espera recebe cada gravação de forma síncrona.",
    "A cópia não é assíncrona: o banco em espera está sempre em dia.", "O banco em espera não fica na mesma zona do primário.", "O banco em espera assume sozinho.",
    "O banco em espera não é um backup.", "O Multi-AZ não dispensa os backups.", "Uma réplica de leitura é assíncrona.", "A réplica de leitura recebe leituras.",
    "Parar a instância interrompe só a cobrança dela e do endereço.", "Parar a instância não interrompe a cobrança dos volumes.",
    "Parar a instância interrompe a cobrança dela, mas não a dos volumes.", "Parar a instância interrompe a cobrança dela, e os volumes continuam cobrados.",
    "Com a instância parada, os volumes são cobrados.", "Os discos seguem existindo, e cobrando, com ela parada.", "Parada, a instância não é cobrada.",
    "Com a instância parada, o volume não deixa de cobrar.", "A instância EC2, por segundo ligada.", "Um banco parado liga sozinho depois de 7 dias.",
    "Se a instância foi parada e iniciada, ela ganhou outro endereço.", "Parar e iniciar troca o endereço público.", "Parar e iniciar mantém um endereço elástico.",
    "Reiniciar mantém o endereço público.", "Reiniciar não troca o endereço.", "Os dois volumes EBS, pelo tamanho, usados ou não.",
    "O volume solto também é cobrado.", "Os snapshots, pelos blocos que guardam.", "O snapshot continua sendo cobrado.", "Snapshots não são gratuitos.",
    "O snapshot vive na região, e o volume, em uma zona.", "Apagar um snapshot antigo não estraga os outros.", "Cada snapshot restaura o volume inteiro.",
    "O volume EBS vive em uma zona.", "Um volume só se prende a uma instância da mesma zona.", "Com Multi-Attach, um volume io2 se prende a várias instâncias.",
    "Do snapshot se cria um volume em qualquer zona.", "Ao encerrar a instância, o disco do sistema some.", "O S3 entrega cada evento ao menos uma vez.",
    "O evento pode chegar mais de uma vez.", "A ordem dos eventos não é garantida.", "O S3 entrega os eventos sem garantir a ordem.", "A notificação do S3 é assíncrona.",
    "O bucket entrega o evento à função de forma assíncrona.", "A notificação não é síncrona.", "A leitura depois da gravação é consistente.",
    "O S3 não é eventualmente consistente.", "O objeto fica em ao menos três zonas do S3.", "O volume fica em uma zona, e o objeto do S3, em três.",
    "O bucket tem versões: o envio seguinte não apaga o anterior.", "Em um bucket com versões, vencer não apaga o objeto.", "O objeto vencido não some na hora.",
    "O DynamoDB apaga a linha em poucos dias.", "A URL pré-assinada serve muitas vezes.", "Quem tem o formulário pode usá-lo mais de uma vez até vencer.",
    "Quem recebe a URL pré-assinada não precisa de credenciais.", "A fila padrão entrega pelo menos uma vez.", "A fila FIFO entrega exatamente uma vez.",
    "A fila padrão não garante a ordem.", "A mensagem não some quando é lida.", "A Lambda não monta um volume EBS.", "A instância monta o volume; a função, não.",
    "O grupo de segurança tem estado.", "A ACL de rede não tem estado.", "O grupo de segurança não nega.", "A ACL de rede nega, e o grupo de segurança só permite.",
    "Um grupo novo não deixa entrar nada.", "Pelo NAT, a instância não recebe conexões da internet.", "O NAT gateway vive em uma zona.",
    "O NAT regional segue as zonas em uso.", "O NAT cobra por hora e por dado.", "O balanceador cobra por hora, com ou sem pedidos.",
    "O cluster cobra por hora mesmo sem pods.", "O endpoint de gateway não é cobrado.", "O endpoint de gateway é gratuito, e o NAT, não.",
    "O endereço IPv4 público é cobrado por hora.", "O segredo é cobrado por mês.", "O Internet Gateway sozinho não abre nada.", "No RDS, você não entra na máquina.",
    "No EC2, você atualiza o sistema; no RDS, a AWS.", "Restaurar o snapshot cria outro banco, e não sobrescreve o antigo.",
    "O CloudFormation não apaga um bucket com objetos.", "O Standard executa o fluxo exatamente uma vez.", "O Express pode executar mais de uma vez.",
    "No IAM, tudo começa negado.", "Uma política que nega vence a que permite.", "O papel dá credenciais temporárias.", "O Shield Standard é automático e sem custo.",
    "O Shield Standard não bloqueia pedidos HTTP abusivos.", "O Shield Standard age nas camadas 3 e 4.", "Nenhum pedido passa pelo Route 53.",
    "O orçamento avisa, e não desliga nada.", "Com uma ação, o orçamento desliga as instâncias.", "O Cost Explorer não mostra o gasto em tempo real.", "A tabela sob demanda não cobra por hora.", "O CloudFront é global.",
    "O Auto Scaling não cresce na mesma hora.", "Mudar a AMI não muda as instâncias que já existem.", "O Session Manager não precisa da porta 22.",
    "O IMDSv2 exige um token.", "O ACM renova os certificados que ele mesmo emite.", "No modo `unlimited`, a instância segue rápida sem créditos.",
    "Um banco parado liga sozinho.", "Um banco restaurado nasce sem Multi-AZ.", "Uma sub-rede fica em uma zona só.", "Parada, a instância não é cobrada.",
    "O endpoint de gateway leva até lá sem internet e não é cobrado.", "O snapshot vive na região, e dele se cria um volume em qualquer zona.",
    "Você pode trocar o primário pelo banco em espera à mão, forçando a troca ao reiniciar.", "Uma réplica de leitura montada não atende leituras.",
    "Parar o banco interrompe a cobrança da instância do banco.", "Reservada, a instância é cobrada mesmo parada.",
    "No nível gratuito, 30 GB de volume EBS são gratuitos.", "O snapshot do RDS é gratuito até o tamanho do banco.",
    "O snapshot local vive em uma zona local.", "A configuração do bucket é eventualmente consistente.", "Com as versões suspensas, o envio substitui o anterior.",
    "O CloudFront volta à origem assim que vence o TTL.", "Com `If-None-Match`, a URL pré-assinada só grava uma vez.",
    "A função monta um volume do EFS.", "A Lambda monta o S3 Files.", "O cluster do ECS não tem custo.", "O Aurora Serverless cobra só quando há uso.",
    "Um endereço IPv4 público trazido por você não é cobrado.", "Um Secret do Kubernetes, ou segredo, é gratuito.", "Um segredo apagado não é cobrado.",
    "Um banco restaurado do SQL Server com espelhamento nasce com Multi-AZ.", "A função esvazia um bucket com objetos quando a pilha some.",
    "O Express síncrono executa o fluxo no máximo uma única vez.", "Para o usuário raiz, tudo começa permitido, sem política do IAM.",
    "O Route 53 distribui o tráfego por peso.", "O SSH pelo Session Manager usa a chave SSH.", "O IMDSv1 não exige token, e o IMDSv2 exige.",
    "O IMDSv2 é mais seguro que o IMDSv1: exige um token.", "Com um warm pool, o Auto Scaling cresce em segundos.",
    "Um instance refresh troca a AMI: muda as instâncias que já existem, e as substitui.",
    "O S3 recusa com `EntityTooLarge`.", "Ler uma versão nomeada pede `s3:GetObjectVersion`, e não `s3:GetObject`.",
    "Sem listar o bucket, o S3 responde 403 ao que não existe.", "Com `s3:ListBucket`, o S3 responde 404 ao que não existe.",
)
ROW = "| Componente | O que faz | Por quê |\n| --- | --- | --- |\n| {} | {} | — |"
COLUMN = "| Pergunta | {} | Outro |\n| --- | --- | --- |\n| O que se diz? | {} | — |"


def said(text: str) -> list[str]:
    return [finding.code for finding in truths.judged(document.parse(f"# P\n\n{text}\n", "p.md"))]


@pytest.mark.parametrize("text", WRONG)
def test_the_contrary_of_what_aws_says(text):
    assert said(text) and set(said(text)) == {"fato-contrario"}
    assert said(f"- **Antes.** Uma frase. {text}")


@pytest.mark.parametrize("text", RIGHT)
def test_what_aws_says(text):
    assert said(text) == []


@pytest.mark.parametrize("who, wrong, right", [
    ("RDS em espera", "Atende as leituras do pico: alivia o primário.", "Não atende leituras: existe para a troca."),
    ("Réplica de leitura", "É síncrona.", "É assíncrona."), ("Endpoint de gateway", "É cobrado por hora.", "Não é cobrado."),
    ("Snapshot", "É gratuito.", "É cobrado pelo que guarda."), ("Grupo de segurança", "Não guarda estado: é stateless.", "Tem estado."),
    ("ACL de rede", "Tem estado.", "Não tem estado."), ("Volume EBS", "Vive na região.", "Vive em uma zona."),
])
def test_the_row_or_the_column_says_who(who, wrong, right):
    for table in (ROW, COLUMN):
        assert said(table.format(who, wrong)) and not said(table.format(who, right))


@pytest.mark.parametrize("title, wrong, right", [
    ("Lambda: código", "Ela monta um volume.", "Ela não monta um volume."), ("Balanceador", "Ele cobra só quando há pedidos.", "Ele cobra por hora, com ou sem pedidos."),
    ("Cost Explorer", "É uma consulta: interrompe o gasto.", "É uma consulta: não interrompe nada."), ("Evento e gatilho", "A ordem é garantida.", "A ordem não é garantida."),
])
def test_a_note_speaks_of_its_title(title, wrong, right):
    told = [[finding.code for finding in truths.judged(document.parse(f"# {title}\n\n{text}\n", "docs/notas/x.md"))] for text in (wrong, right)]
    assert told == [["fato-contrario"], []]


def test_every_fact_has_a_source_and_no_useless_sign():
    for truth in (*truths.DATA, *truths.LIMITS, *truths.MACHINES, *truths.PATHS, *truths.PRACTICE, *truths.SERVICES):
        assert truth.source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/")) and truth.said
        assert (truth.signs + truth.words).lower() == truth.signs + truth.words
