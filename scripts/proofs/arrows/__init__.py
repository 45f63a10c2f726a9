"""As regras das setas, uma função cada, e `prove`, que prova todas."""
