"""As mudanças feitas, e o que se diz de cada uma, palavra por palavra."""

from __future__ import annotations

from tests.review.edits import QUEUE, WEB, Edit

CHANGES: dict[str, tuple[str, list[Edit], list[str]]] = {
    "seta e permissão tiradas juntas": (QUEUE, [
        ("script", '    funcao >> Edge(label="registra", passo="3", acao="dynamodb:PutItem") >> tabela\n', ""),
        ("template", """              - Sid: GravarNaTabela
                Effect: Allow
                Action: dynamodb:PutItem
                Resource: !GetAtt TabelaPedidos.Arn
""", ""),
    ], [
        "O papel `PapelFuncao`, de “Função registrar”, deixa de poder gravar itens em “Tabela de pedidos” (`dynamodb:PutItem` em `table/TabelaPedidos`).",
        "A seta Função registrar → Tabela de pedidos (“registra”, `dynamodb:PutItem`), do passo 3, saiu.",
        "O benefício “menor privilégio” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`.",
    ]),
    "rótulo": (QUEUE, [
        ("script", 'label="registra"', 'label="anota"'),
    ], [
        "A seta Função registrar → Tabela de pedidos mudou de rótulo: de “registra” para “anota”.",
    ]),
    "ação": (QUEUE, [
        ("script", 'acao="dynamodb:PutItem"', 'acao="dynamodb:UpdateItem"'),
        ("template", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder mudar itens de “Tabela de pedidos” (`dynamodb:UpdateItem` em `table/TabelaPedidos`).",
        "O papel `PapelFuncao`, de “Função registrar”, deixa de poder gravar itens em “Tabela de pedidos” (`dynamodb:PutItem` em `table/TabelaPedidos`).",
        "A seta Função registrar → Tabela de pedidos passou de `dynamodb:PutItem` a `dynamodb:UpdateItem`.",
        "Continuam provados, por outras linhas (saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:UpdateItem`): Função registrar → Tabela de pedidos e “menor privilégio”.",
    ]),
    "seta invertida": (QUEUE, [
        ("script", 'fila >> Edge(label="o que falha", passo="4") >> falhas', 'falhas >> Edge(label="o que falha", passo="4") >> fila'),
    ], [
        "! A seta Fila de falhas → Fila de pedidos perdeu a prova: `FilaFalhas` não manda a `FilaPedidos` o que falha, na linha 21 do template.",
        "A seta Fila de pedidos → Fila de falhas foi invertida: agora é Fila de falhas → Fila de pedidos.",
    ]),
    "seta noutro passo": (QUEUE, [
        ("script", 'label="registra", passo="3"', 'label="registra", passo="2"'),
    ], [
        "A seta Função registrar → Tabela de pedidos passou do passo 3 ao 2.",
    ]),
    "dois ids trocados": (QUEUE, [
        ("script", 'nodeid="fila"', 'nodeid="XX"'),
        ("script", 'nodeid="falhas"', 'nodeid="fila"'),
        ("script", 'nodeid="XX"', 'nodeid="falhas"'),
        ("pagina", "(#fila)", "(#XX)"),
        ("pagina", "(#falhas)", "(#fila)"),
        ("pagina", "(#XX)", "(#falhas)"),
    ], [
        "Os ids `falhas` e `fila` foram trocados; o resto dos dois é igual.",
    ]),
    "dois nós com os recursos trocados": (QUEUE, [
        ("script", 'recurso="FilaPedidos"', 'recurso="X"'),
        ("script", 'recurso="FilaFalhas"', 'recurso="FilaPedidos"'),
        ("script", 'recurso="X"', 'recurso="FilaFalhas"'),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: nada deixa `PapelFuncao` fazer `sqs:ReceiveMessage` em `FilaFalhas` (implicitDeny), na linha 79 do template.",
        "! A seta Fila de pedidos → Fila de falhas perdeu a prova: `FilaFalhas` não manda a `FilaPedidos` o que falha, na linha 21 do template.",
        "! O componente “Fila de pedidos” (`fila`) passou a representar `FilaFalhas`, e antes representava `FilaPedidos`.",
        "! O componente “Fila de falhas” (`falhas`) passou a representar `FilaPedidos`, e antes representava `FilaFalhas`.",
    ]),
    "id novo": (QUEUE, [
        ("script", 'nodeid="tabela"', 'nodeid="registro"'),
        ("pagina", "#tabela", "#registro"),
    ], [
        "“Tabela de pedidos” mudou de id: de `tabela` para `registro`; o resto é igual.",
    ]),
    "id lógico novo": (QUEUE, [
        ("script", "TabelaPedidos", "TabelaRegistros"),
        ("pagina", "TabelaPedidos", "TabelaRegistros"),
        ("template", "TabelaPedidos", "TabelaRegistros"),
    ], [
        "! O recurso `TabelaPedidos` (`AWS::DynamoDB::Table`) passou a se chamar `TabelaRegistros`; o resto é igual, mas ao atualizar a pilha o CloudFormation cria outro e apaga o antigo.",
    ]),
    "ids lógicos trocados só no template": (QUEUE, [
        ("template", "FilaPedidos", "XX"),
        ("template", "FilaFalhas", "FilaPedidos"),
        ("template", "XX", "FilaFalhas"),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: nada deixa `PapelFuncao` fazer `sqs:ReceiveMessage` em `FilaPedidos` (implicitDeny), na linha 79 do template.",
        "! A seta Fila de pedidos → Fila de falhas perdeu a prova: `FilaPedidos` não manda a `FilaFalhas` o que falha, na linha 21 do template.",
        "! O componente “Fila de pedidos” (`fila`) passou a representar `FilaPedidos`, e antes representava `FilaFalhas`.",
        "! O componente “Fila de falhas” (`falhas`) passou a representar `FilaFalhas`, e antes representava `FilaPedidos`.",
        "! Os ids lógicos `FilaFalhas` e `FilaPedidos` foram trocados: cada um é agora o que o outro era.",
        "A linha de “Fila de pedidos” na tabela mudou: “FilaFalhas” virou “FilaPedidos”.",
        "A linha de “Fila de falhas” na tabela mudou: “FilaPedidos” virou “FilaFalhas”.",
    ]),
    "passo inserido com seta sem permissão": (QUEUE, [
        ("pagina", "3. A [função]", "3. A [função](#funcao) confere o pedido antes de tudo, e recusa o que não serve.\n4. A [função]"),
        ("pagina", "\n4. O pedido", "\n5. O pedido"),
        ("script", 'passo="4"', 'passo="5"'),
        ("script", 'passo="3"', 'passo="4"'),
        ("script", "    fila >> Edge", '    funcao >> Edge(label="confere", passo="3", acao="dynamodb:GetItem") >> tabela\n    fila >> Edge'),
    ], [
        "! Seta nova no passo 3: Função registrar → Tabela de pedidos (“confere”, `dynamodb:GetItem`); sem prova: nada deixa `PapelFuncao` fazer `dynamodb:GetItem` em `TabelaPedidos` (implicitDeny), na linha 79 do template.",
        "Os passos 3 e 4 passaram a ser 4 e 5.",
        "Passo 3 inserido entre 2 e 3: “A função confere o pedido antes de tudo, e recusa o que não serve”.",
    ]),
    "passo tirado": (QUEUE, [
        ("pagina", "3. A [função](#funcao) registra cada pedido na [tabela](#tabela). O que ela não registra volta à fila, e os outros não.\n4. O", "3. O"),
        ("script", 'passo="3"', 'passo="2"'),
        ("script", 'passo="4"', 'passo="3"'),
    ], [
        "O passo 3 saiu: “A função registra cada pedido na tabela. O que ela não registra volta à fila, e os outros não”.",
        "O passo 4 passou a ser o 3.",
        "A seta Função registrar → Tabela de pedidos passou do passo 3 ao 2.",
    ]),
    "passos trocados": (QUEUE, [
        ("pagina", "2. A [função](#funcao) lê da [fila](#fila) assim que há pedidos: quem chama é a Lambda, com o papel da função.\n3. A [função](#funcao) registra cada pedido na [tabela](#tabela). O que ela não registra volta à fila, e os outros não.", "2. A [função](#funcao) registra cada pedido na [tabela](#tabela). O que ela não registra volta à fila, e os outros não.\n3. A [função](#funcao) lê da [fila](#fila) assim que há pedidos: quem chama é a Lambda, com o papel da função."),
        ("script", 'passo="3"', 'passo="X"'),
        ("script", 'passo="2"', 'passo="3"'),
        ("script", 'passo="X"', 'passo="2"'),
    ], [
        "Os passos 2 e 3 trocaram de lugar.",
    ]),
    "texto do passo": (QUEUE, [
        ("pagina", "e não espera.", "e espera a resposta."),
    ], [
        "O texto do passo 1 mudou: “não espera” virou “espera a resposta”.",
    ]),
    "a permissão vira curinga": (QUEUE, [
        ("template", "Action: dynamodb:PutItem", "Action: dynamodb:*"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder fazer tudo do `dynamodb` em “Tabela de pedidos” (`dynamodb:*` em `table/TabelaPedidos`) (antes, só `dynamodb:PutItem`).",
        "! O benefício “menor privilégio” já não se prova: `PapelFuncao` permite `dynamodb:*` em `Action`, na linha 99 do template.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:*`.",
    ]),
    "ação a mais": (QUEUE, [
        ("template", "Action: dynamodb:PutItem", "Action: [dynamodb:PutItem, dynamodb:DeleteItem]"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder apagar itens de “Tabela de pedidos” (`dynamodb:DeleteItem` em `table/TabelaPedidos`).",
        "O benefício “menor privilégio” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: [dynamodb:PutItem, dynamodb:DeleteItem]`.",
    ]),
    "alvo a mais": (QUEUE, [
        ("template", "Resource: !GetAtt TabelaPedidos.Arn", 'Resource: "*"'),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder gravar itens em qualquer recurso (`dynamodb:PutItem` em `*`) (antes, só em `table/TabelaPedidos`).",
        "! O benefício “menor privilégio” já não se prova: `PapelFuncao` permite `*` em `Resource`, na linha 100 do template.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Resource: *`.",
    ]),
    "política reescrita que diz o mesmo": (QUEUE, [
        ("template", "                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]\n                Resource: !GetAtt FilaPedidos.Arn", """                Action: sqs:ReceiveMessage
                Resource: !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${FilaPedidos.QueueName}
              - Sid: TirarDaFila
                Effect: Allow
                Action: [sqs:GetQueueAttributes, sqs:DeleteMessage]
                Resource: [!GetAtt FilaPedidos.Arn]"""),
    ], [
        "A política escrita em `PapelFuncao` mudou, e o que ela deixa é o mesmo.",
        "O benefício “menor privilégio” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt FilaPedidos.Arn`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: sqs:ReceiveMessage`, `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::Account… (26aa58)`, `PapelFuncao.Policies.PolicyDocument.Statement.Action: [sqs:GetQueueAttributes, sqs:DeleteMessage]` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: [!GetAtt FilaPedidos.Arn]`.",
        "A seta Função registrar → Fila de pedidos continua provada, por outras linhas: entrou `PapelFuncao.Policies.PolicyDocument.Statement.Effect: Allow` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::Account… (26aa58)`.",
    ]),
    "política levada a um recurso à parte": (QUEUE, [
        ("template", """              - Sid: GravarNaTabela
                Effect: Allow
                Action: dynamodb:PutItem
                Resource: !GetAtt TabelaPedidos.Arn
""", ""),
        ("template", "  TabelaPedidos:\n    Type", """  PoliticaTabela:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: tabela
      Roles: [!Ref PapelFuncao]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: "dynamodb:PutItem", Resource: !GetAtt TabelaPedidos.Arn}
  TabelaPedidos:
    Type"""),
    ], [
        "A política escrita em `PapelFuncao` mudou, e o que ela deixa é o mesmo.",
        "Recurso novo: `PoliticaTabela` (`AWS::IAM::Policy`).",
        "O benefício “menor privilégio” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`, entrou `PoliticaTabela.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PoliticaTabela.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Effect: Allow`, `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`, entrou `PoliticaTabela.Roles: !Ref PapelFuncao`, `PoliticaTabela.PolicyDocument.Statement.Effect: Allow`, `PoliticaTabela.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PoliticaTabela.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`.",
    ]),
    "negação nova": (QUEUE, [
        ("template", "              - Sid: EscreverLogs", """              - Effect: Deny
                Action: dynamodb:PutItem
                Resource: "*"
              - Sid: EscreverLogs"""),
    ], [
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: `PapelFuncao` nega `dynamodb:PutItem` em `TabelaPedidos` (explicitDeny), na linha 101 do template.",
        "O papel `PapelFuncao`, de “Função registrar”, passa a ser proibido de gravar itens em qualquer recurso (`dynamodb:PutItem` em `*`).",
    ]),
    "condição na permissão": (QUEUE, [
        ("template", """              - Sid: GravarNaTabela
                Effect: Allow
                Action: dynamodb:PutItem
                Resource: !GetAtt TabelaPedidos.Arn
""", """              - Sid: GravarNaTabela
                Effect: Allow
                Action: dynamodb:PutItem
                Resource: !GetAtt TabelaPedidos.Arn
                Condition: {StringEquals: {aws:RequestedRegion: sa-east-1}}
"""),
    ], [
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: a declaração `GravarNaTabela` de `PapelFuncao` só deixa `PapelFuncao` fazer `dynamodb:PutItem` em `TabelaPedidos` com `aws:RequestedRegion` (`StringEquals: sa-east-1`), e o pedido leva `${AWS::Region}`, na linha 97 do template.",
        "O papel `PapelFuncao`, de “Função registrar”, deixa de poder gravar itens em “Tabela de pedidos” (`dynamodb:PutItem` em `table/TabelaPedidos`) (agora, só com `aws:RequestedRegion` (`StringEquals`) `sa-east-1`).",
    ]),
    "condição no recurso": (QUEUE, [
        ("template", "Resources:\n", """Parameters:
  Guardar: {Type: String, Default: "sim", AllowedValues: ["sim", "nao"]}
Conditions:
  Guarda: !Equals [!Ref Guardar, "sim"]
Resources:
"""),
        ("template", "  TabelaPedidos:\n    Type: AWS::DynamoDB::Table\n", """  TabelaPedidos:
    Type: AWS::DynamoDB::Table
    Condition: Guarda
"""),
    ], [
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: quando não `Guarda`, `TabelaPedidos` não existe (NO_SOURCE_OR_DESTINATION), na linha 112 do template.",
        "! `TabelaPedidos` passou a depender da condição `Guarda`: sem ela, não é criado.",
        "O papel `PapelFuncao`, de “Função registrar”, deixa de poder gravar itens em “Tabela de pedidos” (`dynamodb:PutItem` em `table/TabelaPedidos`), quando não `Guarda`.",
        "Parâmetro novo: `Guardar`.",
        "Condição nova: `Guarda`.",
    ]),
    "permissão ampliada só num caso": (QUEUE, [
        ("template", "Resources:\n", """Parameters:
  Modo: {Type: String, Default: "prod", AllowedValues: ["prod", "dev"]}
Conditions:
  Dev: !Equals [!Ref Modo, "dev"]
Resources:
"""),
        ("template", "Action: dynamodb:PutItem", 'Action: !If [Dev, "dynamodb:*", "dynamodb:PutItem"]'),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder fazer tudo do `dynamodb` em “Tabela de pedidos” (`dynamodb:*` em `table/TabelaPedidos`), quando `Dev`.",
        "! O benefício “menor privilégio” já não se prova: `PapelFuncao` permite `dynamodb:*` em `Action`, na linha 103 do template.",
        "Parâmetro novo: `Modo`.",
        "Condição nova: `Dev`.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:*`.",
    ]),
    "confiança a mais": (QUEUE, [
        ("template", "Principal: { Service: lambda.amazonaws.com }", "Principal: { Service: [lambda.amazonaws.com, ec2.amazonaws.com] }"),
    ], [
        "! `ec2.amazonaws.com` passa a poder assumir o papel `PapelFuncao`, de “Função registrar” (`sts:AssumeRole`).",
    ]),
    "confiança em todos": (QUEUE, [
        ("template", "Principal: { Service: lambda.amazonaws.com }", 'Principal: "*"'),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: `PapelFuncao` não confia em `lambda.amazonaws.com`, na linha 82 do template.",
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: `PapelFuncao` não confia em `lambda.amazonaws.com`, na linha 82 do template.",
        "! Qualquer um passa a poder assumir o papel `PapelFuncao`, de “Função registrar” (`sts:AssumeRole`) (antes, só `lambda.amazonaws.com`).",
        "! O benefício “logs com prazo” já não se prova: `PapelFuncao` não confia em `lambda.amazonaws.com`, na linha 82 do template.",
    ]),
    "política da AWS que não se lê": (QUEUE, [
        ("template", "      Policies:\n", """      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
      Policies:
"""),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: não se sabe o que deixa e o que nega `AdministratorAccess`, da AWS, que `PapelFuncao` usa e pode negar `sqs:ReceiveMessage`, na linha 88 do template.",
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: não se sabe o que deixa e o que nega `AdministratorAccess`, da AWS, que `PapelFuncao` usa e pode negar `dynamodb:PutItem`, na linha 88 do template.",
        "! Em `PapelFuncao`, há agora algo que não se lê: não se sabe o que deixa e o que nega `AdministratorAccess`, da AWS, que `PapelFuncao` usa.",
        "! O benefício “menor privilégio” já não se prova: `PapelFuncao` usa uma política que não está no template, na linha 88 do template.",
        "! O benefício “logs com prazo” já não se prova: não se sabe o que deixa e o que nega `AdministratorAccess`, da AWS, que `PapelFuncao` usa e pode negar `logs:CreateLogStream`, na linha 88 do template.",
    ]),
    "limite de permissões": (QUEUE, [
        ("template", "  PapelFuncao:\n    Type: AWS::IAM::Role\n    Properties:\n", """  PapelFuncao:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess
"""),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: `PapelFuncao` tem um limite de permissões, que não se avalia e pode negar `sqs:ReceiveMessage`, na linha 82 do template.",
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: `PapelFuncao` tem um limite de permissões, que não se avalia e pode negar `dynamodb:PutItem`, na linha 82 do template.",
        "! Em `PapelFuncao`, há agora algo que não se lê: `PapelFuncao` tem um limite de permissões, que não se avalia.",
        "! O benefício “logs com prazo” já não se prova: `PapelFuncao` tem um limite de permissões, que não se avalia e pode negar `logs:CreateLogStream`, na linha 82 do template.",
        "`PapelFuncao`: `PermissionsBoundary` ganhou `arn:aws:iam::aws:policy/PowerUserAccess`.",
    ]),
    "fila aberta a todos": (QUEUE, [
        ("template", "  TabelaPedidos:\n    Type", """  PoliticaFila:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref FilaPedidos]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: !GetAtt FilaPedidos.Arn}
  TabelaPedidos:
    Type"""),
    ], [
        "! Qualquer um passa a poder enviar mensagens a “Fila de pedidos” (`sqs:SendMessage` em `FilaPedidos.QueueName`), pela política de `FilaPedidos`.",
        "Recurso novo: `PoliticaFila` (`AWS::SQS::QueuePolicy`).",
    ]),
    "só o leiaute": (QUEUE, [
        ("script", 'direction="LR"', 'direction="TB"'),
    ], [
        "Na figura mudou só o leiaute: a direção, de `LR` a `TB`.",
    ]),
    "linhas em branco e comentários": (QUEUE, [
        ("script", "from scripts", "\n\nfrom scripts"),
        ("template", "Resources:", "\n# nada\nResources:"),
    ], [
    ]),
    "benefício a menos": (QUEUE, [
        ("pagina", "- **[Paga-se pelo uso](../../provas.md#paga-pelo-uso).** Sem pedidos, só o que está guardado é cobrado.\n", ""),
    ], [
        "A página deixou de prometer “Paga-se pelo uso”.",
    ]),
    "sem criptografia": (QUEUE, [
        ("template", "SSESpecification: { SSEEnabled: true }", "SSESpecification: { SSEEnabled: false }"),
    ], [
        "! O benefício “tudo criptografado em repouso” já não se prova: `TabelaPedidos` não diz que criptografa o que guarda, na linha 112 do template.",
        "! `TabelaPedidos`: `SSESpecification.SSEEnabled` passou de `true` a `false`.",
    ]),
    "seta provada que diz não ter regra": (QUEUE, [
        ("script", 'label="registra", passo="3", acao="dynamodb:PutItem"', 'label="registra", passo="3", acao="dynamodb:PutItem", sem_regra="depois"'),
    ], [
        "! A seta Função registrar → Tabela de pedidos traz agora `sem_regra`: “depois”.",
    ]),
    "exceção nova": (QUEUE, [
        ("template", "  PapelFuncao:\n    Type: AWS::IAM::Role\n", """  PapelFuncao:
    Type: AWS::IAM::Role
    Metadata: {Excecoes: {permissao-ampla: depois eu vejo}}
"""),
    ], [
        "! `PapelFuncao` traz agora uma exceção a `permissao-ampla`: “depois eu vejo”.",
    ]),
    "registros por menos tempo": (QUEUE, [
        ("template", "RetentionInDays: 30", "RetentionInDays: 7"),
    ], [
        "! `LogsFuncao`: `RetentionInDays` passou de `30` a `7`.",
        "O benefício “logs com prazo” continua provado, por outras linhas: saiu `LogsFuncao.RetentionInDays: 30`, entrou `LogsFuncao.RetentionInDays: 7`.",
    ]),
    "código": (QUEUE, [
        ("template", '"texto": record["body"]', '"texto": record["body"].strip()'),
    ], [
        '`FuncaoRegistrar`: `Code.ZipFile` mudou: saiu `table.put_item(Item={"pedido": record["messageId"], "texto": record["body"]})` e entrou `table.put_item(Item={"pedido": record["messageId"], "texto": record["body"].strip()})`.',
    ]),
    "componente novo": (QUEUE, [
        ("script", "    pessoa >> Edge", """    copia = Dynamodb("Cópia", nodeid="copia", recurso="TabelaCopia")
    funcao >> Edge(label="copia", passo="3", acao="dynamodb:PutItem") >> copia
    pessoa >> Edge"""),
        ("template", "Outputs:", """  TabelaCopia:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pedido, AttributeType: S }]
      KeySchema: [{ AttributeName: pedido, KeyType: HASH }]
Outputs:"""),
    ], [
        "! Seta nova no passo 3: Função registrar → Cópia (“copia”, `dynamodb:PutItem`); sem prova: nada deixa `PapelFuncao` fazer `dynamodb:PutItem` em `TabelaCopia` (implicitDeny), na linha 79 do template.",
        "O componente “Cópia” (`copia`) é novo; representa `TabelaCopia` (`AWS::DynamoDB::Table`).",
        "Recurso novo: `TabelaCopia` (`AWS::DynamoDB::Table`).",
        "Continuam provados, por outras linhas (entrou `TabelaCopia.Type: AWS::DynamoDB::Table`): “Sem servidor para manter” e “tudo criptografado em repouso”.",
        "O benefício “Paga-se pelo uso” continua provado, por outras linhas: entrou `TabelaCopia.BillingMode: PAY_PER_REQUEST`.",
    ]),
    "script que quebra": (QUEUE, [
        ("script", 'direction="LR"', "direction=LR"),
    ], [
        "! Não se lê do lado novo: `diagrams_src/fila-de-pedidos.py`, linha 10: O script parou com `NameError: name 'LR' is not defined`. Corrija esta linha e rode de novo.",
    ]),
    "template que não se lê": (QUEUE, [
        ("template", "Resources:", "Resources"),
    ], [
        "! Não se lê do lado novo: `docs/arquiteturas/fila-de-pedidos/template.yaml`, linha 5: O YAML não se lê nesta linha (could not find expected ':'); confira o recuo, as aspas e os dois-pontos perto daqui.",
    ]),
    "página sem a tabela": (QUEUE, [
        ("pagina", "## Componentes", "## Pecas"),
    ], [
        "! A página já não tem a tabela dos componentes.",
        "Seção nova: “Pecas”.",
        "A seção “Componentes” saiu.",
    ]),
    "seção mudada": (QUEUE, [
        ("pagina", "## Segurança\n", "## Segurança\n\nCuidado.\n"),
    ], [
        "A seção “Segurança” mudou: entrou “Cuidado”.",
    ]),
    "porta mudada": (WEB, [
        ("script", 'porta="5432"', 'porta="3306"'),
        ("template", "FromPort: 5432\n", "FromPort: 3306\n"),
        ("template", "ToPort: 5432\n", "ToPort: 3306\n"),
    ], [
        "! A seta Servidor EC2 → RDS PostgreSQL perdeu a prova: `Banco` ouve em tcp 5432, e não em tcp 3306, na linha N do template.",
        "! O grupo `GrupoBanco` passa a deixar entrar tcp 3306 de `GrupoServidor` (antes, tcp 5432 de `GrupoServidor`).",
        "! Pela rede, “Servidor EC2” passa a alcançar “RDS PostgreSQL” em tcp 3306.",
        "O grupo `GrupoServidor` passa a deixar sair tcp 3306 para `GrupoBanco` (antes, tcp 5432 para `GrupoBanco`).",
        "Pela rede, “Servidor EC2” deixa de alcançar “RDS PostgreSQL” em tcp 5432.",
        "A seta Servidor EC2 → RDS PostgreSQL passou da porta 5432 à 3306.",
        "`GrupoServidor`: `SecurityGroupEgress.FromPort` passou de `5432` a `3306`; `SecurityGroupEgress.ToPort` passou de `5432` a `3306`.",
        "`EntradaBanco`: `FromPort` passou de `5432` a `3306`; `ToPort` passou de `5432` a `3306`.",
    ]),
    "grupo aberto à internet": (WEB, [
        ("template", "CidrIp: !Ref CidrPermitido", "CidrIp: 0.0.0.0/0"),
    ], [
        "! O grupo `GrupoServidor` passa a deixar entrar tcp 80 de `0.0.0.0/0`, que é a internet inteira (antes, tcp 80 de `CidrPermitido`).",
        "! O benefício “só a sua faixa de endereços entra” já não se prova: a entrada em `GrupoServidor` pode ser da internet inteira, na linha N do template.",
        "`GrupoServidor`: `SecurityGroupIngress.CidrIp` passou de `!Ref CidrPermitido` a `0.0.0.0/0`.",
        "A seta Internet Gateway → Servidor EC2 continua provada, por outras linhas: saiu `GrupoServidor.SecurityGroupIngress.CidrIp: !Ref CidrPermitido`, entrou `GrupoServidor.SecurityGroupIngress.CidrIp: 0.0.0.0/0`.",
    ]),
    "entrada em todas as portas": (WEB, [
        ("template", """      FromPort: 5432
      ToPort: 5432
      SourceSecurityGroupId: !Ref GrupoServidor""", """      FromPort: 0
      ToPort: 65535
      SourceSecurityGroupId: !Ref GrupoServidor"""),
    ], [
        "! A seta Servidor EC2 → RDS PostgreSQL perdeu a prova: a entrada de `GrupoBanco` abre mais que tcp 5432 só de `Servidor`, na linha N do template.",
        "! O grupo `GrupoBanco` passa a deixar entrar tcp em qualquer porta de `GrupoServidor` (antes, tcp 5432 de `GrupoServidor`).",
        "! Pela rede, “Servidor EC2” passa a alcançar “RDS PostgreSQL” em tcp 443.",
        "! O benefício “acesso à máquina sem SSH” já não se prova: uma entrada de `GrupoBanco` alcança a porta 22, na linha N do template.",
        "`EntradaBanco`: `FromPort` passou de `5432` a `0`; `ToPort` passou de `5432` a `65535`.",
    ]),
    "entrada só de outra rede": (WEB, [
        ("template", """      FromPort: 5432
      ToPort: 5432
      SourceSecurityGroupId: !Ref GrupoServidor""", """      FromPort: 5432
      ToPort: 5432
      CidrIp: 10.99.0.0/24"""),
    ], [
        "! A seta Servidor EC2 → RDS PostgreSQL perdeu a prova: `GrupoBanco` não deixa entrar tcp 5432 de `Servidor` (ENI_SG_RULES_MISMATCH), na linha N do template.",
        "! O grupo `GrupoBanco` passa a deixar entrar tcp 5432 de `10.99.0.0/24` (antes, tcp 5432 de `GrupoServidor`).",
        "! O benefício “alcançado só pela aplicação” já não se prova: uma entrada de `GrupoBanco` não vem de um grupo de segurança do template, na linha N do template.",
        "Pela rede, “Servidor EC2” deixa de alcançar “RDS PostgreSQL” em tcp 5432.",
        "`EntradaBanco`: `SourceSecurityGroupId` perdeu `!Ref GrupoServidor`; `CidrIp` ganhou `10.99.0.0/24`.",
        "O benefício “só a sua faixa de endereços entra” continua provado, por outras linhas: entrou `EntradaBanco.CidrIp: 10.99.0.0/24`.",
    ]),
    "SSH aberto": (WEB, [
        ("template", "          CidrIp: !Ref CidrPermitido\n", """          CidrIp: !Ref CidrPermitido
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
"""),
    ], [
        "! O grupo `GrupoServidor` passa a deixar entrar tcp 22 de `0.0.0.0/0`, que é a internet inteira.",
        "! O benefício “só a sua faixa de endereços entra” já não se prova: a entrada em `GrupoServidor` pode ser da internet inteira, na linha N do template.",
        "! O benefício “acesso à máquina sem SSH” já não se prova: uma entrada de `GrupoServidor` alcança a porta 22, na linha N do template.",
        "`GrupoServidor`: `SecurityGroupIngress` ganhou `{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}`.",
    ]),
    "banco aberto à internet": (WEB, [
        ("template", "PubliclyAccessible: false", "PubliclyAccessible: true"),
        ("template", "      RouteTableId: !Ref TabelaDados", "      RouteTableId: !Ref TabelaPublica"),
        ("template", "SourceSecurityGroupId: !Ref GrupoServidor", "CidrIp: 0.0.0.0/0"),
    ], [
        "! A seta Servidor EC2 → RDS PostgreSQL perdeu a prova: a entrada de `GrupoBanco` abre mais que tcp 5432 só de `Servidor`, na linha N do template.",
        "! O grupo `GrupoBanco` passa a deixar entrar tcp 5432 de `0.0.0.0/0`, que é a internet inteira (antes, tcp 5432 de `GrupoServidor`).",
        "! A internet passa a alcançar “RDS PostgreSQL”: internet → `InternetGateway` → rota `RotaInternet` (0.0.0.0/0) → `SubRedeDadosA` → endereço público de `Banco` → entrada em `GrupoBanco`: tcp 5432 de 0.0.0.0/0 → `Banco`.",
        "! O benefício “sem caminho da internet até ele” já não se prova: `Banco` não diz que é privado, na linha N do template.",
        "! O benefício “alcançado só pela aplicação” já não se prova: uma entrada de `GrupoBanco` não vem de um grupo de segurança do template, na linha N do template.",
        "! O benefício “só a sua faixa de endereços entra” já não se prova: a entrada em `GrupoBanco` pode ser da internet inteira, na linha N do template.",
        "! `Banco`: `PubliclyAccessible` passou de `false` a `true`.",
        "`AssociacaoDadosA`: `RouteTableId` passou de `!Ref TabelaDados` a `!Ref TabelaPublica`.",
        "`AssociacaoDadosB`: `RouteTableId` passou de `!Ref TabelaDados` a `!Ref TabelaPublica`.",
        "`EntradaBanco`: `SourceSecurityGroupId` perdeu `!Ref GrupoServidor`; `CidrIp` ganhou `0.0.0.0/0`.",
    ]),
    "segunda zona do banco": (WEB, [
        ("template", "PubliclyAccessible: false", "PubliclyAccessible: false\n      MultiAZ: true"),
    ], [
        "Parada, passa de US$ 0,037 a US$ 0,056 por hora em us-east-1: instância db.t4g.micro do RDS para PostgreSQL, de 1 a 2 (+US$ 0,016); armazenamento gp3 do RDS para PostgreSQL, de 20 a 40 (+US$ 0,0032).",
        "`Banco`: `MultiAZ` ganhou `true`.",
    ]),
    "banco que some com a pilha": (WEB, [
        ("template", "    DeletionPolicy: Snapshot\n", "    DeletionPolicy: Delete\n"),
    ], [
        "! O benefício “O disco pode se perder” já não se prova: `Banco` some com a pilha, na linha N do template.",
        "! `Banco`: `DeletionPolicy` passou de `Snapshot` a `Delete`.",
    ]),
    "um NAT a mais": (WEB, [
        ("template", "  # Grupos de segurança.", """  Nat:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: !Ref SubRedePublica, AllocationId: !GetAtt Ip.AllocationId}
  Ip: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  # Grupos de segurança."""),
    ], [
        "Parada, passa de US$ 0,037 a US$ 0,087 por hora em us-east-1 e de US$ 0,026 (sem o banco) a US$ 0,12 (sem o banco) por hora em sa-east-1: NAT gateway, de 0 a 1 (+US$ 0,045); endereço IPv4 público, de 1 a 2 (+US$ 0,005).",
        "Recurso novo: `Nat` (`AWS::EC2::NatGateway`).",
        "Recurso novo: `Ip` (`AWS::EC2::EIP`).",
    ]),
    "grupo de outro nome": (WEB, [
        ("script", "                servidor = EC2", "                    servidor = EC2"),
        ("script", '            with Cluster("Zona A", id="zona-a", grupo="zona"):\n                with Cluster("Sub-rede pública"', '            with Cluster("Zona A", id="zona-a", grupo="zona"):\n                with Cluster("Sub-rede aberta"'),
    ], [
        "O grupo “Sub-rede pública” (`publica`) mudou de nome na figura: de “Sub-rede pública” para “Sub-rede aberta”.",
    ]),
    "endpoint mais largo": (WEB, [
        ("template", """Resource: !Sub ${BucketArquivos.Arn}/arquivos/*
            Condition:
""", "Resource: !Sub ${BucketArquivos.Arn}/*\n            Condition"),
    ], [
        "! Pelo endpoint `EndpointS3`, qualquer um passa a poder apagar objetos de “Bucket S3”, ler objetos de “Bucket S3” e gravar objetos em “Bucket S3” (`s3:DeleteObject`, `s3:GetObject` e `s3:PutObject` em `BucketArquivos/*`) (antes, só em `BucketArquivos/arquivos/*` com `aws:PrincipalArn` (`ArnEquals`) `PapelServidor`).",
        "A seta Servidor EC2 → Bucket S3 continua provada, por outras linhas: saiu `EndpointS3.PolicyDocument.Statement.Resource: !Sub ${BucketArquivos.Arn}/arquivos/*`, entrou `EndpointS3.PolicyDocument.Statement.Resource: !Sub ${BucketArquivos.Arn}/*`.",
    ]),
    "negação virada permissão": (WEB, [
        ("template", "          - Sid: NegarSemTls\n            Effect: Deny", "          - Sid: NegarSemTls\n            Effect: Allow"),
    ], [
        "! Qualquer um passa a poder fazer tudo do `s3` em “Bucket S3” (`s3:*` em `BucketArquivos` e `BucketArquivos/*`), pela política de `BucketArquivos`, só com `aws:SecureTransport` (`Bool`) `false`.",
        "! Qualquer um deixa de ser proibido de fazer tudo do `s3` em “Bucket S3” (`s3:*` em `BucketArquivos` e `BucketArquivos/*`), pela política de `BucketArquivos`, só com `aws:SecureTransport` (`Bool`) `false`.",
        "! O benefício “só a sua faixa de endereços entra” já não se prova: `BucketArquivos` tem uma política aberta a qualquer um, na linha N do template.",
        "! O benefício “o bucket só atende por TLS” já não se prova: `BucketArquivos` aceita sem TLS algum pedido sobre o bucket, na linha N do template.",
    ]),
    "função com outro papel": (QUEUE, [
        ("template", "  TabelaPedidos:\n    Type", """  PapelLargo:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: tudo, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}]
  TabelaPedidos:
    Type"""),
        ("template", "Role: !GetAtt PapelFuncao.Arn", "Role: !GetAtt PapelLargo.Arn"),
    ], [
        "! O papel `PapelLargo`, de “Função registrar”, passa a poder fazer qualquer coisa em qualquer recurso (`*` em `*`).",
        "! `lambda.amazonaws.com` passa a poder assumir o papel `PapelLargo`, de “Função registrar” (`sts:AssumeRole`).",
        "! “Função registrar” passa a agir com o papel `PapelLargo`, e antes agia com `PapelFuncao`.",
        "! O benefício “menor privilégio” já não se prova: `PapelLargo` permite `*` em `Action`, na linha 110 do template.",
        "`FuncaoRegistrar`: `Role` passou de `!GetAtt PapelFuncao.Arn` a `!GetAtt PapelLargo.Arn`.",
        "Recurso novo: `PapelLargo` (`AWS::IAM::Role`).",
        "O benefício “logs com prazo” continua provado, por outras linhas: saiu `FuncaoRegistrar.Role: !GetAtt PapelFuncao.Arn`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelFuncao.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 4, entrou `FuncaoRegistrar.Role: !GetAtt PapelLargo.Arn`, `PapelLargo.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelLargo.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelLargo.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 4.",
        "A seta Função registrar → Fila de pedidos continua provada, por outras linhas: saiu `FuncaoRegistrar.Role: !GetAtt PapelFuncao.Arn`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelFuncao.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 5, entrou `FuncaoRegistrar.Role: !GetAtt PapelLargo.Arn`, `PapelLargo.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelLargo.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelLargo.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 5.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: saiu `FuncaoRegistrar.Role: !GetAtt PapelFuncao.Arn`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelFuncao.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelFuncao.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 3, entrou `FuncaoRegistrar.Role: !GetAtt PapelLargo.Arn`, `PapelLargo.AssumeRolePolicyDocument.Statement.Effect: Allow`, `PapelLargo.AssumeRolePolicyDocument.Statement.Action: sts:AssumeRole` e `PapelLargo.AssumeRolePolicyDocument.Statement.Principal.Service: lambda.amazonaws.com` e mais 3.",
    ]),
    "ações de outro serviço no alvo": (QUEUE, [
        ("template", "Action: dynamodb:PutItem\n                Resource: !GetAtt TabelaPedidos.Arn", "Action: [dynamodb:PutItem, sqs:GetQueueAttributes]\n                Resource: [!GetAtt TabelaPedidos.Arn, !GetAtt FilaPedidos.Arn]"),
    ], [
        "A política escrita em `PapelFuncao` mudou, e o que ela deixa é o mesmo.",
        "O benefício “menor privilégio” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: [dynamodb:PutItem, sqs:GetQueueAttributes]` e `PapelFuncao.Policies.PolicyDocument.Statement.Resource: [!GetAtt TabelaPedidos.Arn, !GetAtt FilaPedidos.Arn]`.",
    ]),
    "permissão só do que não é": (QUEUE, [
        ("template", "Action: dynamodb:PutItem", "NotAction: dynamodb:DeleteTable"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder fazer tudo em “Tabela de pedidos”, menos `dynamodb:DeleteTable` (antes, só `dynamodb:PutItem`).",
        "! O benefício “menor privilégio” já não se prova: uma permissão de `PapelFuncao` não traz `Action`, na linha 97 do template.",
        "A seta Função registrar → Tabela de pedidos continua provada, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: dynamodb:PutItem`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.NotAction: dynamodb:DeleteTable`.",
    ]),
    "curinga trocado pelo que ele dizia": (QUEUE, [
        ("template", "Action: [logs:CreateLogStream, logs:PutLogEvents]", "Action: [logs:CreateLogStream, logs:PutLog*]"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder fazer `logs:PutLog*` em `LogsFuncao` (`log-group:LogsFuncao:*`) (antes, só `logs:PutLogEvents`).",
        "! O benefício “menor privilégio” já não se prova: `PapelFuncao` permite `logs:PutLog*` em `Action`, na linha 103 do template.",
        "O benefício “logs com prazo” continua provado, por outras linhas: saiu `PapelFuncao.Policies.PolicyDocument.Statement.Action: logs:PutLogEvents`, entrou `PapelFuncao.Policies.PolicyDocument.Statement.Action: logs:PutLog*`.",
    ]),
    "entrada levada a um recurso à parte": (WEB, [
        ("template", """        - Description: HTTPS para pacotes e APIs da AWS
          IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 0.0.0.0/0
""", ""),
        ("template", "  GrupoBanco:\n    Type", """  SaidaServidor:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: !Ref GrupoServidor, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
  GrupoBanco:
    Type"""),
        ("template", "DependsOn: [RotaInternet, AssociacaoPublica, EntradaBanco, EndpointS3]",
         "DependsOn: [RotaInternet, AssociacaoPublica, EntradaBanco, EndpointS3, SaidaServidor]"),
    ], [
        "`GrupoServidor`: `SecurityGroupEgress` perdeu `{Description: HTTPS para pacotes e APIs da AWS, IpProtocol: tcp, FromPort: 443,…`.",
        "Recurso novo: `SaidaServidor` (`AWS::EC2::SecurityGroupEgress`).",
        "`Servidor`: `DependsOn` ganhou `SaidaServidor`.",
        "Continuam provados, por outras linhas (saiu `GrupoServidor.SecurityGroupEgress.IpProtocol: tcp`, `GrupoServidor.SecurityGroupEgress.FromPort: 443`, `GrupoServidor.SecurityGroupEgress.ToPort: 443` e `GrupoServidor.SecurityGroupEgress.CidrIp: 0.0.0.0/0`, entrou `SaidaServidor.GroupId: !Ref GrupoServidor`, `SaidaServidor.IpProtocol: tcp`, `SaidaServidor.FromPort: 443` e `SaidaServidor.ToPort: 443` e mais 1): Servidor EC2 → Bucket S3, Servidor EC2 → RDS PostgreSQL e “acesso à máquina sem SSH”.",
    ]),
    "banco que passa a sair para a internet": (WEB, [
        ("template", "      RouteTableId: !Ref TabelaDados", "      RouteTableId: !Ref TabelaPublica"),
        ("template", '          IpProtocol: "-1"\n          CidrIp: 127.0.0.1/32', '          IpProtocol: "-1"\n          CidrIp: 0.0.0.0/0'),
    ], [
        "! O grupo `GrupoBanco` passa a deixar sair todo o tráfego para `0.0.0.0/0` (antes, todo o tráfego para `127.0.0.1/32`).",
        "! Pela rede, “RDS PostgreSQL” passa a alcançar a internet em qualquer porta.",
        "`AssociacaoDadosA`: `RouteTableId` passou de `!Ref TabelaDados` a `!Ref TabelaPublica`.",
        "`AssociacaoDadosB`: `RouteTableId` passou de `!Ref TabelaDados` a `!Ref TabelaPublica`.",
        "`GrupoBanco`: `SecurityGroupEgress.CidrIp` passou de `127.0.0.1/32` a `0.0.0.0/0`.",
    ]),
    "transformação nova": (QUEUE, [
        ("template", "\nResources:\n", "Transform: AWS::Serverless-2016-10-31\n\nResources:\n"),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! A seta Fila de pedidos → Fila de falhas perdeu a prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! A internet talvez passe a alcançar “Função registrar”: internet → a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos.",
        "! O benefício “Sem servidor para manter” já não se prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! O benefício “Paga-se pelo uso” já não se prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! O benefício “tudo criptografado em repouso” já não se prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! O benefício “menor privilégio” já não se prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! O benefício “logs com prazo” já não se prova: a transformação `AWS::Serverless-2016-10-31` pode acrescentar recursos, na linha 3 do template.",
        "! No template, `Transform` ganhou `AWS::Serverless-2016-10-31`.",
    ]),
    "exceção do template": (QUEUE, [
        ("template", "\nResources:\n", """Metadata: {Excecoes: {parte-divergente: porque sim}}

Resources:
"""),
    ], [
        "! O template traz agora uma exceção a `parte-divergente`: “porque sim”.",
    ]),
    "o que a página diz fora das partes": (QUEUE, [
        ("pagina", "## Componentes", "A fila guarda os pedidos por quatro dias.\n\n## Componentes"),
        ("pagina", "Serve para trabalho", "É para trabalho"),
    ], [
        "A abertura da página mudou: “Serve” virou “É”.",
        "A seção “Fluxo de dados” mudou: entrou `A fila guarda os pedidos por quatro dias.`.",
    ]),
    "programa nos metadados": (WEB, [
        ("template", "python3.11 -m venv venv", "python3.11 -m venv --system-site-packages venv"),
    ], [
        "`Servidor`: `Metadata.AWS::CloudFormation::Init.config.commands.1-ambiente.command` passou de `python3.11 -m venv venv` a `python3.11 -m venv --system-site-packages venv`.",
    ]),
    "política que não se lê, mudada": (QUEUE, [
        ("template", """          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: LerAFila""", """          PolicyDocument:
            Version: "2008-10-17x"
            Statement:
              - Sid: LerAFila"""),
    ], [
        "! A seta Função registrar → Fila de pedidos perdeu a prova: a política de `PapelFuncao` não diz uma `Version` que o IAM aceite e pode negar `sqs:ReceiveMessage`, na linha 90 do template.",
        "! A seta Função registrar → Tabela de pedidos perdeu a prova: a política de `PapelFuncao` não diz uma `Version` que o IAM aceite e pode negar `dynamodb:PutItem`, na linha 90 do template.",
        "! Em `PapelFuncao`, há agora algo que não se lê: a política de `PapelFuncao` não diz uma `Version` que o IAM aceite.",
        "! O benefício “menor privilégio” já não se prova: uma política de `PapelFuncao` não se consegue ler, na linha 90 do template.",
        "! O benefício “logs com prazo” já não se prova: a política de `PapelFuncao` não diz uma `Version` que o IAM aceite e pode negar `logs:CreateLogStream`, na linha 90 do template.",
    ]),
    "política citada pelo papel": (QUEUE, [
        ("template", "  TabelaPedidos:\n    Type", """  Avulsa:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt TabelaPedidos.Arn}]}
  TabelaPedidos:
    Type"""),
        ("template", "      Policies:\n", "      ManagedPolicyArns: [!Ref Avulsa]\n      Policies:\n"),
    ], [
        "! O papel `PapelFuncao`, de “Função registrar”, passa a poder ler itens de “Tabela de pedidos” (`dynamodb:GetItem` em `table/TabelaPedidos`).",
        "Recurso novo: `Avulsa` (`AWS::IAM::ManagedPolicy`).",
        "O benefício “menor privilégio” continua provado, por outras linhas: entrou `Avulsa.PolicyDocument.Statement.Action: dynamodb:GetItem` e `Avulsa.PolicyDocument.Statement.Resource: !GetAtt TabelaPedidos.Arn`.",
    ]),
    "título da figura": (QUEUE, [
        ("script", 'Diagram("Fila de pedidos com', 'Diagram("Fila dos pedidos com'),
    ], [
        "O título da figura mudou: de “Fila de pedidos com SQS, Lambda e DynamoDB” para “Fila dos pedidos com SQS, Lambda e DynamoDB”.",
    ]),
}
