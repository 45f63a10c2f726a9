"""Step Functions: a tarefa que chama cada serviço, a que se chega, com o papel da máquina."""

import json

import pytest

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
Ambiente: {Type: "AWS::Batch::ComputeEnvironment", Properties: {State: ENABLED}}
Tarefa: {Type: "AWS::Batch::JobDefinition"}
"""
PARTS = ("maquina = Maquina", "funcao = Funcao", "outra = Outra", "fila = Fila Tarefa")
TO_FUNCTION, TO_QUEUE = "maquina >> funcao", "maquina >> fila"
STATES = ("Resources", "Maquina", "Properties", "Definition", "States")
POLICY = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement")


@pytest.mark.parametrize("arrow", [TO_FUNCTION, TO_QUEUE])
def test_each_arrow_is_proven_and_every_line_counts(bench, arrow):
    architecture = bench(GOOD, *PARTS, arrow)
    assert architecture.missing() == []
    assert architecture.survivors(architecture.proof().edge.id) == []


def test_the_definition_may_be_a_text(bench):
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": True}}})
    architecture = (bench(GOOD, *PARTS, TO_FUNCTION).remove("Resources", "Maquina", "Properties", "Definition")
                    .put("Resources", "Maquina", "Properties", "DefinitionSubstitutions", value={"F": {"Fn::GetAtt": ["Funcao", "Arn"]}})
                    .put("Resources", "Maquina", "Properties", "DefinitionString", value=text))
    assert architecture.missing() == []
    assert architecture.put("Resources", "Maquina", "Properties", "DefinitionString", value="{").missing()


@pytest.mark.parametrize("arrow, path, value, missing", [
    (TO_FUNCTION, (*STATES, "Preparar", "Resource"), "arn:aws:states:::sqs:sendMessage", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Type"), "Pass", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*STATES, "Preparar", "Parameters", "FunctionName"), {"Fn::GetAtt": ["Outra", "Arn"]}, "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, ("Resources", "Maquina", "Properties", "Definition", "StartAt"), "Escolher", "nenhuma tarefa de `Maquina`"),
    (TO_FUNCTION, (*POLICY, 0, "Resource"), {"Fn::GetAtt": ["Outra", "Arn"]}, "fazer `lambda:InvokeFunction`"),
    (TO_QUEUE, (*STATES, "Escolher", "Choices"), [], "nenhuma tarefa de `Maquina`"),
    (TO_QUEUE, (*POLICY, 1, "Resource"), [{"Ref": "Fila"}], "fazer `batch:SubmitJob` em `Tarefa`"),
    (TO_QUEUE, (*POLICY, 2, "Action"), "batch:DescribeJobs", "fazer `batch:TerminateJob`"),
    (TO_QUEUE, ("Resources", "Fila", "Properties", "ComputeEnvironmentOrder"), [], "não leva a um ambiente de computação"),
    (TO_QUEUE, ("Resources", "Ambiente", "Properties", "State"), "DISABLED", "`Ambiente` está desligado"),
    (TO_QUEUE, (*POLICY, 3, "Action"), ["events:PutTargets", "events:PutRule"], "fazer `events:DescribeRule`"),
])
def test_what_is_missing(bench, arrow, path, value, missing):
    assert any(missing in text for text in bench(GOOD, *PARTS, arrow).put(*path, value=value).missing())


def test_a_state_nobody_reaches_proves_nothing(bench):
    assert "a que se chega usa `Outra`" in bench(GOOD, *PARTS, "maquina >> outra").missing()[0]
