"""What the verbs of trust take: verifying, packing, holding the new against the old."""

from __future__ import annotations

from bench.cli.arguments.declaring import Verbs, declared

_VERIFY = """\
Every file is read again and its digest recomputed; the data of a sample of runs are made anew, and
their answers judged anew; the table is made anew from the records. Each thing that is damaged,
edited, stale, missing, foreign, unscored, or of another judge or other data is a line, with the way
out. Exit code 0: nothing is; 1: something is.

Digests find damage and careless edits, not forgery: who edits with care writes the digests anew.
"""

_SUBMIT = """\
The archive holds configuration, plan, environment, records, scorecards and the table with its
manifest, and the SHA-256 of each; no logs and no transcripts. The same folder gives the same bytes.

  rediscover submit pack results/my_first -o my_first.zip
  rediscover verify my_first.zip                 somebody else, who has only the archive
  rediscover merge my_first.zip -o results/all   with all that merge refuses
"""

_GATE = """\
For CI. Exit code 1: a method of OLD is worse in NEW, or runs of OLD are missing in NEW. Worse means
that the whole 95 % interval of the change lies below the margin, and that the test finds a change
at 5 %, all methods together. What chance would explain does not fail: of few problems that is much.

  rediscover gate main.zip results/branch --fail-if-worse 2pp
"""


def declare(verbs: Verbs) -> None:
    """Declare the verbs of ``bench.cli.verbs.trust``."""
    _verifying(verbs)
    _packing(verbs)
    _holding_against(verbs)


def _verifying(verbs: Verbs) -> None:
    verify = declared(
        verbs, "trust.verify", "is a results folder what it was, and its table right?", _VERIFY
    )
    verify.add_argument(
        "path",
        metavar="DIR|CSV|ARCHIVE",
        help="results/<experiment>, the leaderboard.csv in it, or an archive of it",
    )
    verify.add_argument(
        "--sample", type=int, default=20, metavar="N",
        help="runs whose data are made and whose answers are judged again; default: 20",
    )  # fmt: skip
    verify.add_argument(
        "--rerun", type=int, default=0, metavar="N",
        help="do so many runs of deterministic methods again, and compare their answers",
    )  # fmt: skip
    verify.add_argument("--json", action="store_true", help="for machines")


def _packing(verbs: Verbs) -> None:
    submit = declared(
        verbs,
        "trust.submit",
        "pack a results folder into an archive that others verify and merge",
        _SUBMIT,
    )
    submit.add_argument("action", choices=["pack"])
    submit.add_argument("folder", metavar="DIR", help="results/<experiment>")
    submit.add_argument("-o", "--output", metavar="FILE", help="default: the folder's name, .zip")


def _holding_against(verbs: Verbs) -> None:
    gate = declared(
        verbs, "trust.gate", "fail where a method is worse than it was, beyond chance", _GATE
    )
    gate.add_argument("old", metavar="OLD", help="results/<experiment> as it was, or an archive")
    gate.add_argument("new", metavar="NEW", help="the same with what is new")
    gate.add_argument(
        "--fail-if-worse", default="0pp", metavar="MARGIN",
        help="what is borne: 2pp, percentage points of a share; or a number; default: 0pp",
    )  # fmt: skip
    gate.add_argument(
        "--metric",
        metavar="NAME",
        default="",
        help="a rule, or a metric; default: what orders the lines of the table, of laws exact",
    )
    gate.add_argument("--json", action="store_true", help="for machines")
