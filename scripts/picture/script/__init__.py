"""Do script `diagrams` ao diagrama como valor."""
