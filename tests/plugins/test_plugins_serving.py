"""Misfits and raising plugins in a running platform: it starts, says why, and everything else works."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from litestar import get
from sqlalchemy import text
from structlog.testing import capture_logs

from zhibu_capability.schema import OrganizationFields
from zhibu_core.app import create_app
from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import GraphQLContribution
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.cli.plugin import check, list_plugins
from zhibu_tenants.enablement import plugin_states, switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.commanding import started, typed
from zhibu_testing.delivering import deliver
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TODAY, Parties, TestDatabase

Make = Callable[..., Any]
PAGE = "/example/notes"


@get("/broken/page", opt={"action": "public"}, sync_to_thread=False)
def page_that_raises() -> str:
    raise RuntimeError("boom")


def with_plugins(platform: Platform, **modules: Any) -> Platform:
    """A platform of its own with these plugins beside the installed ones, on the same database."""
    host = PluginHost.discover()
    for key, module in modules.items():
        host.add(key, module)
    host.check_parts()
    return Platform(platform.settings, host, platform.database)


def operator(parties: Parties) -> Scope:
    """The operator at the machine."""
    return Scope(parties.home, frozenset())


async def test_a_misfit_is_shown_with_its_reason_and_cannot_be_switched_on(
    make_plugin: Make, platform: Platform, parties: Parties
) -> None:
    running = with_plugins(platform, old=make_plugin("old", card={"contract": 0}))
    app = create_app(running, jobs=False)
    async with platform.database.session(parties.home.id) as session:
        states = {state.key: state for state in await plugin_states(running, session)}
        with pytest.raises(InvalidInput, match="speaks contract 0"):
            await switch(running, session, operator(parties), "old", on=True)
        await switch(running, session, operator(parties), "example", on=True)
        someone = await member(session, "王一", await organization(session, "001"))
    assert not states["old"].is_on
    assert states["old"].reason == "speaks contract 0, the platform speaks 1"
    browser = await sign_in(app, running, parties.home, someone.id, {})
    assert (await browser.get(PAGE)).status_code == 200


async def test_fields_that_do_not_fit_the_schema_make_the_plugin_unavailable(
    make_plugin: Make, platform: Platform, parties: Parties
) -> None:
    mine = GraphQLContribution(fields={"Organization": type("NoStrawberryType", (), {})})
    plain = make_plugin("plain", graphql=lambda: GraphQLContribution(), card={"requires": ("wrong",)})
    running = with_plugins(platform, wrong=make_plugin("wrong", graphql=lambda: mine), plain=plain)
    app = create_app(running, jobs=False)
    reason = "graphql: NoStrawberryType is not a Strawberry type"
    assert running.host.unavailable == {"wrong": reason, "plain": "requires wrong, which is not available"}
    async with platform.database.session(parties.home.id) as session:
        states = {state.key: state for state in await plugin_states(running, session)}
        with pytest.raises(InvalidInput, match="NoStrawberryType"):
            await switch(running, session, operator(parties), "wrong", on=True)
        admin = await member(session, "王一", await organization(session, "001"))
    assert states["wrong"].reason == reason
    browser = await sign_in(app, running, parties.home, admin.id, {"admin": None})
    assert reason in (await browser.get("/plugins")).text


def test_the_command_lists_such_a_plugin_with_its_reason(
    make_plugin: Make, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = GraphQLContribution(fields={"Nowhere": OrganizationFields})
    host = with_plugins(platform, wrong=make_plugin("wrong", graphql=lambda: mine)).host
    monkeypatch.setattr(PluginHost, "discover", lambda: host)
    listed = CliRunner().invoke(list_plugins, [])
    assert "wrong\t\tunavailable: graphql: there is no type Nowhere to add fields to\n" in listed.output
    assert CliRunner().invoke(check, ["wrong"]).exit_code == 1


async def test_a_page_that_raises_is_an_error_and_the_next_page_works(
    make_plugin: Make, platform: Platform, parties: Parties
) -> None:
    running = with_plugins(platform, broken=make_plugin("broken", routes=lambda: [page_that_raises]))
    app = create_app(running, jobs=False)
    async with platform.database.session(parties.home.id) as session:
        await switch(running, session, operator(parties), "broken", on=True)
    browser = Browser(app, parties.home)
    answer = await browser.get("/broken/page")
    assert answer.status_code == 500
    assert "boom" not in answer.text
    assert (await browser.get("/sign-in")).status_code == 200


async def test_a_switch_that_raises_changes_nothing(make_plugin: Make, platform: Platform, parties: Parties) -> None:
    async def enabled(session: Any) -> None:
        raise RuntimeError("boom")

    running = with_plugins(platform, broken=make_plugin("broken", enabled=enabled))
    with pytest.raises(RuntimeError, match="boom"):
        async with platform.database.session(parties.home.id) as session:
            await switch(running, session, operator(parties), "broken", on=True)
    async with platform.database.session(parties.home.id) as session:
        assert not {state.key: state.is_on for state in await plugin_states(running, session)}["broken"]


async def test_an_event_reaches_the_others_when_one_raises(
    make_plugin: Make, platform: Platform, parties: Parties
) -> None:
    heard: list[str] = []

    async def hears(session: Any, event: Any, platform: Any) -> None:
        del session
        assert platform is running
        heard.append(event.topic)

    async def raises(event: Any) -> None:
        raise RuntimeError(event.topic)

    running = with_plugins(platform, aaa=make_plugin("aaa", on_event=raises), zzz=make_plugin("zzz", on_event=hears))
    async with platform.database.session(parties.home.id) as session:
        for key in ("aaa", "zzz"):
            await switch(running, session, operator(parties), key, on=True)
        await publish(session, "reading.done", "note", None)
    with capture_logs() as said:
        await deliver(running, parties.home)
    assert {line["plugin"] for line in said if line["event"] == "plugin_failed"} == {"aaa"}
    assert heard.count("reading.done") == 1
    async with platform.database.system_session() as session:
        query = text("select count(*) from jobs.outbox where tenant_id = :t and dispatched_at is null")
        assert await session.scalar(query, {"t": parties.home.id}) > 0, "what failed is tried again"


async def test_undeclared_facts_are_refused(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(session, "001")
        draft = FactDraft("theme_day", branch.id, TODAY, "note", new_id())
        with pytest.raises(ValueError, match="example declares no fact kind theme_day"):
            await write_facts(session, [draft], source="example", written_by=None)
        assert await write_facts(session, [draft._replace(kind="example.note")], source="example", written_by=None) == 1


async def test_the_command_holds_for_the_next_request(
    platform: Platform, parties: Parties, test_database: TestDatabase
) -> None:
    async with platform.database.session(parties.home.id) as session:
        someone = await member(session, "王一", await organization(session, "001"))
    browser = await sign_in(app_of(platform), platform, parties.home, someone.id, {})
    seen = []
    for verb in ("enable", "disable"):
        seen.append((await browser.get(PAGE)).status_code)
        done = started(test_database, "plugin", verb, "example", "--tenant", parties.home.slug)
        assert (done.returncode, done.stdout) == (0, f"example\t{'on' if verb == 'enable' else 'off'}\n"), done.stderr
    assert [*seen, (await browser.get(PAGE)).status_code] == [404, 200, 404]


def test_the_list_says_what_a_tenant_has_on(parties: Parties, test_database: TestDatabase) -> None:
    listed = typed(test_database, "plugin", "list", "--json", "--tenant", parties.home.slug).stdout.splitlines()
    states = {line["plugin"]: line["on"] for line in map(json.loads, listed)}
    assert states["example"] is False
    assert states["orglife"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("enable", "nowhere"), 2, "没有安装插件"),
        (("enable",), 64, "Missing argument"),
    ],
)
def test_the_command_says_what_is_wrong(
    parties: Parties, test_database: TestDatabase, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = typed(test_database, "plugin", *arguments, "--tenant", parties.home.slug)
    assert done.returncode == code
    assert said in done.stderr
