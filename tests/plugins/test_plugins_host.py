"""The host: misfits are named and left out, what raises is contained, and the others work all the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar import Controller, get, post

from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, Job
from zhibu_core.plugins.slots import Panel
from zhibu_core.words import Words

EVERYBODY = frozenset({"member"})
W = Words("甲", "a")
Make = Callable[..., Any]


@get("/reading/list", opt={"action": "reading.note.read"}, sync_to_thread=False)
def open_page() -> str:
    return "list"


@get("/reading/other", sync_to_thread=False)
def unnamed_page() -> str:
    return "no action"


class Pages(Controller):
    path = "/reading/pages"

    @get("/one", opt={"action": "reading.note.read"}, sync_to_thread=False)
    def one(self) -> str:
        return "one"

    @post("/two", sync_to_thread=False)
    def two(self) -> str:
        return "no action"


def raises(*_: Any) -> Any:
    raise RuntimeError("boom")


async def load(*_: Any) -> None:
    return None


def host_of(**modules: Any) -> PluginHost:
    """A host of these plugins, checked as before serving."""
    host = PluginHost()
    for key, module in modules.items():
        host.add(key, module)
    host.check_requirements()
    host.check_parts()
    return host


CARDS = [
    ({"contract": CONTRACT + 1}, f"speaks contract {CONTRACT + 1}"),
    ({"key": "another"}, "its key is 'another'"),
    ({"tables_prefix": "notes_"}, "must begin with reading_"),
    ({"requires": ("nowhere",)}, "requires nowhere"),
]
HOOKS: list[tuple[str, Callable[..., Any], str]] = [
    ("permissions", lambda: [Action("orglife.meeting.read", W, EVERYBODY)], "must begin with reading."),
    ("permissions", lambda: None, "must return a list"),
    ("permissions", raises, "RuntimeError: boom"),
    ("routes", lambda: [open_page, unnamed_page], "/reading/other (unnamed_page) names no action"),
    ("routes", lambda: [Pages], "/reading/pages/two (two) names no action"),
    ("jobs", lambda: [Job("orglife.tidy", load, "reading.read")], "must begin with reading."),
    ("panels", lambda: [Panel("person", W, "pages/home.html", "member.read", load)], "must begin with reading/"),
    ("rule_packs", lambda: [Path("nowhere.toml")], "nowhere.toml is not there"),
    ("importers", lambda: [Importer(Path("nowhere.toml"), 1, load)], "nowhere.toml"),
]


@pytest.mark.parametrize(("card", "reason"), CARDS)
def test_a_card_that_does_not_fit(make_plugin: Make, card: dict[str, Any], reason: str) -> None:
    host = host_of(reading=make_plugin("reading", card=card), good=make_plugin("good"))
    assert reason in host.unavailable["reading"]
    assert host.switchable == {"good"}


@pytest.mark.parametrize(("hook", "answer", "reason"), HOOKS)
def test_an_answer_that_does_not_fit(make_plugin: Make, hook: str, answer: Callable[..., Any], reason: str) -> None:
    kinds = [FactKind("good.done", W)]
    host = host_of(reading=make_plugin("reading", **{hook: answer}), good=make_plugin("good", fact_kinds=lambda: kinds))
    assert reason in host.unavailable["reading"]
    assert host.collect("fact_kinds") == [("good", kinds[0])]
    assert host.collect(hook) == []


def test_an_unknown_argument_is_named(make_plugin: Make) -> None:
    host = host_of(reading=make_plugin("reading", enabled=lambda session, tenant: None))
    assert "tenant" in host.unavailable["reading"]


def test_an_unknown_hook_is_named(make_plugin: Make) -> None:
    host = host_of(reading=make_plugin("reading", opened=lambda: None))
    assert "opened" in host.unavailable["reading"]


def test_no_card_at_all(make_plugin: Make) -> None:
    module = make_plugin("reading")
    del module.manifest
    assert host_of(reading=module).unavailable["reading"] == "has no manifest()"


def test_a_module_that_cannot_be_imported() -> None:
    host = host_of(reading="zhibu_nowhere.plugin")
    assert host.unavailable["reading"].startswith("ModuleNotFoundError")


def test_a_rule_pack_that_cannot_be_read(make_plugin: Make, tmp_path: Path) -> None:
    pack = tmp_path / "reading.toml"
    pack.write_text('key = "reading"\nplugin = "reading"\ntitle = {zh = "读", en = "Read"}\nrule = [{code = "x"}]\n')
    host = host_of(reading=make_plugin("reading", rule_packs=lambda: [pack]))
    assert "reading.toml" in host.unavailable["reading"]


def test_rules_of_others_cannot_be_stated(make_plugin: Make, tmp_path: Path) -> None:
    import zhibu_orglife

    text = (Path(zhibu_orglife.__file__).parent / "rules" / "orglife.toml").read_text(encoding="utf-8")
    pack = tmp_path / "reading.toml"
    pack.write_text(text.replace('plugin = "orglife"', 'plugin = "reading"'), encoding="utf-8")
    host = host_of(reading=make_plugin("reading", rule_packs=lambda: [pack]))
    assert "must begin with reading." in host.unavailable["reading"]


@pytest.mark.parametrize(
    ("hook", "answer", "what"),
    [
        ("routes", lambda: [open_page], "address GET /reading/list"),
        ("fact_kinds", lambda: [FactKind("sharing", W)], "fact kind sharing"),
    ],
)
def test_what_another_has_cannot_be_claimed(make_plugin: Make, hook: str, answer: Any, what: str) -> None:
    host = host_of(alpha=make_plugin("alpha", **{hook: answer}), beta=make_plugin("beta", **{hook: answer}))
    assert host.unavailable == {"beta": f"{what} belongs to alpha"}


def test_a_kind_of_fact_is_shared_by_those_who_both_say_so(make_plugin: Make) -> None:
    shared, own = FactKind("sharing", W, shared=True), FactKind("sharing", W)
    plugins = {key: make_plugin(key, fact_kinds=lambda: [shared]) for key in ("alpha", "beta")}
    host = host_of(**plugins, gamma=make_plugin("gamma", fact_kinds=lambda: [own]))
    assert host.unavailable == {"gamma": "fact kind sharing belongs to several plugins"}


def test_a_taken_key_is_refused_and_its_owner_works(make_plugin: Make) -> None:
    host = PluginHost()
    for _ in range(2):
        host.add("reading", make_plugin("reading"))
    host.add("core", make_plugin("core"))
    assert host.switchable == {"reading"}
    assert sorted(name.split(" ")[0] for name in host.unavailable) == ["core", "reading"]
    assert "reading" not in host.unavailable


def test_what_requires_a_misfit_goes_with_it(make_plugin: Make) -> None:
    host = host_of(
        base=make_plugin("base", routes=raises),
        middle=make_plugin("middle", card={"requires": ("base",)}),
        top=make_plugin("top", card={"requires": ("middle",)}),
    )
    assert sorted(host.unavailable) == ["base", "middle", "top"]
    assert host.switchable == frozenset()


def test_a_call_reaches_only_the_enabled_and_contains_each(make_plugin: Make) -> None:
    """An implementation that begins to fail while serving is skipped; the others answer, in every call."""
    kinds = {key: FactKind(f"{key}.done", W) for key in ("alpha", "gamma")}
    host = PluginHost()
    host.add("alpha", make_plugin("alpha", fact_kinds=lambda: [kinds["alpha"]]))
    host.add("beta", make_plugin("beta", fact_kinds=raises))
    host.add("gamma", make_plugin("gamma", fact_kinds=lambda: [kinds["gamma"]]))
    assert host.collect("fact_kinds") == list(kinds.items())
    assert host.collect("fact_kinds", {"beta", "gamma"}) == [("gamma", kinds["gamma"])]
    assert host.collect("fact_kinds", frozenset()) == []


async def test_a_coroutine_of_one_plugin_raises_to_its_caller(make_plugin: Make) -> None:
    async def enabled(session: Any) -> str:
        return f"on {session}"

    host = PluginHost()
    host.add("alpha", make_plugin("alpha", enabled=enabled))
    host.add("beta", make_plugin("beta", enabled=raises))
    assert await host.ask("alpha", "enabled", session=1, scope=2) == "on 1"
    assert await host.ask("gamma", "enabled", session=1, scope=2) is None
    with pytest.raises(RuntimeError, match="boom"):
        await host.ask("beta", "enabled", session=1, scope=2)
