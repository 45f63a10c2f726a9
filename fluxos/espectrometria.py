"""O que a pessoa faz em `espectrometria`, e o que precisa ficar guardado."""

import csv
import json
import math
import re

from scripts.flowbook import Lab, Sample, Site, Spoil

PARAMETERS = {"NomeDominio": "espectros.exemplo.br", "CidrPermitido": "203.0.113.7/32", "Email": "ana@exemplo.br",
              "ArnCertificado": "arn:aws:acm:sa-east-1:123456789012:certificate/0f2c4a1e-5b7d-4c9e-8a61-0d2f4b6c8e10"}
HEADER, PASSWORD = "mz,intensidade\n", "uma senha comprida"
FIRST = "import espectro; espectro.prepare(); espectro.call_command('createsuperuser', interactive=False, username='ana', email='')"
"""O comando da página, que cria a primeira pessoa; a senha vem do ambiente, em vez de se digitar."""
LIMIT = 5 * 2**20
LAYER = "é o nome da camada"


def spectrum(points: int, width: int = 0) -> bytes:
    """Um espectro com dois picos, em m/z 104 e 112,5; `width` enche cada número de zeros, para que o arquivo pese com poucos pontos."""
    lines = []
    for index in range(points):
        mz = 100 + index * 0.05
        height = 50 - index * 0.0005 + sum(top * math.exp(-(((mz - place) / 0.08) ** 2)) for place, top in ((104, 1000), (112.5, 250)))
        lines.append(f"{f'{mz:.4f}':0<{width}},{f'{height:.4f}':0<{width}}\n")
    return (HEADER + "".join(lines)).encode()


def weighing(size: int) -> bytes:
    """O mesmo espectro, com este peso exato; o que falta à última linha vai em linhas em branco."""
    return spectrum((size - len(HEADER)) // 120, 59).ljust(size, b"\n")


SAMPLE = Sample("amostra.csv", spectrum(400))
EDGE = Sample("no-limite.csv", weighing(LIMIT))
BAD = Sample("estragado.csv", SAMPLE.body + b"130,um\n")
REFUSED = (Sample("outro.csv", b"mz;intensidade\n1;2\n"), Sample("enorme.csv", HEADER.encode().ljust(4 * LIMIT + 1, b"\n")))
PLACES = ((104, 100), (112.5, 25))
"""De cada pico do espectro, o m/z e a altura, em % da do maior."""


def send(site: Site, file: Sample) -> str:
    """Envia o formulário da lista; devolve o recado da página, vazio quando o site aceita."""
    token = {"csrfmiddlewaretoken": site.browser.cookies.get("csrftoken")}
    answer = site.post("/analises", data=token, files={"arquivo": (file.name, file.body, file.type)})
    return "" if answer.status_code == 302 else " ".join(re.findall(r'role="alert">([^<]*)', answer.text)) or f"o site respondeu {answer.status_code}"


def right(rows: list[dict]) -> bool:
    """Os picos são os do espectro, no lugar e com a altura dele; o que a suavização tira cabe na folga."""
    return len(rows) == len(PLACES) and all(abs(float(row["mz"]) - place) < 0.05 and abs(float(row["relativa"]) - share) < 2
                                            for row, (place, share) in zip(rows, PLACES))


def flow(lab: Lab) -> None:
    file = lab.sent
    small, large = (file, Sample("grande.csv", weighing(LIMIT + 1))) if len(file.body) <= LIMIT else (SAMPLE, file)
    with lab.step(1):
        lab.skip("Borda.", LAYER)
        lab.skip("Os pesquisadores abrem", "a rodada não tem DNS")
        lab.skip("O Route 53 resolve", "a rodada não tem DNS")
    with lab.step(2):
        lab.skip("O Shield Standard", "é da rede da AWS")
        lab.skip("É automático", "é da rede da AWS")
    with lab.step(3):
        database = lab.database("banco", client="site")
        api = lab.pod("api", "manifesto.yaml", "ComandoManifesto", client="site", via="balanceador-interno")
        site = lab.application("site", via="balanceador", who="pesquisadores", http_proxy=api.door)
        site.browser.headers["Host"] = PARAMETERS["NomeDominio"]
        lab.python("site", FIRST, who="pesquisadores", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        page = site.get("/entrar")
        lab.expect("O navegador dos pesquisadores", page.status_code == 200 and "Entrar" in page.text, f"o site respondeu {page.status_code}")
    with lab.step(4):
        entry = {"csrfmiddlewaretoken": site.browser.cookies.get("csrftoken"), "username": "ana", "password": PASSWORD}
        answer = site.post("/entrar", data=entry)
        said = send(site, file) if answer.status_code == 302 else f"ana não entrou: o site respondeu {answer.status_code}"
        rows = database.query("SELECT id::text, size, state FROM espectro_analysis")
        kept = lab.objects("upload")
        lab.skip("Aplicação.", LAYER)
        lab.expect("O site confere o arquivo", len(rows) == 1 and kept == {f"envios/{rows[0][0]}.csv": file.body} and rows[0][1] == len(file.body),
                   said or f"o banco tem {rows}, e o bucket {list(kept)}")
        with lab.briefly():
            refused = [send(site, file) for file in REFUSED]
        lab.expect("O site confere o arquivo", "cabeçalho mz,intensidade" in refused[0] and "limite de 20 MiB" in refused[1]
                   and lab.objects("upload") == kept,
                   f"a um CSV com outro cabeçalho e a um de 20 MiB e 1 byte, o site disse “{refused[0]}” e “{refused[1]}”")
        lab.skip("O bucket apaga", "a rodada não espera um ano")
    first, _, state = rows[0]
    with lab.step(5):
        lab.expect("O site pede a análise", api.asked, said)
        lab.expect("O pedido leva", [json.loads(body) for body in api.asked] == [{"id": first}], f"a API recebeu {api.asked}")
    with lab.step(6):
        names = [found.name for found in lab.executions("maquina")]
        lab.expect("A API invoca", names == [first] and state == "analisando", said or f"as execuções são {names}, e o id é {first}")
        # Como se a resposta da API se tivesse perdido: o site ofereceria pedir de novo.
        database.query("UPDATE espectro_analysis SET state = 'recebida'")
        with lab.briefly():
            answer = site.post(f"/analises/{first}", data={"csrfmiddlewaretoken": site.browser.cookies.get("csrftoken")})
        lab.expect("O id é o nome", answer.status_code == 302 and len(api.asked) == 2 and len(lab.executions("maquina")) == 1,
                   f"o site respondeu {answer.status_code}, e há {len(lab.executions('maquina'))} execuções")
    with lab.step(7):
        if file is not small:
            with lab.briefly():
                send(site, small)
        each = [found.ended for found in lab.executions("maquina")]
        ended = next((ended for ended in each if "AnalisarNaLambda" in ended.path), None)
        lab.skip("Análise.", LAYER)
        lab.expect("O Step Functions coordena", ended and ended.status == "SUCCEEDED", f"as execuções foram {each}")
        lab.expect("A função Etapas lê", ended and "AnalisarNoBatch" not in ended.path, "a função não analisou o arquivo pequeno")
        with lab.briefly():
            send(site, EDGE)
        ended = lab.executions("maquina")[-1].ended
        lab.expect("A função Etapas lê", "AnalisarNaLambda" in ended.path, f"um arquivo de 5 MiB exatos passou por {', '.join(ended.path)}")
    with lab.step(8):
        if file is not large:
            with lab.briefly():
                send(site, large)
        found = next((found for found in lab.executions("maquina") if "AnalisarNoBatch" in found.ended.path), None)
        lab.expect("Acima de 5 MiB", found and found.ended.status == "SUCCEEDED", "o arquivo grande não passou pelo Batch até o fim")
        lab.expect("O Batch provisiona", found and f"{found.name}/picos.csv" in lab.objects("resultado"), "a tarefa não leu o espectro")
    with lab.step(9):
        with lab.briefly(), lab.tolerating(function="Rejected", execution="AnaliseFalhou"):
            send(site, BAD)
        lost = lab.executions("maquina")[-1].name
        results = lab.objects("resultado")
        told = {key.split("/")[0]: json.loads(body) for key, body in results.items() if key.endswith("situacao.json")}
        counted = {key.split("/")[0]: len(body.splitlines()) - 1 for key, body in results.items() if key.endswith("picos.csv")}
        lab.skip("Dados.", LAYER)
        lab.expect("A função Etapas ou", set(counted) == {first, *told} - {lost} and len(counted) == 3, f"o bucket tem {sorted(results)}")
        said = {key: told.get(key, {}) for key in (*counted, lost)}
        peaks = {key: list(csv.DictReader(results[f"{key}/picos.csv"].decode().splitlines())) for key in counted}
        odd = [rows for key, rows in peaks.items() if not (file.own and key == first) and not right(rows)]
        lab.expect("A função Etapas ou", not odd,
                   f"de um espectro com picos em m/z 104 e 112,5, o segundo de 25% do maior, ficaram {odd and odd[0][:3]}")
        wrong = [f"há {len(rows)} picos no arquivo, e o resumo é {said[key]}" for key, rows in peaks.items()
                 if said[key].get("picos") != len(rows) or rows and said[key].get("maior") != max(rows, key=lambda row: float(row["relativa"]))]
        lab.expect("Por último", not wrong and "são dois números" in said[lost].get("motivo", ""), (*wrong, f"o motivo que ficou é {said[lost]}")[0])
    with lab.step(10):
        with lab.briefly():
            page = site.get().text
        states = database.query("SELECT id::text, state, peaks FROM espectro_analysis")
        wanted = {(key, "concluida", count) for key, count in counted.items()} | {(lost, "falhou", None)}
        shown = page.count("Concluída") == 3 and "são dois números" in page and all(f">{count} picos<" in page for count in counted.values())
        lab.expect("O site lê o resumo", set(states) == wanted and shown, f"o banco tem {states}")


SPOILS = (
    Spoil("guardar-negado", "tire do site a permissão de guardar o espectro", 4,
          (("GuardarEspectro, Effect: Allow, Action: s3:PutObject", "GuardarEspectro, Effect: Allow, Action: s3:GetObject"),), "s3:PutObject"),
    Spoil("leitura-negada", "negue a todos, na política do bucket, a leitura dos espectros", 7,
          (('[{Sid: NegarSemTls, Effect: Deny, Principal: "*", Action: s3:*, Resource: [!GetAtt BucketUpload.Arn,',
            '[{Sid: NegarLeitura, Effect: Deny, Principal: "*", Action: s3:GetObject, Resource: !Sub "${BucketUpload.Arn}/*"}, '
            '{Sid: NegarSemTls, Effect: Deny, Principal: "*", Action: s3:*, Resource: [!GetAtt BucketUpload.Arn,'),),
          "`PoliticaUpload` nega `s3:GetObject`"),
    Spoil("tls-ao-contrario", "escreva ao contrário a condição que exige TLS no bucket dos resultados", 9,
          (('!Sub "${BucketResultado.Arn}/*"], Condition: {Bool: {aws:SecureTransport: "false"}}',
            '!Sub "${BucketResultado.Arn}/*"], Condition: {Bool: {aws:SecureTransport: "true"}}'),), "`PoliticaResultado` nega"),
    Spoil("api-fechada", "feche a porta dos pods ao balanceador interno", 5,
          (("FromPort: 8000, ToPort: 8000, SourceSecurityGroupId: !Ref GrupoBalanceadorInterno",
            "FromPort: 9000, ToPort: 9000, SourceSecurityGroupId: !Ref GrupoBalanceadorInterno"),), "tcp 8000"),
    Spoil("endereco-errado", "mande o site chamar a API numa porta em que o balanceador não ouve", 5,
          (("API=http://${BalanceadorInterno.DNSName}/analises", "API=http://${BalanceadorInterno.DNSName}:8000/analises"),), "nenhum ouvinte dele atende assim"),
    Spoil("outra-funcao", "deixe a API invocar só a outra função", 6,
          (("InvocarIniciar, Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt FuncaoIniciar.Arn",
            "InvocarIniciar, Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt FuncaoEtapas.Arn"),),
          "lambda:InvokeFunction", shown=True),
    Spoil("outra-conta-de-servico", "dê o papel da API a outra conta de serviço do cluster", 5,
          (("ServiceAccount: api,", "ServiceAccount: site,"),), "eles não têm papel nenhum"),
    Spoil("variavel-errada", "dê outro nome à variável que diz à função qual é a máquina de estados", 6,
          (("Variables: {MAQUINA: !Ref MaquinaAnalise}", "Variables: {FLUXO: !Ref MaquinaAnalise}"),), "KeyError: 'MAQUINA'"),
    Spoil("manipulador-errado", "mande a Lambda chamar uma função que o código não tem", 6,
          (("Handler: index.handler\n   MemorySize: 256", "Handler: index.iniciar\n   MemorySize: 256"),), "`index.iniciar`"),
    Spoil("nome-sorteado", "sorteie o nome da execução, em vez de usar o id", 6,
          (("name=id, input", "name=str(uuid.uuid4()), input"),), "as execuções são"),
    Spoil("sem-confianca", "deixe só a Lambda usar o papel da máquina de estados", 6,
          (("Principal: {Service: states.amazonaws.com}", "Principal: {Service: lambda.amazonaws.com}"),), "states.amazonaws.com"),
    Spoil("concorrencia-zero", "reserve concorrência 0 à função das etapas", 7,
          (("   MemorySize: 1024\n", "   MemorySize: 1024\n   ReservedConcurrentExecutions: 0\n"),), "oncorrência"),
    Spoil("um-segundo", "dê à função um segundo só, e um preparo que demora mais", 7,
          (("   Timeout: 600\n", "   Timeout: 1\n"),
           ('        return {"mib": read(', '        __import__("time").sleep(1.2)\n        return {"mib": read(')),
          "passou do tempo dela (`Timeout: 1`)"),
    Spoil("pouca-memoria", "dê à função 128 MiB, e um preparo que usa mais", 7,
          (("   MemorySize: 1024\n", "   MemorySize: 128\n"),
           ('        return {"mib": read(', '        whole = b"x" * 2**28\n        return {"mib": read(')),
          "e tem 128 (`MemorySize`)"),
    Spoil("caminho-errado", "faça a escolha olhar um dado que o preparo não deixa", 7,
          (("Variable: $.preparo.mib", "Variable: $.preparo.mb"),), "não há `$.preparo.mb`"),
    Spoil("limite-maior", "só mande ao Batch o que passa de 50 MiB", 8, (("NumericGreaterThan: 5,", "NumericGreaterThan: 50,"),),
          "não passou pelo Batch"),
    Spoil("sem-a-definicao", "deixe a máquina de estados usar a fila, mas não a definição do trabalho", 8,
          (("Resource: [!Ref FilaLote, !Ref DefinicaoLote]", "Resource: [!Ref FilaLote]"),), "batch:SubmitJob", shown=True),
    Spoil("sem-biblioteca", "rode a tarefa sem instalar as bibliotecas", 8,
          (('        echo "$BIBLIOTECAS" | pip install --quiet --require-hashes --no-deps --only-binary=:all: --requirement /dev/stdin\n', ""),),
          "No module named 'botocore'"),
    Spoil("tarefa-sem-gravar", "tire da tarefa do Batch a permissão de gravar o resultado", 9,
          (("GravarResultado, Effect: Allow, Action: s3:PutObject,", "GravarResultado, Effect: Allow, Action: s3:GetObject,"),), "s3:PutObject"),
    Spoil("resumo-errado", "conte um pico a mais no resumo", 9, (('"picos": count, "maior"', '"picos": count + 1, "maior"'),), "e o resumo é"),
    Spoil("sem-captura", "tire da preparação o que registra a falha dela", 9,
          ((", Catch: [{ErrorEquals: [States.ALL], ResultPath: $.erro, Next: RegistrarFalha}], Next: Escolher}", ", Next: Escolher}"),),
          "a execução acabou em `Preparar` com `Rejected`"),
    Spoil("banco-fechado", "abra no grupo do banco a porta do MySQL, e não a do PostgreSQL", 10,
          (("ToPort: 5432, SourceSecurityGroupId: !Ref GrupoAplicacao", "ToPort: 3306, SourceSecurityGroupId: !Ref GrupoAplicacao"),
           ("IpProtocol: tcp, FromPort: 5432, ToPort: 3306", "IpProtocol: tcp, FromPort: 3306, ToPort: 3306")), "a aplicação não chega ao banco"),
    Spoil("segredo-ilegivel", "tire do site a permissão de ler a senha do banco", 10,
          (("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:DescribeSecret"),), "secretsmanager:GetSecretValue"),
    Spoil("banco-errado", "mande o site abrir um banco com outro nome", 10, (("PGDATABASE=espectro", "PGDATABASE=analises"),), "analises"),
    Spoil("resultado-ilegivel", "tire do site a permissão de ler o resultado", 10,
          (("LerResultado, Effect: Allow, Action: s3:GetObject", "LerResultado, Effect: Allow, Action: s3:PutObject"),), "s3:GetObject"),
    Spoil("maior-como-texto", "compare as alturas dos picos como texto, para achar o maior", 9,
          (('key=lambda peak: float(peak["relativa"])', 'key=lambda peak: peak["relativa"]'),), "'relativa': '25."),
    Spoil("cinco-no-batch", "mande ao Batch também o que tem 5 MiB exatos", 7, (("NumericGreaterThan: 5,", "NumericGreaterThanEquals: 5,"),),
          "um arquivo de 5 MiB exatos passou por"),
    Spoil("so-o-comeco", "valide só as cem primeiras linhas", 9, (("            elif line.strip():", "            elif number < 100 and line.strip():"),),
          "o bucket tem"),
    Spoil("sem-voltar", "guarde o arquivo sem voltar ao começo dele depois de ler o cabeçalho", 4, (("        upload.seek(0)\n", ""),), "e o bucket"),
)
