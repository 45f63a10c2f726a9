"""Importado no servidor de processos: guardar uma senha custa pouco, e não os décimos de segundo que a aplicação pede de propósito.

O que os fluxos conferem é que a senha certa entra e a errada não. `executar` paga o custo de verdade.
"""

from __future__ import annotations

import hashlib
from typing import Any

_derive, _stretch = hashlib.scrypt, hashlib.pbkdf2_hmac


def _scrypt(password: bytes, *, salt: bytes, n: int, r: int, p: int, **more: Any) -> bytes:
    """O custo de um fluxo, que já é pequeno, fica: ele guarda senhas por fora da aplicação."""
    return _derive(password, salt=salt, n=min(n, 1024), r=r, p=1, **more)


def _pbkdf2(hash_name: str, password: Any, salt: Any, iterations: int, dklen: int | None = None) -> bytes:
    return _stretch(hash_name, password, salt, 1, dklen)


hashlib.scrypt, hashlib.pbkdf2_hmac = _scrypt, _pbkdf2
