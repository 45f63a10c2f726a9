"""A rede de um template: quem vive onde, e por onde se chega."""
