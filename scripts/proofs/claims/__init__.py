"""As afirmações dos benefícios, uma função cada, e `evaluate`, que julga uma."""
