"""A página de uma arquitetura, lida do Markdown com linhas."""
