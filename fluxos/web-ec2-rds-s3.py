"""O que a pessoa faz em `web-ec2-rds-s3`, e o que precisa ficar guardado."""

import hashlib
import random
import re
import shutil

from werkzeug.http import parse_options_header

from scripts.flowbook import Lab, Sample, Spoil, png, told

SAMPLE = Sample("praia.png", png(40, 30))


WEBM = b"\x1aE\xdf\xa3\x93B\x82\x84webm"
MP4 = b"\0\0\0\x18ftypisom\0\0\2\0"
CONTENTS = (
    ("captura", "fotos/duna.jpeg", b"\xff\xd8\xff\xdb" + random.Random(1).randbytes(300_000), 303),
    ("foto", "mar.webp", b"RIFF\x0c\0\0\0WEBPVP8 ", 303), ("video", "praia à tarde.txt", WEBM, 303),
    ("video", "onda.mp4", MP4, 303), ("video", "sol.m4v", b"\0\0\0\x18ftypM4V \0\0\0\1", 303),
    ("foto", "texto.png", b"um texto", 415), ("foto", "duna.gif", b"GIF89a\1\0\1\0", 415), ("foto", "guia.pdf", b"%PDF-1.7\n", 415),
    ("foto", "som.wav", b"RIFF\x0c\0\0\0WAVEfmt ", 415), ("video", "filme.mov", b"\0\0\0\x14ftypqt  ", 415),
    ("video", "filme.mkv", b"\x1aE\xdf\xa3\x93B\x82\x88matroska", 415), ("video", "foto-como-video.png", png(9, 6), 415),
    ("captura", "video-como-captura.mp4", b"\0\0\0\x18ftypavc1\0\0\0\0", 415),
)
"""O tipo que a pessoa escolhe, o nome e o começo de cada arquivo, e o que o servidor responde a ele."""
REFUSING = """
    ALTER TABLE records ADD CONSTRAINT recusa CHECK (title <> 'Recusado');
    CREATE FUNCTION recusa() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''recusado''; END';
    CREATE CONSTRAINT TRIGGER tarde AFTER INSERT ON records DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.title = 'Tarde') EXECUTE FUNCTION recusa()
"""
"""Faz o banco recusar o comando que grava um cadastro, e aceitar o de outro e recusar a confirmação, que é quando ele vale."""


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    fields = {"titulo": "Praia <1>", "responsavel": "Ana", "tipo": "video" if file.type.startswith("video/") else "foto"}
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="gateway", who="pessoa")
        volume = lab.mount(site, "volume", "TMPDIR")
        page = site.get()
        lab.expect("A pessoa usuária acessa", page.status_code == 200, f"a página não abre: {told(page)}")
        answer = _send(site, file, fields)
        lab.expect("O pedido entra", answer.status_code not in (403, 404, 405), f"o envio não chega à aplicação: {told(answer)}")
        lab.expect("Ela preenche", all(f'name="{name}"' in page.text for name in (*fields, "arquivo")), "falta um campo no formulário da página")
        with lab.briefly():
            said = [_send(site, file, {**fields, name: value}).status_code
                    for name, value in (("titulo", ""), ("titulo", "a" * 121), ("responsavel", " "), ("responsavel", "a" * 81), ("tipo", "som"))]
        lab.expect("Ela preenche", said == [400] * 5, f"a campos vazios, compridos ou de um tipo que não há, o servidor respondeu {said}")
    with lab.step(2):
        kept = lab.objects("bucket")
        lab.expect("O servidor confere", answer.status_code == 303 and list(kept.values()) == [file.body],
                   f"o servidor respondeu {told(answer)} ao arquivo, e o bucket tem {list(kept)}")
        limit = int(str(lab.stack.value({"Ref": "TamanhoMaximoArquivo"}))) * 1024**2
        sizes = [("video", b"\xff\xd8\xff" + bytes(limit - 3), 415), ("foto", b"", 400), ("foto", b"\xff\xd8\xff" + bytes(limit - 2), 413)]
        with lab.briefly():
            said = [_send(site, Sample("tamanho.jpg", body), fields | {"tipo": kind}).status_code for kind, body, _ in sizes]
            lab.expect("O servidor confere", said == [status for *_, status in sizes],
                       f"a um do tamanho do limite que não é um vídeo, a um vazio e a um com um byte a mais, o servidor respondeu {said}")
            said = {name: (_send(site, Sample(name, body), fields | {"tipo": kind}).status_code, wanted) for kind, name, body, wanted in CONTENTS}
        wrong = {name: status for name, (status, wanted) in said.items() if status != wanted}
        lab.expect("O servidor confere", not wrong, f"o servidor respondeu {wrong}")
        elsewhere = _send(site, file, fields, headers={"Origin": "https://outro.example"})
        lab.expect("O servidor confere", elsewhere.status_code == 403, f"a um formulário de outro site, o servidor respondeu {told(elsewhere)}")
        bodies = {hashlib.sha256(body).hexdigest(): key for key, body in lab.objects("bucket").items()}
        wanted = [file.body, *(body for *_, body, status in CONTENTS if status == 303)]
        key = bodies.get(digest, "")
        lab.expect("O servidor confere", sorted(bodies) == sorted(hashlib.sha256(body).hexdigest() for body in wanted),
                   f"o bucket tem {len(bodies)} objetos, e nem todos iguais aos {len(wanted)} arquivos aceitos")
        lab.expect("O nome que a pessoa", all(re.fullmatch(r"arquivos/[0-9a-f-]{36}", name) for name in bodies.values()),
                   f"os objetos se chamam {list(bodies.values())}")
        listed = site.get().text
        lab.expect("É do bucket", f'href="/{key}"' in listed and f'href="/{key}/baixar"' in listed and "Praia &lt;1&gt;" in listed,
                   f"a lista não leva a ver e a baixar, ou mostra o título como HTML: {told(site.get())}")
        with lab.briefly():
            read = {how: site.get(f"/{key}{how}") for how in ("", "/baixar")}
            part = site.get(f"/{key}", headers={"Range": "bytes=1-3"})
            named = [_offered(site.get(f"/{bodies[hashlib.sha256(body).hexdigest()]}/baixar")) for body in (WEBM, MP4)]
        lab.expect("É do bucket", [found.content for found in read.values()] == [file.body] * 2,
                   f"o servidor respondeu {[told(found) for found in read.values()]} a quem quis ver e baixar o arquivo")
        lab.expect("É do bucket", (part.status_code, part.content) == (206, file.body[1:4]),
                   f"a quem pediu um trecho, o servidor respondeu {told(part)}, com {len(part.content)} bytes")
        ways = [*(_offered(found)[0] for found in read.values()), *named]
        lab.expect("É do bucket", ways == ["inline", "attachment", ("attachment", "praia à tarde.txt.webm"), ("attachment", "onda.mp4")],
                   f"ver e baixar chegam como {ways}")
    with lab.step(3):
        rows = database.query("SELECT id::text, title, owner, kind, size, sha256, type, name FROM records")
        kinds = [row[0] for row in database.query("SELECT label FROM kinds ORDER BY label")]
        wanted = (key.removeprefix("arquivos/"), *fields.values(), len(file.body), digest, read[""].headers["Content-Type"], _base(file.name))
        row = next((row for row in rows if row[0] == wanted[0]), None)
        lab.expect("O servidor grava", row == wanted and kinds == ["Captura de tela", "Foto", "Vídeo"], f"o banco tem {row} e os tipos {kinds}")
        lab.expect("O servidor grava", sorted((f"arquivos/{row[0]}", row[5]) for row in rows) == sorted((key, name) for name, key in bodies.items()),
                   f"o banco tem {len(rows)} linhas, e o bucket, {len(bodies)} objetos, e eles não se correspondem")
        names = sorted(row[7] for row in rows)
        lab.expect("O servidor grava", names == sorted([_base(file.name), *(_base(name) for _, name, _, status in CONTENTS if status == 303)]),
                   f"os nomes no banco são {names}")
        database.query(REFUSING)
        for title in ("Recusado", "Tarde"):
            with lab.briefly():
                refused = _send(site, file, {**fields, "titulo": title}, foreseen=True)
            lab.expect("Se a gravação falha", sorted(lab.objects("bucket")) == sorted(bodies.values()),
                       "o banco recusou a linha, e o objeto ficou no bucket")
            lab.expect("Se a gravação falha", refused.status_code >= 500, f"o banco recusou a linha, e o servidor respondeu {told(refused)}")
        gone = bodies.pop(hashlib.sha256(WEBM).hexdigest())
        site.post(f"/cadastros/{gone.removeprefix('arquivos/')}/remover")
        left = database.query(f"SELECT id FROM records WHERE id = '{gone.removeprefix('arquivos/')}'")
        lab.expect("O servidor grava", not left and sorted(lab.objects("bucket")) == sorted(bodies.values()),
                   f"de um cadastro removido sobraram as linhas {left}, ou o objeto")
    with lab.step(4):
        left = [path.name for path in volume.iterdir()]
        lab.expect("O volume EBS", not left, f"sobrou no volume {left}")
        lab.skip("O disco do sistema", "a rodada não tem um disco do sistema")
        shutil.rmtree(volume)
        again, late = site.get(f"/{key}/baixar"), _send(site, file, fields, foreseen=True)
        lab.expect("O volume EBS", late.status_code == 503, f"sem o volume, o servidor respondeu {told(late)} a um envio")
        lab.expect("De um e de outro", again.content == file.body, f"sem o volume, o servidor respondeu {told(again)}")


def _send(site, file, fields, **options):
    return site.post("/cadastros", data=fields, files={"arquivo": (file.name, file.body, file.type)}, **options)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _offered(answer) -> tuple[str, str]:
    """Como a resposta se oferece ao navegador, e com que nome."""
    way, options = parse_options_header(answer.headers.get("Content-Disposition"))
    return way, options.get("filename", "")


PASSWORD = '"password": secret["password"]}'
ROLE = "[s3:PutObject, s3:GetObject, s3:DeleteObject]"
OBJECTS = f"{ROLE}\n                Resource: !Sub ${{BucketArquivos.Arn}}"
SPOILS = (
    Spoil("sem-gravar", "tire do servidor a permissão de gravar no bucket", 2, ((ROLE, "[s3:GetObject, s3:DeleteObject]"),), "`s3:PutObject`",
          shown=True),
    Spoil("sem-ler", "tire do servidor a permissão de ler do bucket", 2, ((ROLE, "[s3:PutObject, s3:DeleteObject]"),), "`s3:GetObject`"),
    Spoil("sem-apagar", "tire do servidor a permissão de apagar do bucket", 2, ((ROLE, "[s3:PutObject, s3:GetObject]"),), "`s3:DeleteObject`"),
    Spoil("outra-pasta", "deixe o servidor usar só as chaves que começam por fotos/", 2,
          ((f"{OBJECTS}/arquivos/*", f"{OBJECTS}/fotos/*"),),
          "`s3:PutObject`"),
    Spoil("negado-com-tls", "faça a política do bucket negar o que chega com TLS, e não sem ele", 2,
          (('Bool: {aws:SecureTransport: "false"}', 'Bool: {aws:SecureTransport: "true"}'),), "`PoliticaBucket` nega `s3:PutObject`", shown=True),
    Spoil("endpoint-so-le", "deixe passar pelo endpoint só a leitura", 2, (("[s3:GetObject, s3:PutObject, s3:DeleteObject]", "[s3:GetObject]"),),
          "não chega a `s3` pela rede: a política de `EndpointS3` não deixa passar"),
    Spoil("endpoint-de-outro", "deixe passar pelo endpoint só quem tem outro papel", 2,
          (("aws:PrincipalArn: !GetAtt PapelServidor.Arn", "aws:PrincipalArn: !Sub '${PapelServidor.Arn}-outro'"),),
          "a política de `EndpointS3` não deixa passar"),
    Spoil("outro-bucket", "dê ao servidor o nome de outro bucket", 2, (("BUCKET=${BucketArquivos}", "BUCKET=${PrefixoBucket}"),), "`s3:PutObject`"),
    Spoil("sem-conferir", "aceite como PNG o que não se reconhece", 2,
          (('        abort(415, "O conteúdo não é de um tipo aceito: imagem JPEG, PNG ou WebP; vídeo MP4 ou WebM.")', '        return "image/png"'),),
          "'texto.png': 303"),
    Spoil("segredo-ilegivel", "tire a permissão de ler a senha do banco", 3,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "`secretsmanager:GetSecretValue`"),
    Spoil("porta-errada", "faça o servidor procurar o banco na porta 3306", 3, (("PGPORT=${Banco.Endpoint.Port}", "PGPORT=3306"),),
          "`PGPORT` é 3306"),
    Spoil("banco-no-programa", "escreva no programa o nome de um banco que não existe", 3,
          ((PASSWORD, f'{PASSWORD[:-1]}, "dbname": "cadastros"}}'),), 'database "cadastros" does not exist', shown=True),
    Spoil("objeto-sobra", "não apague o objeto quando o banco recusa a linha", 3,
          (('                storage.discard(row["id"])\n', "                pass\n"),), "o objeto ficou no bucket"),
    Spoil("volume-solto", "tire a ligação do volume com o servidor", 4,
          (("  LigacaoVolume:\n    Type: AWS::EC2::VolumeAttachment\n    Properties:\n      InstanceId: !Ref Servidor\n"
            "      VolumeId: !Ref VolumeTemporarios\n      Device: /dev/sdf\n", ""),), "o volume não está na instância"),
    Spoil("disco-cheio", "faça o programa encher o disco de sobras a cada envio", 4,
          (("            return tempfile.TemporaryFile(dir=TEMP)\n",
            "            found = tempfile.TemporaryFile(dir=TEMP)\n            found.write(bytes(100 * 1024**2))\n            return found\n"),),
          "o disco encheu"),
    Spoil("variavel-faltando", "tire do ambiente o nome do bucket", 1, (("                BUCKET=${BucketArquivos}\n", ""),), "KeyError: 'BUCKET'"),
    Spoil("site-fechado", "deixe entrar no servidor a porta 8080 no lugar da 80", 1,
          (("FromPort: 80\n          ToPort: 80\n", "FromPort: 8080\n          ToPort: 8080\n"),), "o pedido não chega"),
    Spoil("mp4-errado", "procure no lugar errado o sinal de um vídeo MP4", 2,
          (('if head[4:8] == b"ftyp" and', 'if head[:4] == b"ftyp" and'),), "'onda.mp4': 415"),
    Spoil("baixar-mostra", "mostre no navegador também o que se quis baixar", 2, (('f"{disposition}; filename*=', 'f"inline; filename*='),),
          "chegam como ['inline', 'inline'"),
    Spoil("um-pedaco-so", "calcule o SHA-256 do primeiro pedaço, e não do arquivo inteiro", 2,
          (("        while chunk := stream.read(CHUNK):\n            sha256.update(chunk)", "        sha256.update(stream.read(CHUNK))"),), "BadDigest"),
)
