"""Atualiza os ícones desta pasta (para quem mantém o projeto; precisa de npm).

Uso: `python3 scripts/picture/icons/update.py`. Baixa o pacote `aws-icons` na versão de
`catalog.toml` e copia para `svg/` só os ícones que o catálogo cita, com os números dos traços
arredondados a um décimo: na figura eles têm 48 px, e o arquivo fica um quarto menor. Em
`names.txt` ficam os nomes de todos, para dizer a quem falta um qual é o dele.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOMS = ("architecture-service", "resource")
HEADER = "# Os ícones do pacote npm `aws-icons`, na versão de catalog.toml; update.py refaz a lista."
ROUNDER = "svgo@2.8.0"
ROUNDING = "module.exports = {plugins: [{name: 'convertPathData', params: {floatPrecision: 1}}]};"


def update() -> int:
    """Refaz `svg/`; devolve 1 quando o catálogo cita um ícone que o pacote não tem."""
    catalog = tomllib.loads((HERE / "catalog.toml").read_text(encoding="utf-8"))
    wanted = sorted({*catalog["groups"].values(), *catalog["icons"].values()})
    with tempfile.TemporaryDirectory() as folder:
        package = f"aws-icons@{catalog['version']}"
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        source = Path(folder, "package", "icons")
        missing = [name for name in wanted if not (source / f"{name}.svg").is_file()]
        if missing:
            print(f"O pacote {package} não tem: {', '.join(missing)}", file=sys.stderr)
            return 1
        names = sorted(path.relative_to(source).with_suffix("").as_posix() for room in ROOMS for path in (source / room).glob("*.svg"))
        (HERE / "names.txt").write_text("\n".join((HEADER, *names)) + "\n", encoding="utf-8", newline="\n")
        shutil.rmtree(HERE / "svg", ignore_errors=True)
        for name in wanted:
            target = HERE / "svg" / f"{name}.svg"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / f"{name}.svg", target)
        config = Path(folder, "arredonda.js")
        config.write_text(ROUNDING, encoding="utf-8")
        subprocess.run(["npx", "--yes", ROUNDER, "--config", config, "--quiet", "-rf", HERE / "svg"], cwd=folder, check=True)
    print(f"{len(wanted)} ícones de {package} em svg/")
    return 0


if __name__ == "__main__":
    sys.exit(update())
