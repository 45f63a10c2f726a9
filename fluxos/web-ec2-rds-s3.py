"""O que a pessoa faz em `web-ec2-rds-s3`, e o que precisa ficar guardado."""

import hashlib
import re
import shutil

from scripts.flowbook import Lab, Sample, Spoil, png, told

SAMPLE = Sample("praia.png", png(40, 30))


def flow(lab: Lab) -> None:
    file, digest = lab.sent, hashlib.sha256(lab.sent.body).hexdigest()
    fields = {"titulo": "Praia", "responsavel": "Ana", "tipo": "video" if file.type.startswith("video/") else "foto"}
    with lab.step(1):
        database = lab.database("banco", client="servidor")
        site = lab.application("servidor", via="gateway", who="pessoa")
        volume = lab.mount(site, "volume", "TMPDIR")
        page = site.get()
        lab.expect("A pessoa usuária acessa", page.status_code == 200, f"a página não abre: {told(page)}")
        answer = site.post("/cadastros", data=fields, files={"arquivo": (file.name, file.body, file.type)})
        lab.expect("O pedido entra", answer.status_code not in (403, 404, 405), f"o envio não chega à aplicação: {told(answer)}")
        lab.expect("Ela preenche", all(f'name="{name}"' in page.text for name in (*fields, "arquivo")), "falta um campo no formulário da página")
    with lab.step(2):
        wrong = site.post("/cadastros", data=fields, files={"arquivo": ("foto.png", b"um texto", "image/png")})
        kept = lab.objects("bucket")
        lab.expect("O servidor confere", answer.status_code == 303 and wrong.status_code == 415 and list(kept.values()) == [file.body],
                   f"o servidor respondeu {told(answer)} ao arquivo e {told(wrong)} a um texto, e o bucket tem {list(kept)}")
        key = next(iter(kept))
        lab.expect("O nome que a pessoa", re.fullmatch(r"arquivos/[0-9a-f-]{36}", key), f"o objeto se chama `{key}`")
        read = site.get(f"/{key}")
        lab.expect("É do bucket", read.content == file.body, f"o servidor respondeu {told(read)} a quem quis ver o arquivo")
    with lab.step(3):
        rows = database.query("SELECT id::text, title, owner, kind, size, sha256 FROM records")
        kinds = [row[0] for row in database.query("SELECT label FROM kinds ORDER BY label")]
        wanted = (key.removeprefix("arquivos/"), *fields.values(), len(file.body), digest)
        lab.expect("O servidor grava", rows == [wanted] and kinds == ["Captura de tela", "Foto", "Vídeo"], f"o banco tem {rows} e os tipos {kinds}")
        database.query("ALTER TABLE records ADD CONSTRAINT recusa CHECK (title <> 'Recusado')")
        site.post("/cadastros", data={**fields, "titulo": "Recusado"}, files={"arquivo": (file.name, file.body, file.type)}, foreseen=True)
        lab.expect("Se a gravação falha", list(lab.objects("bucket")) == [key], "o banco recusou a linha, e o objeto ficou no bucket")
    with lab.step(4):
        left = [path.name for path in volume.iterdir()]
        lab.expect("O volume EBS", not left, f"sobrou no volume {left}")
        lab.skip("O disco do sistema", "a rodada não tem um disco do sistema")
        shutil.rmtree(volume)
        again = site.get(f"/{key}/baixar")
        lab.expect("De um e de outro", again.content == file.body, f"sem o volume, o servidor respondeu {told(again)}")


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
          "303 a um texto"),
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
)
