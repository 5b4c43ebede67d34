"""Weights, colours and words of what every page loads."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords

from zhibu_web import assets
from zhibu_web.gallery import gallery_context
from zhibu_web.render import environment, reader, render, render_block
from zhibu_web.shell import Preferences, Shell, read_preferences
from zhibu_web.slots import MOST_DOORS, PLUGIN_DOORS, ROLE_DOORS, doors_for

WEB = assets.PACKAGE
TEMPLATES = WEB / "templates"


def weight(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 9)) / 1024


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    assets.build_styles()
    if not (assets.VENDOR / "echarts.js").exists():
        assets.build_packages()


def test_weights() -> None:
    assert weight(assets.STATIC / assets.STYLES) <= 18
    assert weight(assets.STATIC / "js" / "zhibu.js") <= 7
    assert weight(assets.VENDOR / "htmx.min.js") <= 17
    assert weight(assets.VENDOR / "echarts.js") <= 195


def test_only_the_tokens_have_raw_colours() -> None:
    raw = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![\w-])|\brgba?\(|\bhsl", re.IGNORECASE)
    for path in assets.style_files()[1:]:
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not raw.search(rules), path.name


def test_shortening_keeps_the_rules() -> None:
    assert assets.shortened('a > b { margin: calc(1px + 2px) 0; } /* x */ .c:has(> d) { content: "a: b"; }') == (
        'a>b{margin:calc(1px + 2px) 0}.c:has(>d){content:"a: b"}'
    )


def test_the_lock_names_no_address() -> None:
    lock = json.loads((WEB.parent / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((WEB.parent / "package.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def _messages() -> Iterator[tuple[str | None, str]]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}}
    keywords = DEFAULT_KEYWORDS | parse_keywords(["_L:1,1t", "_L:1,2c,2t"])
    for _, _, message, _, context in extract_from_dir(WEB, methods, options, keywords=keywords):
        yield context, message[0] if isinstance(message, tuple) else message


def test_every_text_of_the_shell_has_chinese() -> None:
    known = set()
    for path in (WEB / "locale" / "zh_CN" / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            known |= {
                (message.context, message.id[0] if isinstance(message.id, tuple) else message.id)
                for message in pofile.read_po(file, locale="zh_CN")
                if message.string
            }
    assert set(_messages()) <= known


def test_every_template_compiles() -> None:
    for name in environment().list_templates(filter_func=lambda name: name.endswith(".html")):
        environment().get_template(name)


def test_doors_keep_the_guide() -> None:
    closed = {"home", "overview", "mine", "group", "plugins", "settings", "audit", "isolation", "review"}
    for doors in ROLE_DOORS.values():
        assert len(doors) <= MOST_DOORS
        assert {door.key for door in doors} <= closed | set(PLUGIN_DOORS)
        assert all(len(door.short.zh) <= 2 for door in doors)


def test_a_door_without_a_page_is_absent() -> None:
    assert [door.key for door in doors_for("secretary", {"home": "/", "data": "/data"})] == ["home", "data"]


def test_a_fragment_is_the_block_of_the_page() -> None:
    shell = Shell(tenant="云汀大学", preferences=Preferences())
    context = {"shell": shell, "entries": ()}
    fragment = render_block("pages/more.html", "content", locale="zh_CN", context=context)
    assert fragment.strip().startswith('<div class="head">')
    assert "<html" not in fragment


def test_preferences_come_from_cookies_and_nothing_else_gets_in() -> None:
    assert read_preferences({"zhibu-size": "huge", "zhibu-theme": "dark", "zhibu-lang": "en"}) == Preferences(
        locale="en", theme="dark"
    )
    assert Shell(tenant="x", prefix="/t/a", path="/t/a/home?x=1").choose(size="large") == (
        "/t/a/preferences?size=large&back=%2Ft%2Fa%2Fhome%3Fx%3D1"
    )


def test_plurals_and_marks_of_both_languages() -> None:
    assert reader("zh_CN").pgettext("list", ", ") == "，"
    assert reader("en").pgettext("list", ", ") == ", "


def test_a_constant_is_not_fixed_in_the_first_readers_language() -> None:
    for locale, text in (("zh_CN", "少于5"), ("en", "fewer than 5"), ("zh_CN", "少于5")):
        shell = Shell(tenant="云汀大学", preferences=Preferences(locale=locale))
        context = {"shell": shell, **gallery_context()}
        assert f'<td class="shade-3">{text}</td>' in render("pages/components.html", locale=locale, context=context)
