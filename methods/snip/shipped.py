"""Where the networks that ship are, and what reads them."""

from pathlib import Path

SHIPPED = Path(__file__).parent / "trained" / "small"
NEEDED = ("torch", "safetensors")
