"""As perguntas que se fazem a um template: que valor está onde, e que recurso ele nomeia."""
