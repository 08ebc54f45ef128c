"""Words in what a person reads: for numbers, and from outside."""

from __future__ import annotations


def counted(count: int, thing: str, things: str | None = None) -> str:
    """``1 run``, ``2 runs``; ``things`` where it is not ``thing`` with an s."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def shown(value: object) -> str:
    """``value`` in the midst of a sentence, where an empty text or None would leave a hole."""
    text = "nothing" if value is None else str(value) or "empty"
    return text if text == text.strip() else repr(text)


def harmless(text: str) -> str:
    """``text`` on one line; signs that act on a terminal, or turn text round, are spelled out.

    Blanks of all widths stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(one if _shows(one) else ascii(one)[1:-1] for one in text)


def _shows(sign: str) -> bool:
    # No-break and thin blanks are "not printable" and do no harm; C1 ends at 0x9F.
    return sign.isprintable() or (sign.isspace() and ord(sign) > 0x9F)
