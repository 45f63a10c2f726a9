"""As regras de ligação: uma arquitetura boa não tem achados; cada estrago tem o seu, no lugar certo."""

from dataclasses import replace

import pytest

from scripts.checks import verdict

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.tree import Tree

SLUG = "envio"
SCRIPT = "diagrams_src/envio.py"
FOLDER = "docs/arquiteturas/envio"
PAGE = f"{FOLDER}/index.md"
TEMPLATE = f"{FOLDER}/template.yaml"
SVG = "<svg/>\n"

PAGE_TEXT = """\
# Envio

![A pessoa envia ao bucket](diagrama.svg) **Não serve** para vídeos. **Não cobra por hora**: só o que se guarda.

## Fluxo de dados

1. A [pessoa](#pessoa) envia ao bucket.
2. O [Bucket](#bucket) guarda; veja [a VPC](#vpc), [o passo 1](#passo-1) e [a linha](#template-2).

## Componentes

| Componente | O que faz | Recurso |
|---|---|---|
| [Pessoa usuária](#pessoa) | Envia. | não há |
| [Bucket de entrada](#bucket) | Guarda. | `Bucket` |
| [VPC](#vpc) | Cerca. | `Vpc` |

## Benefícios

- [Escala](../../provas.md#escala)

Baixe [o template](template.yaml) ou veja [a web](https://example.com/x#y), [o começo](../../index.md#ola).

## Template e implantação

## Validação

### O que não foi verificado aqui

## Segurança

## O que é cobrado mesmo parado

## Limpeza

## Problemas comuns

## Relacionadas
"""

TEMPLATE_TEXT = """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
  Vpc:
    Type: AWS::EC2::VPC
  PoliticaDoBucket:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Bucket}
"""

GOOD = Diagram(
    slug=SLUG, path=SCRIPT, title="Envio", line=3, direction="LR", bound=True,
    groups=(Group("vpc", "VPC", 4, kind="vpc", resources=("Vpc",)),),
    nodes=(
        Node("pessoa", "Pessoa\nusuária", 5, without_resource="é gente"),
        Node("bucket", "Bucket de\n entrada", 6, group="vpc", resources=("Bucket",), step=2),
    ),
    edges=(Edge("pessoa--bucket", "pessoa", "bucket", 7, label="envia", step=1),),
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Uma árvore boa; o que o template testemunha (provas, higiene) tem testes próprios em `tests/proofs`."""
    monkeypatch.setattr(verdict, "witness", lambda *read: ())
    for name, text in {SCRIPT: "", PAGE: PAGE_TEXT, TEMPLATE: TEMPLATE_TEXT, f"{FOLDER}/diagrama.svg": SVG,
                       "docs/index.md": "# Olá\n", "docs/provas.md": "# Provas\n\n## Escala\n"}.items():
        write(tmp_path, name, text)
    return tmp_path


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def edit(root, name, old, new):
    text = (root / name).read_text()
    assert old in text
    write(root, name, text.replace(old, new))


def found(root, diagram=GOOD, svg=SVG):
    return [(finding.path, finding.line, finding.code) for finding in findings(root, diagram, svg)]


def findings(root, diagram=GOOD, svg=SVG):
    return list(verdict.check(root, SLUG, diagram, svg).findings)


def only(root, diagram=GOOD, svg=SVG):
    finding, = findings(root, diagram, svg)
    return str(finding)


def changed(diagram=GOOD, **by_id):
    """O diagrama com os elementos desses ids (com `_` no lugar de `-`) alterados."""
    def each(elements):
        return tuple(replace(element, **by_id.get(element.id.replace("-", "_"), {})) for element in elements)
    return replace(diagram, groups=each(diagram.groups), nodes=each(diagram.nodes), edges=each(diagram.edges))


def test_a_good_architecture_has_no_findings(root):
    assert findings(root) == []
    assert verdict.check_links(root) == []
    assert Tree(root).architectures() == [SLUG]


# Componentes

def test_a_component_without_row(root):
    edit(root, PAGE, "| [VPC](#vpc) | Cerca. | `Vpc` |\n", "")
    assert only(root) == (f"{SCRIPT}:4: [componente-sem-linha] `vpc` não está na tabela de `{PAGE}`; "
                          "acrescente a linha `[VPC](#vpc)`.")


def test_a_row_without_component(root):
    edit(root, PAGE, "| [VPC]", "| [Fila](#fila) | | `Fila` |\n| [VPC]")
    assert only(root) == (f"{PAGE}:16: [linha-sem-componente] O diagrama não tem o componente `fila`; "
                          f"desenhe-o em `{SCRIPT}`, ou tire a linha.")


def test_a_row_without_link_is_one_finding_and_not_two(root):
    edit(root, PAGE, "[VPC](#vpc) |", "VPC |")
    assert found(root) == [(PAGE, 16, "linha-sem-link")]


def test_names_differ(root):
    edit(root, PAGE, "[Bucket de entrada]", "[Bucket *de* saída]")
    assert only(root) == (f"{PAGE}:15: [nome-diferente] A tabela diz `Bucket de saída` e o diagrama diz "
                          "`Bucket de entrada`; use o mesmo nome nos dois.")


@pytest.mark.parametrize("label, cell", [
    ("<script>x()</script>", "\\<script>x()\\</script>"), ("a|b & \"c\"", "a\\|b & \"c\""), ("`x`\n*y*", "\\`x\\` \\*y\\*"),
])
def test_names_with_special_characters_compare_as_read(root, label, cell):
    edit(root, PAGE, "[VPC](", f"[{cell}](")
    assert found(root, changed(vpc={"label": label})) == []


def test_the_last_column_differs_from_the_script(root):
    edit(root, PAGE, "| `Vpc` |", "| `Bucket` |")
    assert only(root) == (f"{PAGE}:16: [recurso-diferente] A última coluna de `vpc` traz `Bucket` e `{SCRIPT}` traz "
                          "`Vpc`; escreva os mesmos ids lógicos, entre crases.")


def test_the_last_column_names_a_resource_where_there_is_none(root):
    edit(root, PAGE, "| não há |", "| `Bucket` |")
    assert found(root) == [(PAGE, 14, "recurso-diferente")]


def test_several_resources_in_any_order(root):
    edit(root, PAGE, "| `Bucket` |", "| `PoliticaDoBucket` e `Bucket` |")
    assert found(root, changed(bucket={"resources": ("Bucket", "PoliticaDoBucket")})) == []


# Passos

def test_a_step_without_arrow(root):
    assert only(root, changed(pessoa__bucket={"step": None})) == (
        f"{PAGE}:7: [passo-sem-seta] Nada no diagrama mostra o passo 1; ponha `passo=\"1\"` na seta ou no componente "
        f"dele, em `{SCRIPT}`.")


def test_an_arrow_and_a_component_with_a_step_not_told(root):
    more = Edge("bucket--pessoa", "bucket", "pessoa", 9, step=7)
    diagram = replace(changed(vpc={"step": 3}), edges=(*GOOD.edges, more))
    arrow, component = reversed(findings(root, diagram))
    assert str(arrow) == (f"{SCRIPT}:9: [seta-sem-passo] A seta `bucket → pessoa` diz `passo=\"7\"`, mas `{PAGE}` conta "
                          "até 2; conte o passo, ou corrija o número.")
    assert (component.line, component.code) == (4, "componente-sem-passo")


# Ids

@pytest.mark.parametrize("id, code", [
    ("Bucket", "id-invalido"), ("meu_bucket", "id-invalido"), ("balção", "id-invalido"), ("a b", "id-invalido"),
    ("-a", "id-invalido"), ("", "id-invalido"), ("componentes", "id-em-conflito"), ("passo-3", "id-em-conflito"),
    ("template-84", "id-em-conflito"), ("vpc", "id-repetido"),
])
def test_ids_that_cannot_be_addresses(root, id, code):
    diagram = replace(GOOD, nodes=(GOOD.nodes[0], replace(GOOD.nodes[1], id=id)))
    assert (SCRIPT, 6, code) in found(root, diagram)


def test_a_conflict_names_the_heading(root):
    edit(root, PAGE, "## Benefícios", "## Pessoa\n\n## Benefícios")
    assert only(root) == (f"{SCRIPT}:5: [id-em-conflito] O id `pessoa` já é o do título na linha 18 de `{PAGE}`; "
                          "escolha outro.")


# Recursos

def test_a_resource_that_is_not_in_the_template(root):
    edit(root, PAGE, "| `Vpc` |", "| `Vpcc` |")
    edit(root, TEMPLATE, "  Vpc:\n    Type: AWS::EC2::VPC\n", "  Vpca:\n    Type: AWS::EC2::RouteTable\n    Properties: {X: !Ref Bucket}\n")
    assert only(root, changed(vpc={"resources": ("Vpcc",)})) == (
        f"{SCRIPT}:4: [recurso-inexistente] `vpc` diz ser `Vpcc`, que não está em `{TEMPLATE}`; talvez seja `Vpca`. "
        f"A linha 16 de `{PAGE}` também o cita.")


def test_a_component_must_say_what_it_is(root):
    edit(root, PAGE, "| não há |", "| `Bucket` |")
    assert only(root, changed(pessoa={"without_resource": " "})) == (
        f"{SCRIPT}:5: [componente-sem-recurso] `pessoa` não diz o que é no template; dê-lhe `recurso=\"IdLogico\"`, "
        "ou `sem_recurso=\"motivo\"`.")


@pytest.mark.parametrize("type", [
    "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::EC2::Instance",
    "AWS::RDS::DBInstance", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::EC2::Volume", "AWS::EC2::VPC",
    "AWS::EC2::Subnet", "AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::Events::Rule", "AWS::Novo::Servico",
])
def test_what_holds_runs_or_receives_must_be_drawn_even_when_connected(root, type):
    write(root, TEMPLATE, TEMPLATE_TEXT + f"  Outro:\n    Type: {type}\n    Properties: {{X: !Ref Bucket}}\n")
    assert [one for one in found(root) if one[0] == TEMPLATE] == [(TEMPLATE, 9, "recurso-sem-componente")]


def test_the_message_offers_the_three_ways_out(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + "  Fila:\n    Type: AWS::Route53::HealthCheck\n")
    assert only(root) == (
        f"{TEMPLATE}:9: [recurso-sem-componente] `Fila` (`AWS::Route53::HealthCheck`) não aparece no diagrama; desenhe-o em "
        f"`{SCRIPT}` com `recurso=\"Fila\"`, remova-o, ou dê o motivo em `Metadata: {{Excecoes: {{recurso-sem-componente: …}}}}`.")
    edit(root, TEMPLATE, "AWS::Route53::HealthCheck\n", "AWS::Route53::HealthCheck\n    Metadata: {Excecoes: {recurso-sem-componente: só depuração}}\n")
    assert found(root) == []


def test_no_reason_hides_what_an_arrow_can_reach(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + "  Fila:\n    Type: AWS::SQS::Queue\n"
          "    Metadata: {Excecoes: {recurso-sem-componente: só depuração}}\n")
    assert only(root) == (f"{TEMPLATE}:9: [recurso-sem-componente] `Fila` (`AWS::SQS::Queue`) não aparece no diagrama; desenhe-o em "
                          f"`{SCRIPT}` com `recurso=\"Fila\"`, ou remova-o.")


def test_support_is_reached_through_support_in_both_directions(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + """\
  Papel:
    Type: AWS::IAM::Role
    Properties: {Policies: [{Resource: !Sub '${Bucket.Arn}/*'}]}
  Perfil:
    Type: AWS::IAM::InstanceProfile
    Properties: {Roles: [!Ref Papel]}
  Registros:
    Type: AWS::Logs::LogGroup
    DependsOn: Perfil
""")
    assert found(root) == []


def test_support_of_nothing_drawn_is_a_finding(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + "  Papel:\n    Type: AWS::IAM::Role\n  Perfil:\n"
          "    Type: AWS::IAM::InstanceProfile\n    Properties: {Roles: [!Ref Papel]}\n")
    assert found(root) == [(TEMPLATE, 9, "recurso-sem-componente"), (TEMPLATE, 11, "recurso-sem-componente")]
    assert "não apoia nada do que está desenhado" in str(findings(root)[0])


def test_support_does_not_pass_through_what_must_be_drawn(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + "  Fila:\n    Type: AWS::SQS::Queue\n    Properties: {X: !Ref Bucket}\n"
          "  Politica:\n    Type: AWS::SQS::QueuePolicy\n    Properties: {Queues: [!Ref Fila]}\n")
    assert found(root) == [(TEMPLATE, 9, "recurso-sem-componente"), (TEMPLATE, 12, "recurso-sem-componente")]


# Figura e arquivos

def test_a_picture_that_is_not_what_the_script_draws(root):
    assert only(root, svg="<svg></svg>\n") == (
        f"{FOLDER}/diagrama.svg:1: [diagrama-desatualizado] A figura não é a que o script desenha; "
        "rode `python3 scripts gerar`, e não a edite à mão.")
    (root / FOLDER / "diagrama.svg").unlink()
    assert only(root) == f"{FOLDER}/diagrama.svg:1: [diagrama-desatualizado] A figura não existe; rode `python3 scripts gerar`."


def test_without_an_expected_picture_the_file_is_not_judged(root):
    assert found(root, svg=None) == []


def test_the_page_shows_the_picture_with_a_description(root):
    edit(root, PAGE, "![A pessoa envia ao bucket]", "![ ]")
    assert found(root) == [(PAGE, 3, "figura-sem-descricao")]
    edit(root, PAGE, "![ ](diagrama.svg)", "`![x](diagrama.svg)`")
    assert found(root) == [(PAGE, 1, "figura-ausente")]


def test_a_missing_page_is_one_finding(root):
    (root / PAGE).unlink()
    assert found(root) == [(PAGE, 1, "pagina-ausente")]
    assert verdict.check_links(root) == []


def test_a_missing_template_is_one_finding(root):
    (root / TEMPLATE).unlink()
    assert found(root) == [(TEMPLATE, 1, "template-ausente")]


def test_an_ordinary_script_lacks_its_page(root):
    for file in (root / FOLDER).iterdir():
        file.unlink()
    assert only(root, replace(GOOD, bound=False)) == (
        f"{PAGE}:1: [pagina-ausente] A arquitetura não tem página nem template; comece por `python3 scripts novo envio`.")


def test_an_unbound_script_with_a_page_is_one_finding(root):
    assert found(root, replace(GOOD, bound=False)) == [(SCRIPT, 3, "script-sem-vinculo")]


def test_a_folder_without_script(root):
    (root / SCRIPT).unlink()
    assert Tree(root).architectures() == [SLUG]
    assert found(root, None, None) == [(SCRIPT, 1, "script-ausente")]
    for file in (root / FOLDER).iterdir():
        file.unlink()
    assert found(root, None, None) == [(SCRIPT, 1, "script-ausente")]


def test_a_script_that_does_not_run_leaves_page_and_template_judged(root):
    edit(root, PAGE, "2. O", "3. O")
    assert found(root, None, None) == [(PAGE, 8, "passo-pulado")]


def test_a_section_missing_is_one_finding(root):
    edit(root, PAGE, "## Componentes", "## Peças")
    edit(root, PAGE, "## Fluxo de dados", "## Passos")
    assert found(root) == [(PAGE, 1, "secao-ausente"), (PAGE, 1, "secao-ausente")]


def test_a_template_that_does_not_parse_is_one_finding(root):
    write(root, TEMPLATE, "Resources:\n\tA: 1\n")
    assert found(root) == [(TEMPLATE, 2, "yaml-invalido")]


def test_a_template_too_big_to_deploy(root):
    write(root, TEMPLATE, TEMPLATE_TEXT + "#" * (51_201 - len(TEMPLATE_TEXT)))
    assert only(root) == (f"{TEMPLATE}:1: [template-grande] O template tem 51201 bytes e o limite de um envio direto é "
                          "51200; encurte-o.")
    write(root, TEMPLATE, TEMPLATE_TEXT + "#" * (51_200 - len(TEMPLATE_TEXT)))
    assert found(root) == []


@pytest.mark.parametrize("slug", ["..", "a b", "Envio", "ação", "a/b", "", "-a", "a--b"])
def test_a_slug_that_cannot_be_an_address(root, slug):
    finding, = verdict.check(root, slug, None, None).findings
    assert finding.code == "slug-invalido"


def test_everything_wrong_is_told_at_once_in_order(root):
    edit(root, PAGE, "2. O", "4. O")
    edit(root, PAGE, "[VPC](#vpc) |", "[Rede](#vpc) |")
    write(root, TEMPLATE, TEMPLATE_TEXT + "  Fila:\n    Type: AWS::SQS::Queue\n")
    assert found(root, changed(bucket={"step": 9}), "x") == [
        (SCRIPT, 6, "componente-sem-passo"),
        (f"{FOLDER}/diagrama.svg", 1, "diagrama-desatualizado"),
        (PAGE, 8, "passo-pulado"), (PAGE, 8, "passo-sem-seta"), (PAGE, 16, "nome-diferente"),
        (TEMPLATE, 9, "recurso-sem-componente"),
    ]


# Links

@pytest.mark.parametrize("target, problem", [
    ("nada.md", "leva a `docs/nada.md`, que não existe"),
    ("provas.md#nada", "leva a `#nada`, que não existe em `docs/provas.md`"),
    ("#nada", "leva a `#nada`, que não existe em `docs/index.md`"),
    ("", "não tem destino"),
    ("/provas.md", "começa por `/`"),
    ("../diagrams_src/envio.py", "sai de `docs/`"),
    ("../../../../../etc/passwd", "sai de `docs/`"),
    ("arquiteturas/envio", "aponta para uma pasta; aponte para o arquivo, como `envio/index.md`"),
    ("arquiteturas/envio/index.md#fila", "leva a `#fila`"),
    ("arquiteturas/envio/index.md#passo-3", "leva a `#passo-3`"),
    ("arquiteturas/envio/index.md#template-9", "leva a `#template-9`"),
])
def test_links_that_lead_nowhere(root, target, problem):
    write(root, "docs/index.md", f"# Olá\n\nTexto\n[x]({target})\n")
    finding, = verdict.check_links(root)
    assert (finding.path, finding.line, finding.code) == ("docs/index.md", 4, "link-quebrado")
    assert finding.message.startswith(f"O link `x` {problem}")


@pytest.mark.parametrize("target", [
    "provas.md", "provas.md#escala", "#ola", "#escrito", "arquiteturas/envio/index.md#bucket", "arquiteturas/envio/template.yaml",
    "arquiteturas/envio/index.md#passo-2", "arquiteturas/envio/index.md#template-8", "https://example.com/nada#x",
    "mailto:a@example.com", "//example.com", "./provas.md?x=1#escala", "com%20espa%C3%A7o.md", "<com espaço.md>",
])
def test_links_that_lead_somewhere(root, target):
    write(root, "docs/com espaço.md", "# X\n")
    write(root, "docs/index.md", f"# Olá\n\nTexto. {{ #escrito }}\n\n[x]({target} \"título [y](nada.md)\")\n")
    assert verdict.check_links(root) == []


def test_reference_links_and_images_are_followed(root):
    write(root, "docs/index.md", "# Olá\n\n[x][ref] ![foto](foto.png)\n\n[ref]: nada.md\n")
    assert [finding.message.split(";")[0] for finding in verdict.check_links(root)] == [
        "A imagem `foto.png` leva a `docs/foto.png`, que não existe", "O link `x` leva a `docs/nada.md`, que não existe"]


def test_with_slugs_only_their_pages_are_judged_against_the_whole_tree(root):
    write(root, "docs/index.md", "# Olá\n\n[x](nada.md)\n")
    assert verdict.check_links(root, [SLUG]) == []
    (root / "docs/provas.md").unlink()
    assert [finding.path for finding in verdict.check_links(root, [SLUG])] == [PAGE]


def test_the_generated_picture_has_its_own_finding(root):
    (root / FOLDER / "diagrama.svg").unlink()
    assert verdict.check_links(root) == []


def test_a_page_that_cannot_be_read_breaks_no_one(root):
    (root / "docs/provas.md").write_bytes(b"# \xff\n")
    assert [finding.code for finding in verdict.check_links(root)] == ["nao-utf-8"]
