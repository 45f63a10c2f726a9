"""O que a AWS faz sozinha e os números que ela publica: ditos ao contrário, são um achado; ditos como são, de qualquer jeito, não."""

from __future__ import annotations

import pytest

from scripts.checks import truths
from scripts.page import document

WRONG = (
    "Com Multi-Attach, um volume io2 se prende a até 32 instâncias.", "Com Multi-Attach, o volume serve a várias: até vinte, do tipo Nitro.",
    "A Lambda guarda os eventos que esperam vaga por até 14 dias.", "A Lambda insiste por até 2 horas com o evento.",
    "Na Lambda, o evento espera por até 14 dias; a fila, por até 6 horas.", "O SQS guarda cada mensagem por até 30 dias.",
    "O que ninguém apaga da fila some depois do prazo que você der, até 7 dias.",
    "A mensagem fica escondida pelo tempo que você escolher, até 24 horas.", "Uma mensagem tem até 256 KB.",
    "Uma mensagem da fila cabe em até 5 MB. A mensagem tem até 5 MB.", "Uma execução de uma função comum dura no máximo 30 minutos.",
    "O limite de uma função comum é outro: uma função comum roda por até 1 hora.", "Uma função usa até 3.008 MB de memória.",
    "Na Lambda, a memória vai até 20 GB.", "Quando a função falha, a Lambda tenta mais três vezes.",
    "Com `CachingOptimized`, o CloudFront guarda o arquivo por uma hora.", "O CloudFront guarda cada arquivo por 7 dias (`CachingOptimized`).",
    "Os backups automáticos ficam até 90 dias.", "Os backups automáticos do RDS ficam de 0 a 30 dias.",
    "Uma réplica de leitura não vem só: até 5 réplicas.", "Réplicas de leitura: até dez por banco.",
    "A troca para o banco em espera leva de 5 a 10 minutos.", "No Multi-AZ, a troca é automática, em geral em 10 minutos.",
    "Um banco parado liga sozinho depois de 30 dias.", "O RDS guarda a senha e a troca a cada 30 dias, por padrão.",
    "Um volume gp3 traz 16.000 IOPS.", "Um volume gp3 traz 3.000 IOPS e 250 MiB/s.", "O padrão é de até 100 regras de entrada por grupo.",
    "A lista do CloudFront vale 10 regras.", "No Fargate, um trabalho usa até 32 vCPUs.", "No Fargate, um trabalho usa até 16 vCPUs e 64 GiB.",
    "Cada versão do Kubernetes tem 24 meses de suporte padrão.",
    "Cada versão do Kubernetes tem 14 meses de suporte padrão e mais 6 de suporte estendido.", "Um fluxo Standard dura até um mês.",
    "Um fluxo Express roda por até 15 minutos.", "Uma linha do DynamoDB tem no máximo 1 MB.", "O item tem até 64 KB.",
    "A recuperação a um ponto no tempo volta até 90 dias.", "O S3 tem nove noves de durabilidade.", "O Spot avisa dez minutos antes.",
    "São 60 segundos na API HTTP.", "O ARN de um bucket já traz a conta.", "O ARN do bucket tem a região.",
    "Os eventos de dados do CloudTrail são gratuitos.", "Os eventos de dados ficam ligados por padrão.", "Os eventos de dados não são cobrados.",
    "O link assinado vale 15 minutos, mesmo que as credenciais vençam antes.",
    "A URL pré-assinada vale mesmo depois que a credencial que a assinou expira.", "Se a credencial vence antes, o link assinado continua valendo.",
    "O `sequencer` diz qual veio depois, mesmo entre chaves diferentes.", "O `sequencer` compara eventos de objetos diferentes.",
    "O `sequencer` ordena envios de qualquer chave.", "A política do endpoint dá acesso ao bucket.",
    "A política do endpoint concede as permissões ao servidor.",
    "Com a política do endpoint, sem ela, o papel não bastaria. Na política do endpoint, sem ela o papel não basta.",
    "A fila apaga sozinha a mensagem que alguém leu.", "O SQS apaga automaticamente a mensagem.", "Na ACL, vale a regra de maior número.",
    "A ACL começa pela de maior número.", "Na ACL de rede, dê à regra que nega um número maior.", "A réplica de leitura é promovida sozinha.",
    "A réplica se promove automaticamente.", "O tópico SNS guarda as mensagens por 4 dias.", "No SNS, a inscrição por e-mail não pede confirmação.",
    "No Fargate há trabalhos com GPU.", "O Application Load Balancer trabalha na camada 4.", "O NLB lê os pedidos HTTP.",
    "O Network Load Balancer age na camada 7.", "Ao balanceador basta uma zona.", "Um balanceador fica em uma só sub-rede.",
    "Se nenhum alvo responde, o balanceador não manda a ninguém.", "As partes que sobraram não são cobradas.",
    "As partes que sobraram são gratuitas.", "As versões antigas não são cobradas.", "As versões antigas são de graça.",
    "As versões do bucket podem ser desligadas.", "O versionamento se desliga quando você quiser.", "O S3 só criptografa se você pedir.",
    "O S3 não criptografa os objetos por padrão.", "Todo volume EBS é criptografado por padrão.", "Um volume EBS pode encolher depois.",
    "O disco cresce e encolhe.", "A segunda zona fica em outra região da AWS.", "A zona B fica em outra região.", "Uma VPC vive em uma só zona.",
    "Uma VPC abrange várias regiões.", "Na fila de falhas, o prazo recomeça do zero.", "No DynamoDB, a leitura é fortemente consistente por padrão.",
    "Por padrão, a leitura da tabela do DynamoDB é fortemente consistente.", "Sem prazo, os logs somem depois de um ano.",
    "Por padrão, os registros do CloudWatch Logs vencem em 30 dias.", "O certificado do CloudFront pode estar em qualquer região.",
    "O certificado da distribuição fica em sa-east-1.", "O IAM é regional.", "Um papel vale só em uma região.",
    "O armazenamento de instância se perde ao reiniciar.", "O disco da instância não se perde ao parar.", "A mesma AMI vale em qualquer região.",
    "O endpoint de gateway também leva ao SQS.", "O endpoint de gateway serve ao Secrets Manager.",
    "De fábrica, o grupo de Auto Scaling segue a verificação do balanceador.",
    "Uma chave do KMS se apaga na hora: apagar a chave do KMS a apaga imediatamente.", "Com `Retain`, o recurso some com a pilha.",
    "`HoraSnapshot` é em UTC: `06:00` é 9h em São Paulo.", "O relatório sai às 14:30 em São Paulo, 11:30 UTC.", "As 2h em UTC são 23:30 em Brasília.",
)
RIGHT = (
    "Com Multi-Attach, um volume io2 se prende a até 16 instâncias.", "Com Multi-Attach, um volume de até 64 TiB serve a várias: até dezesseis.",
    "A Lambda guarda os eventos que esperam vaga por até 6 horas; a fila, por até 14 dias.", "A Lambda insiste por até seis horas com o evento.",
    "Guarda por até 4 dias os avisos ainda não tratados na fila.", "A fila de falhas guarda por 14 dias.",
    "O que ninguém apaga da fila some depois de 4 dias, ou do prazo que você der, até 14 dias.",
    "A mensagem fica escondida por 30 segundos, ou pelo tempo que você escolher, até 12 horas.", "A mensagem fica escondida por até 180 segundos.",
    "Uma mensagem tem até 1 MiB.", "Uma execução de uma função comum dura no máximo 15 minutos.", "Esta função para em 5 minutos.",
    "Uma função usa até 10.240 MB de memória.", "Na Lambda, a memória vai até 10 GB.", "Esta função usa 1.024 MB de memória.",
    "Quando a função falha, a Lambda tenta mais duas vezes.", "A Lambda tenta mais uma vez.",
    "Com `CachingOptimized`, o CloudFront guarda o arquivo por um dia.", "Com `CachingOptimized`, o CloudFront guarda por 24 horas.",
    "O CloudFront guarda por 86.400 segundos (`CachingOptimized`).", "Os backups automáticos ficam de 0 a 35 dias.",
    "Os backups automáticos ficam 7 dias.", "Uma réplica de leitura, até 15 por banco.", "Réplicas de leitura: até quinze.",
    "A troca leva, em geral, de 60 a 120 segundos.", "A troca para o banco em espera leva de um a dois minutos.", "Trocar a senha leva 10 minutos.",
    "Um banco parado liga sozinho depois de uma semana.", "O RDS guarda a senha e a troca a cada 7 dias, por padrão.",
    "Um volume gp3 traz 3.000 IOPS e 125 MiB/s, de qualquer tamanho.", "O padrão é de até 60 regras de entrada por grupo.",
    "A lista do CloudFront vale 55 regras, de um padrão de 60 de entrada por grupo.", "No Fargate, um trabalho usa até 16 vCPUs e 120 GiB.",
    "Cada versão do Kubernetes tem 14 meses de suporte padrão e mais 12 de suporte estendido.",
    "Um fluxo Standard dura até um ano; um Express, até cinco minutos.", "Uma linha do DynamoDB tem no máximo 400 KB.",
    "O DynamoDB guarda a ficha; a foto tem até 5 MB.", "A recuperação a um ponto no tempo volta até 35 dias.", "O S3 tem onze noves de durabilidade.",
    "O Spot avisa dois minutos antes.", "São 30 segundos na API HTTP; 29 na API REST.", "O ARN de um bucket não traz a conta.",
    "O ARN de uma função traz a conta, e o de um bucket, não.", "Os eventos de dados do CloudTrail são cobrados.",
    "Os eventos de dados não ficam ligados por padrão.", "O link assinado vale 15 minutos, ou menos se as credenciais vencerem antes.",
    "A URL pré-assinada não vale depois que a credencial que a assinou expira.",
    "O `sequencer` diz qual de dois eventos da mesma chave veio depois; entre chaves diferentes, ele não diz nada.",
    "O `sequencer` não compara eventos de objetos diferentes.", "A política do endpoint não dá acesso a ninguém.",
    "A política do endpoint só limita o que passa: quem concede é o IAM.",
    "O papel dá acesso ao bucket, e a política do endpoint limita o que passa.", "Quem lê é que apaga a mensagem da fila.",
    "A fila não apaga sozinha a mensagem lida.", "A fila apaga sozinha o que passou do prazo.", "Na ACL, vale a regra de menor número que servir.",
    "Dê à regra da ACL que nega um número menor.", "A réplica de leitura não é promovida sozinha.", "A réplica fica como está: alguém a promove.",
    "O banco em espera é promovido sozinho.", "O SNS não guarda a mensagem.", "O SNS entrega à fila, que guarda as mensagens.",
    "No SNS, a inscrição por e-mail pede confirmação.", "No Fargate não há trabalhos com GPU.", "O Fargate roda sem GPU.",
    "O Application Load Balancer trabalha na camada 7.", "O NLB trabalha na camada 4.", "O NLB não lê os pedidos HTTP.",
    "Um balanceador fica em duas zonas.", "O NAT fica em uma zona; o balanceador, em duas.", "Se nenhum alvo responde, o balanceador manda a todos.",
    "As partes que sobraram são cobradas.", "As versões antigas são cobradas.", "As versões antigas, sem regra, continuam cobradas.",
    "As versões do bucket não podem ser desligadas: só se suspendem.", "O S3 criptografa todo objeto novo por padrão.",
    "O volume EBS não é criptografado por padrão.", "Com a opção da conta ligada, todo volume EBS novo é criptografado por padrão.",
    "Um volume EBS pode crescer, mas não encolher.", "O disco cresce e não encolhe.", "A segunda zona fica na mesma região.",
    "Copie o snapshot para outra região.", "Uma VPC vive em uma região.", "A VPC abrange todas as zonas da região.",
    "Na fila de falhas, o prazo não recomeça do zero.", "Por padrão, a leitura da tabela do DynamoDB não é fortemente consistente.",
    "A leitura do DynamoDB é fortemente consistente com `ConsistentRead`.", "Sem prazo, os logs ficam para sempre.",
    "Os registros somem depois do prazo.", "O certificado do CloudFront precisa estar em us-east-1.",
    "O certificado do balanceador fica na mesma região da pilha.", "O IAM não é regional.", "O armazenamento de instância não se perde ao reiniciar.",
    "O armazenamento de instância se perde ao parar.", "A AMI não vale em outra região: copie-a.", "O endpoint de gateway leva ao S3 e ao DynamoDB.",
    "O endpoint de interface leva ao SQS.", "De fábrica, o grupo de Auto Scaling só nota a instância que o EC2 diz estar com falha.",
    "Uma chave do KMS não se apaga na hora.", "Com `Retain`, o recurso fica.", "Com `Retain`, o recurso não some com a pilha.",
    "O ARN de um bucket de diretório traz a conta e a região.", "Um balanceador de rede fica em uma só zona.",
    "Na Lambda, uma função gerenciada usa até 32 GB de memória.", "Uma instância Spot hibernada tem 1 segundo de aviso.", "O tópico SNS guarda a mensagem em várias zonas até entregar.", "O material importado da chave do KMS se apaga na hora.",
    "A política do banco é outra: a do endpoint limita.",
    "`HoraSnapshot` é em UTC: `06:00` é 3h em São Paulo.", "O relatório sai às 14:30 em São Paulo, 17:30 UTC.", "As 2h em UTC são 23h em Brasília.",
    "A hora é em UTC: entre `06:00` e `07:00`.",
    "A janela é em UTC: de 06:00 a 07:00, das 3h às 4h em São Paulo.", "O serviço tem uma hora de folga, em UTC.",
)


def said(text: str, path: str = "p.md") -> set[str]:
    return {finding.code for finding in truths.judged(document.parse(f"# P\n\n{text}\n", path))}


@pytest.mark.parametrize("text", WRONG)
def test_the_contrary_of_what_aws_says(text):
    assert said(text) == {"fato-contrario"}
    assert said(f"- **Antes.** Uma frase. {text}") == {"fato-contrario"}


@pytest.mark.parametrize("text", RIGHT)
def test_what_aws_says(text):
    assert said(text) == set()


@pytest.mark.parametrize("head, row, wrong, right", [
    ("ACL de rede", "Que regra vale?", "A de maior número que servir.", "A de menor número que servir."),
    ("Réplica de leitura", "E se o primário cai?", "Uma delas é promovida sozinha.", "Nada muda sozinho: alguém a promove."),
    ("Eventos de dados do CloudTrail", "Está ligado?", "Sim, por padrão, e não é cobrado.", "Não por padrão, e é cobrado à parte."),
    ("O que é", "Zona B", "O mesmo que a zona A, em outra região da AWS.", "O mesmo que a zona A, em outro lugar físico."),
])
def test_a_table_says_it_too(head, row, wrong, right):
    for text, codes in ((wrong, {"fato-contrario"}), (right, set())):
        assert said(f"| Pergunta | {head} |\n| --- | --- |\n| {row} | {text} |") == codes
