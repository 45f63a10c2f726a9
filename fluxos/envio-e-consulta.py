"""O que a pessoa faz em `envio-e-consulta`, e o que precisa ficar guardado."""

import hashlib
import re
from uuid import UUID

from werkzeug.security import generate_password_hash

from scripts.flowbook import Lab, Sample, Site, Spoil, told

PARAMETERS = {"ArnCertificado": "arn:aws:acm:sa-east-1:123456789012:certificate/0a1b2c3d"}
SAMPLE = Sample("relatório final.txt", "olá, volta".encode())
PASSWORD = "correta cavalo pilha"


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="balanceador", who="pessoa")
        volume = lab.mount(site, "volume", "VOLUME")
        site.get("/saude/partes")
        for name in ("ana", "beto", "carla"):
            database.query(f"INSERT INTO users (name, password) VALUES ('{name}', '{generate_password_hash(PASSWORD, 'scrypt:1024:8:1')}')")
        entered = _enter(site, "ana")
        page = site.get()
        lab.expect("Na interface web", entered.headers.get("Location") == "/" and 'name="arquivo"' in page.text,
                   f"a pessoa não entra: {told(entered)}; {told(page)}")
        lab.expect("O pedido passa", "Secure" in entered.headers.get("Set-Cookie", ""), "o cookie da sessão passaria também sem HTTPS")
    with lab.step(2):
        mark = _mark(page.text)
        stranger = site.post("/arquivos", files={"arquivo": (file.name, file.body, file.type)})
        answer = site.post("/arquivos", data={"marca": mark}, files={"arquivo": (file.name, file.body, file.type)})
        lab.expect("O servidor EC2, ao mesmo tempo", answer.status_code == 303 and stranger.status_code == 403,
                   f"o servidor respondeu {told(answer)} ao envio e {told(stranger)} a um sem a marca da sessão")
    with lab.step(3):
        kept = {path.name: path.read_bytes() for path in volume.iterdir()}
        lab.expect("A aplicação salva", list(kept.values()) == [file.body],
                   f"o volume tem {len(kept)} arquivos, e o servidor respondeu {told(answer)}")
        lab.expect("O nome que a pessoa", str(UUID(next(iter(kept)))) in kept, f"o arquivo se chama {list(kept)}")
    with lab.step(4):
        rows = database.query("SELECT uploads.id::text, users.name, size, sha256 FROM uploads JOIN users ON users.id = owner_id")
        lab.expect("A aplicação grava", rows == [(*kept, "ana", len(file.body), digest)], f"a tabela tem {rows}")
        database.query("ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt')")
        site.post("/arquivos", data={"marca": mark}, files={"arquivo": ("recusado.txt", b"nada", "text/plain")}, foreseen=True)
        lab.expect("Se a gravação falha", [path.name for path in volume.iterdir()] == list(kept),
                   "o banco recusou a linha, e o arquivo ficou no volume")
    path = f"/arquivos/{next(iter(kept))}"
    with lab.step(5):
        listed = site.get()
        lab.expect("Para acessar", f'href="{path}"' in listed.text, f"a lista não mostra o arquivo: {told(listed)}")
        with site.as_another():
            outside = site.get(path, allow_redirects=False)
        lab.expect("O pedido faz", outside.headers.get("Location") == "/entrar", f"sem sessão, o servidor respondeu {told(outside)}")
    with lab.step(6):
        with site.as_another():
            _enter(site, "beto")
            other, none = site.get(path), site.get("/arquivos/3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10")
            lab.expect("Sem linha", (other.status_code, other.text) == (404, none.text), f"a outra pessoa o servidor respondeu {other.status_code}")
        site.post(f"{path}/compartilhar", data={"marca": mark, "pessoa": "beto"})
        with site.as_another():
            _enter(site, "beto")
            shared = site.get(path)
        lab.expect("A aplicação busca", database.query("SELECT count(*) FROM shares") == [(1,)],
                   "o compartilhamento não está no banco")
        with site.as_another(), lab.briefly():
            _enter(site, "carla")
            third = site.get(path)
        lab.expect("A permissão faz parte", third.status_code == 404, f"com quem não recebeu, o servidor respondeu {told(third)}")
        lab.expect("A permissão faz parte", (other.status_code, shared.content) == (404, file.body),
                   f"com quem recebeu, o servidor respondeu {told(shared)}")
    with lab.step(7):
        read = site.get(path)
        lab.expect("A aplicação recupera", read.content == file.body and read.headers.get("ETag") == f'"{digest}"',
                   f"o servidor respondeu {told(read)} a quem enviou")
        place = volume / next(iter(kept))
        for body in (file.body + b"!", bytes([file.body[0] ^ 1]) + file.body[1:]):  # maior, e do mesmo tamanho
            place.write_bytes(body)
            changed = site.get(path, foreseen=True)
            lab.expect("Se o arquivo sumiu", changed.status_code == 500 and "não é mais o que foi enviado" in changed.text,
                       f"com o arquivo mudado no disco, o servidor respondeu {told(changed)}")
        place.unlink()
        gone = site.get(path, foreseen=True)
        lab.expect("Se o arquivo sumiu", gone.status_code == 410, f"sem o arquivo no disco, o servidor respondeu {told(gone)}")
        place.write_bytes(file.body)


def _enter(site: Site, name: str):
    return site.post("/entrar", data={"usuario": name, "senha": PASSWORD})


def _mark(text: str) -> str:
    found = re.search(r'name="marca" value="([0-9a-f]{64})"', text)
    return found[1] if found else ""


PASSWORD_OF = '"password": secret["password"]}'
SPOILS = (
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 4,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "`secretsmanager:GetSecretValue`"),
    Spoil("porta-errada", "faça o servidor procurar o banco na porta 3306", 4, (("PGPORT=${Banco.Endpoint.Port}", "PGPORT=3306"),),
          "`PGPORT` é 3306"),
    Spoil("banco-errado", "dê ao servidor o nome de um banco que não existe", 4, (("PGDATABASE=envios", "PGDATABASE=arquivos"),),
          "`PGDATABASE` pede o banco `arquivos`"),
    Spoil("senha-errada", "faça o programa mandar ao banco a senha com uma letra a mais", 4,
          ((PASSWORD_OF, f'{PASSWORD_OF[:-1]} + "x"}}'),), "password authentication failed"),
    Spoil("banco-fechado", "deixe entrar no banco o balanceador, e não o servidor", 4,
          (("ToPort: 5432, SourceSecurityGroupId: !Ref GrupoServidor", "ToPort: 5432, SourceSecurityGroupId: !Ref GrupoBalanceador"),),
          "a aplicação não chega ao banco"),
    Spoil("servidor-fechado", "deixe entrar no servidor o banco, e não o balanceador", 2,
          (("ToPort: 8080, SourceSecurityGroupId: !Ref GrupoBalanceador", "ToPort: 8080, SourceSecurityGroupId: !Ref GrupoBanco"),),
          "o pedido não chega"),
    Spoil("https-fechado", "abra no balanceador a porta 80 no lugar da 443", 1,
          (("permitida, IpProtocol: tcp, FromPort: 443, ToPort: 443", "permitida, IpProtocol: tcp, FromPort: 80, ToPort: 80"),), "tcp 443"),
    Spoil("volume-solto", "tire a ligação do volume com o servidor", 3,
          (("  LigacaoVolume:\n    Type: AWS::EC2::VolumeAttachment\n    DependsOn: OuvinteHttps\n"
            "    Properties: {InstanceId: !Ref Servidor, VolumeId: !Ref VolumeArquivos, Device: /dev/sdf}\n", ""),),
          "o volume não está na instância"),
    Spoil("disco-cheio", "faça o programa encher o disco de sobras a cada envio", 3,
          (("target.write(chunk)", "target.write(chunk + bytes(100 * 1024**2))"),), "o disco encheu"),
    Spoil("variavel-faltando", "tire do ambiente a pasta do volume", 2, (("                VOLUME=/dados/arquivos\n", ""),), "KeyError: 'VOLUME'"),
    Spoil("cookie-sem-https", "deixe o cookie da sessão passar sem HTTPS", 1,
          (("max_age=SESSION_SECONDS, secure=True", "max_age=SESSION_SECONDS, secure=False"),), "passaria também sem HTTPS"),
    Spoil("sem-marca", "aceite o formulário que não é da sessão", 2,
          (('if request.method == "POST" and not hmac.compare_digest(', 'if request.method == "PUT" and not hmac.compare_digest('),),
          "303 a um sem a marca"),
    Spoil("arquivo-sobra", "não apague o arquivo quando o banco recusa a linha", 4,
          (("            (VOLUME / file_id).unlink(missing_ok=True)\n", "            pass\n"),), "o arquivo ficou no volume"),
    Spoil("sem-sessao", "entregue os arquivos também a quem não entrou", 5, (('"login", "enter"}', '"login", "enter", "deliver"}'),), "sem sessão"),
    Spoil("sem-permissao", "entregue o arquivo a quem tem sessão, seja de quem for", 6,
          (('WHERE id = %(id)s AND {MAY_READ}"', 'WHERE id = %(id)s AND %(user)s > 0"'),), "a outra pessoa o servidor respondeu 200", shown=True),
    Spoil("nao-compartilha", "faça o compartilhar só contar as linhas, sem gravar nenhuma", 6,
          (('"INSERT INTO shares VALUES (%s, %s) ON CONFLICT DO NOTHING"', '"SELECT count(*) FROM shares WHERE upload_id = %s AND user_id = %s"'),),
          "o compartilhamento não está no banco", shown=True),
    Spoil("sem-conferir", "entregue o arquivo sem conferir se ele mudou no disco", 7,
          (("if (size, digest) != (row.size, row.sha256):", "if size < 0:"),), "com o arquivo mudado no disco", shown=True),
    Spoil("todos-leem", "deixe ler um arquivo compartilhado quem não o recebeu", 6,
          (("WHERE upload_id = uploads.id AND user_id = %(user)s))", "WHERE upload_id = uploads.id))"),), "com quem não recebeu"),
    Spoil("so-tamanho", "confira só o tamanho do arquivo", 7,
          (("if (size, digest) != (row.size, row.sha256):", "if size != row.size:"),), "com o arquivo mudado no disco"),
)
