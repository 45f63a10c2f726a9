"""As permissões de um template: quem age com que papel, e o que as políticas deixam."""
