"""As regras que ligam figura, página e template, um assunto por módulo."""
