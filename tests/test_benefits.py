"""Os benefícios da página: cada um se prova, ou é opinião com fonte."""

import pytest

from scripts.checks import benefits
from scripts.page import architecture
from scripts.proofs.claims.evaluate import CLAIMS
from scripts.proofs.facts.views import views_of
from tests.proofs.bench import bench, parse

PAGE = "docs/arquiteturas/x/index.md"
DRAWN = bench("""\
Resources:
  Tabela:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      SSESpecification:
        SSEEnabled: false
""", "Tabela")
KNOWN = ", ".join(f"`{name}`" for name in sorted(CLAIMS))


def judge(read, template):
    views = views_of(template)
    return list(benefits.check(read, views, benefits.results(read, DRAWN.diagram, views)))


def check(*items):
    text = "# X\n\n## Benefícios\n\n" + "\n".join(items) + "\n\n## Outra\n\n[Fonte](https://aws.amazon.com/)\n"
    return [f"{found.line}: [{found.code}] {found.message}" for found in judge(architecture.parse(text, PAGE), DRAWN.template)]


@pytest.mark.parametrize("item", [
    "- [Paga-se pelo uso](../../provas.md#paga-pelo-uso): sem tráfego, sem conta.",
    "- **[Paga-se pelo uso](../../provas.md#paga-pelo-uso).** Sem tráfego, sem conta.",
    "- *Opinião*: é simples, como diz a [AWS](https://docs.aws.amazon.com/).",
    "- *Opinião.* Numa linha,\n  e a [fonte](https://docs.aws.amazon.com/) noutra.",
])
def test_a_proven_benefit_and_an_opinion_with_a_source_are_fine(item):
    assert check(item) == []


def test_a_benefit_that_does_not_hold_says_what_is_missing_and_where():
    assert check("- Bom.", "- [Criptografado](../../provas.md#criptografado-em-repouso).")[1:] == [
        "6: [beneficio-falso] “Criptografado em repouso” não se prova: `Tabela` não diz que criptografa o que guarda "
        "(`template.yaml`, linha 7); ligue-a em `SSESpecification.SSEEnabled`."]


def test_the_term_a_benefit_promises_is_compared():
    bucket = parse("Resources: {B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, "
                            "ExpirationInDays: 30}]}}}}")
    text = "# X\n\n## Benefícios\n\n- [Expira](../../provas.md#expira-em) em 60 dias.\n"
    found, = judge(architecture.parse(text, PAGE), bucket)
    assert found.message == ("“Expira no prazo que a página diz” não se prova: `B` expira em 30 dias, e o benefício diz 60 "
                             "(`template.yaml`, linha 1); acerte o texto ou a regra.")


@pytest.mark.parametrize("item", [
    "- É simples.",
    "- É simples, e [paga-se pelo uso](../../provas.md#paga-pelo-uso).",
    "- Opinião: sem ênfase, [fonte](https://docs.aws.amazon.com/).",
    "- Em *Opinião* de alguém, [fonte](https://docs.aws.amazon.com/).",
    "- [A AWS](https://docs.aws.amazon.com/) diz que é bom.",
])
def test_a_benefit_without_proof_lists_the_claims(item):
    assert check(item) == [
        "5: [beneficio-sem-prova] O benefício não começa por uma prova; comece por `[Título](../../provas.md#id)`, ou por *Opinião* "
        f"e uma fonte. As afirmações são: {KNOWN}."]


@pytest.mark.parametrize("identity, hint", [
    ("alta-disponibilidad", "talvez seja `alta-disponibilidade`"),
    ("zzz", "escolha outra, ou escreva-a em `regras/`"),
])
def test_an_unknown_claim_suggests_one(identity, hint):
    assert check(f"- [X](../../provas.md#{identity}).") == [
        f"5: [beneficio-sem-prova] Não há a afirmação `{identity}`; {hint}. As que existem são: {KNOWN}."]


@pytest.mark.parametrize("items", [
    ["- *Opinião*: é simples."],
    ["- *Opinião*: é simples; veja [aqui](../../como-usar.md)."],
    ["- *Opinião*: é simples.", "- *Opinião*: outra, com [fonte](https://docs.aws.amazon.com/)."],
])
def test_an_opinion_needs_its_own_source(items):
    assert check(*items) == ["5: [beneficio-sem-fonte] A opinião não diz de onde vem; acrescente um link para a fonte, como uma "
                             "página da AWS."]


def test_the_links_of_the_common_paragraph_are_checked_alike():
    encrypted, pay = "[Criptografado](../../provas.md#criptografado-em-repouso)", "[pelo uso](../../provas.md#paga-pelo-uso)"
    own = "- [Paga-se pelo uso](../../provas.md#paga-pelo-uso)."
    assert check(own, "", f"O que todas têm: {pay}.") == []
    found, = check(own, "", f"O que todas têm: {pay};\n{encrypted}.")
    assert found.startswith("8: [beneficio-falso] “Criptografado em repouso” não se prova: ")
    found, = check(own, "", f"O que todas têm: {pay} e [fonte](https://docs.aws.amazon.com/).")
    assert found == ("7: [beneficio-sem-prova] O link do parágrafo “O que todas têm:” não leva a uma prova; escreva-o como "
                     f"`[Título](../../provas.md#id)`, ou passe a frase para a lista. As afirmações são: {KNOWN}.")
    found, = check(own, "", "O que todas têm: [logs](../../provas.md#logs-com-praso).")
    assert found.startswith("7: [beneficio-sem-prova] Não há a afirmação `logs-com-praso`; talvez seja `logs-com-prazo`.")
