"""Finding datasets by name or path, and choosing among their problems."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.basics.installation import install_hint
from bench.problems import DatasetNotFound, UnknownSelection, dataset_names, load_dataset
from bench.problems.catalogue import catalogue_names, shipped_catalogue, shipped_kind
from bench.problems.formats.hub import HubError


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(DatasetNotFound, match="'srsd_eazy' not found; did you mean 'srsd_easy'"):
        load_dataset("srsd_eazy")
    with pytest.raises(DatasetNotFound, match="there is no such file or folder either"):
        load_dataset("zzzzz/qqqqq")


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DatasetNotFound, match="holds no data that can be read: SRSD's folders"):
        load_dataset(tmp_path)


def test_an_option_that_nobody_reads_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="dataset 'srsd_easy' takes no option target"):
        load_dataset("srsd_easy", target="y")
    (tmp_path / "t.csv").write_text("a,target\n1,2\n3,4\n")
    with pytest.raises(TypeError, match="takes no option taget; it takes target, truth, split"):
        load_dataset(tmp_path / "t.csv", taget="y")


def test_problems_are_chosen_by_name_tier_and_flaw() -> None:
    assert len(load_dataset("srsd", limit=3)) == 3
    assert len(load_dataset("srsd", only=["easy"])) == 30
    assert len(load_dataset("srsd", exclude=["hard", "feynman-i.12.1"])) == 69
    assert load_dataset("srsd", only=["feynman-i.12.1"]).problems[0].dataset == "srsd_easy"
    assert len(load_dataset("nguyen", exclude=["flawed"])) == 12
    with pytest.raises(UnknownSelection, match=r"'feynman-i\.12\.11x'.*did you mean"):
        load_dataset("srsd", only=["feynman-i.12.11x"])


def test_names_are_sorted_and_all_can_be_loaded_by() -> None:
    names = dataset_names()
    assert names == sorted(names)
    assert {"srsd_easy", "srsd_hard_dummy", "llmsrbench", "nguyen", "aifeynman"} <= set(names)


def test_the_hub_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(HubError, match=re.escape(install_hint("hub"))):
        load_dataset("hf://nnheui/llm-srbench")


def test_the_hub_gives_a_folder_or_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("a,target\n1,2\n3,4\n")
    asked = []

    def snapshot_download(repository: str, **options: object) -> str:
        asked.append((repository, options["repo_type"]))
        if repository == "owner/gated":
            raise OSError("401 Client Error: gated\nmore")
        return str(tmp_path)

    library = SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)
    assert load_dataset("hf://owner/tables")["t"].names == ("x0",)
    with pytest.raises(HubError, match=r"\(401 Client Error: gated\); .*run 'hf auth login'"):
        load_dataset("hf://owner/gated")
    assert asked == [("owner/tables", "dataset"), ("owner/gated", "dataset")]


def test_the_package_and_a_catalogue_need_no_heavy_library() -> None:
    code = (
        "import sys; import bench.problems; from bench.problems import load_dataset; "
        "load_dataset('srsd_easy').problems[0].data(); "
        "print(sorted({'sympy', 'pandas', 'scipy', 'numba', 'hydra', 'torch'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_line_that_says_the_kind_of_a_catalogue_is_right() -> None:
    for name in catalogue_names():
        kinds = {problem.kind for problem in shipped_catalogue(name).problems}
        assert kinds == {shipped_kind(name)}, name
