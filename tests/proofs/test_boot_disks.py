"""O que a máquina pede a si mesma ao nascer, e o que faz com os discos."""

from __future__ import annotations

import pytest
from test_boot import needs
from test_boot_units import DISKS, PDV, SITE, WEB, Swap, swapped

R, MOUNT, UPLOAD = "Resources", (*SITE, "MontarVolume"), "upload-ec2-ebs-rds"
DATA = (R, "Servidor", "Properties", "UserData")
HYPHEN, GUARD = "${VOLUME_ID/-/}", '  2) mkfs.xfs "$device" ;;'
FALSE: dict[str, tuple[str, list[Swap], str]] = {
    "pede o que não se serve": ("musicas", [(DATA, "/saude", "/health")], "pede a si mesma `/health`"),
    "pede um arquivo que não há": (WEB, [(DATA, "/static/estilo.css", "/static/site.css")], "pede a si mesma `/static/site.css`"),
    "pede o que só se envia": (PDV, [((R, "ModeloLancamento"), ":8080/saude", ":8080/vendas")], "pede a si mesma `/vendas`"),
    "pede noutra porta": ("envio-e-consulta", [(DATA, ":8080/saude", "/saude")], "na porta 80, e o programa ouve em 8080"),
    "o programa serve outro caminho": ("espectrometria", [(("Mappings", "Codigo", "Site"), 'path("saude"', 'path("health"')], "`/saude`, que o programa"),
    "o id com o hífen": (UPLOAD, [(MOUNT, HYPHEN, "${VOLUME_ID}")], "procura um disco que não há"),
    "o id sem o começo": (DISKS, [(MOUNT, HYPHEN, "${VOLUME_ID#vol-}")], "procura um disco que não há"),
    "outro elo": (WEB, [(MOUNT, "nvme-Amazon_Elastic_Block_Store_", "nvme-Amazon_EBS_")], "procura um disco que não há"),
    "formata o que tem dados": ("envio-e-consulta", [(MOUNT, "  0) ;;", '  0) mkfs.xfs -f "$device" ;;')], "sem ver se está em branco"),
    "formata sempre": (UPLOAD, [(MOUNT, "until [[ -b $device ]]; do sleep 2; done", "mkfs.xfs -f $device")], "sem ver se está em branco"),
    "formata quando não entende": (DISKS, [(MOUNT, "  *) echo", '  *) mkfs.xfs -f "$device"; echo')], "sem ver se está em branco"),
    "monta noutro ponto": (WEB, [(MOUNT, '"$device" /temporarios', '"$device" /mnt')], "prepara `/temporarios`, que não está nele"),
    "prepara outra pasta": (UPLOAD, [(MOUNT, "0700 /dados/arquivos", "0700 /arquivos")], "prepara `/arquivos`, que não está nele"),
    "grava numa pasta que nada cria": (DISKS, [((R, "Servidor"), "PASTA=definitivos", "PASTA=outra")], "uma pasta do disco que nada cria"),
    "desmonta outro ponto": ("envio-e-consulta", [((*SITE, "UnidadeVolume"), "umount /dados", "umount /arquivos")], "prepara `/arquivos`"),
    "um dos discos que ninguém monta": (DISKS, [((R, "Servidor"), "volume@d volume@e", "volume@d")], "nada inicia `volume@e.service`"),
    "um disco que ninguém formata": (WEB, [(MOUNT, GUARD, "  2) ;;")], "monta um disco que ninguém formata"),
    "só para leitura": (UPLOAD, [(MOUNT, "mount -o nodev", "mount -o ro,nodev")], "só para leitura"),
    "a pasta de outro": (UPLOAD, [(MOUNT, "-o envios -g envios", "-o root -g root")], "não pode gravar"),
    "a pasta de ninguém": (WEB, [(MOUNT, "-m 0700", "-m 0000")], "não pode gravar"),
    "o disco inteiro, que é do sistema": (UPLOAD, [((R, "Servidor"), "VOLUME=/dados/arquivos", "VOLUME=/dados")], "uma pasta do disco que nada cria"),
    "desmonta logo": ("envio-e-consulta", [((*SITE, "UnidadeVolume"), "RemainAfterExit=yes\n", "")], "desmonta o disco assim que"),
}
RIGHT: dict[str, tuple[str, list[Swap]]] = {
    "o hífen tirado de outro modo": (UPLOAD, [(MOUNT, f"Store_{HYPHEN}", "Store_vol${VOLUME_ID#vol-}")]),
    "só com o disco em branco, numa linha": (WEB, [(MOUNT, GUARD, "  2) ;;"), (MOUNT, "mkdir -p", 'blkid --probe "$device" || mkfs.xfs "$device"\nmkdir -p')]),
    "só com o disco em branco, num se": (DISKS, [(MOUNT, GUARD, "  2) ;;"),
                                                 (MOUNT, "mkdir -p", 'if ! blkid "$device"; then\n  mkfs.xfs "$device"\nfi\nmkdir -p')]),
    "outro caminho que se serve": (PDV, [((R, "ModeloLancamento"), ":8080/saude", ":8080/saude/banco")]),
    "a porta na unidade e no pedido": ("musicas", [(DATA, "127.0.0.1/saude", "localhost:80/saude")]),
}


@pytest.mark.parametrize("case", FALSE)
def test_what_goes_wrong_at_birth_is_named(case: str) -> None:
    slug, swaps, reason = FALSE[case]
    assert reason in needs(swapped(slug, swaps))


@pytest.mark.parametrize("case", RIGHT)
def test_another_right_way_is_proven(case: str) -> None:
    assert needs(swapped(*RIGHT[case])) == ""
