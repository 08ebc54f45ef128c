"""What the verbs that look take: tables, comparisons, pictures, lists, the judge."""

from __future__ import annotations

from bench.cli.arguments.declaring import Verbs, declared

_JUDGE = """\
Each rule answers yes, no, undecided or not applicable, with its reason:

{rules}

NED is SRSD's normalised edit distance: 0 is the same formula, 1 the worst. A "no" shows a witness,
a point at which the two differ, wherever there is one. Without --problem every variable is taken
from +-[0.1, 10], where the truth has a real value.

  rediscover judge "0.4130*x*(2.6317+2.4213*x)-0.0869*x" "x + x**2"
  rediscover judge "abs(mu)*Nn" --problem srsd_easy/feynman-i.12.1
"""

_CDM = """\
FILE is a CSV with the columns prediction and truth: formulas in LaTeX, with or without $ around.
CDM is an F1 over the printed tokens of both, 1 where they look the same. It measures appearance,
not truth: two neighbours that change places, or an exponent that becomes an index, may leave it at
1, and the same law in other words is far below. Within 8 pixels, not 20, it sees scripts.
A prediction that cannot be typeset has 0. A row whose truth cannot be is left out, and counted.
"""

_NEAREST = """\
The encoder of a trained network says how near each formula of the library is to the data. Constants
of the nearest are fitted, and the error that is left is shown. Nothing is searched for.

  rediscover nearest my_data.csv
  rediscover nearest nguyen/Nguyen-5 --library aifeynman
"""

_VIEWS = (
    "dataset", "tier", "family", "problem", "difficulty", "dimension", "dummy_variables", "units",
    "identifiable", "noise", "seed", "kind", "disclosure", "run",
)  # fmt: skip
"""The names in ``bench.leaderboard.views``, which takes too long to import here."""


class _Views(tuple[str, ...]):
    """What ``--by`` takes: some names, and any setting of a method or limit of budgets."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or str(name).startswith(("method.", "budget."))


def declare(verbs: Verbs) -> None:
    """Declare the verbs of ``bench.cli.verbs.look``."""
    _tables(verbs)
    _comparing(verbs)
    _pictures(verbs)
    _looking(verbs)
    _retrieving(verbs)
    _judging(verbs)


def _tables(verbs: Verbs) -> None:
    board = declared(
        verbs, "look.leaderboard", "the table, from the records of one folder or several"
    )
    board.add_argument("folders", metavar="DIR", nargs="+", help="results/<experiment>")
    board.add_argument(
        "--by",
        metavar="VIEW",
        action="append",
        default=[],
        choices=_Views(_VIEWS),
        help=f"a line for each {', '.join(_VIEWS)}, method.NAME.SETTING or budget.LIMIT; may be "
        "given twice",
    )
    board.add_argument(
        "--columns", metavar="NAME,...", default="", help="these columns only, in this order"
    )
    board.add_argument("--sort", metavar="NAME", help="by this column, within what is ranked")
    board.add_argument(
        "--best", action="store_true", help="mark the best where it is more than chance"
    )
    board.add_argument(
        "--require-complete",
        action="store_true",
        help="exit code 1 unless all is run, judged and ranked together",
    )
    board.add_argument(
        "--format", choices=["table", "csv", "md", "tex", "json", "parquet", "html"],
        default="table",
    )  # fmt: skip
    board.add_argument("-o", "--output", metavar="FILE", help="write it there")
    board.add_argument("--json", action="store_true", help="for machines")
    board.add_argument(
        "--with-published", action="store_true", help="add what others published, unranked"
    )


def _comparing(verbs: Verbs) -> None:
    compare = declared(
        verbs, "look.compare", "are the differences between methods more than chance?"
    )
    compare.add_argument("folder", metavar="DIR", help="results/<experiment>")
    compare.add_argument("methods", metavar="METHOD", nargs="*", help="default: all")
    compare.add_argument(
        "--metric",
        metavar="NAME",
        default="",
        help="a rule, or a metric; default: what orders the lines of the table, of laws exact",
    )
    compare.add_argument(
        "--twins", action="store_true",
        help="the memorisation gap: of each method, published problems less their twins",
    )  # fmt: skip
    compare.add_argument("--json", action="store_true", help="for machines")


def _pictures(verbs: Verbs) -> None:
    report = declared(verbs, "look.report", "the results as one HTML page that needs nothing else")
    report.add_argument("folder", metavar="DIR", help="results/<experiment>")
    report.add_argument("-o", "--output", metavar="FILE", help="default: DIR/report.html")
    report.add_argument("--title", metavar="TEXT", help="what heads the page")

    plots = declared(
        verbs, "look.report", "the pictures of a report as SVG and PNG, for papers", name="plots"
    )
    plots.add_argument("folder", metavar="DIR", help="results/<experiment>")
    plots.add_argument("--to", metavar="FOLDER", required=True, help="they are written there")


def _looking(verbs: Verbs) -> None:
    listing = declared(
        verbs, "look.listing", "the methods, datasets, metrics or rules there are", name="list"
    )
    listing.add_argument("what", choices=["methods", "datasets", "metrics", "rules"])
    listing.add_argument("--json", action="store_true", help="for machines")

    show = declared(verbs, "look.show", "a dataset, a problem, a results folder, or one run of it")
    show.usage = (
        "rediscover show DATASET[/PROBLEM] [--json]\n"
        "       rediscover show results/EXPERIMENT [METHOD PROBLEM SEED ...] [--json]"
    )
    show.add_argument("name", metavar="DATASET[/PROBLEM]|DIR")
    show.add_argument("words", metavar="WORD", nargs="*", help="what says which run of DIR")
    show.add_argument("--json", action="store_true", help="for machines")

    data = declared(verbs, "look.data", "write a dataset out for other tools")
    data.add_argument("name", metavar="DATASET")
    data.add_argument("--to", metavar="FOLDER", required=True)
    data.add_argument(
        "--as", dest="layout", choices=["srsd", "csv", "parquet", "pmlb", "hdf5"], required=True
    )
    data.add_argument("--seed", type=int, default=0, help="of the data")

    doctor = declared(verbs, "look.doctor", "what this machine has, and what is missing")
    doctor.add_argument("--json", action="store_true", help="for machines")
    doctor.add_argument(
        "--model", metavar="KEY=VALUE", nargs="*",
        help="try a language model with one call: --model model.url=... model.name=...",
    )  # fmt: skip


def _retrieving(verbs: Verbs) -> None:
    nearest = declared(
        verbs, "look.nearest", "the formulas of a library that are nearest to data", _NEAREST
    )
    nearest.set_defaults(takes_overrides=True)
    nearest.usage = (
        "rediscover nearest FILE|DATASET/PROBLEM [--library DATASET] [--count N] [--json]\n"
        "                          [--method NAME] [method.NAME.SETTING=VALUE ...]"
    )
    nearest.add_argument("name", metavar="FILE|DATASET/PROBLEM")
    nearest.add_argument("--library", metavar="DATASET", help="its laws; default: drawn formulas")
    nearest.add_argument("--count", type=int, default=10, metavar="N", help="so many; default: 10")
    nearest.add_argument("--method", metavar="NAME", default="snip", help="whose encoder is asked")
    nearest.add_argument("--json", action="store_true", help="for machines")


def _judging(verbs: Verbs) -> None:
    judge = declared(verbs, "look.judge", "is this expression the law?", _JUDGE)
    judge.usage = (
        "rediscover judge PREDICTION TRUTH [--problem DATASET/NAME | --variables NAMES] [--prove]\n"
        "                 [--json | --explain]\n"
        "       rediscover judge PREDICTION --problem DATASET/NAME [--prove] [--json | --explain]\n"
        "       rediscover judge --pairs CSV -o CSV [--workers N] [--prove]"
    )
    judge.add_argument("texts", metavar="PREDICTION TRUTH", nargs="*", help="two expressions")
    judge.add_argument(
        "--problem", metavar="DATASET/NAME",
        help="a problem: where its variables lie and, unless TRUTH is given, the law",
    )  # fmt: skip
    judge.add_argument(
        "--variables", metavar="NAMES", help="the variables of two expressions: beta,S,I,gamma"
    )
    judge.add_argument("--prove", action="store_true", help="seek a symbolic proof of every yes")
    judge.add_argument("--json", action="store_true", help="all that was found, for machines")
    judge.add_argument(
        "--explain", action="store_true",
        help="every step: what was read, tried, moved, dropped, and witnesses to 100 digits",
    )  # fmt: skip
    judge.add_argument(
        "--pairs", metavar="CSV",
        help="judge the rows of a file: columns prediction, truth and, optionally, problem",
    )  # fmt: skip
    judge.add_argument(
        "-o", "--output", metavar="CSV",
        help="the answers to --pairs, row by row; the same command after an interruption goes on",
    )  # fmt: skip
    judge.add_argument(
        "--workers", type=int, metavar="N",
        help="processes for --pairs (default: one per processor)",
    )  # fmt: skip

    looks = declared(verbs, "look.cdm", "how alike do formulas in LaTeX look?", _CDM)
    looks.add_argument("file", metavar="CSV", help="columns prediction and truth, in LaTeX")
    looks.add_argument("-o", "--output", metavar="CSV", help="the answers, row by row")
    looks.add_argument("--json", action="store_true", help="for machines")
