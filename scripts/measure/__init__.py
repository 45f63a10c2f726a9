"""`medir`: os tempos e o que as provas pegam."""
