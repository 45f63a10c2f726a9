"""Step Functions: a tarefa que chama cada serviço, a que se chega, com o papel da máquina."""

import json
import textwrap
from dataclasses import replace

import pytest
from tests.proofs.bench import bench

from scripts.checks import awaiting
from scripts.page import architecture
from scripts.proofs.drawn.coverage import unclaimed

GOOD = """\
Maquina:
  Type: AWS::StepFunctions::StateMachine
  Properties:
    RoleArn: !GetAtt Papel.Arn
    DefinitionSubstitutions: {Grande: !Ref Fila, Trabalho: !Ref Tarefa}
    Definition:
      StartAt: Preparar
      States:
        Preparar:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Parameters: {FunctionName: !GetAtt Funcao.Arn}
          Next: Escolher
        Escolher:
          Type: Choice
          Choices:
            - {Variable: $.n, NumericGreaterThan: 1, Next: Ramos}
          Default: Fim
        Ramos:
          Type: Parallel
          Branches:
            - StartAt: Longo
              States:
                Longo:
                  Type: Task
                  Resource: arn:aws:states:::batch:submitJob.sync
                  Parameters:
                    JobName: longo
                    JobQueue: ${Grande}
                    JobDefinition: ${Trabalho}
                  End: true
          Next: Fim
        Fim: {Type: Succeed}
        Solta:
          Type: Task
          Resource: !GetAtt Outra.Arn
          End: true
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: "sts:AssumeRole"}
    Policies:
      - PolicyName: executar
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !GetAtt Funcao.Arn
            - Effect: Allow
              Action: batch:SubmitJob
              Resource:
                - !Ref Fila
                - !Ref Tarefa
            - Effect: Allow
              Action:
                - batch:DescribeJobs
                - batch:TerminateJob
              Resource: "*"
            - Effect: Allow
              Action:
                - events:PutTargets
                - events:PutRule
                - events:DescribeRule
              Resource: !Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForBatchJobsRule
Funcao: {Type: "AWS::Lambda::Function"}
Outra: {Type: "AWS::Lambda::Function"}
Fila:
  Type: AWS::Batch::JobQueue
  Properties:
    ComputeEnvironmentOrder:
      - Order: 1
        ComputeEnvironment: !Ref Ambiente
Ambiente: {Type: "AWS::Batch::ComputeEnvironment", Properties: {Type: MANAGED, State: ENABLED}}
Tarefa: {Type: "AWS::Batch::JobDefinition"}
"""
PARTS = ("maquina = Maquina", "funcao = Funcao", "outra = Outra", "fila = Fila Tarefa")
TO_FUNCTION, TO_QUEUE = "maquina >> funcao", "maquina >> fila"
STATES = ("Resources", "Maquina", "Properties", "Definition", "States")
POLICY = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement")


@pytest.mark.parametrize("arrow", [TO_FUNCTION, TO_QUEUE])
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    architecture = bench(GOOD, *PARTS, arrow)
    assert architecture.missing() == []
    assert architecture.survivors(architecture.proof().edge.id) == []


def test_the_definition_may_be_a_text():
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": True}}})
    architecture = (bench(GOOD, *PARTS, TO_FUNCTION).remove("Resources", "Maquina", "Properties", "Definition")
                    .put("Resources", "Maquina", "Properties", "DefinitionSubstitutions", value={"F": {"Fn::GetAtt": ["Funcao", "Arn"]}})
                    .put("Resources", "Maquina", "Properties", "DefinitionString", value=text))
    assert architecture.missing() == []
    assert architecture.put("Resources", "Maquina", "Properties", "DefinitionString", value="{").missing()
    hurried = json.dumps({"TimeoutSeconds": 1, **json.loads(text)})
    assert architecture.put("Resources", "Maquina", "Properties", "DefinitionString", value=hurried).missing() == [
        "o prazo de `Maquina`, 1 s, acaba antes do caminho mais longo, que pode levar 3 s com as novas tentativas: a execução para sem passar por "
        "nenhum `Catch`; tire `TimeoutSeconds`, ou use 3 ou mais"]


@pytest.mark.parametrize("arrow, path, value, missing", [
    (TO_FUNCTION, (*STATES, "Preparar", "Resource"), "arn:aws:states:::sqs:sendMessage", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Type"), "Pass", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Parameters", "FunctionName"), {"Fn::GetAtt": ["Outra", "Arn"]}, "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, ("Resources", "Maquina", "Properties", "Definition", "StartAt"), "Escolher", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*POLICY, 0, "Resource"), {"Fn::GetAtt": ["Outra", "Arn"]}, "fazer `lambda:InvokeFunction`"),
    (TO_FUNCTION, ("Resources", "Funcao", "Properties"), {"ReservedConcurrentExecutions": 0}, "`Funcao` não pode rodar"),
    (TO_FUNCTION, (*STATES, "Preparar", "Parameters", "FunctionName"), {"Fn::Sub": "${Funcao.Arn}:$LATEST"}, "fazer `lambda:InvokeFunction`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Parameters", "Qualifier"), "viva", "fazer `lambda:InvokeFunction`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Parameters", "Qualifier.$"), "$.v", "fazer `lambda:InvokeFunction`"),
    (TO_QUEUE, (*STATES, "Ramos", "Branches", 0, "States", "Longo", "Parameters", "JobDefinition"), "minha", "não se conhece o trabalho"),
    (TO_QUEUE, (*STATES, "Ramos", "Branches", 0, "States", "Longo", "Parameters"), {"JobQueue": {"Ref": "Fila"}}, "não se conhece o trabalho"),
    (TO_QUEUE, ("Resources", "Fila", "Properties", "ComputeEnvironmentOrder", 0, "ComputeEnvironment"), {"Fn::GetAtt": ["Ambiente", "X"]},
     "não leva a um ambiente de computação"),
    (TO_QUEUE, (*STATES, "Escolher", "Choices"), [], "nenhuma tarefa de `Maquina`"),
    (TO_QUEUE, (*POLICY, 1, "Resource"), [{"Ref": "Fila"}], "fazer `batch:SubmitJob` em `Tarefa`"),
    (TO_QUEUE, (*POLICY, 2, "Action"), "batch:DescribeJobs", "fazer `batch:TerminateJob`"),
    (TO_QUEUE, ("Resources", "Fila", "Properties", "ComputeEnvironmentOrder"), [], "não leva a um ambiente de computação"),
    (TO_QUEUE, ("Resources", "Ambiente", "Properties", "State"), "DISABLED", "`Ambiente` está desligado"),
    (TO_QUEUE, (*POLICY, 3, "Action"), ["events:PutTargets", "events:PutRule"], "fazer `events:DescribeRule`"),
])
def test_what_is_missing(arrow, path, value, missing):
    assert any(missing in text for text in bench(GOOD, *PARTS, arrow).put(*path, value=value).missing())


def test_a_state_nobody_reaches_proves_nothing():
    assert "a que se chega usa `Outra`" in bench(GOOD, *PARTS, "maquina >> outra").missing()[0]


MORE = """
Tabela: {Type: "AWS::DynamoDB::Table"}
Balde: {Type: "AWS::S3::Bucket"}
Mensagens: {Type: "AWS::SQS::Queue"}
Topico: {Type: "AWS::SNS::Topic"}
Chave:
  Type: AWS::KMS::Key
  Properties:
    KeyPolicy:
      Statement:
        - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
"""
CALLS = {
    "Tabela": ("dynamodb:putItem", "TableName", "dynamodb:PutItem", {"Fn::GetAtt": ["Tabela", "Arn"]}),
    "Balde": ("aws-sdk:s3:getObject", "Bucket", "s3:GetObject", {"Fn::Sub": "${Balde.Arn}/*"}),
    "Mensagens": ("sqs:sendMessage", "QueueUrl", "sqs:SendMessage", {"Fn::GetAtt": ["Mensagens", "Arn"]}),
    "Topico": ("sns:publish", "TopicArn", "sns:Publish", {"Ref": "Topico"}),
}


def calling(name, operation, arguments, action, resource, key="Parameters"):
    base = bench(GOOD + MORE, *PARTS, f"alvo = {name}", "maquina >> alvo")
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{operation}", key: arguments, "Next": "Fim"}
    return (base.put(*STATES, "Preparar", value=state).put(*POLICY, 0, "Action", value=action).put(*POLICY, 0, "Resource", value=resource))


@pytest.mark.parametrize("name, value, named", [
    ("Tabela", {"Ref": "Tabela"}, True), ("Tabela", {"Fn::GetAtt": ["Tabela", "Arn"]}, True),
    ("Tabela", {"Fn::GetAtt": ["Tabela", "StreamArn"]}, False),
    ("Mensagens", {"Ref": "Mensagens"}, True), ("Mensagens", {"Fn::GetAtt": ["Mensagens", "QueueUrl"]}, True),
    ("Mensagens", {"Fn::GetAtt": ["Mensagens", "Arn"]}, False), ("Mensagens", {"Fn::GetAtt": ["Mensagens", "QueueName"]}, False),
    ("Topico", {"Ref": "Topico"}, True), ("Topico", {"Fn::GetAtt": ["Topico", "TopicName"]}, False),
    ("Balde", {"Ref": "Balde"}, True), ("Balde", {"Fn::GetAtt": ["Balde", "Arn"]}, False),
    ("Balde", {"Fn::GetAtt": ["Balde", "DomainName"]}, False), ("Tabela", ["Tabela"], False),
])
def test_each_argument_asks_for_its_own_form(name, value, named):
    operation, argument, action, resource = CALLS[name]
    called = calling(name, operation, {argument: value}, action, resource)
    assert bool(called.missing()) is not named, called.missing()


@pytest.mark.parametrize("operation, arguments, action, resource, allowed", [
    ("s3:listObjectsV2", {}, "s3:ListBucket", {"Fn::GetAtt": ["Balde", "Arn"]}, True),
    ("s3:listObjectsV2", {}, "s3:ListObjects*", {"Fn::Sub": "${Balde.Arn}/*"}, False),
    ("s3:headObject", {"Key": "a"}, "s3:GetObject", {"Fn::Sub": "${Balde.Arn}/*"}, True),
    ("s3:putObject", {"Key": "saida/x"}, "s3:PutObject", {"Fn::Sub": "${Balde.Arn}/saida/*"}, True),
    ("s3:putObject", {"Key": "outra/x"}, "s3:PutObject", {"Fn::Sub": "${Balde.Arn}/saida/*"}, False),
    ("s3:putObject", {"Key.$": "$.k"}, "s3:PutObject", {"Fn::Sub": "${Balde.Arn}/saida/*"}, True),
])
def test_an_operation_needs_its_action(operation, arguments, action, resource, allowed):
    called = calling("Balde", f"aws-sdk:{operation}", {"Bucket": {"Ref": "Balde"}, **arguments}, action, resource)
    assert bool(called.missing()) is not allowed, called.missing()


def test_a_batch_of_messages_needs_the_action_of_one():
    sent = calling("Mensagens", "aws-sdk:sqs:sendMessageBatch", {"QueueUrl": {"Ref": "Mensagens"}}, *CALLS["Mensagens"][2:])
    assert sent.missing() == []


def test_the_arguments_may_be_in_jsonata():
    sent = calling("Mensagens", "sqs:sendMessage", {"QueueUrl": {"Ref": "Mensagens"}}, *CALLS["Mensagens"][2:], key="Arguments")
    assert sent.missing() == []
    assert sent.survivors("maquina--alvo") == []


@pytest.mark.parametrize("name, properties", [
    ("Tabela", {"SSESpecification": {"KMSMasterKeyId": {"Fn::GetAtt": ["Chave", "Arn"]}}}),
    ("Mensagens", {"KmsMasterKeyId": {"Ref": "Chave"}}),
])
def test_the_key_of_the_resource_counts(name, properties):
    operation, argument, action, resource = CALLS[name]
    closed = calling(name, operation, {argument: {"Ref": name}}, action, resource).put("Resources", name, "Properties", value=properties)
    assert any("`kms:Decrypt`" in text for text in closed.missing())
    used = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": {"Fn::GetAtt": ["Chave", "Arn"]}}
    assert closed.put(*POLICY, 2, value=used).missing() == []


def mapped(config, resource=None):
    task = {"Type": "Task", "Resource": resource or {"Fn::GetAtt": ["Funcao", "Arn"]}, "End": True}
    inner = {"ProcessorConfig": config, "StartAt": "X", "States": {"X": task}}
    return bench(GOOD, *PARTS, TO_FUNCTION).put(*STATES, "Preparar", value={"Type": "Map", "ItemProcessor": inner, "Next": "Fim"})


OWN = {"Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${Maquina.Name}"}
STANDARD = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}


@pytest.mark.parametrize("config", [{"Mode": "INLINE"}, {}])
def test_an_inline_map_runs_in_the_same_execution(config):
    assert mapped(config).missing() == []


def test_a_distributed_map_starts_executions_of_its_own_machine():
    alone = mapped(STANDARD)
    assert alone.missing() == ["`Papel` não pode iniciar as execuções do `Map` distribuído de `Maquina`; permita `states:StartExecution` no ARN "
                               "da própria máquina"]
    allowed = alone.put(*POLICY, 3, value={"Effect": "Allow", "Action": "states:StartExecution", "Resource": OWN})
    assert allowed.missing() == []
    assert allowed.put(*POLICY, 3, "Resource", value={"Fn::GetAtt": ["Funcao", "Arn"]}).missing()


@pytest.mark.parametrize("config, resource, missing", [
    ({"Fn::ImportValue": "x"}, None, "não se sabe em que execuções"), ({"Mode": "DISTRIBUTED"}, None, "não se sabe em que execuções"),
    ({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "arn:aws:states:::lambda:invoke.waitForTaskToken", "uma execução expressa não espera"),
])
def test_child_executions_that_cannot_run_it(config, resource, missing):
    said = mapped(config, resource).put(*STATES, "Preparar", "ItemProcessor", "States", "X", "Parameters", value={"FunctionName": {"Ref": "Funcao"}})
    assert any(missing in text for text in said.missing()), said.missing()


@pytest.mark.parametrize("text", ["[" * 100000, '{"StartAt": "A", "States": ' + '{"a":' * 3000 + "1" + "}" * 3000 + "}", "1" * 5000])
def test_a_hostile_text_is_not_a_definition(text):
    hostile = bench(GOOD, *PARTS, TO_FUNCTION).remove("Resources", "Maquina", "Properties", "Definition")
    assert hostile.put("Resources", "Maquina", "Properties", "DefinitionString", value=text).missing()


LONG = (*STATES, "Ramos", "Branches", 0, "States", "Longo")
ASKED = bench(GOOD, *PARTS, TO_QUEUE).put(*LONG, "Resource", value="arn:aws:states:::batch:submitJob")


def test_a_job_nobody_waits_for_is_told_to_wait_before_losing_the_permissions():
    said, = ASKED.missing()
    assert said.startswith("`Longo` só põe o trabalho na fila, e não espera o fim, que `Papel` pode acompanhar; use `batch:submitJob.sync`")
    assert [found.message for found in unclaimed(ASKED.diagram, ASKED.views, ASKED.proofs) if "batch:" in found.message or "events:" in found.message] == []
    assert ASKED.put(*POLICY, value=[{"Effect": "Allow", "Action": "batch:SubmitJob", "Resource": [{"Ref": "Fila"}, {"Ref": "Tarefa"}]}]).missing() == []


TOKEN = {"FunctionName": {"Fn::GetAtt": ["Funcao", "Arn"]}, "Payload": {"sinal.$": "$$.Task.Token"}}


@pytest.mark.parametrize("way, given, missing", [
    ("", TOKEN, "manda o sinal da tarefa, e não espera por ele"), (".waitForTaskToken", {**TOKEN, "Payload": {}}, "não manda a ninguém com que o dar"),
    (".waitForTaskToken", TOKEN, ""), ("", {**TOKEN, "Payload": {}}, ""),
    (".waitForTaskToken", {**TOKEN, "Payload": {"contexto.$": "$$"}}, ""),
])
def test_the_signal_of_a_task_is_sent_and_awaited_or_neither(way, given, missing):
    changed = bench(GOOD, *PARTS, TO_FUNCTION).put(*STATES, "Preparar", "Resource", value=f"arn:aws:states:::lambda:invoke{way}")
    said = changed.put(*STATES, "Preparar", "Parameters", value=given).missing()
    assert [text for text in said if missing in text] if missing else said == []


PAGE = "# T\n\n## Fluxo de dados\n\n1. A [máquina](#maquina) {} [fila](#fila) {}\n"


@pytest.mark.parametrize("way, said, waits", [
    ("", ("manda o trabalho à", "e espera o fim."), False), ("", ("manda o trabalho à", "e aguarda que ele acabe."), False),
    ("", ("manda o trabalho à", "e segue. Ela espera até que acabe."), False), (".sync", ("manda o trabalho à", "e espera o fim."), True),
    ("", ("manda o trabalho à", "e não espera o fim."), True), ("", ("manda o trabalho à", "e segue."), True),
    ("", ("manda o trabalho à", "e a [outra](#outra) espera o fim."), True),
])
def test_what_the_page_says_it_waits_for_it_waits_for(way, said, waits):
    changed = bench(GOOD, *PARTS, TO_QUEUE).put(*LONG, "Resource", value=f"arn:aws:states:::batch:submitJob{way}")
    diagram = replace(changed.diagram, edges=tuple(replace(edge, step=1) for edge in changed.diagram.edges))
    found = [one.code for one in awaiting.check(architecture.parse(PAGE.format(*said), "p.md"), diagram, changed.views)]
    assert found == ([] if waits else ["espera-que-nao-ha"])


LASTING = """\
StartAt: Um
States:
  Um: {Type: Task, Resource: !GetAtt Funcao.Arn, Next: Esperar}
  Esperar: {Type: Wait, Seconds: 100, Next: Ramos}
  Ramos:
    Type: Parallel
    Branches:
      - {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Funcao.Arn, End: true}}}
      - {StartAt: B, States: {B: {Type: Task, Resource: !GetAtt Outra.Arn, End: true}}}
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 5, MaxAttempts: 2, BackoffRate: 1}]
    Catch: [{ErrorEquals: [States.ALL], Next: Avisar}]
    Next: Fim
  Fim: {Type: Succeed}
  Avisar: {Type: Task, Resource: !GetAtt Funcao.Arn, TimeoutSeconds: 40, Next: Um}
"""
TAKEN = 30 + 100 + 3 * 60 + 2 * 5 + 40
"""A primeira, a espera, o ramo mais longo três vezes, as duas esperas entre elas e o aviso; a volta ao começo não se conta."""


@pytest.mark.parametrize("limit, fits", [(1, False), (TAKEN - 1, False), (TAKEN, True), (10 * TAKEN, True)])
def test_the_deadline_of_the_execution_gives_time_to_the_longest_way(limit, fits):
    functions = "".join(f"{name}: {{Type: AWS::Lambda::Function, Properties: {{Timeout: {time}}}}}\n" for name, time in (("Funcao", 30), ("Outra", 60)))
    body = textwrap.indent(f"TimeoutSeconds: {limit}\n{LASTING}", "      ")
    machine = f"{functions}Maquina:\n  Type: AWS::StepFunctions::StateMachine\n  Properties:\n    Definition:\n{body}"
    said = bench(machine, "maquina = Maquina", "funcao = Funcao", TO_FUNCTION).missing()
    assert any(f"pode levar {TAKEN} s" in text and f"ou use {TAKEN} ou mais" in text for text in said) is not fits


@pytest.mark.parametrize("job, asked, time", [
    ({}, {}, 60), ({"Timeout": {"AttemptDurationSeconds": 600}}, {}, 600),
    ({"Timeout": {"AttemptDurationSeconds": 600}, "RetryStrategy": {"Attempts": 3}}, {}, 1800),
    ({"RetryStrategy": {"Attempts": 3}}, {"Timeout": {"AttemptDurationSeconds": 100}}, 300),
    ({"Timeout": {"AttemptDurationSeconds": 600}, "RetryStrategy": {"Attempts": 3}}, {"RetryStrategy": {"Attempts": 1}}, 600)])
def test_a_task_that_waits_for_a_job_gives_time_to_all_its_attempts(job, asked, time):
    branch = (*STATES, "Ramos", "Branches", 0, "States", "Longo")
    architecture = bench(GOOD, *PARTS, TO_QUEUE).put("Resources", "Tarefa", "Properties", value=job)
    for key, value in asked.items():
        architecture = architecture.put(*branch, "Parameters", key, value=value)
    assert architecture.put(*branch, "TimeoutSeconds", value=time).missing() == []
    assert any(f"pode levar {time} s" in said for said in architecture.put(*branch, "TimeoutSeconds", value=time - 1).missing())
