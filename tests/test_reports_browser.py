"""The page in a browser: nothing is asked for, nothing is complained of, and it can be read at every width."""

import base64
import json
from importlib.resources import files

import pytest
from browser import found, tab
from reports_samples import assessment, evidence, record
from test_reports_page import BEFORE, REPLAY, TRIPWIRES

from metrics import load_indicators
from reports.archive import Kept, index
from reports.page import page
from reports.verdict_tables import ROWS_OF_CHANGE

pytestmark = pytest.mark.skipif(found() is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    then = evidence()
    then.loc[0, "recursive"] = -9.0
    before = BEFORE | {"evidence": assessment(evidence=then).to_dict()["evidence"]}
    made = page(assessment(), record(previous=before, replay=REPLAY, tripwires=TRIPWIRES))
    (folder / "status.html").write_text(made.html, encoding="utf-8")
    kept = Kept(assessment().to_dict(), ["status.html", "status.json"])
    (folder / "index.html").write_text(index({"2026-10-10": kept}), encoding="utf-8")
    with tab() as browser:
        browser.open(folder / "status.html")
        yield browser, folder


def test_the_page_asks_for_nothing_and_complains_of_nothing(opened):
    browser, folder = opened
    browser.open(folder / "status.html")
    assert browser.requested() == [(folder / "status.html").as_uri()]
    assert browser.complaints() == []


@pytest.mark.parametrize("width", [342, 390, 800, 1280])
def test_nothing_is_wider_than_the_window(opened, width):
    browser, _ = opened
    browser.resize(width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_text_of_twice_the_size_still_fits_a_phone(opened):
    browser, _ = opened
    browser.resize(390)
    browser.evaluate("document.body.style.zoom = 1; document.documentElement.style.setProperty('font-size', '32px')")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    browser.evaluate("document.documentElement.removeAttribute('style')")


@pytest.mark.parametrize(("width", "shown"), [(390, "narrow"), (1280, "wide")])
def test_one_drawing_of_each_figure_is_shown(opened, width, shown):
    browser, _ = opened
    browser.resize(width)
    visible = "[...document.querySelectorAll('.wide, .narrow')].filter(e => e.getClientRects().length)"
    assert browser.evaluate(f"[...new Set({visible}.map(e => e.className))].join()") == shown
    assert browser.evaluate(f"{visible}.length") == browser.evaluate("document.querySelectorAll('[role=img]').length")


def test_the_first_screen_holds_verdict_ranges_change_and_replay(opened):
    browser, _ = opened
    browser.resize(1280)
    drawings = "[...document.querySelectorAll('.first [role=img] .wide')]"
    ends = browser.evaluate(f"window.scrollTo(0, 0), {drawings}.map(e => e.getBoundingClientRect().bottom)")
    assert len(ends) == 2
    assert max(ends) <= 800


def test_the_first_screen_holds_as_many_changes_as_it_names_and_what_could_settle_it(opened):
    browser, folder = opened
    browser.open(folder / "status.html")
    browser.resize(1280)
    title = max((one.title for one in load_indicators().values() if one.role == "evidence"), key=len)
    row = "<tr><th scope=row>{}</th><td>0.0</td><td>0.0</td></tr>"
    caused = row.format(f"New values: {title}, Anthropic (12 values, 11 before)") * ROWS_OF_CHANGE
    rows = caused + row.format("Reweighted: 10 series") + row.format("Smaller moves")
    browser.evaluate(
        "rows = document.querySelector('.first .aside tbody'),"
        f"rows.innerHTML = {json.dumps(rows)} + rows.lastElementChild.outerHTML"
    )
    assert browser.evaluate("document.querySelector('.first .aside .note').getBoundingClientRect().bottom") <= 800


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["status.html", "index.html"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_has_no_serious_finding(opened, name, width, scheme):
    browser, folder = opened
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(folder / name)
    browser.resize(width)
    browser.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    said = json.loads(browser.evaluate("axe.run(document).then(found => JSON.stringify(found.violations))"))
    serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in said if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_it_prints_with_the_verdict_on_the_first_sheet(opened):
    browser, folder = opened
    browser.open(folder / "status.html")
    printed = base64.b64decode(browser.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") >= 2
