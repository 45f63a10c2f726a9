"""O desenho contra o template: lugares, zonas, e o que se permite sem seta."""
