"""A vista de um mundo: a porta por onde se lê um valor, e por onde se chega dele a um recurso.

Tudo o que se prova de um template se pergunta aqui. `at` e `items` dão um valor com o lugar em que
está escrito, e a vista lembra o que se leu; `points` diz que recurso um valor nomeia.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, TypeVar

from scripts.aws.catalog import ARN, NAME, kind_of
from scripts.proofs.evidence import Evidence, Missing
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Apart, Resolution
from scripts.template.values import SYMBOL, Key, Path, Unknown, function_name

Result = TypeVar("Result")


class Placed(NamedTuple):
    """Um valor resolvido e onde está escrito, desde o documento."""

    path: Path
    value: Any


class View:
    """Um mundo do template: os recursos como seriam, o que se leu deles e o que já se concluiu.

    `unknown` é o que, neste template, não se pode saber: enquanto houver, nada se prova.
    """

    def __init__(self, world: Resolution, unknown: tuple[Missing, ...] = ()):
        self.world = world
        self.unknown = unknown
        self.template = world.template
        self.resources: dict[str, Resource] = world.resources  # os que existem neste mundo
        self._reads: list[dict[Path, None]] = [{}]  # o último é o do bloco mais de dentro
        self._memory: dict[Hashable, tuple[Any, dict[Path, None], set[Path]]] = {}
        self._resolved: dict[int, tuple[Any, Any, set[Path]]] = {}  # por identidade; a expressão fica junto, para que a identidade não se reuse

    # --- os recursos

    def of_type(self, *types: str) -> list[Resource]:
        """Os recursos destes tipos, na ordem do template."""
        return self.world.of_type(*types)

    # --- a leitura

    def at(self, resource: Resource, *keys: Key) -> Placed | None:
        """A propriedade nesse caminho, com o seu lugar; `None` quando ausente."""
        return self._read(("Resources", resource.id, "Properties"), resource.properties, keys)

    def items(self, resource: Resource, *keys: Key) -> list[Placed]:
        """Os itens de uma lista, cada um com o seu lugar; o que está solto é uma lista de um.

        Uma lista que não se conhece vira um item só, de valor `Unknown`: quem procura um furo não
        pode confundi-la com uma lista vazia.
        """
        return self._listed(("Resources", resource.id, "Properties"), resource.properties, keys)

    def inside(self, item: Placed, *keys: Key) -> Placed | None:
        """Uma chave de dentro de um valor já achado."""
        return item if isinstance(item.value, Unknown) else self._read(item.path, self._written(item.path), keys)

    def items_inside(self, item: Placed, *keys: Key) -> list[Placed]:
        """Os itens de uma lista de dentro de um valor já achado."""
        return [item] if isinstance(item.value, Unknown) else self._listed(item.path, self._written(item.path), keys)

    def value(self, resource: Resource, *keys: Key) -> Any:
        """Só o valor da propriedade; `None` quando ausente."""
        found = self.at(resource, *keys)
        return found.value if found else None

    def parts(self, item: Placed) -> list[tuple[Key, Placed]]:
        """O que há logo dentro de um valor, com a chave ou a posição de cada um; nada dentro de uma função."""
        written = self._written(item.path)
        if isinstance(written, list):
            return list(enumerate(self.items_inside(item)))
        names = written if isinstance(written, dict) and not any(map(function_name, written)) else ()
        unknown = item if isinstance(item.value, Unknown) else None
        return [(name, found) for name in names if (found := unknown or self._read(item.path, written, (name,)))]

    def whole(self, resource: Resource) -> Placed:
        """Todas as propriedades do recurso, para entrar nelas com `inside`."""
        return Placed(("Resources", resource.id, "Properties"), resource.properties)

    def written(self, item: Placed) -> Any:
        """O que o template escreve nesse lugar, com as funções por resolver."""
        return self._written(item.path)

    def _written(self, path: Path) -> Any:
        node: Any = self.template.data
        for key in path:
            node = node.get(key) if isinstance(node, dict) else node[key]
        return node

    def _read(self, path: Path, expression: Any, keys: tuple[Key, ...]) -> Placed | None:
        found = self._reach(expression, path, keys)
        self._reads[-1][found[1] if found else (*path, *keys)] = None
        value = self.resolved(found[0]) if found else None
        return Placed(found[1], value) if found and value is not None else None

    def _listed(self, path: Path, expression: Any, keys: tuple[Key, ...]) -> list[Placed]:
        found = self._reach(expression, path, keys)
        self._reads[-1][found[1] if found else (*path, *keys)] = None
        if found is None:
            return []
        expression, path = found
        if not isinstance(expression, list):
            value = self.resolved(expression)
            return [Placed(path, item) for item in (value if isinstance(value, list) else [value]) if item is not None]
        chosen = [self.chosen(item, (*path, index)) for index, item in enumerate(expression)]
        items = [Placed(where, self.resolved(item)) for item, where in chosen]
        return [item for item in items if item.value is not None]

    def resolved(self, expression: Any) -> Any:
        """O valor de uma expressão do template, resolvida uma vez: muitos leem o mesmo objeto a caminho de partes dele."""
        if not isinstance(expression, (dict, list)):
            return self.world.value(expression)
        known = self._resolved.get(id(expression))
        if known is None:
            with self.world.asking() as asked:
                known = self._resolved[id(expression)] = expression, self.world.value(expression), asked
        self.world.ask(known[2])
        return known[1]

    def _reach(self, expression: Any, path: Path, keys: tuple[Key, ...]) -> tuple[Any, Path] | None:
        """A expressão ainda não resolvida nesse caminho; `None` quando não há."""
        expression, path = self.chosen(expression, path)
        for key in keys:
            if isinstance(expression, dict) and "Fn::Transform" in expression:
                return {"Fn::Transform": None}, path  # um trecho que só a AWS expande pode trocar qualquer chave
            if isinstance(expression, dict) and key in expression:
                expression = expression[key]
            elif isinstance(expression, list) and isinstance(key, int) and key < len(expression):
                expression = expression[key]
            else:
                return self._computed(expression, path)
            expression, path = self.chosen(expression, (*path, key))
        return expression, path

    def _computed(self, expression: Any, path: Path) -> tuple[Any, Path] | None:
        """O que uma função devolve no lugar de um objeto: desconhecido, ou nada."""
        computed = isinstance(expression, dict) and len(expression) == 1 and function_name(next(iter(expression)))
        return (expression, path) if computed and isinstance(self.resolved(expression), (Unknown, str)) else None

    def chosen(self, expression: Any, path: Path) -> tuple[Any, Path]:
        """Segue `Fn::If` até o ramo deste mundo."""
        while isinstance(expression, dict) and len(expression) == 1 and "Fn::If" in expression:
            branches = expression["Fn::If"]
            if not isinstance(branches, list) or len(branches) != 3:
                return expression, path
            chosen = self.world.condition(str(branches[0]))
            if isinstance(chosen, Unknown):
                return expression, path
            index = 1 if chosen else 2
            expression, path = branches[index], (*path, "Fn::If", index)
        return expression, path

    # --- a memória

    def reading(self) -> Apart[dict[Path, None]]:
        """Junta à parte o que se lê dentro do bloco; quem o usa decide com `note` se aquilo conta."""
        return Apart(self._reads, {})

    def note(self, reads: Iterable[Path]) -> None:
        """Conta como lidos estes lugares."""
        self._reads[-1].update(reads if isinstance(reads, dict) else dict.fromkeys(reads))

    def once(self, key: Hashable, conclude: Callable[[], Result]) -> Result:
        """O que `conclude` devolve, concluído uma vez; o que ela leu e perguntou conta de novo a cada resposta."""
        known = self._memory.get(key)
        if known is None:
            with self.reading() as reads, self.world.asking() as asked:
                result = conclude()
            known = self._memory[key] = result, reads, asked
        self._reads[-1].update(known[1])
        self.world.ask(known[2])
        return known[0]

    def complete(self, ways: Iterable[Iterable[Evidence]]) -> list[Evidence]:
        """A primeira prova sem nada a faltar; se todas têm o que falta, a primeira. Só o que ela leu conta."""
        first: tuple[list[Evidence], dict[Path, None]] | None = None
        for way in ways:
            with self.reading() as reads:
                evidence = list(way)
            if evidence and not any(isinstance(piece, Missing) for piece in evidence):
                self.note(reads)
                return evidence
            first = first or ((evidence, reads) if evidence else None)
        self.note(first[1] if first else ())
        return first[0] if first else []

    # --- os nomes

    def points(self, found: Placed | Any, *kinds: str, by: tuple[str, ...] = ()) -> Resource | None:
        """O recurso de um destes tipos que o valor nomeia; `None` se nomeia outra coisa, ou não se sabe.

        `by` diz de que modos a AWS aceita o nome ali (`ID`, `ARN`, `NAME`, `URL`); sem ele, só o que
        `Ref` devolve. O atributo errado não nomeia nada: o ARN de uma fila não é o endereço dela.
        """
        value = found.value if isinstance(found, Placed) else found
        if not isinstance(value, str):
            return None
        symbol = SYMBOL.fullmatch(value)
        resource = self.resources.get(symbol[1]) if symbol else None
        if symbol and resource:
            kind, attribute = kind_of(resource.type), symbol[2].removeprefix(".")
            meaning = kind.gives.get(attribute) if attribute else kind.ref
            return resource if resource.type in kinds and meaning in (by or (kind.ref,)) else None
        spelled = self.spelled(value)
        return next((other for other in self.of_type(*kinds) if spelled in self._said(other, by or (kind_of(other.type).ref,))), None)

    def concerns(self, value: Any, *beginnings: str) -> bool | None:
        """O valor cita um recurso de um tipo que começa assim; `None` quando não cita nenhum deste template."""
        symbol = SYMBOL.fullmatch(value) if isinstance(value, str) else None
        resource = self.resources.get(symbol[1]) if symbol else None
        return resource.type.startswith(beginnings) if resource else None

    def _said(self, resource: Resource, by: tuple[str, ...]) -> list[str]:
        """O ARN e o nome do recurso por extenso, se é por eles que se pergunta."""
        found = [self.arn(resource)] if ARN in by else []
        return [text for text in (*found, self.name(resource) if NAME in by else None) if text]

    def name(self, resource: Resource) -> str:
        """O nome físico: o que o template escreve, ou o símbolo que o representa."""
        kind = kind_of(resource.type)
        written = self.value(resource, kind.named) if kind.named else None
        attribute = f".{kind.name_attribute}" if kind.name_attribute else ""
        return self._marked(written) if isinstance(written, str) else f"${{{resource.id}{attribute}}}"

    def arn(self, resource: Resource) -> str | None:
        """O ARN do recurso, sempre do mesmo jeito, para poder ser comparado; `None` quando não se sabe escrevê-lo."""
        kind = kind_of(resource.type)
        if kind.part_of:
            owner = self.points(self.at(resource, kind.part_of[0]), kind.part_of[1], by=(ARN, NAME))
            return f"{self.arn(owner)}:{self.name(resource)}" if owner else None
        if not kind.arn:
            return f"${{{resource.id}}}" if kind.ref == ARN else None
        folder = self.value(resource, kind.folder) if kind.folder else None
        name = f"{str(folder or '').removeprefix('/')}{self.name(resource)}"
        # Um parâmetro do SSM se chama `/a/b`, e o ARN dele não repete a barra.
        return f"arn:${{AWS::Partition}}:{kind.arn.replace('{}', name.removeprefix('/') if kind.arn.startswith('ssm:') else name)}"

    def spelled(self, text: Any) -> str | None:
        """O texto com cada ARN simbólico por extenso; `None` quando não é um texto conhecido.

        `!GetAtt Tabela.Arn` e `!Sub arn:${AWS::Partition}:dynamodb:…:table/${Tabela}` são o mesmo ARN; aqui os dois
        viram o segundo, e `arn:aws:` conta como a partição da pilha.
        """
        if not isinstance(text, str):
            return None
        if text.startswith("arn:aws:"):
            text = "arn:${AWS::Partition}:" + text.removeprefix("arn:aws:")
        return SYMBOL.sub(self._symbol, self._marked(text))

    def _marked(self, text: str) -> str:
        """O texto com os parâmetros sem padrão marcados: podem valer qualquer coisa."""
        if "${" not in text:
            return text
        parameters = self.template.parameters
        return SYMBOL.sub(lambda found: f"${{Parameters.{found[1]}}}" if found[1] in parameters else found[0], text)

    def _symbol(self, found: re.Match[str]) -> str:
        resource = self.resources.get(found[1])
        kind = kind_of(resource.type) if resource else None
        if resource is None or kind is None:
            return found[0]
        attribute = found[2].removeprefix(".")
        meaning = kind.gives.get(attribute) if attribute else kind.ref
        if meaning == ARN:
            return self.arn(resource) or found[0]
        same = attribute == kind.name_attribute or kind.name_attribute == "" and meaning == kind.ref  # `!GetAtt Vpc.VpcId` é `!Ref Vpc`
        return self.name(resource) if same else found[0]
