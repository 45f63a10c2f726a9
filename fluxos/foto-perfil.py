"""O que a pessoa faz em `foto-perfil`, e o que precisa ficar guardado."""

from scripts.flowbook import Lab, Sample, Spoil, png

SAMPLE = Sample("minha-foto.png", png(120, 90))


def flow(lab: Lab) -> None:
    photo = lab.sent
    with lab.step(1):
        form = lab.invoke("autorizar", {"pessoa": "ana", "nome": photo.name, "tipo": photo.type}, who="pessoa")
        lab.expect("Antes, o aplicativo", form.get("segundos") == 300, f"a função não autorizou: {form}")
        # Duas vezes: o segundo envio mostra que o primeiro não se perde, e que o novo vence.
        status, code = lab.post(form["url"], form["campos"], photo, who="pessoa")
        lab.expect("A pessoa envia", status == 201, f"o S3 recusou o envio: {code}")
        lab.expect("Com ele, a foto vai direto", status == 201, f"o S3 recusou o envio: {code}")
    with lab.step(2):
        stolen = {**form["campos"], "key": "envios/bia"}
        lab.expect("A imagem é salva", list(lab.objects("entrada")) == ["envios/ana"], "o envio não está no bucket de entrada")
        lab.expect("O que não cumpre", lab.post(form["url"], stolen, photo, who="pessoa")[0] == 403, "o S3 aceitou outra chave")
        lab.skip("O bucket tem versões", "o segundo envio só chega no passo 3")
    with lab.step(3):
        kept = lab.objects("fotos")
        lab.expect("O envio dispara", lab.rows("tabela"), "a função validar não registrou nada")
        row = next((row for row in lab.rows("tabela") if row["registro"] == "foto"), {})
        last = lab.rows("tabela")[-1]
        lab.expect("Ela lê o começo", row.get("formato"), f"a foto não serve: {last.get('situacao')}, {last.get('motivo')}")
        lab.expect("Se a foto serve", list(kept.values()) == [photo.body], "a foto não chegou inteira ao bucket de fotos")
        lab.post(form["url"], form["campos"], photo, who="pessoa")
        lab.expect("Depois da troca", len(lab.objects("fotos")) == 1, "a foto anterior continua no bucket")
    with lab.step(4):
        sent = [row for row in lab.rows("tabela") if row["registro"] != "foto"]
        lab.expect("Os metadados", row["nome"] == photo.name and row["tamanho"] == len(photo.body) and len(sent) == 2,
                   f"a tabela não conta os dois envios: {lab.rows('tabela')}")


SPOILS = (
    Spoil("sem-gravar", "tire a permissão de gravar na tabela", 4, (("Action: dynamodb:PutItem", "Action: dynamodb:GetItem"),), "dynamodb:PutItem", shown=True),
)
