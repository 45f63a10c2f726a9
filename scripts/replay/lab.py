"""O laboratório: o que um arquivo de `fluxos/` usa para fazer o papel da pessoa e dizer o que precisa ter acontecido.

Um fluxo é uma função, `flow(lab)`. Dentro de `with lab.step(3):` ele faz o que a pessoa faz no passo, e `lab.expect` diz,
de cada frase da página, o que a torna verdadeira; `lab.skip`, por que uma não se exercita. O que o código do template
chama se arquiva sozinho, sob a seta do diagrama que o conta.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from scripts.aws.types import BUCKET, DATABASE, DISTRIBUTION, FUNCTION, QUEUE, STATE_MACHINE, TABLE
from scripts.base.diagram import Diagram
from scripts.checks import manifests
from scripts.page.architecture import Step
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.facts.views import views_of
from scripts.replay import gateway, links
from scripts.replay.applications import Applications
from scripts.replay.browsing import Site
from scripts.replay.database import Database, Servers, shut
from scripts.replay.functions import Functions
from scripts.replay.machines import Execution, Machines
from scripts.replay.pods import Pod, Pods
from scripts.replay.queues import Queues
from scripts.replay.samples import Sample
from scripts.replay.session import Halt, Session
from scripts.replay.stack import Stack, Unresolved
from scripts.replay.trace import EXECUTED, EXPECTATION, NETWORK, Call, StepTrace
from scripts.replay.volumes import Volumes
from scripts.template import manifest as reader


class Enough(Exception):
    """Chegou-se ao passo pedido com `--passo`."""


class Lab(Session):
    """Uma rodada de um fluxo.

    `given` recebe o que só a pilha implantada saberia; `sent` é o arquivo que a pessoa envia; `home`, a pasta da
    página; `last`, o passo em que se para.
    """

    def __init__(self, diagram: Diagram, steps: tuple[Step, ...], stack: Stack, given: dict[str, str], proofs: Iterable[Proof], folder: Path,
                 file: Sample, servers: Servers, home: Path, last: int = 0, said: Callable[[StepTrace, Call], None] = lambda step, call: None):
        super().__init__(diagram, steps, stack, proofs, folder, said)
        self.given, self.sent, self.servers, self.home, self.last = given, file, servers, home, last
        self.functions, self.applications = Functions(self), Applications(self)
        self.machines, self.pods = Machines(self, self.functions), Pods(self)
        self.services["lambda", "Invoke"] = self.functions.invoked
        self.created = self.functions.created
        self.watches.append(self._watch)
        self.queues, self.volumes = Queues(self, self.functions), Volumes(self)
        self._database: Database | None = None
        self._clients = ("", "")

    # --- os passos

    @contextmanager
    def step(self, number: int) -> Iterator[None]:
        """O que a pessoa faz neste passo. Depois de um passo que falhou, o fluxo não segue."""
        if self.last and number > self.last:
            raise Enough
        self.current = number
        self.steps[number].reached = True
        yield
        self.collect()
        if self.stopped or any(step.causes for step in self.steps.values() if step.number <= number):
            raise Halt

    def expect(self, sentence: str, holds: object, cause: str) -> None:
        """A frase do passo que começa assim é verdade; se não, `cause` diz o que se viu."""
        self._sentence(sentence, "")
        if not holds:
            self.halt(EXPECTATION, cause + self.applications.said())
        self.held = len(self.calls)

    def skip(self, sentence: str, reason: str) -> None:
        """A frase do passo que começa assim não se exercita aqui, por isto."""
        self._sentence(sentence, reason)

    def _sentence(self, beginning: str, reason: str) -> None:
        step = self.steps[self.current]
        found = [sentence for sentence in sentences(step.text) if sentence.startswith(beginning)]
        if len(found) != 1:
            raise Unresolved(f"o passo {self.current} não tem uma frase, e uma só, que comece por “{beginning}”")
        step.asserted[found[0]] = reason

    # --- o que a pessoa faz

    def invoke(self, node: str, event: Any, who: str) -> Any:
        """Invoca a função e espera; devolve o que ela devolveu. Quem invoca é `who`, um nó fora da pilha."""
        result = self.functions.run(self.resource(node, FUNCTION), event, who)
        if result.error:
            raise Halt
        return result.value

    def put(self, node: str, key: str, body: bytes, who: str, **more: Any) -> None:
        """Grava um objeto com as credenciais da própria pessoa, que não são da pilha."""
        links.put(self, self.resource(node, BUCKET), key, body, who, more)

    def again(self, node: str, number: int = -1) -> None:
        """O S3 entrega de novo um aviso do bucket que já entregou, o último ou o desta posição: ele promete ao menos uma entrega, e não uma só."""
        bucket = self.resource(node, BUCKET)
        self.created(bucket, self.functions.told[bucket.id][number])

    def post(self, url: str, fields: dict[str, str], file: Sample, who: str, later: float = 0) -> tuple[int, str]:
        """Envia um formulário assinado, como o navegador; devolve o estado e o código do erro. `later` são segundos que passaram."""
        return links.posted(self, url, fields, file, who, later)

    def open(self, url: str, who: str, later: float = 0) -> gateway.Answer:
        """Abre um endereço que alguém da pilha assinou; devolve o estado, os cabeçalhos e o corpo. `later` são segundos que passaram."""
        for site in self.applications.sites:
            site.follow(url)
        return links.opened(self, url, who, later)

    def fetch(self, node: str, path: str, who: str) -> gateway.Answer:
        """Pede um caminho de um bucket à distribuição do CloudFront do nó, como o navegador."""
        return links.fetched(self, self.resource(node, DISTRIBUTION), path, who)

    # --- as filas

    def deliver(self, node: str) -> None:
        """Entrega a quem lê a fila do nó o que está nela, até esvaziá-la."""
        self.queues.deliver(self.resource(node, QUEUE))

    def send(self, node: str, body: str) -> None:
        """Põe na fila, por fora da pilha, uma mensagem que ninguém dela mandaria."""
        self.state.send(str(self.stack.value({"Ref": self.resource(node, QUEUE).id})), body)

    def refusing(self, node: str) -> AbstractContextManager[list[str]]:
        """Enquanto isto dura, a fila do nó recusa, por uma falha dela, o que lhe mandam; dá o corpo de cada mensagem recusada."""
        return self.queues.refusing(self.resource(node, QUEUE))

    def wait(self, holds: Callable[[], object], seconds: float = 20) -> bool:
        """Espera o que a aplicação faz depois de responder; desiste se algo já falhou."""
        end = time.monotonic() + seconds
        while not (found := holds()) and time.monotonic() < end and not any(step.causes for step in self.steps.values()):
            time.sleep(0.02)
        self.collect(mixed=True)
        return bool(found)

    # --- as instâncias e o banco

    def application(self, node: str, via: str, who: str, **changed: str) -> Site:
        """Põe no ar a aplicação da instância do nó. Os pedidos vêm de `who` e chegam pela seta que parte de `via`."""
        return self.applications.start(node, via, who, changed)

    def python(self, node: str, code: str, who: str, **variables: str) -> None:
        """Roda este programa na instância do nó, já no ar, com o ambiente da aplicação, como quem entra nela."""
        self.applications.python(node, code, who, variables)

    def pod(self, node: str, manifest: str, output: str, client: str, via: str) -> Pod:
        """Põe no ar o pod do manifesto que está ao lado do template, com as trocas que o comando desta saída faz nele.

        `client` o chama pelo balanceador `via`. O manifesto que a conferência recusa não põe nada no ar, e a causa é a que ela diz.
        """
        view = views_of(self.stack.template).each[0]
        said = list(manifests.faults(manifests.read_for(view, self.home / manifest, manifest), view))
        strange = next((fault.message for fault in said if not fault.known), "")
        if strange:
            raise Unresolved(strange)
        if said:
            return Pod(self, node, client, via, said[0].message)
        command = str(self.stack.value(self.stack.template.data["Outputs"][output]["Value"]))
        return self.pods.start(node, reader.read(self.home / manifest, manifest, [command]), client, via)

    @contextmanager
    def tolerating(self, function: str, execution: str) -> Iterator[None]:
        """Enquanto isto dura, a função e a execução que acabam nestes erros não fazem o passo falhar: é o que se quer ver."""
        before, self.tolerated = self.tolerated, {"função": function, "execução": execution}
        try:
            yield
        finally:
            self.tolerated = before

    @contextmanager
    def briefly(self) -> Iterator[None]:
        """Enquanto isto dura, o que repete o que o passo já contou, e termina bem, não se conta por extenso no rastro."""
        self.brief = True
        try:
            yield
        finally:
            self.brief = False

    def database(self, node: str, client: str, polls: tuple[str, ...] = ()) -> Database:
        """Cria o banco do nó, a que `client` chega pela seta provada; chame antes de pôr a aplicação no ar.

        `polls` são os comandos que a aplicação repete de tempos em tempos, que o rastro não conta.
        """
        resource = self.resource(node, DATABASE)
        name, user = (str(resource.properties.get(key, "postgres")) for key in ("DBName", "MasterUsername"))
        found = Database(self.servers.server(), name, user, int(self.stack.property(resource, "Port", default=5432)), polls)
        self.closing(found.close)
        self._database, self._clients = found, (client, node)
        step, cause = self.severed(client, node)
        if cause:
            self.blame(step, NETWORK, f"a aplicação não chega ao banco: {cause}")
        port = shut() if cause else found.open()
        self.reach, self.rest = found.reaching, found.rest
        self.given.update({f"{resource.id}.Endpoint.Address": "127.0.0.1", f"{resource.id}.Endpoint.Port": str(port),
                           f"{resource.id}.MasterUserSecret.SecretArn": self.state.secret(f"rds!db-{resource.id}", found.secret)})
        return found

    def mount(self, site: Site, node: str, variable: str) -> Path:
        """A pasta do volume do nó em que a aplicação grava, que esta variável dela nomeia. Sem a prova da ligação, o volume não está lá."""
        return self.volumes.mount(site, self.applications.machine(site.node), node, variable)

    def _watch(self, mixed: bool) -> None:
        """Arquiva o que a aplicação fez desde a última vez no banco e nos volumes."""
        if self._database:
            said, (client, node) = self._database.statements(mixed), self._clients
            if said:
                self.file(Call(client, "SQL", EXECUTED, output="; ".join(said)), client, [node], "")
            if any(site.failed for site in self.applications.sites):
                for refused in self._database.refusals():
                    self.blame(self.arrows.step(client, node), NETWORK, refused + self.applications.said())
        self.volumes.watch(self.applications.said())

    # --- o que ficou

    def stored(self) -> dict[str, Any]:
        """O que está nos volumes, por nome, e quantas linhas tem cada tabela do banco, por nó."""
        found: dict[str, Any] = self.volumes.stored()
        if self._database:
            found[self._clients[1]] = [{"tabela": name, "linhas": rows} for name, rows in self._database.tables()]
        return found

    def unheard(self, node: str) -> str:
        """Por que o último objeto novo do bucket não acionou ninguém; vazio quando acionou."""
        return self.functions.unheard.get(self.resource(node, BUCKET).id, "")

    def sizes(self, node: str) -> dict[str, int]:
        """Quantos bytes tem cada objeto do bucket, por chave."""
        return self.state.sizes(self.stack.physical(self.resource(node, BUCKET)))

    def objects(self, node: str) -> dict[str, bytes]:
        """O que está no bucket, por chave."""
        return self.state.objects(self.stack.physical(self.resource(node, BUCKET)))

    def versions(self, node: str, key: str) -> list[bytes]:
        """O conteúdo de cada versão do objeto, da mais velha à mais nova."""
        return self.state.versions(self.stack.physical(self.resource(node, BUCKET)), key)

    def head(self, node: str, key: str) -> dict[str, Any]:
        """O que o bucket guarda de um objeto além do conteúdo: o tipo (`ContentType`) e o que quem o enviou disse dele (`Metadata`)."""
        return dict(self.state.s3.head_object(Bucket=self.stack.physical(self.resource(node, BUCKET)), Key=key))

    def executions(self, node: str) -> list[Execution]:
        """As execuções da máquina de estados, na ordem em que foram pedidas."""
        machine = self.resource(node, STATE_MACHINE)
        return [execution for execution in self.machines.executions if execution.machine == machine]

    def rows(self, node: str) -> list[dict[str, Any]]:
        """As linhas da tabela, na ordem das chaves."""
        return self.state.rows(self.stack.physical(self.resource(node, TABLE)))

    def messages(self, node: str) -> list[str]:
        """O corpo das mensagens da fila."""
        return self.state.messages(self.stack.physical(self.resource(node, QUEUE)))


def sentences(text: str) -> list[str]:
    """As frases de um passo, como a página as escreve."""
    return [found.strip() for found in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ú“`])", text) if found.strip()]
