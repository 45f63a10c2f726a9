"""Do script à figura: captura, layout, colocação, SVG, e o que ele tem de cumprir."""
