"""Ferramentas das Arquiteturas AWS vivas; a porta de entrada é `python3 scripts VERBO`."""
