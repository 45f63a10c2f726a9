"""A preparação de `.venv`, só com a biblioteca padrão."""
