"""How SNIP's networks are trained: the encoders by contrast, then the decoder."""
