"""`comparar`: o que mudou entre duas revisões, dito pelos fatos que a conferência prova."""
