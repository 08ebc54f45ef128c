"""Walls round an installed harness: a wheel, in a virtual environment below the home folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.basics.paths import ROOT
from bench.running.seal.landlock import kernel_abi

METHOD = """
import bench
from pathlib import Path
from bench import Discovery

class Cheat:
    def discover(self, task):
        package = Path(bench.__file__).parent
        for place in (package / "datasets", package / "conf", package.parents[3], Path({home!r})):
            for path in [place, *(place / name for name in ("nguyen.yaml", "config.yaml", "key"))]:
                try:
                    print("read", path.read_text()[:50] if path.is_file() else list(path.iterdir()))
                except OSError as error:
                    print(type(error).__name__, error.errno)
        print(bench.__file__)
        return Discovery.of("x0")
"""


@pytest.mark.skipif(kernel_abi() < 6, reason="walls are full from Landlock ABI 6 on")
@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="a wheel is built from a clone")
def test_a_wheel_in_an_environment_below_the_home_folder(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="building a wheel needs hatchling")
    home = tmp_path / "home"
    home.mkdir()
    (home / "key").write_text("a key")
    own = home / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    packages = next(own.glob("lib/python3*/site-packages"))
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(packages)], check=True)
    others = [p for p in sys.path if p.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join(others))  # what the wheel depends on
    (tmp_path / "cheat.py").write_text(METHOD.format(home=str(home)))
    run = ["run", "method=[cheat.py]", "dataset=[nguyen]", "dataset.limit=1", "experiment=x"]
    code = "import sys; from bench.cli import main; sys.exit(main())"
    done = subprocess.run(
        [str(own / "bin/python"), "-P", "-c", code, *run, "--no-score"],
        cwd=tmp_path, env={**os.environ, "HOME": str(home)}, capture_output=True, text=True,
        timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("results/x/records/*/*/*/*.json")
    record = json.loads(path.read_text())
    (log,) = tmp_path.glob("results/x/logs/*/*/*/*.log")
    lines = log.read_text().splitlines()
    assert (record["status"], record["provenance"]["seal"]) == ("ok", "full"), record
    assert lines.pop() == f"{packages}/bench/__init__.py"
    # Names of catalogues may be listed, as imports need that of the folder they lie in.
    assert len(lines) == 16 and not [line for line in lines if "key" in line or "name:" in line]
    assert {line.partition(" ")[0] for line in lines} <= {
        "PermissionError",
        "FileNotFoundError",
        "read",
    }
