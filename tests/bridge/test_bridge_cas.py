"""Sign-in through the bridge at a CAS server of the test's own, as Zhibu's own client sees it; and all that is refused."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from zhibu_core.errors import Unauthenticated
from zhibu_core.identity.code_flow import finish
from zhibu_core.identity.tokens import read_id_token, read_logout_token
from zhibu_testing.signing_in import Browser, text_of


@pytest.mark.parametrize(("name", "subject"), [("home", "2019001"), ("neighbour", "zhang")])
async def test_who_signs_in_at_cas_is_signed_in_by_the_stable_id(bridge: Any, name: str, subject: str) -> None:
    browser = Browser()
    attempt, back = await bridge.sign_in(name, "zhang", browser)
    assert (back["state"], back["iss"]) == (attempt.state, bridge.issuers[name].address)
    who = await finish(bridge.source(name), attempt, back["code"], bridge.client)
    assert (who.issuer, who.subject) == (bridge.issuers[name].address, subject)
    assert who.session_id
    # CAS knows the browser: no second password. Its mail is nobody's business.
    attempt, back = await bridge.sign_in(name, "nobody", browser)
    answer = await bridge.redeem(name, code=back["code"], code_verifier=attempt.verifier)
    source = bridge.source(name)
    claims = await read_id_token(answer.json()["id_token"], source.issuer, "zhibu", attempt.nonce)
    assert claims["sub"] == subject
    assert claims["organization"] == [bridge.issuers[name].settings.tenant]
    assert not {"email", "name", "phone_number", "auth_time", "acr"} & set(claims)


async def test_a_ticket_is_asked_about_once_with_exactly_its_own_address(bridge: Any) -> None:
    browser = Browser()
    await bridge.sign_in("home", "li", browser)
    asked = bridge.cas.validated[-1]
    assert asked["service"].startswith(f"{bridge.issuers['home'].callback}?state=")
    # The spent ticket, brought again by a browser that began anew.
    assert (await brought(bridge, "home", asked["ticket"]))["error"] == "access_denied"


async def test_a_ticket_for_another_source_is_no_good_here(bridge: Any) -> None:
    elsewhere = bridge.cas.ticket("zhang", f"{bridge.issuers['neighbour'].callback}?state=x")
    assert (await brought(bridge, "home", elsewhere))["error"] == "access_denied"
    for ticket in ("", "ST-unknown", "x" * 300):
        assert (await brought(bridge, "home", ticket))["error"] == "access_denied"


async def brought(bridge: Any, name: str, ticket: str) -> dict[str, str]:
    """What the client is told where the browser comes back with this ticket."""
    browser = Browser()
    _, address = await bridge.begin(name)
    login = await browser.get(address, follow=False)
    service = dict(parse_qsl(urlsplit(login.headers["location"]).query))["service"]
    page = await browser.get(f"{service}&{urlencode({'ticket': ticket})}")
    return dict(parse_qsl(urlsplit(str(page.url)).query))


async def test_a_browser_that_began_nothing_is_refused(bridge: Any) -> None:
    home, neighbour = bridge.issuers["home"], bridge.issuers["neighbour"]
    begun = Browser()
    _, address = await bridge.begin("home")
    login = await begun.get(address, follow=False)
    service = dict(parse_qsl(urlsplit(login.headers["location"]).query))["service"]
    state = dict(parse_qsl(urlsplit(service).query))["state"]
    ticket = bridge.cas.ticket("zhang", service)
    for browser, where in (
        (Browser(), f"{service}&ticket={ticket}"),
        (begun, f"{home.callback}?state=other&ticket={ticket}"),
        (begun, f"{home.callback}?ticket={ticket}"),
        (begun, f"{home.callback}?state=%C3%A9&ticket={ticket}"),
        (begun, f"{neighbour.callback}?state={state}&ticket={ticket}"),
    ):
        page = await browser.get(where, follow=False)
        assert page.status_code == 400
        assert "The sign-in is not complete" in text_of(page)
    assert ticket in bridge.cas.tickets, "CAS was not even asked"


async def test_a_code_is_good_once_for_its_client_its_verifier_and_its_source(bridge: Any) -> None:
    wrong: list[tuple[str, dict[str, str], int]] = [
        ("home", {"code_verifier": "x" * 48}, 400),
        ("home", {"code_verifier": "é" * 48}, 400),
        ("home", {"redirect_uri": f"{bridge.client}/"}, 400),
        ("home", {"client_secret": "y" * 24}, 401),
        ("home", {"client_id": "other"}, 401),
        ("home", {"grant_type": "password"}, 400),
        ("neighbour", {}, 400),
    ]
    browser = Browser()
    for name, changed, status in wrong:
        attempt, back = await bridge.sign_in("home", "zhang", browser)
        given = {"code": back["code"], "code_verifier": attempt.verifier}
        answer = await bridge.redeem(name, **(given | changed))
        assert (changed, answer.status_code) == (changed, status)
        assert "id_token" not in answer.json()
    attempt, back = await bridge.sign_in("home", "zhang", browser)
    given = {"code": back["code"], "code_verifier": attempt.verifier}
    assert [(await bridge.redeem("home", **given)).status_code for _ in range(2)] == [200, 400]


async def test_a_token_of_one_tenants_source_is_no_good_at_the_others(bridge: Any) -> None:
    attempt, back = await bridge.sign_in("home", "zhang")
    token = (await bridge.redeem("home", code=back["code"], code_verifier=attempt.verifier)).json()["id_token"]
    source = bridge.source("neighbour")
    with pytest.raises(Unauthenticated):
        await read_id_token(token, source.issuer, "zhibu", attempt.nonce)
    assert bridge.issuers["home"].signer.public_keys() != bridge.issuers["neighbour"].signer.public_keys()


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "other"},
        {"redirect_uri": "{client}x"},
        {"redirect_uri": "https://elsewhere.example/client"},
        {"response_type": "id_token"},
        {"response_mode": "form_post"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"nonce": ""},
        {"state": ""},
        {"scope": "profile"},
    ],
)
async def test_a_request_that_is_not_our_clients_goes_nowhere(bridge: Any, changed: dict[str, str]) -> None:
    _, address = await bridge.begin("home")
    base, _, query = address.partition("?")
    asked = dict(parse_qsl(query)) | {name: value.format(client=bridge.client) for name, value in changed.items()}
    page = await Browser().get(f"{base}?{urlencode(asked)}", follow=False)
    assert page.status_code == 400
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("more", "error"),
    [("prompt=none", "login_required"), ("prompt=login", "unmet"), ("max_age=60", "login_required")],
)
async def test_what_cas_cannot_promise_is_refused(bridge: Any, more: str, error: str) -> None:
    attempt, address = await bridge.begin("home")
    page = await Browser().get(f"{address}&{more}", follow=False)
    back = dict(parse_qsl(urlsplit(page.headers["location"]).query))
    assert back["state"] == attempt.state
    assert back["error"].startswith(error) or more.startswith("max_age")


async def test_cas_signs_out_and_the_client_is_told_once(bridge: Any) -> None:
    browser = Browser()
    attempt, back = await bridge.sign_in("home", "li", browser)
    who = await finish(bridge.source("home"), attempt, back["code"], bridge.client)
    bridge.told.clear()
    assert set(await asyncio.to_thread(bridge.cas.end, "li")) == {200}
    tokens = [one["logout_token"] for one in bridge.told]
    source = bridge.source("home")
    claims = [await read_logout_token(token, source.issuer, "zhibu", time.time()) for token in tokens]
    assert who.session_id in {one["sid"] for one in claims}
    bridge.told.clear()
    for notice in ("<x/>", "no xml", "", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "<x" * 9000):
        page = await Browser().post(bridge.issuers["home"].callback, {"logoutRequest": quote(notice)})
        assert (page.status_code, page.json()) == (200, {"ended": False})
    assert bridge.told == []
