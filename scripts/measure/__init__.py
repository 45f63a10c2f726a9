"""`medir`: os tempos, o que as provas pegam, e se os links da AWS abrem."""
