"""O que a pessoa faz em `upload-ec2-ebs-rds`, e o que precisa ficar guardado."""

import hashlib

from scripts.flowbook import Lab, Sample, Spoil

SAMPLE = Sample("relatório final.txt", "olá, volume".encode())


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="gateway", who="pessoa")
        volume = lab.mount(site, "volume", "/dados/arquivos")
        lab.expect("No navegador", site.get().status_code == 200, "a página não abre")
        answer = site.post("/arquivos", files={"arquivo": (file.name, file.body, file.type)})
        lab.expect("O pedido entra", answer.status_code == 303, f"o servidor respondeu {answer.status_code}")
    with lab.step(2):
        rows = database.query("SELECT id, name, size, sha256 FROM uploads")
        lab.expect("O servidor EC2 recebe", [row[1:] for row in rows] == [(file.name, len(file.body), digest)], f"a tabela tem {rows}")
    with lab.step(3):
        names = [path.name for path in volume.iterdir()]
        lab.expect("O servidor salva", [path.read_bytes() for path in volume.iterdir()] == [file.body], f"o volume tem {names}")
        lab.expect("O nome que a pessoa", names == [str(rows[0][0])], f"o volume tem {names}")
    with lab.step(4):
        lab.expect("O servidor grava", digest in site.get().text, "a página não mostra o arquivo")
        lab.skip("Se a gravação falha", "aqui ela não falha; os testes a derrubam")
        lab.skip("Uma queda", "a rodada não derruba o servidor no meio de um pedido")


SPOILS = (
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 4,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "secretsmanager:GetSecretValue", shown=True),
)
