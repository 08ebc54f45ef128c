"""``verify``: whatever is damaged or edited in a results folder is named, and nothing else is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from results_folders import rewrite

from bench.cli import main
from bench.leaderboard.verification.check import verify
from bench.leaderboard.verification.fault import Fault
from bench.running.results.store import Store

SOLVED, UNSOLVED = "root/nguyen/Nguyen-8", "root/nguyen/Nguyen-1"


def found(folder: Path, sample: int = 0) -> list[Fault]:
    return list(verify(Store(folder), sample=sample).faults)


def faults(folder: Path, sample: int = 0) -> set[tuple[str, str]]:
    """Each fault, and the last part of where it is."""
    return {(one.word, one.where.rpartition("/")[2]) for one in found(folder, sample)}


def record_of(folder: Path, run: str) -> Path:
    (path,) = (folder / "records").glob(f"{run}/*.json")
    return path


def score_of(folder: Path, run: str) -> Path:
    (path,) = (folder / "scores").glob(f"{run}/*.json")
    return path


def test_what_nobody_touched_is_found_whole(experiment: Path) -> None:
    report = verify(Store(experiment), sample=100)
    assert list(report.faults) == []
    assert report.checked == {
        "planned": 4,
        "pending": 0,
        "records": 4,
        "scorecards": 4,
        "sampled": 4,
    }


def test_a_record_that_is_cut_off_is_damaged_and_not_skipped(folder: Path) -> None:
    path = record_of(folder, SOLVED)
    path.write_bytes(path.read_bytes()[:200])
    assert ("damaged", path.name) in faults(folder)
    assert ("edited", "the records of root") in faults(folder)
    path.write_bytes(b"")
    assert ("damaged", path.name) in faults(folder)


def edited(path: Path, change: Callable[[dict[str, Any]], None], *, with_digest: bool) -> None:
    """Change a file by hand; with care, its digest as well."""
    value = json.loads(path.read_text())
    change(value)
    if with_digest:
        rewrite(path, **value)
    else:
        path.write_text(json.dumps(value))


def says_the_truth(record: dict[str, Any]) -> None:
    record["discovery"]["best"][0] = "x0**3 + x0**2 + x0"


def says_yes(kept: dict[str, Any]) -> None:
    kept["card"]["values"]["symbolic_exact"] = 1.0
    kept["card"]["comparisons"]["expression"]["verdicts"]["exact"]["answer"] = "yes"


def test_an_answer_replaced_by_the_truth_is_seen(folder: Path) -> None:
    path = record_of(folder, UNSOLVED)
    edited(path, says_the_truth, with_digest=False)
    assert ("edited", path.name) in faults(folder)


def test_an_answer_replaced_with_care_is_no_longer_that_of_its_scorecard(folder: Path) -> None:
    path = record_of(folder, UNSOLVED)
    edited(path, says_the_truth, with_digest=True)
    assert {("unscored", path.name), ("edited", "the records of root")} <= faults(folder)


def test_a_no_edited_to_yes_is_seen(folder: Path) -> None:
    path = score_of(folder, UNSOLVED)
    edited(path, says_yes, with_digest=False)
    assert ("edited", path.name) in faults(folder)


def test_a_no_edited_to_yes_with_care_is_judged_again(folder: Path) -> None:
    path = score_of(folder, UNSOLVED)
    edited(path, says_yes, with_digest=True)
    assert ("other verdict", path.name) not in faults(folder)
    (one,) = (one for one in found(folder, 100) if one.word == "other verdict")
    assert one.where.endswith(path.name)
    assert "exact: it says yes, and judged again it is no" in one.why
    assert "--again" in one.way_out


def test_a_scorecard_may_not_say_how_long_its_judge_is_to_think(folder: Path) -> None:
    path = score_of(folder, UNSOLVED)

    def for_ever(kept: dict[str, Any]) -> None:
        version = kept["card"]["judge_version"]
        kept["card"]["judge_version"] = version.replace(", 3 s", ", 9e9 s")

    edited(path, for_ever, with_digest=True)
    assert ("edited", path.name) in faults(folder, 100)


def test_data_that_are_not_those_of_the_problem_are_seen(folder: Path) -> None:
    path = record_of(folder, SOLVED)

    def other_data(record: dict[str, Any]) -> None:
        record["provenance"]["data_digest"] = "0" * 64

    edited(path, other_data, with_digest=True)
    here = found(folder, 100)
    assert any(one.word == "other data" and one.where == "nguyen/Nguyen-8" for one in here)
    assert any(one.word == "other data" and one.where.startswith(SOLVED) for one in here)


def test_a_plan_without_the_problems_that_were_not_solved_is_seen(folder: Path) -> None:
    plan = folder / "plan.jsonl"
    lines = plan.read_text().splitlines()
    kept = [line for line in lines if '"root"' not in line or "Nguyen-1" not in line]
    assert len(kept) == len(lines) - 1
    plan.write_text("\n".join(kept) + "\n")
    record = record_of(folder, UNSOLVED)
    seen = faults(folder)
    assert {
        ("missing", "Nguyen-1"),
        ("foreign", record.name),
        ("edited", "the plan of root"),
    } <= seen
    record.unlink()
    score_of(folder, UNSOLVED).unlink()
    assert ("missing", "Nguyen-1") in faults(folder)


def test_a_run_without_a_record_is_missing(folder: Path) -> None:
    record_of(folder, UNSOLVED).unlink()
    score_of(folder, UNSOLVED).unlink()
    assert ("missing", "seed0_noise0") in faults(folder)


@pytest.mark.parametrize("name", ["identity", "seed", "setup"])
def test_a_line_of_the_plan_that_was_edited_is_seen(folder: Path, name: str) -> None:
    plan = folder / "plan.jsonl"
    lines = [json.loads(line) for line in plan.read_text().splitlines()]
    run = next(line for line in lines if line.get("method") == "root")
    run[name] = 7 if name == "seed" else "0" * 16
    plan.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert any(one.word == "edited" and run["problem"] in one.where for one in found(folder))


def test_a_setup_that_was_edited_is_seen(folder: Path) -> None:
    plan = folder / "plan.jsonl"
    text = plan.read_text()
    assert '"times": 1' in text
    plan.write_text(text.replace('"times": 1', '"times": 5'))
    assert any("it is another setup now" in one.why for one in found(folder))


@pytest.mark.parametrize(
    ("before", "after"),
    [("times: 1", "times: 3"), ("  seconds: 60", "  seconds: 600"), ("seeds:\n- 0", "seeds:\n- 4")],
)
def test_a_configuration_that_was_edited_is_seen(folder: Path, before: str, after: str) -> None:
    config = folder / "config.yaml"
    assert before in config.read_text()
    config.write_text(config.read_text().replace(before, after))
    here = found(folder)
    assert any(one.word == "edited" and one.where == "config.yaml" for one in here)
    assert any("config.yaml" in one.why or "settings" in one.why for one in here)
    (folder / "leaderboard.manifest.json").unlink()  # it is seen without it, too
    assert len(found(folder)) > 1


@pytest.mark.parametrize("text", ["a: [", "- 1", "[" * 5000, "\x00", "method: 3"])
def test_a_configuration_that_is_none_is_damaged(folder: Path, text: str) -> None:
    (folder / "config.yaml").write_text(text)
    assert ("damaged", "config.yaml") in faults(folder)


def test_a_table_that_was_edited_is_made_anew(folder: Path) -> None:
    table = folder / "leaderboard.csv"
    lines = table.read_text().splitlines()
    column = lines[0].split(",").index("symbolic_exact")
    cells = lines[1].split(",")
    assert cells[0] == "root" and cells[column] == "0.5"
    cells[column] = "1.0"
    table.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    (folder / "leaderboard.manifest.json").unlink()
    here = found(folder)
    assert [one.word for one in here] == ["missing", "edited"]
    assert here[1].why == "root: symbolic_exact is 1.0, and its records come to 0.5"


@pytest.mark.parametrize("cell", ["", " ", "x"])
@pytest.mark.parametrize("column", ["remark", "rank", "settings", "method"])
def test_what_is_said_of_a_cell_leaves_no_hole_where_it_is_empty(
    folder: Path, column: str, cell: str
) -> None:
    table = folder / "leaderboard.csv"
    lines = [line.split(",") for line in table.read_text().splitlines()]
    place = lines[0].index(column)
    differs, lines[1][place] = lines[1][place] != cell, cell
    table.write_text("\n".join(map(",".join, lines)) + "\n")
    (folder / "leaderboard.manifest.json").unlink()
    said = [one.why for one in found(folder) if one.word == "edited"]
    assert bool(said) == differs
    assert not re.search(r"\b(is|to) *(,|$)|^ *:", " ".join(said))


@pytest.mark.parametrize("error", [MemoryError(), OSError(), ValueError("")])
def test_a_fault_without_a_word_of_why_says_so(error: Exception) -> None:
    fault = Fault.of("unchecked", "", error, "see to that")
    assert str(fault) == "unchecked: empty: empty (see to that)"


def test_a_manifest_that_was_edited_is_seen(folder: Path) -> None:
    manifest = folder / "leaderboard.manifest.json"
    manifest.write_text(manifest.read_text().replace('"nguyen": "', '"nguyen": "0'))
    assert ("edited", manifest.name) in faults(folder)
    manifest.write_text("{}")
    assert ("edited", manifest.name) in faults(folder)


@pytest.mark.parametrize("tables", [[], {"../secret": "0"}, {"leaderboard.csv": []}, None])
def test_a_manifest_of_another_shape_does_no_harm(folder: Path, tables: Any) -> None:
    (folder.parent / "secret").write_text("x")
    rewrite(folder / "leaderboard.manifest.json", tables=tables)
    assert all("secret" not in one.where for one in found(folder))


def test_what_other_code_made_is_stale(folder: Path) -> None:
    path = record_of(folder, SOLVED)
    record = json.loads(path.read_text())
    record["method"]["source"] = "f" * 64
    stale = path.with_name(path.name.rpartition("-")[0] + "-ffffffff.json")
    path.unlink()
    score_of(folder, SOLVED).rename(folder / "scores" / SOLVED / stale.name)
    stale.write_text("{}")
    rewrite(stale, **record)
    digest = _digest_of(record)
    rewrite(stale, **{**record, "digest": digest})
    assert ("stale", stale.name) in faults(folder)


def _digest_of(record: dict[str, Any]) -> str:
    from bench.running.results.record import _run

    return _run(record).digest


def test_what_another_judge_said_is_told(folder: Path) -> None:
    path = score_of(folder, SOLVED)

    def other(kept: dict[str, Any]) -> None:
        version = kept["card"]["judge_version"]
        kept["card"]["judge_version"] = "0" * 12 + version[12:]

    edited(path, other, with_digest=True)
    assert ("other judge", path.name) in faults(folder)
    path.unlink()
    assert ("unscored", path.name) in faults(folder)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: text.replace('"numpy": "', '"numpy": "9'), "edited"),
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda text: '{"python": [], "system": "", "packages": {}}', "damaged"),
    ],
)
def test_an_environment_that_was_edited_is_seen(
    folder: Path, change: Callable[[str], str], word: str
) -> None:
    lock = folder / "environment.jsonl"
    lock.write_text(change(lock.read_text()))
    assert (word, "environment.jsonl, line 1") in faults(folder)
    lock.unlink()
    assert ("edited", "environment.jsonl") in faults(folder)


def test_the_index_is_never_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from bench.running.results.contents import kept

    monkeypatch.setattr(kept, "_FEWEST", 1)
    monkeypatch.setenv("REDISCOVER_CACHE", str(folder.parent / "cache"))
    for path in folder.rglob("*.json"):
        os.utime(path, ns=(1, 1))
    assert found(folder) == []
    path = record_of(folder, SOLVED)
    content = path.read_text()
    path.write_text(content.replace("sqrt(x0)", "sqrt(x1)"))  # as long as it was
    os.utime(path, ns=(1, 1))
    assert ("edited", path.name) in faults(folder)


def test_what_comes_from_outside_does_nothing_to_a_terminal(folder: Path) -> None:
    plan = folder / "plan.jsonl"
    line = json.loads(plan.read_text().splitlines()[-1])
    line["problem"] = "\x1b[2Jgone\n\u202e"
    with plan.open("a") as file:
        file.write(json.dumps(line) + "\n")
    assert all(str(one).isprintable() for one in found(folder))


def test_the_command_says_each_fault_in_a_line_and_ends_with_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record_of(folder, SOLVED)
    path.write_text("{")
    assert main(["verify", str(folder), "--sample", "0", "--json"]) == 1
    plain = json.loads(capsys.readouterr().out)
    assert {one["word"] for one in plain["faults"]} == {"damaged", "edited"}
    table = folder / "leaderboard.csv"
    assert main(["verify", str(table), "--sample", "0"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("damaged: records/root/nguyen/Nguyen-8/")
    assert lines[0].endswith("(rediscover run makes it again)")


def test_a_table_that_stands_alone_says_what_it_needs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = folder.parent / "leaderboard.csv"
    shutil.copy(folder / "leaderboard.csv", alone)
    assert main(["verify", str(alone)]) == 2
    assert "its results folder is needed" in capsys.readouterr().err
    assert main(["verify", str(folder.parent / "nothing")]) == 2


def test_an_answer_forged_with_all_care_is_found_by_running_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(record_of(folder, UNSOLVED), says_the_truth, with_digest=True)
    assert main(["score", str(folder)]) == 0
    assert main(["verify", str(folder)]) == 0  # as the page says: digests find no forgery
    capsys.readouterr()
    assert main(["verify", str(folder), "--sample", "0", "--rerun", "9"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        f"other discovery: {UNSOLVED}/seed0_noise0: it answered 'x0**3 + x0**2"
    )
    assert "4 runs done again; 0 could not be" in lines[-2]
    assert lines[-1] == "found: 1 other discovery"


def test_a_reviewer_has_only_the_archive(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "packed.zip"
    assert main(["submit", "pack", str(folder), "-o", str(archive)]) == 0
    shutil.rmtree(folder)
    assert main(["verify", str(archive)]) == 0
    assert "nothing is wrong" in capsys.readouterr().out


def test_an_archive_of_a_forged_folder_is_found_out(folder: Path, tmp_path: Path) -> None:
    edited(score_of(folder, UNSOLVED), says_yes, with_digest=True)
    archive = tmp_path / "packed.zip"
    assert main(["submit", "pack", str(folder), "-o", str(archive)]) == 0
    assert main(["verify", str(archive)]) == 1


def test_no_path_that_an_archive_names_is_opened(folder: Path, tmp_path: Path) -> None:
    rows = [f"{k},{k * k}" for k in range(1, 60)]
    (tmp_path / "secret.csv").write_text("\n".join(["x,target", *rows]) + "\n")
    config = folder / "config.yaml"
    text = config.read_text().replace("source: nguyen", f"source: {tmp_path}/secret.csv")
    config.write_text(text.replace("only:\n  - Nguyen-1\n  - Nguyen-8", "only: []"))
    store = Store(folder)
    mine = [one.why for one in verify(store, sample=0).faults if "asked for" in one.why]
    theirs = [one.why for one in verify(store, sample=0, called="DIR").faults]
    assert mine and not any("asked for by config.yaml" in why for why in theirs)
