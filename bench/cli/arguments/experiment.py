"""What the verbs of an experiment take: running, scoring, joining, pruning."""

from __future__ import annotations

from bench.cli.arguments.declaring import Verbs, declared

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

_TUNE = """\
Every combination of the values is run on three quarters of each problem's training rows, and
measured by R² on the other quarter; of a system, on the end of each trajectory. Test rows and laws
are not touched. What is best is written as a preset, with what the choice has cost. The same
command goes on where it stopped.

  rediscover tune operon --on srsd_easy --budget 5 method.operon.population=100,1000 \\
      method.operon.max_length=20,50 dataset.limit=5 seeds=[0,1] executor.workers=2
"""

_PRUNE = """\
That is: records of nothing that is planned, and those that were made again since by other code;
scorecards and logs without a record; what was half-written when a process was killed; lines of the
plan that cannot be read. Nothing is asked. Records of a newer version of Rediscover are kept.
"""


def declare(verbs: Verbs) -> None:
    """Declare the verbs of ``bench.cli.verbs.experiment``."""
    _running(verbs)
    _tuning(verbs)
    _results(verbs)


def _running(verbs: Verbs) -> None:
    run = declared(
        verbs, "experiment.run", "run methods on problems, judge them, print the leaderboard", _RUN
    )
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
    plan = declared(verbs, "experiment.plan", "show what a run would do, and do nothing", _RUN)
    plan.set_defaults(takes_overrides=True)
    plan.usage = "rediscover plan [KEY=VALUE ...] [-m] [--json]"
    plan.add_argument("--json", action="store_true", help="for machines")


def _tuning(verbs: Verbs) -> None:
    tune = declared(
        verbs, "experiment.tune", "choose a method's settings on held-out training rows", _TUNE
    )
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


def _results(verbs: Verbs) -> None:
    status = declared(verbs, "experiment.status", "what is planned, done, running and failed")
    status.add_argument("folder", metavar="DIR", help="results/<experiment>")
    status.add_argument("--method", default="", metavar="NAME", help="of this method alone")
    status.add_argument("--json", action="store_true", help="for machines")

    score = declared(
        verbs, "experiment.score", "judge the records of a folder, or predictions made elsewhere"
    )
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

    merge = declared(
        verbs, "experiment.merge", "join the results of two machines, refusing what contradicts"
    )
    merge.add_argument(
        "folders", metavar="DIR|ARCHIVE", nargs="+", help="from these; archives of submit pack, too"
    )
    merge.add_argument("-o", "--output", metavar="DIR", required=True, help="into this folder")

    prune = declared(
        verbs, "experiment.prune", "take away what no plan of a folder holds, and say what", _PRUNE
    )
    prune.add_argument("folder", metavar="DIR", help="results/<experiment>")
    prune.add_argument("--dry-run", action="store_true", help="say it and take nothing away")
