"""Which variables of its environment a worker is given: a list of those allowed, no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bench.running.limits import thread_environment

_NAMES = frozenset(
    {
        "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
        "LANG", "LANGUAGE", "TZ", "TZDIR", "TERM", "VIRTUAL_ENV", "CONDA_PREFIX", "R_HOME",
        "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONMALLOC",
        "JULIA_DEPOT_PATH", "JULIA_PROJECT", "JULIA_LOAD_PATH", "JULIA_BINDIR",
        "JULIA_CPU_TARGET", "JULIA_NUM_GC_THREADS", "JULIAUP_DEPOT_PATH",
        "HOME", "XDG_CACHE_HOME",  # for the server; a worker gets its own
    }
)  # fmt: skip
_BEGINNINGS = (
    "LC_", "OMP_", "OPENBLAS_", "MKL_", "KMP_", "GOMP_", "BLIS_", "VECLIB_", "NUMEXPR_",
    "NUMBA_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "NCCL_", "PYTHON_JULIACALL_",
    "PYTHON_JULIAPKG_",
)  # fmt: skip
_ALWAYS = {"PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"}
"""The same seed for all; and what a run has printed is in its log also when it is killed."""

_PRIVATE_FOLDERS = ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME")
_NAMES_OF_THE_USER = ("USER", "LOGNAME")


def worker_environment(
    of_harness: Mapping[str, str], threads: int, named: Iterable[str] = ()
) -> dict[str, str]:
    """What of the harness's environment a server of workers is started with.

    Locale, paths of programs and libraries, settings of numeric libraries, what ``named`` names
    (``worker.environment``), and the number of ``threads``.
    """
    also = set(named)
    kept = {
        name: value
        for name, value in of_harness.items()
        if name in _NAMES or name.startswith(_BEGINNINGS) or name in also
    }
    return {**kept, **thread_environment(threads), **_ALWAYS}


def private_places(private: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which all that is written by default goes to the folder ``private``.

    Compiled code is still looked for where the harness keeps it, too, and so are Julia's packages.
    """
    depots = environment.get("JULIA_DEPOT_PATH") or f"{environment.get('HOME', '')}/.julia:"
    return {
        **dict.fromkeys(_PRIVATE_FOLDERS, private),
        **dict.fromkeys(_NAMES_OF_THE_USER, "worker"),
        "NUMBA_CACHE_DIR": kernel_cache(environment),
        "JULIA_DEPOT_PATH": f"{private}/.julia:{depots}",
    }


def kernel_cache(environment: Mapping[str, str]) -> str:
    """Where the harness keeps compiled code outside its own folders, as numba does."""
    caches = environment.get("XDG_CACHE_HOME") or f"{environment.get('HOME', '')}/.cache"
    return environment.get("NUMBA_CACHE_DIR") or f"{caches}/numba"
