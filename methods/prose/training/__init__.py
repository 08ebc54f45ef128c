"""How PROSE's network is trained, tried and shipped."""
