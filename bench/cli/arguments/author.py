"""What the verbs of authors take: methods begun and checked, shells, training."""

from __future__ import annotations

from bench.cli import completion
from bench.cli.arguments.declaring import Verbs, declared

_SHELL = """\
Put one of these into the file that your shell reads when it starts:

  eval "$(rediscover completion bash)"
  eval "$(rediscover completion zsh)"
  rediscover completion fish | source
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


def declare(verbs: Verbs) -> None:
    """Declare the verbs of ``bench.cli.verbs.author``."""
    new = declared(verbs, "author.new", "write a working method, and its test, to start from")
    new.add_argument("name", metavar="NAME")
    check = declared(
        verbs, "author.check", "hold a method to the contract, and say in words what is wrong"
    )
    check.set_defaults(takes_overrides=True)
    check.usage = (
        "rediscover check NAME|PATH [method.NAME.SETTING=VALUE ...] [--seconds SECONDS] [--json]"
    )
    check.add_argument("name", metavar="NAME|PATH")
    check.add_argument(
        "--seconds", type=float, default=3.0, help="the budget of each of about ten small runs"
    )
    check.add_argument("--json", action="store_true", help="for machines")
    shell = declared(
        verbs, "author.completion", "the code by which your shell completes this command", _SHELL
    )
    shell.add_argument("shell", choices=completion.SHELLS)
    train = declared(
        verbs,
        "author.train",
        "train the network of an amortised method; goes on where it was",
        _TRAIN,
    )
    train.set_defaults(takes_overrides=True)
    train.usage = "rediscover train [KEY=VALUE ...]"
