"""Archives of results: the same bytes, verified and merged by others, read as from an enemy."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from results_folders import Result, write

from bench.cli import main
from bench.running.results.archive import admission
from bench.running.results.archive.admission import ArchiveError
from bench.running.results.archive.packing import pack, unpack
from bench.running.results.content import with_content
from bench.running.results.lock import Environment, add_to_lock, environment_here, read_lock
from bench.running.results.store import Store

RESULTS = [Result(), Result(problem="p1", yes=False), Result(method="n", status="error")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "results", RESULTS)
    add_to_lock(Store(tmp_path / "results"), [environment_here()])
    return tmp_path / "results"


@pytest.fixture
def archive(folder: Path, tmp_path: Path) -> Path:
    pack(Store(folder), tmp_path / "packed.zip")
    return tmp_path / "packed.zip"


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def made(path: Path, files: Mapping[str, bytes], *, with_index: bool = True) -> Path:
    """An archive as somebody would make it who knows how they are made."""
    files = dict(files)
    if with_index:
        digests = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name != "archive.json"
        }
        index = with_content({"schema": 1, "rediscover": "x", "files": digests})
        files["archive.json"] = json.dumps(index).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def test_the_same_folder_gives_the_same_bytes(folder: Path, archive: Path, tmp_path: Path) -> None:
    again = shutil.copytree(folder, tmp_path / "elsewhere")
    for path in sorted(again.rglob("*"), reverse=True):
        if path.is_file():
            path.touch()
    (again / "logs").mkdir()
    (again / "logs" / "secret.log").write_text("what was printed")
    pack(Store(again), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_what_is_packed_comes_out_as_it_was(folder: Path, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert unpack(archive, out) == []
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert {path.relative_to(out) for path in out.rglob("*") if path.is_file()} == files
    assert all((out / name).read_bytes() == (folder / name).read_bytes() for name in files)
    assert read_lock(Store(out)) == [environment_here()]


def test_it_merges(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "mine", [Result(method="mine")])
    add_to_lock(Store(tmp_path / "mine"), [Environment("CPython 3.99", "Elsewhere")])
    both = tmp_path / "both"
    assert main(["merge", str(tmp_path / "mine"), str(archive), "-o", str(both)]) == 0
    assert f"{archive}: 3 records added, 0 there already" in capsys.readouterr().out
    store = Store(both)
    assert len(list(store.records())) == 4
    assert [one.python for one in read_lock(store)] == ["CPython 3.99", environment_here().python]


def refused(path: Path, tmp_path: Path) -> str:
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ArchiveError) as error:
        unpack(path, out)
    said = str(error.value)
    assert said.isprintable() and len(said) < 300
    return said


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../plan.jsonl", "records/../../../x.json", "records/a/b/c/../d.json",
        "records/a/b/c/d/e.json", "records\\a\\b\\c\\d.json", "C:/plan.jsonl", "evil.py",
        "records/a/b/.ssh/d.json", "records/a/b/c/.d.json", "plan.jsonl/x",
        "records/a/b/c/\x1b[2J.json",
        "leases/owner-1", "records/", "Plan.jsonl", "records/a/b/" + "c" * 300 + "/d.json",
        "records/a/b/c/" + "d" * 5000 + ".json", "records/a/b/c/\u00e9.json",
        "records/a/b/c/e\u0301.json", "records/a/b/c/", "./plan.jsonl", "records//a/b/c.json",
    ],
)  # fmt: skip
def test_a_name_of_no_results_folder_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    evil = made(tmp_path / "evil.zip", {**contents(archive), name: b"{}"})
    assert "no name of a file of a results folder" in refused(evil, tmp_path)
    assert not list((tmp_path / "out").rglob("*"))  # before anything is written


def entry_of(name: str, change: Callable[[zipfile.ZipInfo], None]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    change(entry)
    return entry


@pytest.mark.parametrize("sort", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_links_and_devices_are_refused(archive: Path, tmp_path: Path, sort: int) -> None:
    def as_it(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (sort | 0o777) << 16

    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(entry_of("records/a/b/c/d.json", as_it), "/etc/passwd")
    assert "a link or a device" in refused(archive, tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_two_files_of_one_name_are_refused(
    archive: Path, tmp_path: Path, case: Callable[[str], str]
) -> None:
    with zipfile.ZipFile(archive, "a") as file:
        name = next(one for one in file.namelist() if one.startswith("records/"))
        method, dataset, problem, last = name.split("/")[1:]
        twin = "/".join(["records", case(method), dataset, case(problem), last])
        file.writestr(twin, "{}")
    assert f"'{twin}' twice" in refused(archive, tmp_path)


def test_what_lies_in_a_file_of_another_name_is_none(archive: Path, tmp_path: Path) -> None:
    """The name that stands before a file's content is not the one of the index of a ZIP file."""
    content = archive.read_bytes()
    assert content.count(b"plan.jsonl") == 2
    archive.write_bytes(content.replace(b"plan.jsonl", b"../../x.js", 1))
    (tmp_path / "out").mkdir()
    assert unpack(archive, tmp_path / "out") == [("plan.jsonl", "damaged")]


def packed_by_tar(kind: str, sort: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=f"w:{kind}") as file:  # type: ignore[call-overload]
        entry = tarfile.TarInfo("records/a/b/c/d.json")
        entry.type, entry.linkname = sort, "/etc/passwd"
        file.addfile(entry)
    return made.getvalue()


NO_ARCHIVES = [
    b"", b"PK", b"hello", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), bytes(1 << 16),
    gzip.compress(bytes(1 << 22)), b"\x28\xb5\x2f\xfd" + bytes(100),
    *(packed_by_tar(kind, sort) for kind in ("", "gz", "xz")
      for sort in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)),
]  # fmt: skip


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.txt", "x"])
def test_what_is_no_archive_is_one_line_to_each_command(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content = archive.read_bytes()
    path, into = tmp_path / name, str(tmp_path / "both")
    for wrong in [*NO_ARCHIVES, content[:-1], content[: len(content) // 2], content[:100]]:
        path.write_bytes(wrong)
        for argv in (["verify", str(path)], ["merge", str(path), "-o", into]):
            assert main(argv) in (1, 2)
            (line,) = capsys.readouterr().err.splitlines()
            assert "archive" in line or "holds no results" in line
    assert not Path(into).exists()


def test_an_archive_may_have_any_name(archive: Path, tmp_path: Path) -> None:
    for name in ("x", "x.csv", "x.tar.gz"):
        assert main(["verify", "--sample", "0", str(shutil.copy(archive, tmp_path / name))]) == 0


def test_other_ways_of_packing_are_refused(archive: Path, tmp_path: Path) -> None:
    def squeezed(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_LZMA

    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(entry_of("records/a/b/c/d.json", squeezed), "{}")
    assert "packed in a way that is not read here" in refused(archive, tmp_path)


def test_a_bomb_is_refused_by_what_it_claims(archive: Path, tmp_path: Path) -> None:
    zeros = {f"records/a/b/c/{k}.json": bytes(1 << 20) for k in range(70)}
    bomb = made(tmp_path / "bomb.zip", {**contents(archive), **zeros})
    assert "would come to" in refused(bomb, tmp_path)


def test_a_file_may_not_be_large(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_OF_ONE", 100)
    assert "the limit is 100" in refused(archive, tmp_path)


def test_there_may_not_be_many_files(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_FILES", 2)
    assert "the limit is 2" in refused(archive, tmp_path)


def test_files_that_lie_on_one_another_are_refused(archive: Path, tmp_path: Path) -> None:
    claims = [entry_of(f"records/a/b/c/{k}.json", lambda entry: None) for k in range(3)]
    for entry in claims:
        entry.compress_size, entry.file_size = 900, 1000
    with pytest.raises(ArchiveError, match="lie on one another"):
        admission.check_entries(claims, 1000)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
            f"{c}: &{c} [{','.join([f'*{b}'] * 10)}]\n"
            for b, c in itertools.pairwise("abcdefgh")
        ),
        "[" * 20_000, "a: " + "{b: " * 200 + "1" + "}" * 200, 'a: "\\e[2J"', "x" * (1 << 21),
    ],
    ids=["aliases", "brackets", "depth", "escape", "size"],
)  # fmt: skip
def test_a_hostile_configuration_is_refused(archive: Path, tmp_path: Path, text: str) -> None:
    evil = made(tmp_path / "evil.zip", {**contents(archive), "config.yaml": text.encode()})
    assert "config.yaml" in refused(evil, tmp_path)


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x9b", "\u202e", "\x07", "\x00"])
@pytest.mark.parametrize("name", ["plan.jsonl", "records/a/b/c/d.json", "leaderboard.csv"])
def test_texts_that_act_on_a_terminal_are_refused(
    archive: Path, tmp_path: Path, name: str, sign: str
) -> None:
    text = sign if name.endswith("csv") else json.dumps({"method": {"label": f"a{sign}b"}})
    evil = made(tmp_path / "evil.zip", {**contents(archive), name: text.encode()})
    assert "signs that act on a terminal" in refused(evil, tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\x1f\x8b" + bytes(99)]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.zip"
    path.write_bytes(content)
    refused(path, tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_an_archive_that_is_cut_off_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(share * len(content))])
    assert "no archive of a results folder" in refused(archive, tmp_path)


def test_a_damaged_file_is_damaged_and_the_others_are_there(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        entry = next(one for one in file.infolist() if one.filename.startswith("records/"))
    content = bytearray(archive.read_bytes())
    middle = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    content[middle] ^= 0xFF
    archive.write_bytes(content)
    (tmp_path / "out").mkdir()
    assert unpack(archive, tmp_path / "out") == [(entry.filename, "damaged")]
    assert (tmp_path / "out" / "plan.jsonl").exists()


def test_edits_are_seen_by_the_index(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    record = next(name for name in files if name.startswith("records/"))
    score = next(name for name in files if name.startswith("scores/"))
    del files[score]
    files |= {record: b"{}", "records/a/b/c/d.json": b"{}"}
    edited = made(tmp_path / "edited.zip", files, with_index=False)
    (tmp_path / "out").mkdir()
    wrong = dict(unpack(edited, tmp_path / "out"))
    assert wrong == {record: "edited", "records/a/b/c/d.json": "foreign", score: "missing"}


def test_an_index_that_was_edited_or_left_out_is_refused(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    files["archive.json"] = files["archive.json"].replace(b'"schema": 1', b'"schema": 9')
    evil = made(tmp_path / "evil.zip", files, with_index=False)
    assert "edited or damaged" in refused(evil, tmp_path)
    del files["archive.json"]
    (tmp_path / "out").rmdir()
    assert "archive.json" in refused(made(evil, files, with_index=False), tmp_path)


def test_the_commands_refuse_in_one_sentence(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = made(tmp_path / "evil.zip", {**contents(archive), "../x": b""})
    assert main(["verify", str(evil)]) == 1
    assert main(["merge", str(evil), "-o", str(tmp_path / "both")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all("is refused: it holds '../x'" in line for line in lines)
    assert not (tmp_path / "both").exists()


def test_an_edited_archive_is_not_merged(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = made(
        tmp_path / "edited.zip", {**contents(archive), "plan.jsonl": b""}, with_index=False
    )
    assert main(["merge", str(edited), "-o", str(tmp_path / "both")]) == 1
    assert "plan.jsonl is edited" in capsys.readouterr().err
    assert not (tmp_path / "both").exists()


def test_what_is_damaged_is_not_packed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new" / "packed.zip"
    assert main(["submit", "pack", str(folder), "-o", str(target)]) == 0
    assert f"rediscover verify {target}" in capsys.readouterr().out
    target.unlink()
    path = next(iter((folder / "records").rglob("*.json")))
    path.write_bytes(path.read_bytes()[:50])
    assert main(["submit", "pack", str(folder), "-o", str(target)]) == 1
    assert "nothing is packed: damaged: records/" in capsys.readouterr().err
    assert not target.exists()
