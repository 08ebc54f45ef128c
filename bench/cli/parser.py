"""The arguments of every verb. Nothing heavy is imported here: help must come at once."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping
from typing import NoReturn, TypeAlias

from bench.cli import completion

VERBS = {
    "run": "experiment.run",
    "plan": "experiment.plan",
    "tune": "experiment.tune",
    "status": "experiment.status",
    "score": "experiment.score",
    "merge": "experiment.merge",
    "prune": "experiment.prune",
    "verify": "trust.verify",
    "submit": "trust.submit",
    "gate": "trust.gate",
    "leaderboard": "look.leaderboard",
    "compare": "look.compare",
    "report": "look.report",
    "plots": "look.report",
    "judge": "look.judge",
    "show": "look.show",
    "list": "look.listing",
    "data": "look.data",
    "doctor": "look.doctor",
    "new": "author.new",
    "check": "author.check",
    "train": "author.train",
    "completion": "author.completion",
}
"""The module of each verb, below ``bench.cli.verbs``."""

_DESCRIPTION = """\
Rediscover hands problems to symbolic-regression methods, runs each under hard limits, judges what
comes back, and prints a leaderboard.

  rediscover run                                  the quickstart: 3 methods, 5 problems, a minute
  rediscover run method=[operon] dataset=[srsd_easy] budget.cpu_seconds=30 seeds=[0,1,2]
  rediscover run method=my_method.py dataset=[my_data.csv]
  rediscover judge "x0*x1 + 0.0" "x1*x0"          is this the law?
"""

_RUN = """\
Settings are Hydra overrides, KEY=VALUE (rediscover run --cfg job prints them all):

  method=[operon,gplearn]       names (rediscover list methods) or paths to Python files
  method.operon.population=500  a setting of one method
  dataset=[srsd_easy,my.csv]    names (rediscover list datasets), files or folders
  dataset.limit=5               the first 5 problems of each; also dataset.only, dataset.exclude
  budget.cpu_seconds=30         CPU time; budget.seconds is wall time; also budget.threads,
  budget=minute                 budget.memory_mb, evaluations; or by name: quick, minute, hour, day
  seeds=[0,1,2] noise=[0,0.01]  one run for each
  executor.workers=2            runs at a time
  experiment=my_first           results go to results/my_first; without it, to a folder named after
                                methods and datasets, which the first line says
  +preset=srsd                  a published protocol: srsd, srbench, llmsrbench
  -m method.gplearn.population=100,1000    a sweep, one results folder for each

The same command again goes on where it stopped. Exit code 0: every planned run has a record,
whatever its status; 1: some have none (an engine is missing, or another process holds them).
"""

_JUDGE = """\
Each rule answers yes, no, undecided or not applicable, with its reason:

{rules}

NED is SRSD's normalised edit distance: 0 is the same formula, 1 the worst. A "no" shows a witness,
a point at which the two differ, wherever there is one. Without --problem every variable is taken
from +-[0.1, 10], where the truth has a real value.

  rediscover judge "0.4130*x*(2.6317+2.4213*x)-0.0869*x" "x + x**2"
  rediscover judge "abs(mu)*Nn" --problem srsd_easy/feynman-i.12.1
"""

_SHELL = """\
Put one of these into the file that your shell reads when it starts:

  eval "$(rediscover completion bash)"
  eval "$(rediscover completion zsh)"
  rediscover completion fish | source
"""

_PRUNE = """\
That is: records of nothing that is planned, and those that were made again since by other code;
scorecards and logs without a record; what was half-written when a process was killed; lines of the
plan that cannot be read. Nothing is asked. Records of a newer version of Rediscover are kept.
"""

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

_TUNE = """\
Every combination of the values is run on three quarters of each problem's training rows, and
measured by R² on the other quarter. Test rows and laws are not touched. What is best is written as
a preset, with what the choice has cost. The same command goes on where it stopped.

  rediscover tune operon --on srsd_easy --budget 5 method.operon.population=100,1000 \\
      method.operon.max_length=20,50 dataset.limit=5 seeds=[0,1] executor.workers=2
"""

_TRAIN = """\
Settings are Hydra overrides, KEY=VALUE (rediscover train --cfg job prints them all):

  network=transformer_small     a file of conf/network
  network.training.steps=28000  how long; also batch, rate, seed, shape.width, ...
  folder=networks/first         checkpoints, and progress.jsonl
  device=cuda                   or cpu; auto takes the GPU that there is
  threads=2 workers=7           PyTorch's threads; processes that draw the samples

To use it: rediscover run method=[transformer] method.transformer.checkpoint=FOLDER
"""


def parse_arguments(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The verb's arguments, and for those that take them the overrides meant for Hydra."""
    parser, verbs = _parser()
    if completion.asked():
        completion.complete(parser, verbs)
    if argv and not argv[0].startswith("-") and argv[0] not in verbs:
        near = difflib.get_close_matches(argv[0], verbs, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(verbs)}"
        parser.error(f"there is no verb '{argv[0]}'; {hint}")
    arguments, rest = parser.parse_known_args(_protected(argv))
    for word in rest:
        hydras = not word.startswith("-") or word.partition("=")[0] in _HYDRAS
        if not (arguments.takes_overrides and hydras):
            verbs[arguments.verb].error(f"it takes no {word!r}")
    return arguments, rest


_HYDRAS = (
    "-m", "--multirun", "-c", "--cfg", "--resolve", "-p", "--package", "-i", "--info",
    "-cd", "--config-dir",
)  # fmt: skip
"""The options of ``run``, ``plan`` and ``train`` that are left to Hydra."""


class _OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")

    def format_help(self) -> str:
        if self.epilog and "{rules}" in self.epilog:
            self.epilog = self.epilog.replace("{rules}", _rules_text())
        return super().format_help()


def _rules_text() -> str:
    from bench.scoring.rules import all_rules

    rules = all_rules().values()
    width = max(len(rule.name) for rule in rules)
    return "\n".join(f"  {rule.name:{width}}   {rule.question}" for rule in rules)


_Verbs: TypeAlias = "argparse._SubParsersAction[_OneLineParser]"


_JUDGE_FLAGS = {"--json", "--explain", "--prove", "-h", "--help"}
_JUDGE_OPTIONS = {"--problem", "--variables", "--pairs", "-o", "--output", "--workers"}


def _protected(argv: list[str]) -> list[str]:
    """``judge -x0 x0``: expressions may begin with a minus, which argparse takes for an option."""
    if argv[:1] != ["judge"] or "--" in argv:
        return argv
    kept: list[str] = []
    texts: list[str] = []
    takes_value = False
    for word in argv[1:]:
        option = word.partition("=")[0] in _JUDGE_OPTIONS
        if takes_value or option or word in _JUDGE_FLAGS:
            kept.append(word)
            takes_value = not takes_value and word in _JUDGE_OPTIONS
        else:
            texts.append(word)
    return ["judge", *kept, "--", *texts] if texts else argv


def _parser() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The parser, and those of its verbs by name."""
    parser = _OneLineParser(
        "rediscover", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action=_Version)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True, dest="verb")
    _running(verbs)
    _tuning(verbs)
    _results(verbs)
    _trust(verbs)
    _tables(verbs)
    _comparing(verbs)
    _pictures(verbs)
    _looking(verbs)
    _judging(verbs)
    _authors(verbs)
    return parser, verbs.choices


def _running(verbs: _Verbs) -> None:
    run = _verb(verbs, "run", "run methods on problems, judge them, print the leaderboard", _RUN)
    run.set_defaults(takes_overrides=True)
    run.usage = (
        "rediscover run [KEY=VALUE ...] [-m] [--retry STATUS,...] [--rerun-stale] [--no-score]\n"
        "                      [--debug]\n"
        "       rediscover run --from DIR|ARCHIVE [executor.KEY=VALUE ...] [experiment=NAME]"
    )
    run.add_argument(
        "--retry", default="", metavar="STATUS,...", help="run these again: error,crash"
    )
    run.add_argument(
        "--rerun-stale", action="store_true",
        help="run again what other code of a method made than there is now",
    )  # fmt: skip
    run.add_argument(
        "--from", dest="origin", metavar="DIR|ARCHIVE",
        help="do again what was run there: the same methods, settings, budgets and seeds",
    )  # fmt: skip
    run.add_argument("--no-score", action="store_true", help="run only; judge later with score")
    run.add_argument(
        "--debug", action="store_true",
        help="one run, here in the foreground, without limits: for tracebacks and debuggers",
    )  # fmt: skip
    plan = _verb(verbs, "plan", "show what a run would do, and do nothing", _RUN)
    plan.set_defaults(takes_overrides=True)
    plan.usage = "rediscover plan [KEY=VALUE ...] [-m] [--json]"
    plan.add_argument("--json", action="store_true", help="for machines")


def _tuning(verbs: _Verbs) -> None:
    tune = _verb(verbs, "tune", "choose a method's settings on held-out training rows", _TUNE)
    tune.set_defaults(takes_overrides=True)
    tune.usage = (
        "rediscover tune METHOD --on DATASET [--budget CPU_SECONDS] method.NAME.SETTING=A,B ...\n"
        "                       [KEY=VALUE ...]"
    )
    tune.add_argument("method", metavar="METHOD", help="a name, or the path of a Python file")
    tune.add_argument("--on", metavar="DATASET", required=True, help="a name, a file or a folder")
    tune.add_argument(
        "--budget", type=float, metavar="CPU_SECONDS", help="of each run; or budget.KEY=VALUE"
    )


def _results(verbs: _Verbs) -> None:
    status = _verb(verbs, "status", "what is planned, done, running and failed")
    status.add_argument("folder", metavar="DIR", help="results/<experiment>")
    status.add_argument("--method", default="", metavar="NAME", help="of this method alone")
    status.add_argument("--json", action="store_true", help="for machines")

    score = _verb(verbs, "score", "judge the records of a folder, or predictions made elsewhere")
    score.add_argument(
        "path",
        metavar="DIR|CSV",
        help="results/<experiment>, or a CSV with the columns problem, expression, method, seed",
    )
    score.add_argument("--dataset", metavar="NAME|PATH[,...]", help="whose problems a CSV answers")
    score.add_argument(
        "--experiment", metavar="NAME", help="results folder for a CSV (default: its name)"
    )
    score.add_argument("--method", default="", metavar="NAME", help="of this method alone")
    score.add_argument("--again", action="store_true", help="judge also what has a scorecard")
    score.add_argument("--prove", action="store_true", help="seek a symbolic proof of every yes")
    score.add_argument("--seconds", type=float, metavar="S", help="limit of each step of scoring")
    score.add_argument(
        "--workers", type=int, metavar="N", help="processes; default one per processor"
    )

    merge = _verb(verbs, "merge", "join the results of two machines, refusing what contradicts")
    merge.add_argument(
        "folders", metavar="DIR|ARCHIVE", nargs="+", help="from these; archives of submit pack, too"
    )
    merge.add_argument("-o", "--output", metavar="DIR", required=True, help="into this folder")


def _trust(verbs: _Verbs) -> None:
    verify = _verb(
        verbs, "verify", "is a results folder what it was, and its table right?", _VERIFY
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

    submit = _verb(
        verbs, "submit", "pack a results folder into an archive that others verify and merge",
        _SUBMIT,
    )  # fmt: skip
    submit.add_argument("action", choices=["pack"])
    submit.add_argument("folder", metavar="DIR", help="results/<experiment>")
    submit.add_argument("-o", "--output", metavar="FILE", help="default: the folder's name, .zip")

    gate = _verb(verbs, "gate", "fail where a method is worse than it was, beyond chance", _GATE)
    gate.add_argument("old", metavar="OLD", help="results/<experiment> as it was, or an archive")
    gate.add_argument("new", metavar="NEW", help="the same with what is new")
    gate.add_argument(
        "--fail-if-worse", default="0pp", metavar="MARGIN",
        help="what is borne: 2pp, percentage points of a share; or a number; default: 0pp",
    )  # fmt: skip
    gate.add_argument(
        "--metric", metavar="NAME", default="exact", help="a rule, or a metric; default: exact"
    )
    gate.add_argument("--json", action="store_true", help="for machines")


_VIEWS = (
    "dataset", "tier", "problem", "difficulty", "dimension", "dummy_variables", "units", "noise",
    "seed", "kind", "disclosure", "run",
)  # fmt: skip
"""The names in ``bench.leaderboard.views``, which takes too long to import here."""


class _Views(tuple[str, ...]):
    """What ``--by`` takes: some names, and any setting of a method or limit of budgets."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or str(name).startswith(("method.", "budget."))


def _tables(verbs: _Verbs) -> None:
    board = _verb(verbs, "leaderboard", "the table, from the records of one folder or several")
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


def _comparing(verbs: _Verbs) -> None:
    compare = _verb(verbs, "compare", "are the differences between methods more than chance?")
    compare.add_argument("folder", metavar="DIR", help="results/<experiment>")
    compare.add_argument("methods", metavar="METHOD", nargs="*", help="default: all")
    compare.add_argument(
        "--metric", metavar="NAME", default="exact", help="a rule, or a metric; default: exact"
    )
    compare.add_argument(
        "--twins", action="store_true",
        help="the memorisation gap: of each method, published problems less their twins",
    )  # fmt: skip
    compare.add_argument("--json", action="store_true", help="for machines")

    prune = _verb(verbs, "prune", "take away what no plan of a folder holds, and say what", _PRUNE)
    prune.add_argument("folder", metavar="DIR", help="results/<experiment>")
    prune.add_argument("--dry-run", action="store_true", help="say it and take nothing away")


def _pictures(verbs: _Verbs) -> None:
    report = _verb(verbs, "report", "the results as one HTML page that needs nothing else")
    report.add_argument("folder", metavar="DIR", help="results/<experiment>")
    report.add_argument("-o", "--output", metavar="FILE", help="default: DIR/report.html")
    report.add_argument("--title", metavar="TEXT", help="what heads the page")

    plots = _verb(verbs, "plots", "the pictures of a report as SVG and PNG, for papers")
    plots.add_argument("folder", metavar="DIR", help="results/<experiment>")
    plots.add_argument("--to", metavar="FOLDER", required=True, help="they are written there")


def _looking(verbs: _Verbs) -> None:
    listing = _verb(verbs, "list", "the methods, datasets, metrics or rules there are")
    listing.add_argument("what", choices=["methods", "datasets", "metrics", "rules"])
    listing.add_argument("--json", action="store_true", help="for machines")

    show = _verb(verbs, "show", "a dataset, a problem, a results folder, or one run of it")
    show.usage = (
        "rediscover show DATASET[/PROBLEM] [--json]\n"
        "       rediscover show results/EXPERIMENT [METHOD PROBLEM SEED ...] [--json]"
    )
    show.add_argument("name", metavar="DATASET[/PROBLEM]|DIR")
    show.add_argument("words", metavar="WORD", nargs="*", help="what says which run of DIR")
    show.add_argument("--json", action="store_true", help="for machines")

    data = _verb(verbs, "data", "write a dataset out for other tools")
    data.add_argument("name", metavar="DATASET")
    data.add_argument("--to", metavar="FOLDER", required=True)
    data.add_argument(
        "--as", dest="layout", choices=["srsd", "csv", "parquet", "pmlb", "hdf5"], required=True
    )
    data.add_argument("--seed", type=int, default=0, help="of the data")

    doctor = _verb(verbs, "doctor", "what this machine has, and what is missing")
    doctor.add_argument("--json", action="store_true", help="for machines")
    doctor.add_argument(
        "--model", metavar="KEY=VALUE", nargs="*",
        help="try a language model with one call: --model model.url=... model.name=...",
    )  # fmt: skip


def _judging(verbs: _Verbs) -> None:
    judge = _verb(verbs, "judge", "is this expression the law?", _JUDGE)
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


def _authors(verbs: _Verbs) -> None:
    new = _verb(verbs, "new", "write a working method, and its test, to start from")
    new.add_argument("name", metavar="NAME")
    check = _verb(verbs, "check", "hold a method to the contract, and say in words what is wrong")
    check.set_defaults(takes_overrides=True)
    check.usage = (
        "rediscover check NAME|PATH [method.NAME.SETTING=VALUE ...] [--seconds SECONDS] [--json]"
    )
    check.add_argument("name", metavar="NAME|PATH")
    check.add_argument(
        "--seconds", type=float, default=3.0, help="the budget of each of about ten small runs"
    )
    check.add_argument("--json", action="store_true", help="for machines")
    shell = _verb(
        verbs, "completion", "the code by which your shell completes this command", _SHELL
    )
    shell.add_argument("shell", choices=completion.SHELLS)
    train = _verb(
        verbs, "train", "train the network of an amortised method; goes on where it was", _TRAIN
    )
    train.set_defaults(takes_overrides=True)
    train.usage = "rediscover train [KEY=VALUE ...]"


def _verb(verbs: _Verbs, name: str, text: str, more: str = "") -> argparse.ArgumentParser:
    """A verb, done by the module that ``VERBS`` names."""
    parser = verbs.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ("" if text[-1] == "?" else "."),
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.set_defaults(module=f"bench.cli.verbs.{VERBS[name]}", takes_overrides=False)
    return parser


class _Version(argparse.Action):
    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from bench.basics.installation import own_version

        print(f"rediscover {own_version()}")
        parser.exit()
