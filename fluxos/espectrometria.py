"""O que a pessoa faz em `espectrometria`, e o que precisa ficar guardado."""

import json
import math
import re

from scripts.flowbook import Lab, Sample, Site

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


SAMPLE = Sample("amostra.csv", spectrum(400))
BAD = Sample("estragado.csv", (HEADER + "1,um\n").encode())


def send(site: Site, file: Sample) -> str:
    """Envia o formulário da lista; devolve o recado da página, vazio quando o site aceita."""
    token = {"csrfmiddlewaretoken": site.browser.cookies.get("csrftoken")}
    answer = site.post("/analises", data=token, files={"arquivo": (file.name, file.body, file.type)})
    return "" if answer.status_code == 302 else " ".join(re.findall(r'role="alert">([^<]*)', answer.text)) or f"o site respondeu {answer.status_code}"


def flow(lab: Lab) -> None:
    file = lab.sent
    small, large = (file, Sample("grande.csv", spectrum(46_000, 59))) if len(file.body) <= LIMIT else (SAMPLE, file)
    with lab.step(1):
        lab.skip("Borda.", LAYER)
        lab.skip("Os pesquisadores abrem", "a rodada não tem DNS: o navegador já manda o nome do site")
        lab.skip("O DNS pergunta", "a rodada não tem DNS")
    with lab.step(2):
        lab.skip("O Shield Standard", "é da rede da AWS, e não há o que rodar")
        lab.skip("É automático", "é da rede da AWS, e não há o que rodar")
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
        answer = site.post(f"/analises/{first}", data={"csrfmiddlewaretoken": site.browser.cookies.get("csrftoken")})
        lab.expect("O id é o nome", answer.status_code == 302 and len(api.asked) == 2 and len(lab.executions("maquina")) == 1,
                   f"o site respondeu {answer.status_code}, e há {len(lab.executions('maquina'))} execuções")
    with lab.step(7):
        if file is not small:
            send(site, small)
        each = [found.ended for found in lab.executions("maquina")]
        ended = next((ended for ended in each if "AnalisarNaLambda" in ended.path), None)
        lab.skip("Análise.", LAYER)
        lab.expect("O Step Functions coordena", ended and ended.status == "SUCCEEDED", f"as execuções foram {each}")
        lab.expect("A função Etapas lê", ended and "AnalisarNoBatch" not in ended.path, "a função não analisou o arquivo pequeno")
    with lab.step(8):
        if file is not large:
            send(site, large)
        found = next((found for found in lab.executions("maquina") if "AnalisarNoBatch" in found.ended.path), None)
        lab.expect("Acima de 5 MiB", found and found.ended.status == "SUCCEEDED", "o arquivo grande não passou pelo Batch até o fim")
        lab.expect("O Batch provisiona", found and f"{found.name}/picos.csv" in lab.objects("resultado"), "a tarefa não leu o espectro")
    with lab.step(9):
        with lab.tolerating("Rejected", "AnaliseFalhou"):
            send(site, BAD)
        lost = lab.executions("maquina")[-1].name
        results = lab.objects("resultado")
        told = {key.split("/")[0]: json.loads(body) for key, body in results.items() if key.endswith("situacao.json")}
        counted = {key.split("/")[0]: len(body.splitlines()) - 1 for key, body in results.items() if key.endswith("picos.csv")}
        lab.skip("Dados.", LAYER)
        lab.expect("A função Etapas ou", set(counted) == {first, *told} - {lost} and len(counted) == 2, f"o bucket tem {sorted(results)}")
        agreed = all(told[key].get("picos") == count for key, count in counted.items())
        lab.expect("Por último", agreed and "são dois números" in told[lost]["motivo"], f"os resumos são {told}")
    with lab.step(10):
        page = site.get().text
        states = database.query("SELECT id::text, state, peaks FROM espectro_analysis")
        wanted = {(key, "concluida", count) for key, count in counted.items()} | {(lost, "falhou", None)}
        shown = page.count("Concluída") == 2 and "são dois números" in page
        lab.expect("O site lê o resumo", set(states) == wanted and shown, f"o banco tem {states}")
