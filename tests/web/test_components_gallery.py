"""The gallery and the shell's pages keep the promises of their markup, in both languages, with and without a browser."""

import importlib.util
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser, sync_playwright

from zhibu_testing.chromium import AXE, AXE_RUN
from zhibu_web import assets

CHROMIUM = Path("/usr/bin/chromium")
USUAL = ("zh_CN.large.light",)
MODES = (*USUAL, "zh_CN.standard.light", "zh_CN.standard.dark", "zh_CN.largest.dark", "en.standard.light")
WIDTHS = (320, 360, 768, 1440)


def _helper() -> ModuleType:
    if "zhibu_gallery_helper" not in sys.modules:
        spec = importlib.util.spec_from_file_location("zhibu_gallery_helper", Path(__file__).with_name("gallery.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["zhibu_gallery_helper"] = module
        spec.loader.exec_module(module)
    return sys.modules["zhibu_gallery_helper"]


GALLERY = _helper()
EVERY = [(name, locale) for name in GALLERY.PAGES for locale in ("zh_CN", "en")]


@pytest.fixture(params=EVERY, ids=lambda both: ".".join(both))
def document(request: pytest.FixtureRequest) -> html.HtmlElement:
    name, locale = request.param
    return html.document_fromstring(GALLERY.page(name, locale))


def test_one_heading_and_a_title(document: html.HtmlElement) -> None:
    assert len(document.findall(".//h1")) == 1
    assert document.findtext(".//title").strip()
    assert document.get("lang") in ("zh-CN", "en")


def test_nothing_inline(document: html.HtmlElement) -> None:
    assert not document.findall(".//style")
    assert all(script.get("src") for script in document.iter("script"))
    assert not document.xpath("//*[@style or @onclick or @onchange or @onload]")


def test_ids_are_unique_and_references_lead_somewhere(document: html.HtmlElement) -> None:
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        named = " ".join(document.xpath(f"//@{attribute}")).split()
        assert set(named) <= set(ids), attribute


def test_every_field_has_a_label(document: html.HtmlElement) -> None:
    for field in document.xpath("//input[not(@type='hidden')] | //select | //textarea | //progress"):
        labelled = field.get("aria-label") or document.xpath("//label[@for=$id]", id=field.get("id") or "")
        assert len(labelled) or any(True for _ in field.iterancestors("label")), html.tostring(field)


def test_headings_do_not_skip_a_level(document: html.HtmlElement) -> None:
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_texts_are_in_the_language_of_the_page() -> None:
    english = html.document_fromstring(GALLERY.page("more", "en")).find(".//main").text_content()
    chinese = html.document_fromstring(GALLERY.page("more", "zh_CN")).find(".//main").text_content()
    assert "Letter size" in english
    assert "字号" in chinese
    assert "Letter size" not in chinese


def test_the_bar_shows_four_doors_and_more() -> None:
    document = html.document_fromstring(GALLERY.page("error"))
    words = [link.text_content() for link in document.xpath("//body/nav[@class='bar']//a")]
    assert words == ["待办", "工作", "党员", "发展", "更多"]


def test_choices_of_the_reader_reach_the_page() -> None:
    document = html.document_fromstring(GALLERY.page("more", size="larger", theme="dark"))
    assert document.get("class") == "large larger dark"
    current = [link.text_content() for link in document.xpath("//main//a[@aria-current]")]
    assert current == ["特大", "深色", "中文"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed here")
    with sync_playwright() as play:
        made = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield made
        made.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not (assets.VENDOR / "echarts.js").exists():
        assets.build_packages()
    with GALLERY.served() as found:
        yield found


@pytest.mark.modes
@pytest.mark.browser
def test_no_findings_and_nothing_too_wide(browser: Browser, address: str) -> None:
    _look(browser, address, 360, USUAL)


@pytest.mark.modes
@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_no_findings_and_nothing_too_wide_in_every_mode(browser: Browser, address: str, width: int) -> None:
    _look(browser, address, width, MODES)


def _look(browser: Browser, address: str, width: int, modes: tuple[str, ...]) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    troubles: dict[str, Any] = {}
    for name in GALLERY.PAGES:
        for mode in modes:
            tab.goto(f"{address}/{name}.{mode}")
            tab.evaluate(AXE.read_text(encoding="utf-8"))
            findings = tab.evaluate(AXE_RUN)
            wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if findings or wide > 0:
                troubles[f"{name}.{mode}"] = (findings, wide)
    tab.close()
    assert not troubles
    assert not said


@pytest.mark.browser
def test_all_present_is_one_tap_and_keeps_the_focus(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport={"width": 360, "height": 740})
    tab.goto(f"{address}/components.zh_CN.standard.light")
    reason = tab.locator("tr.reason").nth(3)
    assert reason.is_visible()
    tab.get_by_role("button", name="全部到会").click()
    assert tab.locator(".roll input[value=present]:checked").count() == 4
    assert reason.is_hidden()
    assert tab.evaluate("document.activeElement.tagName") == "BUTTON"
    tab.close()


@pytest.mark.browser
def test_charts_are_drawn_from_their_tables(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(f"{address}/components.zh_CN.standard.light")
    assert tab.locator(".chart svg").count() == 2
    assert "规则2026版起" in (tab.locator("[data-chart=line] svg").text_content() or "")
    assert (
        tab.locator("[data-chart=radar]").get_attribute("aria-label") == "六个方面有五个不低于同类中位数，只有学习低1。"
    )
    tab.close()


@pytest.mark.browser
def test_pages_work_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    tab = context.new_page()
    tab.goto(f"{address}/components.zh_CN.standard.light")
    assert tab.locator("[data-filter]").is_hidden()
    assert tab.locator(".quick").is_hidden()
    assert tab.locator("[data-chart=line]").is_hidden()
    assert tab.locator("#trend").is_visible()
    strip = tab.locator("svg.dots")
    assert strip.is_visible()
    assert strip.get_attribute("aria-label") == "本支部87，略高于中间一半；85个教工党支部的中位数是82。"
    assert strip.locator(".dot circle").count() == tab.locator("#spread-all tbody tr").count()
    assert tab.locator(".dots + .key").is_visible()
    context.close()
