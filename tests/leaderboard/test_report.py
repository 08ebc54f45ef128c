"""The page of a results folder: in a real browser, with hostile words, and large."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from results_folders import Result, write

from bench.cli import main
from bench.kinds.metrics import metrics_of
from bench.leaderboard import read_board
from bench.leaderboard.report import page as page_module
from bench.leaderboard.report.page import report_page
from bench.method import Discovery
from bench.problems import load_dataset
from bench.running import MethodSpec, Record, Resources, Run, Store
from bench.running.results.judging import KeptScore, judge_of
from bench.scoring import Scorecard
from bench.scoring.steps import ScoringLimits

HOSTILE = '</script><img src=x onerror="document.title=1">'
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
    "disable-background-networking", "disable-component-update", "disable-sync",
)  # fmt: skip
PROBLEMS = ("feynman-i.12.1", "feynman-i.18.12", "feynman-i.14.4")


def results() -> list[Result]:
    found = [
        Result(m, p, "srsd_easy", seed, noise, yes=m == "good", answer="x0*x1")
        for m in ("bad", "good", "third")
        for p in PROBLEMS
        for seed, noise in ((0, 0.0), (1, 0.0), (0, 0.01))
    ]
    return [*found, Result("crashes", PROBLEMS[0], "srsd_easy", status="crash", answer=None)]


def stories(page: str) -> list[dict[str, Any]]:
    packed = re.search(r'id="stories">([^<]*)<', page)
    assert packed is not None
    told: list[dict[str, Any]] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return told


def test_the_page_asks_nothing_of_a_network_and_is_the_same_again(tmp_path: Path) -> None:
    folder = write(tmp_path / "x", results())
    page = report_page(folder)
    assert page == report_page(folder)
    outside = page.replace(page[page.index("<script>") : page.rindex("<script>")], "")
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", outside)
    assert "default-src 'none'" in page
    told = {story["id"]: story for story in stories(page)}
    story = told["good/srsd_easy/feynman-i.12.1/seed0_noise0"]
    assert story["prediction_math"] == story["truth_math"] and len(story["drawn"]["points"]) > 20
    assert all(abs(true - predicted) < 1e-9 for true, predicted in story["drawn"]["points"])


def test_words_from_outside_bring_no_markup(tmp_path: Path) -> None:
    folder = write(tmp_path, [Result(HOSTILE, answer=HOSTILE), Result("b", answer="x0")])
    page = report_page(folder, title=HOSTILE)
    assert "<img src=x" not in page
    assert stories(page)[0]["prediction_math"] == []


def test_what_draws_is_bundled_once_for_all_programs_and_ends_no_element(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import vl_convert

    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    in_another_program = page_module._library.__wrapped__
    monkeypatch.setattr(page_module, "_library", in_another_program)
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda snippet: "draw('</script>')")
    folder = write(tmp_path / "x", [Result()])
    first = report_page(folder)
    assert r"draw('<\/script>')" in first
    monkeypatch.delattr(vl_convert, "javascript_bundle")
    assert report_page(folder) == first


def test_of_many_runs_the_first_of_each_cell_can_be_opened(tmp_path: Path) -> None:
    many = [Result(m, f"p{k}", seed=s) for m in "ab" for k in range(3) for s in range(5)]
    page = report_page(write(tmp_path, many), most=8)
    told = [story["id"] for story in stories(page)]
    assert len(told) == 8 and sum(one.endswith("seed0_noise0") for one in told) == 6
    assert "8 of 30 runs can be opened here" in page


def with_a_system(folder: Path, tables: Sequence[Result] = ()) -> Path:
    """Results of tables, and of a system whose answer is its law but for a constant."""
    write(folder, tables or results())
    problem: Any = load_dataset("odebench")["ode1"]
    run = Run(MethodSpec("floor", "some.where:Method"), "odebench", problem.version, "ode1",
              noise=0.05)  # fmt: skip
    answer = {name: f"0.9*({law})" for name, law in problem.truth.items()}
    store, found = Store(folder), Discovery.of(answer)
    record = Record(run, "ok", "", found, (), Resources(1.0, 1.0, 100.0))
    values = {metric.name: metric.worst for metric in metrics_of("system")}
    card = Scorecard("odebench/ode1", "system", answer, judge_of("system", ScoringLimits()),
                     values=values)  # fmt: skip
    store.add_to_plan([run])
    store.write(record)
    store.write_text(store.score_path(run.key), KeptScore(run.digest, card).to_json())
    return folder


def test_each_kind_has_its_part_and_a_system_its_trajectories(tmp_path: Path) -> None:
    folder = with_a_system(tmp_path / "x")
    page = report_page(folder)
    assert all(f'id="{kind}-table"' in page for kind in ("table", "system"))
    assert page.count('<table class="leaderboard">') == 2
    told = {story["id"]: story for story in stories(page)}
    story = told["floor/odebench/ode1/seed0_noise0.05"]
    ((name, math),) = story["prediction_math"]
    assert name == "x0" and "0.9" in math
    paths = story["drawn"]["paths"]
    seen = {(split, series) for split, series, *_ in paths}
    assert {("shown", "observed"), ("shown", "true"), ("shown", "found"),
            ("held_back", "true"), ("held_back", "found")} <= seen  # fmt: skip
    shown = {series: [x for split, one, _, _, x in paths if (split, one) == ("shown", series)]
             for series in ("observed", "true", "found")}  # fmt: skip
    off = [abs(a - b) for a, b in zip(shown["observed"], shown["true"], strict=True)]
    assert max(off) > 0 and shown["found"][0] == shown["true"][0] != shown["found"][-1]
    assert main(["plots", str(folder), "--to", str(tmp_path / "p")]) == 0
    assert (tmp_path / "p" / "system_rates.svg").exists()


def test_a_kind_that_waits_for_its_judge_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    folder = with_a_system(tmp_path / "x", [Result(m, scored=False) for m in "ab"])
    board = read_board([folder])
    assert set(board.tables) == {"system", "unknown"}
    assert "2 to be judged" in board.tables["unknown"].attrs["notes"][0]
    assert 'id="unknown-table"' in report_page(folder)


@pytest.mark.parametrize(
    "kept",
    ["nothing done", "all failed", "one method", "one problem", "missing seeds", "ties everywhere"],
)
def test_there_is_a_page_of_whatever_there_is(tmp_path: Path, kept: str) -> None:
    folder = write(tmp_path, {
        "nothing done": [Result(m, status="") for m in "ab"],
        "all failed": [Result(m, k, status="crash", answer=None) for m in "abc" for k in "xy"],
        "one method": [Result()],
        "one problem": [Result(m, seed=k, yes=m == "a") for m in "abc" for k in range(2)],
        "missing seeds": [Result(m, p, seed=k, status="" if m == "b" and k else "ok")
                          for m in "abc" for p in "xyz" for k in range(2)],
        "ties everywhere": [Result(m, f"p{k}") for m in "abcd" for k in range(3)],
    }[kept])  # fmt: skip
    assert "Leaderboard" in report_page(folder)


def test_pictures_are_files_for_papers(tmp_path: Path) -> None:
    folder = write(tmp_path / "x", results())
    assert main(["plots", str(folder), "--to", str(tmp_path / "p")]) == 0
    names = {path.name for path in (tmp_path / "p").iterdir()}
    assert {"rates.svg", "rates.png", "ranks.svg", "against_noise.svg", "problems.png"} <= names
    assert (tmp_path / "p" / "rates.png").read_bytes().startswith(b"\x89PNG")
    assert "good" in (tmp_path / "p" / "rates.svg").read_text()


def test_a_folder_without_results_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert f"'{tmp_path}' is no results folder" in capsys.readouterr().err


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no browser here: chromium and chromedriver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def until(driver: Any, condition: Callable[[Any], Any]) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driver, 60).until(condition)


def opened(browser: Any, path: Path, width: int = 1200) -> Any:
    browser.set_window_size(width, 1000)
    browser.get(path.as_uri())
    return browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("results") / "x", results())
    assert main(["report", str(folder)]) == 0
    return folder / "report.html"


def methods_shown(driver: Any) -> list[str]:
    cells = driver.find_elements(
        "css selector", ".leaderboard tbody tr:not([hidden]) td:first-child"
    )
    return [cell.text for cell in cells]


def test_the_table_sorts_and_filters(browser: Any, page: Path) -> None:
    driver = opened(browser, page)
    assert methods_shown(driver)[0] == "good"
    driver.find_element("css selector", "th[data-column=method] button").click()
    names = methods_shown(driver)
    assert names == sorted(names, reverse=True) and len(names) == 4
    driver.find_element("css selector", ".filter").send_keys("ba")
    assert methods_shown(driver) == ["bad"]


def test_a_cell_opens_its_runs_by_keyboard_and_by_mouse(browser: Any, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = opened(browser, page)
    cell = driver.find_element(
        "css selector", "button[data-method=good][data-problem='srsd_easy/feynman-i.12.1']"
    )
    cell.send_keys(Keys.ENTER)
    until(driver, lambda d: d.find_elements("css selector", "#run-story math"))
    assert len(driver.find_elements("css selector", "#run-list button")) == 3
    until(driver, lambda d: d.find_elements("css selector", "#run-story svg"))
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    until(driver, lambda d: not d.find_element("id", "run").is_displayed())
    assert driver.switch_to.active_element == cell


@pytest.mark.parametrize("width", [400, 2000])
def test_pictures_are_drawn_and_nothing_is_wider_than_the_window(
    browser: Any, page: Path, width: int
) -> None:
    driver = opened(browser, page, width)
    charts = driver.find_elements("css selector", ".chart")
    assert len(charts) == 5
    for chart in charts:
        driver.execute_script("arguments[0].scrollIntoView()", chart)
        until(driver, lambda _, chart=chart: chart.find_elements("css selector", "svg"))
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert driver.execute_script(wide) <= 0
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_system_is_drawn_in_a_browser(browser: Any, tmp_path: Path) -> None:
    folder = with_a_system(tmp_path / "x")
    assert main(["report", str(folder)]) == 0
    driver = opened(browser, folder / "report.html", 400)
    driver.find_element("css selector", ".cell[data-method=floor]").click()
    until(driver, lambda d: len(d.find_elements("css selector", "#run-story svg")) == 3)
    driver.find_element("css selector", "#run form button").click()
    system, table = sorted(
        driver.find_elements("css selector", ".board"),
        key=lambda board: len(board.find_elements("css selector", "tbody tr")),
    )
    system.find_element("css selector", ".filter").send_keys("nobody")
    rows = "tbody tr:not([hidden])"
    assert len(table.find_elements("css selector", rows)) == 4
    assert system.find_elements("css selector", rows) == []
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_printed_table_is_no_wider_than_its_page(browser: Any, page: Path) -> None:
    driver = opened(browser, page, 1047)  # A4 across, less a centimetre on both sides
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        wide = (
            "return document.querySelector('.leaderboard').scrollWidth - document.body.clientWidth"
        )
        assert driver.execute_script(wide) <= 0
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_hostile_words_run_nothing_in_a_browser(browser: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", [Result(m, f"p{k}", answer=HOSTILE, yes=m == "b")
                                    for m in (HOSTILE, "b", "c") for k in range(4)])  # fmt: skip
    assert main(["report", str(folder)]) == 0
    driver = opened(browser, folder / "report.html")
    for chart in driver.find_elements("css selector", ".chart"):
        driver.execute_script("arguments[0].scrollIntoView()", chart)
        until(driver, lambda _, chart=chart: chart.find_elements("css selector", "svg"))
    driver.find_elements("css selector", ".cell")[0].click()
    until(driver, lambda d: HOSTILE in d.find_element("id", "run-story").text)
    assert driver.title == "Results of x"
    assert driver.find_elements("css selector", "img") == []
