"""O processador do tipo contra o da imagem: no template, no que o comando da página passa, e nas formas em que os dois se escrevem."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REAL, real
from test_boot import needs

from scripts.aws.images import GRAVITON, built_for
from scripts.base.tree import Tree
from scripts.checks import calls, launched
from scripts.page import architecture
from scripts.proofs.arrows.processors import unlike
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.built import ROOT

SSM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
ARM, X86 = ("t4g.micro", "m7g.large", "c7gn.xlarge", "a1.medium", "im4gn.large", "x2gd.medium", "g5g.xlarge", "is4gen.medium", "c6gd.metal", "r8g.large",
            "i8ge.large", "hpc7g.4xlarge", "p6e-gb200.36xlarge"), ("t3.micro", "t3a.micro", "m7i-flex.large", "c7a.large", "g4dn.xlarge", "g4ad.xlarge",
                                                                   "g5.xlarge", "g6f.large", "r7iz.large", "u-6tb1.metal", "x2iedn.xlarge", "inf2.xlarge")


def test_the_processor_of_each_family() -> None:
    assert [kind for kind in ARM if not GRAVITON.match(kind)] == [kind for kind in X86 if GRAVITON.match(kind)] == []


@pytest.mark.parametrize("said, built", [
    (f"{SSM}x86_64", {"x86_64"}), (f"{SSM}arm64", {"arm64"}), ("{{resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ami-id}}", {"x86_64"}),
    ("/aws/service/debian/release/12/latest/arm64", {"arm64"}), ("/aws/service/bottlerocket/aws-ecs-2/aarch64/latest/image_id", {"arm64"}),
    ("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", {"x86_64"}),
    ("/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id", {"arm64"}),
    ("/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base", {"x86_64"}), ("Imagem do Amazon Linux 2023 (arm64)", {"arm64"}),
    ("Imagem x86_64 ou arm64, como o tipo", {"x86_64", "arm64"}), ("ami-0123456789abcdef0", set()), ("Imagem da loja", set()),
])
def test_what_the_name_of_an_image_says_of_the_processor(said: str, built: set[str]) -> None:
    assert built_for(said) == built


TEMPLATE = """
Parameters:
  Tipo: {{Type: String, Default: {kind}, AllowedValues: [{kinds}]}}
  Imagem: {{Type: "AWS::EC2::Image::Id", Description: "{described}"{default}}}
Resources:
  S:
    Type: AWS::EC2::Instance
    Properties: {{ImageId: {image}, InstanceType: {size}}}
"""


def lost(kinds: str, described: str = "", image: str = "!Ref Imagem", size: str = "!Ref Tipo", default: str = "", **given: str) -> bool:
    kind, default = kinds.split(",", 1)[0], f", Default: {default}" if default else ""
    read = cloudformation.parse(TEMPLATE.format(kind=kind, kinds=kinds, described=described, image=image, size=size, default=default), "t.yaml")
    return any(list(unlike(view, view.resources["S"], given)) for view in views_of(read).each)


@pytest.mark.parametrize("arm", ARM[:7])
def test_the_type_and_the_image_of_the_template(arm: str) -> None:
    for built, right, wrong in (("x86_64", "t3.micro", arm), ("arm64", arm, "t3.micro")):
        said = f"Imagem do Amazon Linux 2023 ({built})"
        assert lost(wrong, said) and lost(f"{right}, {wrong}", said) and not lost(right, said)
        assert lost(wrong, default=f"{SSM}{built}") and not lost(right, default=f"{SSM}{built}")
        literal = f"'{{{{resolve:ssm:{SSM}{built}}}}}'"
        assert lost(right, image=literal, size=wrong) and not lost(wrong, image=literal, size=right)


@pytest.mark.parametrize("image, arm", [
    ("!FindInMap [Imagens, !Ref AWS::Region, arm64]", True), ("!FindInMap [Imagens, !Ref AWS::Region, x86_64]", False), ("!ImportValue imagem-arm64", True),
])
def test_an_image_that_only_the_way_to_it_tells(image: str, arm: bool) -> None:
    assert lost("t3.micro", image=image) == arm and lost("t4g.micro", image=image) == (not arm)


@pytest.mark.parametrize("image, kind, wrong", [("ami-0123456789abcdef0", "t4g.micro", True), ("ami-0123456789abcdef0", "t3.micro", False)])
def test_an_image_that_nothing_tells(image: str, kind: str, wrong: bool) -> None:
    assert lost(kind, image=image) == wrong


@pytest.mark.parametrize("kinds, described, given, wrong", [
    ("t3.micro, t3.small", "", {"Imagem": f"{SSM}arm64"}, True), ("t3.micro, t3.small", "", {"Imagem": f"{SSM}x86_64"}, False),
    ("t4g.micro", "", {"Imagem": f"{SSM}arm64"}, False), ("t4g.micro", "", {"Imagem": "ID_DA_IMAGEM"}, True), ("t3.micro", "", {"Imagem": "ID_DA_IMAGEM"}, False),
    ("t4g.micro, t3.micro", "", {"Imagem": f"{SSM}arm64"}, True), ("t4g.micro, t3.micro", "x86_64 ou arm64", {"Imagem": f"{SSM}arm64"}, False),
    ("t4g.micro, t3.micro", "x86_64 ou arm64", {"Imagem": f"{SSM}x86_64"}, True), ("t4g.micro, t3.micro", "x86_64 ou arm64", {}, False),
    ("t3.micro, t4g.micro", "x86_64 ou arm64", {"Imagem": f"{SSM}x86_64", "Tipo": "t4g.micro"}, True), ("t4g.micro", "", {}, False),
])
def test_what_the_command_chooses(kinds: str, described: str, given: dict[str, str], wrong: bool) -> None:
    assert lost(kinds, described, **given) == wrong


MIXED = """
M: {{Type: AWS::EC2::LaunchTemplate, Properties: {{LaunchTemplateData: {{ImageId: '{{{{resolve:ssm:{ssm}arm64}}}}'{own}}}}}}}
{owner}
"""
FLEET = """G:
  Type: AWS::AutoScaling::AutoScalingGroup
  Properties:
    MixedInstancesPolicy:
      LaunchTemplate:
        LaunchTemplateSpecification: {{LaunchTemplateId: !Ref M, Version: !GetAtt M.LatestVersionNumber}}
        Overrides: [{{InstanceType: {first}}}, {{InstanceType: {second}}}]
"""
SINGLE = "G: {{Type: AWS::EC2::Instance, Properties: {{InstanceType: {first}, LaunchTemplate: {{LaunchTemplateId: !Ref M, Version: '1'}}}}}}"


@pytest.mark.parametrize("owner, first, second, wrong", [
    (FLEET, "t4g.micro", "c7gn.large", False), (FLEET, "t4g.micro", "t3.micro", True), (SINGLE, "t3.micro", "", True), (SINGLE, "t4g.micro", "", False),
])
def test_a_type_that_goes_in_the_place_of_that_of_the_model(owner: str, first: str, second: str, wrong: bool) -> None:
    body = MIXED.format(ssm=SSM, own="", owner=owner.format(first=first, second=second))
    view = views_of(cloudformation.parse("Resources:\n" + "".join(f"  {line}\n" for line in body.splitlines()), "t.yaml")).each[0]
    assert any(unlike(view, view.resources["G"])) == wrong


SERVERS = [slug for slug in REAL if "InstanceType" in (ROOT / "docs/arquiteturas" / slug / "template.yaml").read_text(encoding="utf-8")]


@pytest.mark.parametrize("slug", SERVERS)
@pytest.mark.parametrize("key, value", [("Default", "t4g.micro"), ("AllowedValues", ["t3.micro", "m7g.large"])])
def test_a_real_template_with_a_type_of_another_processor(slug: str, key: str, value: Any) -> None:
    assert "e o EC2 recusa" in needs(real(slug).put("Parameters", "TipoInstancia", key, value=value))


def said(slug: str, *changes: tuple[str, str], template: tuple[tuple[str, str], ...] = ()) -> list[str]:
    """O que se diz dos comandos da página, com os trechos trocados nela e no template."""
    texts = []
    for file, edits in ((Tree(ROOT).page(slug), changes), (Tree(ROOT).template(slug), template)):
        text = file.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        texts.append(text)
    page, views = architecture.parse(texts[0], "p.md"), views_of(cloudformation.parse(texts[1], "template.yaml"))
    return [finding.message for finding in launched.check(page, calls.made(page, views))]


COMMANDED = [slug for slug in SERVERS if 'Imagem="$IMAGEM"' in Tree(ROOT).page(slug).read_text(encoding="utf-8")]


@pytest.mark.parametrize("slug", COMMANDED)
def test_the_image_that_the_page_looks_for(slug: str) -> None:
    image, types = ("kernel-default-x86_64", "kernel-default-arm64"), ("t3.", "t4g.")
    assert said(slug) == []
    message, = set(said(slug, image))
    assert message.startswith("Com este comando, `Servidor` lança uma imagem arm64, que o comando passa em `Imagem`, em `t3.")
    assert said(slug, image, template=(types, ("(x86_64)", "(arm64)"))) == []
    assert said(slug, template=(types, ("Linux 2023 (x86_64)", "Linux 2023"))) != []
    assert said(slug, ('Imagem="$IMAGEM"', "Imagem=ID_DA_IMAGEM"), template=(types, ("Linux 2023 (x86_64)", "Linux 2023"))) != []


@pytest.mark.parametrize("passed, wrong", [("TipoInstancia=t4g.small", True), ("TipoInstancia=t3.small", False)])
@pytest.mark.parametrize("form", ["deploy --template-file template.yaml --parameter-overrides {}", "update-stack --use-previous-template --parameters {}"])
def test_a_type_that_a_later_command_chooses(passed: str, wrong: bool, form: str) -> None:
    written = passed if form.startswith("deploy") else f"ParameterKey={passed.replace('=', ',ParameterValue=')}"
    more = f"\n```bash\naws cloudformation {form.format(written)} --stack-name cadastro\n```\n\n### Como o servidor chega ao S3"
    change = ("\n### Como o servidor chega ao S3", more)
    assert bool(said("web-ec2-rds-s3", change)) == wrong
