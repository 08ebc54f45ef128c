"""Data sets on the Hugging Face Hub, brought to this machine: ``hf://OWNER/NAME``."""

from __future__ import annotations

import importlib
from pathlib import Path

from bench.basics.installation import install_hint

PREFIX = "hf://"
_FILES = ("*.parquet", "*.hdf5", "*.csv", "*.tsv", "*.tsv.gz", "*.txt", "*.pkl", "*.yaml")


class HubError(OSError):
    """A data set that cannot be downloaded: no library, no network, or no permission."""


def download(address: str) -> Path:
    """The folder of the data set at ``address`` (``hf://OWNER/NAME``), downloaded if need be.

    The Hub's own cache keeps it. Raises HubError with what to do.
    """
    repository = address.removeprefix(PREFIX).strip("/")
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError:
        raise HubError(
            f"{address}: downloading needs huggingface_hub: {install_hint('hub')}"
        ) from None
    try:
        return Path(
            hub.snapshot_download(repository, repo_type="dataset", allow_patterns=list(_FILES))
        )
    except Exception as error:  # the library raises its own, requests' and the system's errors
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        raise HubError(
            f"{address}: cannot be downloaded ({first}); for a gated data set accept its "
            f"conditions at https://huggingface.co/datasets/{repository} and run 'hf auth login'"
        ) from None
