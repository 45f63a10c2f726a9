"""Dados sobre a AWS, com data e fonte: preços, cotas e links. Quem os usa são as conferências e o site."""
