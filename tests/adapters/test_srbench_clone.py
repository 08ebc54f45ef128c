"""SRBench's files where they lie in its clone: what its driver's folder gives them is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from contracts import data, discovered, regressor

from bench.authoring.probing import killed_run
from bench.plugins import find_method, spec_of
from bench.running.missing import missing_engine
from bench.running.results.run import MethodSpec

PLACES = ["experiment/methods/mine", "algorithms/mine"]
"""Where a method lies once it is taken up, and as it is handed in."""


def clone(folder: Path, place: str, more: str) -> Path:
    """SRBench's layout, with a method that imports what the driver's folder has."""
    driver = folder / "experiment"
    (driver / "methods").mkdir(parents=True)
    (folder / "algorithms" / "mine").mkdir(parents=True)
    (driver / "evaluate_model.py").write_text("raise SystemExit('not to be run')\n")
    (driver / "symbolic_utils.py").write_text("import read_file\ndef complexity(est): return 3\n")
    (driver / "read_file.py").write_text("import statistics\n")
    (driver / "data.csv").write_text("closed\n")
    (folder / "algorithms" / "mine" / "environment.yml").write_text("name: mine\n")
    there = folder / place
    there.mkdir(exist_ok=True)
    regressor(folder, more=more)
    (folder / "mine" / "regressor.py").rename(there / "regressor.py")
    return there


def spec_at(place: Path) -> MethodSpec:
    return spec_of(find_method(str(place)))


@pytest.mark.parametrize("place", PLACES)
def test_the_drivers_modules_are_imported_behind_walls(tmp_path: Path, place: str) -> None:
    more = "from symbolic_utils import complexity\nassert complexity(est) == 3\n"
    there = clone(tmp_path, place, more)
    X, y = data()
    assert discovered(there, X, y).best.text
    trial = killed_run(spec_at(there), 20.0)
    assert trial.answered, trial.fault


def test_the_rest_of_the_drivers_folder_stays_closed(tmp_path: Path) -> None:
    more = f"import symbolic_utils\nopen({str(tmp_path / 'experiment/data.csv')!r})\n"
    trial = killed_run(spec_at(clone(tmp_path, PLACES[0], more)), 20.0)
    assert "PermissionError" in trial.fault


@pytest.mark.parametrize("place", PLACES)
def test_what_they_lead_to_is_asked_for_and_counts(tmp_path: Path, place: str) -> None:
    there = clone(tmp_path, place, "import symbolic_utils\n")
    before = spec_at(there)
    assert before.requires == ("numpy", "pandas", "sklearn.base", "numba")
    (tmp_path / "experiment" / "read_file.py").write_text("import no_such_engine\n")
    after = spec_at(there)
    assert after.requires == ("numpy", "pandas", "sklearn.base", "no_such_engine", "numba")
    assert after.source != before.source


def test_what_is_missing_is_said_at_once_with_srbenchs_own_recipe(tmp_path: Path) -> None:
    there = clone(tmp_path, PLACES[0], "import no_such_engine.inner\nfrom no_such_part import x\n")
    lacks = missing_engine(spec_at(there)) or ""
    assert lacks.startswith("modules 'no_such_engine', 'no_such_part' are not installed (")
    assert "pip install no_such_engine no_such_part, if their packages are called so" in lacks
    assert lacks.endswith(f"{tmp_path / 'algorithms' / 'mine' / 'environment.yml'}")


def test_outside_a_clone_the_way_to_its_modules_is_told(tmp_path: Path) -> None:
    there = regressor(tmp_path, more="import symbolic_utils\n")
    assert "give the file in a clone of SRBench" in (missing_engine(spec_at(there)) or "")


def test_a_fitted_estimator_is_said_to_be_one_where_the_driver_says_so(tmp_path: Path) -> None:
    """GeneticEngine's look at ``_is_fitted`` (``evaluate_model.py``)."""
    more = """
class Asking(Linear):
    def predict(self, X):
        assert self._is_fitted
        return super().predict(X)
est = Asking()
"""
    there = regressor(tmp_path, more=more)
    named = there.rename(tmp_path / "geneticengine_hc")
    X, y = data()
    found = discovered(named, X, y)
    assert found.predict is not None
    np.testing.assert_allclose(found.predict(X), y, rtol=1e-9)
