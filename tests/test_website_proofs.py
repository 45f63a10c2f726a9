"""As provas no site construído: nos passos, nas linhas, nos benefícios e na página Provas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.checks import run, verdict
from scripts.aws import defaults, indifferent, neutral, questions
from scripts.proofs import manual
from scripts.proofs.arrows.registry import RULES, rule
from scripts.proofs.claims.evaluate import CLAIMS
from scripts.proofs.claims.registry import claim
from scripts.proofs.evidence import Found, Missing, at
from scripts.website import build, facts
from scripts.website.evidence import Evidence
from scripts.website.prose import clean
from scripts.website.reasons import decisive, shown, told
from scripts.website.spans import Span, alike
from tests.proofs.bench import real
from tests.test_website import Element, Page, under

RULE = "source-calls-target"
REASON = "Quem <script>alert(1)</script> envia &lt;b&gt; digita `aws s3 cp` & pronto."
SCRIPT = f'''
from diagrams import Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.general import User
from diagrams.aws.storage import S3

with Diagram("Entrada", direction="LR"):
    pessoa = User("Pessoa", nodeid="pessoa", sem_recurso="Fica <b>fora</b> da AWS.")
    entrada = S3("Entrada", nodeid="entrada", recurso="Entrada")
    funcao = Lambda("Função", nodeid="funcao", recurso="Funcao")
    saida = S3("Saída", nodeid="saida", recurso="Saida")
    pessoa >> Edge(label="envia", passo="1", declarada={REASON!r}) >> entrada
    entrada >> Edge(label="aciona", passo="2") >> funcao
    saida >> Edge(label="avisa") >> funcao
'''
TEMPLATE = """\
Resources:
  Entrada:
    Type: Teste::Fonte
    Properties:
      Evento: criado
      Alvo: Funcao
  Saida:
    Type: Teste::Fonte
    Properties:
      Alvo: Funcao
  Funcao:
    Type: Teste::Alvo
    Properties:
      Nome: f
      Aceita: todos
      Resto: 1
      Porta: 80
"""
INDEX = """\
# Entrada

Um resumo.

![Figura](diagrama.svg)

## Fluxo de dados

1. A [pessoa](#pessoa) envia.
2. A [entrada](#entrada) aciona a função.

## Componentes

| Componente | O que faz | Por que assim | Recurso |
| --- | --- | --- | --- |
| [Pessoa](#pessoa) | Envia. | Porque sim. | — |
| [Bucket de entrada](#entrada) | Guarda. | Porque sim. | `Entrada` |
| [Função](#funcao) | Executa. | Porque sim. | `Funcao` |
| [Bucket de saída](#saida) | Guarda. | Porque sim. | `Saida` |

## Benefícios

- [Provado](../../provas.md#{claim}): é assim.
- *Opinião*: é bonito.

[template.yaml](template.yaml)
"""


@pytest.fixture(scope="module", autouse=True)
def made_up_rule():
    """Uma regra só destes testes, que nenhuma mudança nas verdadeiras afeta."""

    @rule("Teste::Fonte", "Teste::Alvo")
    def source_calls_target(case):
        """A fonte chama o alvo.

        Porque `sim`.

        - `Alvo` na fonte;
        - `Aceita` e `Porta` no alvo.

        Fonte: https://docs.aws.amazon.com/lambda/
        """
        for name in ("Alvo", "Evento"):
            if name in case.tail.properties:
                yield Found(at(case.tail, name), f"`{case.tail.id}` diz `{name}` & <b>")
        for name in ("Porta", "Nome", "Aceita"):
            yield Found(at(case.head, name), f"aceita: {name}")
        if "Alvo" not in case.tail.properties:
            yield Missing(at(case.tail), f"`{case.tail.id}` não chama ninguém", "diga o `Alvo`", "CODE")

    yield
    del RULES["Teste::Fonte", "Teste::Alvo"]


def write(root: Path, claim: str = RULE) -> Path:
    """Uma árvore com uma arquitetura e a página Provas."""
    folder = root / "docs" / "arquiteturas" / "entrada"
    folder.mkdir(parents=True)
    (root / "diagrams_src").mkdir()
    (root / "diagrams_src" / "entrada.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "index.md").write_text(INDEX.format(claim=claim), encoding="utf-8")
    (folder / "diagrama.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (root / "docs" / "index.md").write_text("# Início\n", encoding="utf-8")
    (root / "docs" / "provas.md").write_text("# Provas\n\n<!-- provas -->\n", encoding="utf-8")
    (root / "mkdocs.yml").write_text((Path(__file__).parent.parent / "mkdocs.yml").read_text(encoding="utf-8").replace(
        "  favicon: assets/favicon.svg\n", ""), encoding="utf-8")
    return root


def publish(root: Path) -> Path:
    """A pasta do site, construído no modo estrito com o que a conferência leu, haja ou não achados."""
    return build.publish(Tree(root), run.check_tree(Tree(root), []).readings)


def known(root: Path) -> dict[str, facts.Facts]:
    return facts.known(run.check_tree(Tree(root), []).readings)


def read(site: Path, *folders: str) -> Page:
    return Page(site.joinpath(*folders, "index.html").read_text(encoding="utf-8"))


def said(element: Element) -> str:
    return " ".join(element.text.split())


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return publish(write(tmp_path_factory.mktemp("entrada")))


@pytest.fixture(scope="module")
def entrada(site) -> Page:
    return read(site, "arquiteturas", "entrada")


@pytest.fixture(scope="module")
def provas(site) -> Page:
    return read(site, "provas")


def test_a_step_says_which_lines_prove_it_folded_by_default(entrada):
    box, more = under(entrada.by_id("passo-2"), "details")
    assert "open" not in box.attributes and "open" not in more.attributes
    assert said(under(box, "summary")[0]) == "O template permite: ligação"
    assert said(under(more, "summary")[0]) == "e o que a sustenta"
    assert said(under(box, "p")[0]) == "Bucket de entrada → Função. A fonte chama o alvo."
    assert [said(item) for item in under(box, "li")] == [
        "Entrada, linha 6: diz Alvo & <b>",
        "Entrada, linha 5: diz Evento & <b>",
        "Funcao, linhas 14–15: aceita: Nome, Aceita; linha 17: aceita: Porta",
    ]


def test_the_lines_and_the_rule_are_links_that_lead_somewhere(entrada, provas):
    box = under(entrada.by_id("passo-2"), "details")[0]
    targets = [link.attributes["href"] for link in under(box, "a")]
    assert targets == [f"../../provas/#{RULE}", "#template-6", "#template-5", "#template-14", "#template-17"]
    assert entrada.by_id("template-17").text.strip() == "Porta: 80"
    assert provas.by_id(RULE).tag == "h3"


def test_a_declared_arrow_shows_its_reason_letter_by_letter(entrada):
    note = under(entrada.by_id("passo-1"), "p")[-1]
    assert said(note) == f"Declarada: {REASON.replace('`', '')}"
    assert [said(code) for code in under(note, "code")] == ["aws s3 cp"]
    assert under(note, "script") == []


def test_a_row_lists_its_arrows_and_where_each_is_proven(entrada):
    assert [said(item) for item in under(entrada.by_id("entrada"), "li")] == [
        "← Pessoa, envia: passo 1, declarada", "→ Função, aciona: passo 2"]
    assert "2 setas: 1 provada, 1 declarada" in said(entrada.by_id("entrada"))
    assert {link.attributes["href"] for link in under(entrada.by_id("entrada"), "a")} >= {"#pessoa", "#passo-2"}


@pytest.mark.parametrize("end", ["saida", "funcao"])
def test_an_arrow_without_step_is_proven_in_the_rows_of_its_ends(entrada, end):
    links = [link.attributes["href"] for link in under(entrada.by_id(end), "a")]
    assert {"#template-10", f"../../provas/#{RULE}"} <= set(links)
    assert "e o que a sustentaO que já sustenta o passo\N{NO-BREAK SPACE}2" in entrada.by_id(end).text and "#passo-2" in links


def test_a_component_outside_says_why_it_has_no_resource(entrada):
    row = entrada.by_id("pessoa")
    assert "Fora do template: Fica <b>fora</b> da AWS." in said(row)


def test_the_top_counts_arrows_and_benefits(entrada):
    line, = (element for element in entrada.all("p") if element.attributes.get("class") == "arq-counts")
    assert said(line) == "3 setas: 2 provadas, 1 declarada; 1 opinião. Como se prova. O que o programa faz, as provas não olham."


@pytest.fixture
def known_claim():
    @claim("de-teste")
    def tested(scene):
        """De teste.

        Por quê.

        - nada.

        Fonte: https://docs.aws.amazon.com/
        """
        yield Found(("Resources", "Funcao", "Type"), "é uma função")

    yield
    del CLAIMS["de-teste"]


def test_a_benefit_shows_what_proves_it(tmp_path, known_claim):
    built = publish(write(tmp_path, "de-teste"))
    page = read(built, "arquiteturas", "entrada")
    first = next(item for item in page.all("li") if said(item).startswith("Provado: é assim."))
    box, = under(first, "details")
    assert [said(part) for part in box.children] == ["O template permite: ligação", "Funcao, linha 12: é uma função"]
    counts = "3 setas: 2 provadas, 1 declarada; 1 benefício provado, 1 opinião. Como se prova"
    assert any(said(line).startswith(counts) for line in page.all("p"))
    assert "../arquiteturas/entrada/#beneficios" in [link.attributes.get("href") for link in read(built, "provas").all("a")]


def test_the_common_paragraph_is_followed_by_one_fold_with_its_proofs(tmp_path, known_claim):
    root = write(tmp_path)
    page = root / "docs" / "arquiteturas" / "entrada" / "index.md"
    common = "- *Opinião*: é bonito.\n\nO que todas têm: [de teste](../../provas.md#de-teste).\n"
    page.write_text(page.read_text(encoding="utf-8").replace("- *Opinião*: é bonito.\n", common), encoding="utf-8")
    built = publish(root)
    html = built.joinpath("arquiteturas", "entrada", "index.html").read_text(encoding="utf-8")
    box, = re.findall(r"O que todas têm: .*?</p>\s*(<details.*?</details>)", html, re.DOTALL)
    title, inside = Page(box).all("details")[0].children
    assert said(title) == "O template permite: ligação"
    assert [said(part) for part in inside.children] == ["de teste", "Funcao, linha 12: é uma função"]
    assert "1 benefício provado, 1 opinião" in html
    assert "../arquiteturas/entrada/#beneficios" in [link.attributes.get("href") for link in read(built, "provas").all("a")]


def test_the_page_lists_every_rule_and_claim(provas):
    for entry in (*manual.rules(), *manual.claims()):
        heading = provas.by_id(entry.id)
        assert heading.tag == "h3" and heading.text.startswith(entry.title)
        assert provas.all("a", href=entry.source)
    assert manual.anchors() <= {element.attributes.get("id") for element in provas.elements}


def test_the_page_lists_what_is_taken_for_granted(provas):
    """Cada propriedade que não muda seta nenhuma, ou só algumas perguntas, com o motivo e a página do tipo; e as políticas da AWS."""
    shown = said(next(element for element in provas.elements if element.tag == "body"))
    for reasons in (neutral.REASONS, questions.ONLY, indifferent.REASONS):
        for reason, rows in reasons.items():
            assert (reason if isinstance(reason, str) else reason[1]) in shown
            assert all(name in shown for names in rows.values() for name in names)
    assert all(name in shown for rows in defaults.USUAL.values() for name in rows)
    assert provas.all("a", href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html")
    assert provas.all("a", href="https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html")


def test_a_rule_says_where_it_is_used(provas):
    uses = {link.attributes["href"]: said(link) for link in provas.all("a") if "entrada/#" in link.attributes.get("href", "")}
    assert uses == {"../arquiteturas/entrada/#passo-2": "Bucket de entrada → Função",
                    "../arquiteturas/entrada/#saida": "Bucket de saída → Função"}


@pytest.mark.parametrize("file, text", [
    ("diagrams_src/entrada.py", "quebrado("),
    ("diagrams_src/entrada.py", "import sys; sys.exit(3)"),
    ("docs/arquiteturas/entrada/template.yaml", "Resources: ["),
])
def test_what_cannot_be_read_leaves_the_page_without_proofs(tmp_path, file, text):
    root = write(tmp_path)
    (root / file).write_text(text, encoding="utf-8")
    page = read(publish(root), "arquiteturas", "entrada")
    assert page.by_id("entrada").tag == "tr" and page.by_id("passo-2").tag == "li"
    assert page.all("details") == [] and "setas:" not in "".join(said(p) for p in page.all("p"))


def test_without_the_page_of_rules_the_proofs_have_no_link_to_it(tmp_path):
    root = write(tmp_path)
    (root / "docs" / "provas.md").unlink()
    index = root / "docs" / "arquiteturas" / "entrada" / "index.md"
    text = index.read_text(encoding="utf-8").replace(f"[Provado](../../provas.md#{RULE})", "Provado")
    index.write_text(text, encoding="utf-8")
    page = read(publish(root), "arquiteturas", "entrada")
    assert "A fonte chama o alvo." in said(page.by_id("passo-2"))
    assert not [link for link in page.all("a") if "provas" in link.attributes.get("href", "")]


def test_an_arrow_without_proof_says_what_is_missing(tmp_path):
    root = write(tmp_path)
    template = root / "docs" / "arquiteturas" / "entrada" / "template.yaml"
    template.write_text(TEMPLATE.replace("Evento: criado\n      Alvo: Funcao", "Evento: criado"), encoding="utf-8")
    box, = under(read(publish(root), "arquiteturas", "entrada").by_id("passo-2"), "details")
    assert said(box).startswith("1 seta sem prova")
    assert said(box).endswith("linha 2 Entrada não chama ninguém (CODE); diga o Alvo")


def test_components_of_the_same_name_are_told_apart():
    names = known(Path(__file__).parent.parent)["pdv-alta-disponibilidade"].names
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("fragment, broken", [(RULE, False), (manual.ARROWS, False), ("nao-existe", True)])
def test_links_to_the_rules_are_checked(tmp_path, fragment, broken):
    found = [finding.code for finding in verdict.check_links(write(tmp_path, fragment))]
    assert found == ["link-quebrado"] * broken


def test_without_the_marker_the_page_has_no_rule(tmp_path):
    root = write(tmp_path)
    (root / "docs" / "provas.md").write_text("# Provas\n\n`<!-- provas -->`\n", encoding="utf-8")
    assert [finding.code for finding in verdict.check_links(root)] == ["link-quebrado"]


def test_arrows_of_the_same_rule_share_their_lines_and_tell_the_rest_apart(tmp_path):
    root = write(tmp_path)
    script = root / "diagrams_src" / "entrada.py"
    script.write_text(SCRIPT.replace('label="avisa"', 'label="avisa", passo="2"'), encoding="utf-8")
    box = Evidence(known(root)["entrada"]).step(2)
    assert ["".join(part.itertext()) for part in box.iter() if part.tag in ("summary", "p", "li")] == [
        "O template permite: ligação",
        "Bucket de entrada e Bucket de saída → Função. A fonte chama o alvo.",
        "Funcao, linhas 14–15: aceita: Nome, Aceita; linha 17: aceita: Porta",
        "Só em Bucket de entrada → Função:",
        "Entrada, linhas 5–6: diz Evento {0}, diz Alvo {0}".format(clean("& <b>")),
        "Só em Bucket de saída → Função:",
        "Saida, linha 10: diz Alvo {0}".format(clean("& <b>")),
    ]


def test_a_beginning_that_repeats_is_said_once():
    assert Span(1, 3, ["saída: tcp", "saída: da porta 443", "para: todos"]).text == "saída: tcp, da porta 443, para: todos"


def test_a_group_rule_is_read_in_a_word_and_a_permission_in_another():
    assert told(["entrada: protocolo tcp", "da porta 5432", "até a porta 5432", "de `App`"]) == ["entrada: tcp 5432, de `App`"]
    assert told(["a declaração permite", "a ação `s3:GetObject`", "neste recurso"]) == ["permite `s3:GetObject`"]


def test_resources_that_say_the_same_are_one_item():
    found = {"A": [Span(1, 1, ["é da VPC"])], "B": [Span(2, 2, ["é da VPC"])], "C": [Span(3, 3, ["outra"])]}
    assert [[(name, text) for name, _, text in item] for item in alike(found)] == [[("A", ""), ("B", "é da VPC")], [("C", "outra")]]


@pytest.mark.parametrize(("slug", "edge", "first", "summary"), [
    ("pdv-alta-disponibilidade", "app-a--primario", "entrada: de `GrupoAplicacao`", "grupos (tcp 5432, tcp 443)"),
    ("cli-s3-lambda-dynamodb", "funcao--entrada", "a ação `s3:GetObject`", "nenhuma negação em 2 políticas"),
    ("cli-s3-lambda-dynamodb", "entrada--funcao", "o bucket notifica a função", "política do recurso"),
])
def test_the_line_that_decides_comes_first(slug, edge, first, summary):
    proof = real(slug).proof(edge)
    chosen, rest = decisive(proof.found)
    assert first in [piece.text for piece in chosen] and set(chosen) | set(rest) == set(proof.found)
    assert summary in shown(real(slug).template, proof.found, [proof])
