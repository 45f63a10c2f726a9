"""O que todas as salas usam: os achados, a árvore de arquivos, o diagrama como valor."""
