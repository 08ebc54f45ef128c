"""Three ways in: configuration files, entry points, plain files; and what can go wrong in each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.plugins import (
    MethodError,
    default_settings,
    find_method,
    find_methods,
    method_spec,
    register_methods,
    spec_of,
)
from bench.running.load import build

DATA = Path(__file__).parent / "data"

METHOD = """
from dataclasses import dataclass
from bench import Discovery

@dataclass(frozen=True)
class Mine:
    '''The mean.'''
    {setting}

    def discover(self, task):
        return Discovery.of(float(task.y.mean()))
"""


def _write(path: Path, setting: str = "times: int = 1") -> Path:
    path.write_text(METHOD.format(setting=setting))
    return path


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the toy plugin, without a network."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
               "--no-build-isolation", "--disable-pip-version-check", "--target", str(folder),
               str(DATA / "toy_plugin")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if "No module named pip" in done.stderr:
        pytest.skip("this environment has no pip")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def with_toy(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))


def test_the_built_in_methods_are_there():
    methods = find_methods()

    assert {"linear", "polynomial", "gplearn", "operon", "pysr"} <= set(methods)
    assert all(entry.summary for entry in methods.values())


ENGINES = ["eggp", "symregg", "rils_rols", "gp_elite", "bingo", "psrn"]


@pytest.mark.parametrize("name", ["linear", "polynomial", "gplearn", "operon", "pysr", *ENGINES])
def test_a_built_in_configuration_shows_every_setting_and_its_default(name):
    entry = find_methods()[name]
    shown = {key: value for key, value in entry.config.items() if key != "worker"}
    bare = method_spec(name, {"_target_": entry.target})

    assert shown == bare.settings
    assert spec_of(entry).settings == bare.settings


def test_listing_imports_no_method_and_no_hydra():
    code = (
        "import sys; from bench.plugins import find_methods; find_methods(); "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('methods', 'hydra', 'omegaconf', 'sympy', 'pandas', 'pyoperon', 'sklearn')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_an_installed_package_is_found_and_runs(with_toy):
    entry = find_methods()["toy"]
    spec = method_spec("toy", {"_target_": entry.target, "take": "first"})

    assert entry.origin == "package toy-plugin 1.2"
    assert default_settings(entry) == {"take": "mean", "times": 1.0}
    assert len(spec.source) == 64
    assert spec.settings == {"take": "first", "times": 1.0}
    assert type(build(spec.target, spec.settings)).__name__ == "Toy"


def test_a_file_is_a_method_by_its_stem(tmp_path):
    path = _write(tmp_path / "mine.py")

    entry = find_method(str(path))

    assert (entry.name, entry.summary) == ("mine", "The mean.")
    assert entry.target == f"{path}:Mine"


def test_two_methods_of_one_name_are_an_error_that_names_both(tmp_path, with_toy):
    path = _write(tmp_path / "toy.py")

    with pytest.raises(MethodError) as caught:
        find_method(str(path))

    assert "toy_plugin.toy:Toy (package toy-plugin 1.2)" in str(caught.value)
    assert str(path) in str(caught.value)


def test_two_files_of_one_stem_are_an_error(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [str(_write(tmp_path / folder / "mine.py")) for folder in ("a", "b")]

    with pytest.raises(MethodError, match="two methods are called 'mine'"):
        register_methods(paths)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def f(:\n", "no valid Python: line 1"),
        ("x = 1\n", "no class with a function discover"),
        ("class A:\n    pass\n", "it has A"),
        ("class A:\n  def discover(s, t): 0\nclass B:\n  def discover(s, t): 0\n",
         "several classes with discover\\(task\\): A, B; say which: mine.py:A"),
        ("\0", "no valid Python: source code|cannot be read"),
    ],
)  # fmt: skip
def test_a_file_without_one_method_says_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "mine.py"
    path.write_text(content)

    with pytest.raises(MethodError, match=message):
        find_method(str(path))


INHERITING = {
    "in the file": "class A:\n  def discover(s, t): 0\nclass B(A): pass\n",
    "twice removed": "class A:\n  def discover(s, t): 0\nclass C(A): pass\nclass B(C): pass\n",
    "private bases": "class B:\n  def discover(s, t): 0\nclass _A:\n  def discover(s, t): 0\n",
    "beside the file": "from base import A\nclass B(A): pass\n",
    "a module beside it": "import base\nclass B(base.A): pass\n",
    "by another name": "from base import A as Base\nclass B(Base): pass\n",
    "from a package beside": "from pack import A\nclass B(A): pass\n",
    "from who knows where": "from some_package import A\nclass B(A): pass\n",
    "beside what inherits": "import enum\nfrom base import A\nclass C(enum.Enum): X = 1\n"
    "class B(A): pass\n",
}


@pytest.mark.parametrize("where", INHERITING)
def test_a_class_that_inherits_discover_is_a_method(tmp_path, where):
    base = "class A:\n    def discover(self, task): ...\n"
    (tmp_path / "base.py").write_text(base)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("from base import A\n")
    (tmp_path / "base_of_none.py").write_text("class A: pass\n")
    path = tmp_path / "mine.py"
    path.write_text(INHERITING[where])

    assert find_method(str(path)).target == f"{path}:B"


@pytest.mark.parametrize(
    "content",
    [
        "from base_of_none import A\nclass B(A): pass\n",
        "class B(Exception): pass\n",
        "import abc\nclass B(abc.ABC): pass\n",
        "class B(B): pass\n",
        "class A(B): pass\nclass B(A): pass\n",
    ],
)
def test_a_class_that_inherits_no_discover_is_none(tmp_path, content):
    (tmp_path / "base_of_none.py").write_text("class A: pass\n")
    path = tmp_path / "mine.py"
    path.write_text(content)

    with pytest.raises(MethodError, match="has no class with a function discover"):
        find_method(str(path))


def test_of_several_classes_one_can_be_named(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class A:\n  def discover(s, t): 0\nclass B:\n  def discover(s, t): 0\n")

    assert find_method(f"{path}:B").target == f"{path}:B"
    with pytest.raises(MethodError, match="no class 'C'; it has A, B"):
        find_method(f"{path}:C")


@pytest.mark.parametrize("name", ["no_such.py", "folder/no_such.py", "no_such.yaml/"])
def test_a_file_that_is_not_there(name):
    with pytest.raises(MethodError, match="there is no file"):
        find_method(name)


def test_a_file_whose_stem_can_be_no_key(tmp_path):
    with pytest.raises(MethodError, match="cannot name a method"):
        find_method(str(_write(tmp_path / "my method.py")))


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(MethodError, match="'opron' not found; did you mean 'operon'"):
        find_method("opron")


def test_what_fails_while_it_is_imported_is_told(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("import no_such_engine\nclass A:\n  def discover(s, t): 0\n")

    with pytest.raises(MethodError, match=r"method 'mine': .*No module named 'no_such_engine'"):
        register_methods([str(path)])


def test_looking_at_a_file_does_not_run_it(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("raise SystemExit\nclass A:\n  def discover(s, t): 0\n")

    assert find_method(str(path)).name == "mine"


def test_a_changed_file_is_other_code_and_a_comment_changes_nothing(tmp_path):
    path = _write(tmp_path / "mine.py")
    target = find_method(str(path)).target
    sources = [method_spec("mine", {"_target_": target}).source]
    for text in ("# changed\n", "x = 1\n"):
        path.write_text(path.read_text() + text)
        sources.append(method_spec("mine", {"_target_": target}).source)

    assert sources[0] == sources[1] != sources[2]


def test_a_class_that_is_no_dataclass_takes_no_settings(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class A:\n  def discover(s, t): 0\n")
    target = find_method(str(path)).target

    assert method_spec("mine", {"_target_": target}).settings == {}
    with pytest.raises(MethodError, match="put @dataclass above it"):
        method_spec("mine", {"_target_": target, "k": 1})


def test_the_kinds_a_class_takes_are_read(tmp_path):
    path = _write(tmp_path / "mine.py", "kinds = ('table', 'system')")
    plain = _write(tmp_path / "plain.py")

    assert spec_of(find_method(str(path))).kinds == ("table", "system")
    assert spec_of(find_method(str(plain))).kinds == ("table",)


@pytest.mark.parametrize("attribute", ["kinds", "requires"])
def test_one_name_where_several_are_due_is_told(tmp_path, attribute):
    path = _write(tmp_path / "mine.py", f"{attribute} = 'table'")

    with pytest.raises(MethodError, match=f"class attribute {attribute} is 'table'; it is a tuple"):
        spec_of(find_method(str(path)))


def test_a_configuration_without_a_target_is_refused():
    with pytest.raises(MethodError, match="method 'x': its configuration has no _target_"):
        method_spec("x", {"k": 1})


def test_hydra_composes_files_and_packages_with_their_settings(tmp_path, with_toy):
    from hydra import compose, initialize_config_dir

    from bench.basics.paths import CONF

    path = _write(tmp_path / "mine_too.py")
    names = register_methods([str(path), "toy", "linear"])
    groups = [f"+method=[{','.join(names)}]"]
    with initialize_config_dir(str(CONF), version_base=None):
        config = compose(
            None,
            [
                *groups,
                "method.mine_too.times=3",
                "method.toy.take=first",
                "method.linear.worker.python=/usr/bin/python3",
            ],
        )

    assert names == ["mine_too", "toy", "linear"]
    assert config.method.mine_too.times == 3
    assert config.method.toy.take == "first"
    assert config.method.toy.worker.start == "fork"
    assert config.method.linear._target_ == "methods.linear.Linear"
