"""O que a pessoa faz em `envio-e-consulta`, e o que precisa ficar guardado."""

import hashlib
import random
import re
from uuid import UUID

from werkzeug.http import parse_options_header
from werkzeug.security import generate_password_hash

from scripts.flowbook import Lab, Sample, Site, Spoil, png, told

PARAMETERS = {"ArnCertificado": "arn:aws:acm:sa-east-1:123456789012:certificate/0a1b2c3d"}
SAMPLE = Sample("relatório final.txt", "olá, volta".encode())
PASSWORD = "correta cavalo pilha"


KINDS = {
    "tela": (png(9, 7), "image/png"), "duna.txt": (b"\xff\xd8\xff\xe0foto", "image/jpeg"), "onda": (b"GIF89a\1\0\1\0", "image/gif"),
    "mar": (b"RIFF\x0c\0\0\0WEBPVP8 ", "image/webp"), "guia.exe": (b"%PDF-1.7\n", "application/pdf"),
    "carta.png": (b"a" * (256 * 1024 - 1) + "é no meio de dois pedaços".encode(), "text/plain"),
    "latim.txt": ("olá".encode("latin-1"), "application/octet-stream"), "metade.txt": ("olá".encode()[:-1], "application/octet-stream"),
    "pasta/../som <1>.bin": (b"RIFF\x0c\0\0\0WAVEfmt ", "application/octet-stream"),
}
"""De cada arquivo, o conteúdo e o tipo que se reconhece nele, seja qual for o nome."""
REFUSING = """
    ALTER TABLE uploads ADD CONSTRAINT recusa CHECK (name <> 'recusado.txt');
    CREATE FUNCTION recusa() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''recusado''; END';
    CREATE CONSTRAINT TRIGGER tarde AFTER INSERT ON uploads DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.name = 'tarde.txt') EXECUTE FUNCTION recusa()
"""
"""Faz o banco recusar o comando que grava um envio, e aceitar o de outro e recusar a confirmação, que é quando ele vale."""


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="balanceador", who="pessoa")
        volume = lab.mount(site, "volume", "VOLUME")
        site.get("/saude/partes")
        hashed = generate_password_hash(PASSWORD, "scrypt:1024:8:1")
        database.query(f"INSERT INTO users (name, password) VALUES ('ana', '{hashed}'), ('beto', '{hashed}'), ('carla', '{hashed}')")
        entered = _enter(site, "ana")
        page = site.get()
        lab.expect("Na interface web", entered.headers.get("Location") == "/" and 'name="arquivo"' in page.text,
                   f"a pessoa não entra: {told(entered)}; {told(page)}")
        cookie = entered.headers.get("Set-Cookie", "")
        lab.expect("O pedido passa", "Secure" in cookie, "o cookie da sessão passaria também sem HTTPS")
        lab.expect("O pedido passa", "HttpOnly" in cookie and "SameSite=Lax" in cookie, "o cookie da sessão se lê por um programa, ou vai de outro site")
        _attempts(lab, site, database)
    with lab.step(2):
        mark = _mark(page.text)
        stranger = site.post("/arquivos", files={"arquivo": (file.name, file.body, file.type)})
        answer = _send(site, file, mark)
        lab.expect("O servidor EC2, ao mesmo tempo", answer.status_code == 303 and stranger.status_code == 403,
                   f"o servidor respondeu {told(answer)} ao envio e {told(stranger)} a um sem a marca da sessão")
        kept = {path.name: path.read_bytes() for path in volume.iterdir()}
        largest = Sample("maior.bin", random.Random(1).randbytes(int(str(lab.stack.value({"Ref": "TamanhoMaximoArquivo"}))) * 1024**2))
        with lab.briefly():
            sent = [_send(site, other, mark).status_code
                    for other in (largest, Sample("maior.bin", largest.body + b"!"), Sample("vazio.txt", b""), Sample("//", b"nada"))]
            lab.expect("O servidor EC2, ao mesmo tempo", sent == [303, 413, 400, 400],
                       f"a um do tamanho do limite, a um com um byte a mais, a um vazio e a um sem nome, o servidor respondeu {sent}")
            for name, (body, _) in KINDS.items():
                _send(site, Sample(name, body), mark)
        rows = database.query("SELECT name, type, sha256, id::text FROM uploads WHERE sha256 <> '" + digest + "'")
        wanted = {(_base(name), kind, hashlib.sha256(body).hexdigest()) for name, (body, kind) in KINDS.items()}
        wanted.add(("maior.bin", "application/octet-stream", hashlib.sha256(largest.body).hexdigest()))
        found = {row[:3] for row in rows}
        lab.expect("O servidor EC2, ao mesmo tempo", found == wanted, f"o banco tem {sorted(found - wanted)}, e faltam {sorted(wanted - found)}")
        others = {row[0]: row[3] for row in rows}
    with lab.step(3):
        lab.expect("A aplicação salva", list(kept.values()) == [file.body],
                   f"o volume tem {len(kept)} arquivos, e o servidor respondeu {told(answer)}")
        held = {hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in volume.iterdir()}
        lab.expect("A aplicação salva", all(held.get(row[2]) == row[3] for row in rows) and len(held) == len(rows) + 1,
                   "o volume não tem, inteiros, os arquivos que o banco diz")
        lab.expect("O nome que a pessoa", all(str(UUID(name)) == name for name in held.values()), f"os arquivos se chamam {list(held.values())}")
    with lab.step(4):
        rows = database.query("SELECT uploads.id::text, users.name, uploads.name, size, sha256, now() - sent_at < interval '1 hour' "
                              f"FROM uploads JOIN users ON users.id = owner_id WHERE sha256 = '{digest}'")
        lab.expect("A aplicação grava", rows == [(*kept, "ana", _base(file.name), len(file.body), digest, True)], f"a tabela tem {rows}")
        database.query(REFUSING)
        for name in ("recusado.txt", "tarde.txt"):
            with lab.briefly():
                refused = _send(site, Sample(name, b"nada"), mark, foreseen=True)
            lab.expect("Se a gravação falha", sorted(path.name for path in volume.iterdir()) == sorted(held.values()),
                       "o banco recusou a linha, e o arquivo ficou no volume")
            lab.expect("Se a gravação falha", refused.status_code >= 500, f"o banco recusou a linha, e o servidor respondeu {told(refused)}")
    path = f"/arquivos/{next(iter(kept))}"
    with lab.step(5):
        listed = site.get()
        lab.expect("Para consultar", f'href="{path}"' in listed.text, f"a lista não mostra o arquivo: {told(listed)}")
        shown = {name: f'href="/arquivos/{name_id}/ver"' in listed.text for name, name_id in others.items()}
        seen = {_base(name): kind != "application/octet-stream" for name, (_, kind) in KINDS.items()} | {"maior.bin": False}
        lab.expect("Para consultar", shown == seen and "som <1>" not in listed.text, f"a lista mostra um nome como HTML, ou o que a lista oferece para ver é {shown}")
        with site.as_another():
            outside = site.get(path, allow_redirects=False)
        lab.expect("O pedido faz", outside.headers.get("Location") == "/entrar", f"sem sessão, o servidor respondeu {told(outside)}")
        _sessions(lab, site, database, path)
    with lab.step(6):
        _permissions(lab, site, database, path, mark)
    with lab.step(7):
        _returns(lab, site, path, others)
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
        with lab.briefly():
            removed = site.post(f"/arquivos/{others['maior.bin']}/apagar", data={"marca": mark})
        lab.expect("A aplicação lê", removed.status_code == 303 and len(list(volume.iterdir())) == len(held) - 1,
                   f"ao apagar, o servidor respondeu {told(removed)}, e o volume tem {len(list(volume.iterdir()))} arquivos")


def _attempts(lab, site, database) -> None:
    """Com a senha errada ninguém entra, e depois de cinco vezes nem com a certa, até que passe o prazo."""
    spent = database.query("SELECT name FROM attempts")
    lab.expect("Na interface web", not spent, "quem entra com a senha certa gasta as tentativas dela")
    with lab.briefly(), site.as_another():
        wrong = [_enter(site, name, "outra senha qualquer") for name in ("dario", *["beto"] * 5)]
        lab.expect("Na interface web", [found.status_code for found in wrong] == [401] * 6 and wrong[0].text == wrong[1].text,
                   f"a um nome que não existe e a senhas erradas, o servidor respondeu {[found.status_code for found in wrong]}")
        later = [_enter(site, "beto").status_code]
        database.query("UPDATE attempts SET at = at - interval '14 minutes'")
        later.append(_enter(site, "beto").status_code)
        database.query("UPDATE attempts SET at = at - interval '2 minutes'")
        later.append(_enter(site, "beto").status_code)
        database.query("INSERT INTO attempts (name, address) SELECT 'x' || n, '198.51.100.7' FROM generate_series(1, 20) n")
        later.append(_enter(site, "beto").status_code)
        database.query("DELETE FROM attempts")
        lab.expect("Na interface web", later == [429, 429, 303, 429],
                   "com a senha certa depois de 5 erradas, 14 minutos depois, passado o prazo e de um endereço que errou 20 vezes, "
                   f"o servidor respondeu {later}")


def _sessions(lab, site, database, path) -> None:
    """A sessão vale oito horas, e só até a pessoa sair."""
    [(seconds,)] = database.query("SELECT extract(epoch FROM max(expires_at) - now())::int FROM sessions")
    lab.expect("O pedido faz", 7.9 * 3600 < seconds <= 8 * 3600, f"a sessão vale {seconds} segundos")
    with lab.briefly(), site.as_another():
        _enter(site, "carla")
        before = site.get("/", allow_redirects=False).status_code
        database.query("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = (SELECT id FROM users WHERE name = 'carla')")
        ended = [site.get(place, allow_redirects=False).headers.get("Location") for place in ("/", path)]
        lab.expect("O pedido faz", (before, ended) == (200, ["/entrar"] * 2), f"com a sessão vencida, o servidor levou a {ended}")
    with lab.briefly(), site.as_another():
        _enter(site, "carla")
        cookies = site.browser.cookies.copy()
        site.post("/sair", data={"marca": _mark(site.get().text)})
        site.browser.cookies.update(cookies)
        left = site.get("/", allow_redirects=False).headers.get("Location")
        lab.expect("O pedido faz", left == "/entrar", f"com o cookie de quem já saiu, o servidor levou a {left}")


def _permissions(lab, site, database, path, mark) -> None:
    """Lê quem enviou e quem recebeu; e só quem enviou divide, recolhe e apaga."""
    with site.as_another():
        theirs = _entered(site, "beto")
        other, none = site.get(path), site.get("/arquivos/3f0c2a1e-5b7d-4c9e-8a61-0d2f4b6c8e10")
        lab.expect("Sem linha", (other.status_code, other.text) == (404, none.text), f"a outra pessoa o servidor respondeu {other.status_code}")
        beto = site.browser
        lab.expect("A permissão faz parte", path not in site.get().text, "a lista mostra a outra pessoa um arquivo que não é dela")
    site.post(f"{path}/compartilhar", data={"marca": mark, "pessoa": "beto"})
    with lab.briefly():
        nobody = [site.post(f"{path}/compartilhar", data={"marca": mark, "pessoa": name}).status_code for name in ("ana", "dario")]
    lab.expect("A aplicação busca", database.query("SELECT count(*) FROM shares") == [(1,)] and nobody == [400, 400],
               f"o compartilhamento não está no banco, ou o servidor respondeu {nobody} a um consigo e a um com ninguém")
    with site.as_another(), lab.briefly():
        _enter(site, "carla")
        third = site.get(path)
    lab.expect("A permissão faz parte", third.status_code == 404, f"com quem não recebeu, o servidor respondeu {told(third)}")
    with site.as_another():
        site.browser = beto
        shared = site.get(path)
        with lab.briefly():
            said = [site.post(f"{path}/{action}", data={"marca": theirs, "pessoa": "carla"}).status_code
                    for action in ("compartilhar", "recolher", "apagar")]
            listed = path in site.get().text
    lab.expect("A permissão faz parte", (other.status_code, shared.content) == (404, lab.sent.body),
               f"com quem recebeu, o servidor respondeu {told(shared)}")
    lab.expect("A permissão faz parte", listed and said == [404] * 3 and database.query("SELECT count(*) FROM shares") == [(1,)],
               f"a quem recebeu e quis dividir, recolher e apagar, o servidor respondeu {said}")
    with lab.briefly():
        crossed = site.post(f"{path}/recolher", data={"marca": theirs, "pessoa": "beto"})
        lab.expect("A permissão faz parte", crossed.status_code == 403, f"à marca da sessão de outra pessoa, o servidor respondeu {told(crossed)}")
        site.post(f"{path}/recolher", data={"marca": mark, "pessoa": "beto"})
        with site.as_another():
            site.browser = beto
            back = site.get(path, headers={"If-None-Match": shared.headers.get("ETag", "")})
    lab.expect("A permissão faz parte", back.status_code == 404, f"depois de recolhido, o servidor respondeu {told(back)}")


def _returns(lab, site, path, others) -> None:
    """O arquivo volta inteiro, em parte ou não volta, para ver ou para baixar."""
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    read = site.get(path)
    lab.expect("A aplicação lê", read.content == file.body and read.headers.get("ETag") == f'"{digest}"',
               f"o servidor respondeu {told(read)} a quem enviou")
    with lab.briefly():
        part = site.get(path, headers={"Range": "bytes=1-3"})
        same = site.get(path, headers={"If-None-Match": f'"{digest}"'})
        down = {name: _way(site.get(f"/arquivos/{others[name]}")) for name in ("tela", "som <1>.bin")}
        ways = {name: _way(site.get(f"/arquivos/{others[_base(name)]}/ver")) for name in KINDS}
    lab.expect("A aplicação lê", (part.status_code, part.content, same.status_code) == (206, file.body[1:4], 304),
               f"o servidor respondeu {told(part)} a quem pediu um pedaço, e {told(same)} a quem já tem o arquivo")
    lab.expect("A aplicação lê", down == {name: ("attachment", name) for name in down}, f"ao baixar, chegam como {down}")
    wanted = {name: ("attachment" if kind == "application/octet-stream" else "inline", _base(name)) for name, (_, kind) in KINDS.items()}
    lab.expect("A aplicação lê", ways == wanted, f"ao ver, chegam como {ways}")


def _enter(site: Site, name: str, password: str = PASSWORD):
    return site.post("/entrar", data={"usuario": name, "senha": password})


def _entered(site: Site, name: str) -> str:
    """Entra; devolve a marca da sessão."""
    _enter(site, name)
    return _mark(site.get().text)


def _send(site: Site, file: Sample, mark: str, **options):
    return site.post("/arquivos", data={"marca": mark}, files={"arquivo": (file.name, file.body, file.type)}, **options)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _way(answer) -> tuple[str, str]:
    """Como a resposta se oferece ao navegador, e com que nome."""
    way, options = parse_options_header(answer.headers.get("Content-Disposition"))
    return way, options.get("filename", "")


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
    Spoil("sessao-eterna", "aceite a sessão que já venceu", 5, (("WHERE token = %s AND expires_at > now()\"", "WHERE token = %s\""),),
          "com a sessão vencida"),
    Spoil("sair-nao-sai", "deixe no banco a sessão de quem saiu", 5,
          (('        db().execute("DELETE FROM sessions WHERE token = %s", (g.session,))\n', ""),), "com o cookie de quem já saiu"),
    Spoil("tentativas-sem-fim", "não conte as tentativas de cada nome", 1,
          (("if recent.by_name >= MAX_BY_NAME or recent", "if recent"),), "com a senha certa depois de 5 erradas"),
    Spoil("recebe-e-divide", "deixe dividir um arquivo quem só o recebeu", 6,
          (('OWNED = "SELECT id FROM uploads WHERE id = %s AND owner_id = %s"', 'OWNED = "SELECT id FROM uploads WHERE id = %s AND %s > 0"'),),
          "quis dividir, recolher e apagar"),
)
