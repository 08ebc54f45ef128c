#!/usr/bin/env python3
"""The share of sentences in README and docs/ that are longer than 25 words. A report, no gate."""

import re
from pathlib import Path

LONG = 25
ROOT = Path(__file__).resolve().parent.parent
NO_PROSE = re.compile(
    r"^```.*?^```$|<!--.*?-->|^\|[^\n]*$|^:::[^\n]*(?:\n {4}[^\n]*)*", re.MULTILINE | re.DOTALL
)  # code, comments, tables and mkdocstrings


def sentences(page: Path) -> list[str]:
    text = NO_PROSE.sub("\n\n", page.read_text(encoding="utf-8"))
    text = re.sub(r"\]\([^)]*\)", "]", text)
    paragraphs = re.split(r"\n\s*\n|\n(?=[*#])", text)
    return [s for p in paragraphs for s in re.split(r"(?<=[.!?:])\s+", p.strip()) if s]


def main() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        found = sentences(page)
        long = [s for s in found if len(s.split()) > LONG]
        share = len(long) / max(1, len(found))
        print(f"{page.relative_to(ROOT)!s:24} {len(long):3} of {len(found):3} long, {share:.0%}")
        for sentence in long:
            print(f"    {len(sentence.split())} words: {' '.join(sentence.split())[:90]}")


if __name__ == "__main__":
    main()
