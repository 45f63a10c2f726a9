"""O que a pessoa faz em `upload-ec2-ebs-rds`, e o que precisa ficar guardado."""

import hashlib
import random
from uuid import UUID

from scripts.flowbook import Lab, Sample, Spoil, told

SAMPLE = Sample("relatório final.txt", "olá, volume".encode())


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="gateway", who="pessoa")
        volume = lab.mount(site, "volume", "VOLUME")
        page = site.get()
        lab.expect("No navegador", 'name="arquivo"' in page.text, f"a página não abre: {told(page)}")
        answer = _send(site, file)
        lab.expect("O pedido entra", answer.status_code not in (403, 404, 405), f"o envio não chega à aplicação: {told(answer)}")
    with lab.step(2):
        # O maior que se aceita passa em muitos pedaços; com um byte a mais, nada se guarda.
        limit = int(str(lab.stack.value({"Ref": "TamanhoMaximoArquivo"}))) * 1024**2
        largest = Sample("fotos\\../ação <b>.bin", random.Random(1).randbytes(limit))
        sent = [_send(site, other) for other in (largest, Sample("vazio.txt", b""), Sample("maior.bin", largest.body + b"!"))]
        said = [other.status_code for other in sent]
        lab.expect("O servidor EC2 recebe", answer.status_code == 303 and said == [303, 400, 413] and "vazio" in sent[1].text,
                   f"o servidor respondeu {told(answer)} ao arquivo, e {said} a um do tamanho do limite, a um vazio e a um com um byte a mais")
        with lab.briefly():
            nameless = [_send(site, Sample(name, b"nada")).status_code for name in ("//", "\x01\x02 ")]
        lab.expect("O servidor EC2 recebe", nameless == [400, 400], f"a arquivos sem um nome que se leia, o servidor respondeu {nameless}")
        elsewhere = _send(site, file, headers={"Origin": "https://outro.example"})
        lab.expect("O servidor EC2 recebe", elsewhere.status_code == 403, f"a um formulário de outro site, o servidor respondeu {told(elsewhere)}")
    with lab.step(3):
        kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in volume.iterdir()} if volume.is_dir() else {}
        wanted = {digest: file, hashlib.sha256(largest.body).hexdigest(): largest}
        lab.expect("O servidor salva", sorted(kept.values()) == sorted(wanted),
                   f"o volume tem {len(kept)} arquivos, e nem todos iguais aos 2 enviados; o servidor respondeu {told(answer)}")
        lab.expect("O nome que a pessoa", all(map(_is_id, kept)), f"os arquivos se chamam {list(kept)}")
    with lab.step(4):
        rows = database.query("SELECT name, type, size, sha256, id::text, now() - sent_at < interval '1 hour' FROM uploads ORDER BY sent_at")
        names = (file.name.replace("\\", "/").rpartition("/")[2], "ação <b>.bin")
        recorded = [(name, item.type, len(item.body), found, next(key for key in kept if kept[key] == found), True)
                    for name, (found, item) in zip(names, wanted.items(), strict=True)]
        lab.expect("O servidor grava", rows == recorded, f"a tabela tem {rows}, e o servidor respondeu {told(answer)}")
        listed = site.get().text
        lab.expect("O servidor grava", all(found in listed for found in wanted) and "ação &lt;b&gt;.bin" in listed,
                   "a lista não mostra, como texto, os nomes e os SHA-256 dos arquivos")
        database.query("ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt')")
        refused = _send(site, Sample("recusado.txt", b"nada"), foreseen=True)
        lab.expect("Se a gravação falha", sorted(path.name for path in volume.iterdir()) == sorted(kept),
                   "o banco recusou a linha, e o arquivo ficou no volume")
        lab.expect("Se a gravação falha", refused.status_code >= 500, f"o banco recusou a linha, e o servidor respondeu {told(refused)}")
        lab.skip("Uma queda", "a rodada não derruba o servidor no meio de um pedido")


def _send(site, file, **options):
    return site.post("/arquivos", files={"arquivo": (file.name, file.body, file.type)}, **options)


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
    Spoil("pasta-errada", "mande o servidor gravar numa pasta que não está no volume", 3, (("VOLUME=/dados/arquivos", "VOLUME=/dados/outros"),),
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
    Spoil("so-um-pedaco", "guarde só o primeiro pedaço do arquivo, e não todos", 3,
          (("while chunk := stream.read(CHUNK):", "if chunk := stream.read(CHUNK):"),), "nem todos iguais aos 2 enviados"),
    Spoil("limite-em-bits", "faça a conta do limite em bits, e não em bytes", 2,
          (("MAX_BYTES = MAX_MIB * 1024 * 1024", "MAX_BYTES = MAX_MIB * 1024 * 1024 * 8"),), "e [303, 400, 303]"),
    Spoil("nome-solto", "mostre o nome que a pessoa deu sem trocar os sinais do HTML", 4,
          (("{{ upload.name }}", "{{ upload.name|safe }}"),), "não mostra, como texto"),
)
