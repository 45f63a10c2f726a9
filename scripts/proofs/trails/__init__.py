"""As trilhas: por que um componente da figura chega a outro, ou que salto recusa."""
