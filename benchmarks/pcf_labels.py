"""The labels of ``pcf``: which limits of continued fractions are related to a named constant.

    python -m benchmarks.pcf_labels FOLDER

All 16,807 fractions by brute force, in 49 pieces. A piece that lies in FOLDER is not made again:
what was ended goes on. Then it writes ``datasets/pcf.csv``, the fractions whose limit is a number
of 160 digits, and ``benchmarks/results/pcf_labels.md``, how many were left out and why. It needs
the extra ``constants``.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import gmpy2

from bench.basics.files import write_whole
from bench.basics.paths import DATASETS
from bench.problems.numbers.continued import Pair, Polynomial, convergents, polynomial_at
from bench.problems.numbers.named import NAMED, scaled
from methods.constants.relations import Relation, by_lattice

RESULTS = Path(__file__).parent / "results" / "pcf_labels.md"
COEFFICIENTS = range(-3, 4)

_SOUGHT, _HELD = 60, 160
"""Digits at which a relation is sought, and to which it is held."""
_LOST = 12
"""Of those digits, how many the size of the integers may take."""
_LARGEST = 10**6
_SHALLOW, _DEEP = (200, 400), (1500, 3000)
"""Depths of the two convergents that are compared; the second only where the first are apart."""
_APART = 4
_BOUND = 1000
_MOST_PROVEN = 1000

ZERO, ENDS, DIVERGES, LARGE, SLOW = "a or b is 0", "ends", "diverges", "large", "slow"
LEFT_OUT = {
    ZERO: "a(n) or b(n) is 0 for every n",
    ENDS: "b(n) is 0 for an n from 1 to 7: it ends, and its limit is rational",
    DIVERGES: "two convergents at depths 200 and 400 have not 4 digits in common",
    LARGE: f"its limit is {_BOUND:,} or more in size",
    SLOW: f"two convergents at depths 1,500 and 3,000 have not {_HELD} digits in common",
}
"""Why a fraction is no problem of the dataset."""


@dataclass(frozen=True)
class Label:
    """What was found of one fraction.

    ``why`` it is left out, empty where it is not. A ``constant`` has its ``relation``, which was
    seen to hold to within 10**-``proven``; a fraction that has none there has none to be found.
    """

    why: str = ""
    constant: str = ""
    relation: Relation | None = None
    proven: int = 0

    @property
    def cells(self) -> list[str]:
        """Constant, integers and digits of proof, as the file has them; or why it is left out."""
        if self.relation is None:
            return [self.why]
        return [self.constant, *map(str, self.relation), str(self.proven)]


def label(a: Polynomial, b: Polynomial) -> Label:
    """The label of the fraction of ``a`` and ``b``, coefficients of falling powers."""
    if not any(a) or not any(b):
        return Label(ZERO)
    if any(polynomial_at(b, n) == 0 for n in range(1, 8)):
        return Label(ENDS)
    limit, digits = _limit(a, b, _SHALLOW)
    if digits < _APART:
        return Label(DIVERGES)
    if digits < _HELD + 5:
        limit, digits = _limit(a, b, _DEEP)
    p, q = limit
    if q == 0 or abs(p) >= _BOUND * abs(q):
        return Label(LARGE)
    if digits < _HELD + 2:
        return Label(SLOW)
    for name in NAMED:
        found = _relation(limit, name)
        if found is not None:
            return Label("", name, found, _proven(found, name, a, b))
    return Label()


def _limit(a: Polynomial, b: Polynomial, depths: tuple[int, int]) -> tuple[Pair, int]:
    """The deeper convergent, and to how many digits the other agrees; 0 where there is none."""
    (p, q), (P, Q) = convergents(a, b, depths)
    if q == 0 or Q == 0:
        return (P, Q), 0
    apart = gmpy2.mpz(abs(p * Q - P * q))
    digits = gmpy2.mpz(q * Q).num_digits(10) - apart.num_digits(10) - 1
    return (P, Q), digits if apart else _MOST_PROVEN


def _relation(limit: Pair, name: str) -> Relation | None:
    p, q = limit
    one = 10**_SOUGHT
    x, c = int(p * one // q), scaled(name, _SOUGHT)
    reduced = by_lattice([one, x, c, x * c // one])
    if reduced is None:
        raise SystemExit("python-flint is not installed; pip install 'rediscover-bench[constants]'")
    k0, k1, k2, k3 = reduced
    if max(map(abs, (k0, k1, k2, k3))) > _LARGEST or k0 * k3 == k1 * k2:
        return None
    rest = _rest((k0, k1, k2, k3), limit, name, _HELD)
    return (k0, k1, k2, k3) if rest < 10**_LOST else None


def _rest(found: Relation, limit: Pair, name: str, digits: int) -> int:
    """|k0 + k1 x + k2 c + k3 x c|, scaled by 10**digits."""
    k0, k1, k2, k3 = found
    p, q = limit
    one = 10**digits
    x, c = int(p * one // q), scaled(name, digits)
    return int(abs(k0 * one + k1 * x + k2 * c + k3 * (x * c // one)))


def _proven(found: Relation, name: str, a: Polynomial, b: Polynomial) -> int:
    """The digits to which a relation is seen to hold, of at most 1,000 that the limit is known."""
    limit, digits = _limit(a, b, _DEEP)
    digits = min(digits, _MOST_PROVEN)
    return digits - len(str(_rest(found, limit, name, digits)))


def rows(a: Polynomial) -> Iterable[tuple[list[str], Label]]:
    """The fractions of one ``a``: their five coefficients, and their labels."""
    for b in itertools.product(COEFFICIENTS, repeat=3):
        yield list(map(str, (*a, *b))), label(a, b)


def main() -> None:
    """Make the pieces that lack, then the file and the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where pieces are kept")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.process_time()
    pieces = [_piece(folder, a) for a in itertools.product(COEFFICIENTS, repeat=2)]
    print(f"{time.process_time() - begun:.1f} s of CPU time")
    lines = [line for piece in pieces for line in piece.splitlines()]
    kept = [line for line in lines if line.split(",")[5] not in LEFT_OUT]
    write_whole(DATASETS / "pcf.csv", "".join(f"{line}\n" for line in kept).encode())
    text = table(lines)
    print(text)
    write_whole(RESULTS, f"{text}\n".encode())


def _piece(folder: Path, a: Polynomial) -> str:
    """A line for each fraction of ``a``: of one that is left out, why."""
    path = folder / f"{a[0]}_{a[1]}.csv"
    if not path.exists():
        found = (",".join([*cells, *one.cells]) for cells, one in rows(a))
        write_whole(path, "".join(f"{line}\n" for line in found).encode())
    return path.read_text(encoding="utf-8")


def table(lines: list[str]) -> str:
    """How many fractions were left out and why, and how many relations there are."""
    cells = [line.split(",")[5:] for line in lines]
    counts = Counter(one[0] for one in cells)
    related = [one for one in cells if len(one) > 1]
    proven = sorted(int(one[-1]) for one in related)
    found = [["left out: " + meaning, counts[why]] for why, meaning in LEFT_OUT.items()]
    found += [["no relation with a constant of the list", counts[""]]]
    found += [["a relation with one", len(related)], ["all", len(lines)]]
    middle = proven[len(proven) // 2]
    return "\n".join([
        "| fractions | count |", "|---|---:|",
        *(f"| {what} | {count:,} |" for what, count in found), "",
        f"Relations are seen to hold to {proven[0]} digits at least, {middle} in the middle, and "
        f"{proven[-1]} at most.",
    ])  # fmt: skip


if __name__ == "__main__":
    main()
