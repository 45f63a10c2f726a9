"""O que a pessoa faz em `upload-ec2-ebs-rds`, e o que precisa ficar guardado."""

import hashlib
from uuid import UUID

from scripts.flowbook import Lab, Sample, Spoil, told

SAMPLE = Sample("relatório final.txt", "olá, volume".encode())


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="gateway", who="pessoa")
        volume = lab.mount(site, "volume", "/dados/arquivos")
        page = site.get()
        lab.expect("No navegador", 'name="arquivo"' in page.text, f"a página não abre: {told(page)}")
        answer = site.post("/arquivos", files={"arquivo": (file.name, file.body, file.type)})
        lab.expect("O pedido entra", answer.status_code not in (403, 404, 405), f"o envio não chega à aplicação: {told(answer)}")
    with lab.step(2):
        empty = site.post("/arquivos", files={"arquivo": ("vazio.txt", b"", "text/plain")})
        lab.expect("O servidor EC2 recebe", answer.status_code == 303 and empty.status_code == 400,
                   f"o servidor respondeu {told(answer)} ao arquivo e {told(empty)} a um vazio")
    with lab.step(3):
        kept = {path.name: path.read_bytes() for path in volume.iterdir()} if volume.is_dir() else {}
        lab.expect("O servidor salva", list(kept.values()) == [file.body],
                   f"o volume tem {len(kept)} arquivos, e o servidor respondeu {told(answer)}")
        lab.expect("O nome que a pessoa", _is_id(*kept), f"o arquivo se chama {list(kept)}")
    with lab.step(4):
        rows = database.query("SELECT id::text, size, sha256 FROM uploads")
        lab.expect("O servidor grava", rows == [(*kept, len(file.body), digest)] and digest in site.get().text,
                   f"a tabela tem {rows}, e o servidor respondeu {told(answer)}")
        database.query("ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt')")
        site.post("/arquivos", files={"arquivo": ("recusado.txt", b"nada", "text/plain")}, foreseen=True)
        lab.expect("Se a gravação falha", [path.name for path in volume.iterdir()] == list(kept),
                   "o banco recusou a linha, e o arquivo ficou no volume")
        lab.skip("Uma queda", "a rodada não derruba o servidor no meio de um pedido")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


SPOILS = (
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 4,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "secretsmanager:GetSecretValue", shown=True),
    Spoil("outro-segredo", "deixe o servidor ler só o segredo de outro banco", 4,
          (("Resource: !GetAtt Banco.MasterUserSecret.SecretArn", "Resource: !Sub arn:${AWS::Partition}:secretsmanager:*:*:secret:outro-*"),),
          "nada deixa o papel `PapelServidor` fazer `secretsmanager:GetSecretValue`"),
    Spoil("segredo-negado", "negue a leitura do segredo, ao lado de quem a permite", 4,
          (("              - Sid: SessionManager\n", "              - {Sid: Negar, Effect: Deny, Action: 'secretsmanager:*', Resource: '*'}\n"
            "              - Sid: SessionManager\n"),), "`PapelServidor` nega `secretsmanager:GetSecretValue`"),
    Spoil("sem-perfil", "tire da instância o perfil que dá o papel a ela", 4, (("      IamInstanceProfile: !Ref PerfilServidor\n", ""),),
          "quem não tem papel"),
    Spoil("porta-errada", "faça o servidor procurar o banco na porta 5433", 4, (("PGPORT=${Banco.Endpoint.Port}", "PGPORT=5433"),),
          "`PGPORT` é 5433, e `Banco` ouve em 5432", shown=True),
    Spoil("banco-errado", "dê ao servidor o nome de um banco que não existe", 4, (("PGDATABASE=envios", "PGDATABASE=arquivos"),),
          "`PGDATABASE` pede o banco `arquivos`, e `Banco` cria `envios`"),
    Spoil("porta-no-programa", "escreva no programa a porta 5433, no lugar da que o ambiente dá", 4,
          (('"password": secret["password"]}', '"password": secret["password"], "port": 5433}'),), "nada chegou ao banco, que atende na porta 5432"),
    Spoil("senha-errada", "faça o programa mandar ao banco a senha com uma letra a mais", 4,
          (('"password": secret["password"]}', '"password": secret["password"] + "x"}'),), "password authentication failed"),
    Spoil("banco-fechado", "deixe entrar no banco só quem é do grupo do próprio banco", 4,
          (("SourceSecurityGroupId: !Ref GrupoServidor", "SourceSecurityGroupId: !Ref GrupoBanco"),), "a aplicação não chega ao banco"),
    Spoil("site-fechado", "abra no servidor a porta 8080 no lugar da 80", 1,
          (("FromPort: 80\n          ToPort: 80\n", "FromPort: 8080\n          ToPort: 8080\n"),), "o pedido não chega"),
    Spoil("volume-solto", "tire a ligação do volume com o servidor", 3,
          (("  LigacaoVolume:\n    Type: AWS::EC2::VolumeAttachment\n    Properties:\n      InstanceId: !Ref Servidor\n"
            "      VolumeId: !Ref VolumeArquivos\n      Device: /dev/sdf\n", ""),), "o volume não está na instância", shown=True),
    Spoil("pasta-errada", "mande o servidor gravar numa pasta que não está no volume", 1, (("VOLUME=/dados/arquivos", "VOLUME=/dados/outros"),),
          "`VOLUME` é `/dados/outros`, uma pasta do disco que nada cria"),
    Spoil("disco-cheio", "faça o programa encher o disco de sobras a cada envio", 3,
          (("target.write(chunk)", "target.write(chunk + bytes(100 * 1024**2))"),), "o disco encheu"),
    Spoil("variavel-faltando", "tire do ambiente o tamanho máximo do arquivo", 1,
          (("                TAMANHO_MAXIMO_MIB=${TamanhoMaximoArquivo}\n", ""),), "KeyError: 'TAMANHO_MAXIMO_MIB'"),
    Spoil("biblioteca-faltando", "troque na lista de bibliotecas a que fala com o banco", 1,
          (("    psycopg==3.3.9 --hash", "    psycopg-c==3.3.9 --hash"),), "No module named 'psycopg'"),
    Spoil("modulo-errado", "mande o servidor abrir um módulo que não existe", 1,
          (("--connection-limit=30 envios:app", "--connection-limit=30 envio:app"),), "No module named 'envio'"),
    Spoil("aceita-vazio", "deixe de recusar o arquivo vazio", 2, (("if size == 0:", "if size < 0:"),), "uploads_size_check"),
    Spoil("arquivo-sobra", "não apague o arquivo quando o banco recusa a linha", 4,
          (("                (VOLUME / stored_id).unlink(missing_ok=True)\n", "                pass\n"),), "o arquivo ficou no volume"),
)
