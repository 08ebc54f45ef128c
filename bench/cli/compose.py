"""From overrides to a composed configuration, by Hydra.

Hydra composes from the files in ``conf/``. Methods and datasets that have none there (those of
installed packages, plain files, the shipped catalogues, a user's tables) are put into the same
groups before it starts, each under a label, and the overrides are rewritten to use these labels
(``bench.cli.overrides``).
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.basics.paths import CONF, expanded
from bench.cli import UserError
from bench.cli.folder import folder_of
from bench.cli.overrides import is_hydras, registered

_VERSION_BASE = "1.3"
_LONGEST_NAME = 255  # bytes, on every file system in use


def with_configuration(
    overrides: list[str], task: Callable[[Any, Path], int], root: str = "config"
) -> int:
    """Compose the configuration of ``overrides`` and call ``task(config, folder)`` with it.

    ``root`` is the file in ``conf/`` that it begins with. With ``-m`` once for each job of the
    sweep. ``folder`` is where the results belong; it need not be there. Returns the largest exit
    code. Raises UserError for what cannot be composed.
    """
    codes: list[int] = []
    refused: list[Exception] = []

    def job(config: Any, folder: Path) -> None:
        try:
            _refuse_impossible(folder)
            codes.append(task(config, folder))
        except (UserError, OSError) as error:  # kept from Hydra, which would print about it
            refused.append(error)
        finally:
            _remove_if_empty(folder)  # Hydra makes those of a sweep, whatever the task is

    rewritten = registered(overrides, experiments=root == "config")
    try:
        if any(map(is_hydras, rewritten)):
            _by_hydra(rewritten, root, job)
        else:
            job(*_composed(rewritten, root))
    except Exception as error:
        raise _explained(error) from error
    if refused:
        raise refused[0]
    return max(codes, default=0)


def _composed(overrides: list[str], root: str) -> tuple[Any, Path]:
    """The configuration and the folder of one job. Hydra's own program composes it twice."""
    from hydra import compose, initialize_config_dir
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import open_dict

    with initialize_config_dir(str(CONF), version_base=_VERSION_BASE):
        config = compose(root, overrides, return_hydra_config=True)
        HydraConfig.instance().set_config(config)  # ${hydra:...} asks it
        with open_dict(config):
            del config["hydra"]
        return config, _folder(config)


def _by_hydra(overrides: list[str], root: str, job: Callable[[Any, Path], None]) -> None:
    """All that Hydra's own program does: ``job`` for each of a sweep, or print what is asked."""
    import hydra

    def each(config: Any) -> None:
        job(config, _folder(config))

    # Hydra would make the folder of a single job, also on a disk that takes none.
    os.environ["HYDRA_FULL_ERROR"] = "1"  # its errors come here, to be said in one line
    before, sys.argv = sys.argv, ["rediscover", *overrides, "hydra.run.dir=."]
    try:
        hydra.main(version_base=_VERSION_BASE, config_path=str(CONF), config_name=root)(each)()
    finally:
        sys.argv = before


def _folder(config: Any) -> Path:
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    job = HydraConfig.get()
    if job.mode == RunMode.MULTIRUN:
        return Path(job.runtime.output_dir)
    if "folder" in config:
        return expanded(str(config.folder)).absolute()
    return folder_of(config)


def _refuse_impossible(folder: Path) -> None:
    """Raise OSError for a name that cannot be a folder's, or is that of a file."""
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in folder.parts):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(folder))
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _explained(error: Exception) -> UserError:
    """One line for what Hydra has to say; what is none of its complaints is raised as it is."""
    from hydra.errors import HydraException, MissingConfigException, OverrideParseException
    from omegaconf.errors import OmegaConfBaseException

    if not isinstance(error, HydraException | OmegaConfBaseException):
        raise error
    if isinstance(error, MissingConfigException):
        name, options = str(error.missing_cfg_file), list(error.options or ())
        group, _, choice = name.rpartition("/")
        return UserError(f"{group}={choice} not found; choose {' or '.join(options)}")
    if isinstance(error, OverrideParseException):
        key = str(error.override).partition("=")[0]
        if not key.isascii():
            return UserError(
                f"cannot read '{error.override}': a key has letters, digits and _ only; give a "
                "method another label by +method@method.LABEL=FILE (datasets have theirs)"
            )
        return UserError(
            f"cannot read '{error.override}': settings are KEY=VALUE, lists KEY=[A,B], and values "
            "with odd signs stand in quotes (rediscover run --help)"
        )
    cause = error.__cause__
    if isinstance(cause, OmegaConfBaseException) and cause.full_key and cause.parent_node:
        return UserError(_no_such_setting(str(cause.full_key), map(str, cause.parent_node)))
    text = str(error).partition("\n")[0].rstrip(".")
    if text.startswith("Ambiguous value"):
        text = f"{text.partition(chr(39))[2].rstrip(chr(39))}: a list stands in brackets, KEY=[A,B]"
    return UserError(f"{text} (rediscover run --help)")


def _no_such_setting(key: str, siblings: Iterable[str]) -> str:
    parent, _, name = key.rpartition(".")
    known = [one for one in siblings if one not in ("hydra", "_target_")]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(known)}"
    return f"there is no setting '{key}'; {hint}" + (f" (in {parent})" if near and parent else "")
