"""Sign-in at a real Keycloak: shared realm and own realm, first sign-in by code, what is missing is a no, names are ours."""

import uuid
from typing import Any

import pytest

from zhibu_core.identity.accounts import invite
from zhibu_testing.signing_in import Browser, text_of


def number() -> str:
    return f"n{uuid.uuid4().hex[:10]}"


@pytest.mark.parametrize("where", ["home", "own"])
async def test_the_first_sign_in_asks_for_the_code_and_the_next_does_not(campus: Any, where: str) -> None:
    place, name = getattr(campus, where), number()
    await campus.user(place, name, firstName="Hua", lastName="Li")
    async with campus.platform.database.session(place.tenant.id) as session:
        code = await invite(session, place.people["李华"], None)
    browser, page = await campus.sign_in(place, name)
    assert str(page.url).endswith("/sign-in/enrol")
    assert "云汀大学还不知道这个账号是谁的" in text_of(page)
    refused = await browser.fill(page, code="AAAA-AAAA-AAAA-AAAA")
    assert (refused.status_code, "邀请码不正确" in text_of(refused)) == (422, True)
    entered = await browser.fill(refused, code=code.lower())
    assert (entered.status_code, str(entered.url)) == (200, f"{place.base}/")
    mine = await browser.get(f"{place.base}/me/identity")
    assert "李华" in text_of(mine)
    assert "Hua" not in mine.text
    _, page = await campus.sign_in(place, name)
    assert str(page.url) == f"{place.base}/"
    # Keycloak knows this browser: no page of its own is shown.
    page = await browser.get(f"{place.base}/sign-in/go")
    assert str(page.url) == f"{place.base}/"


async def test_a_code_is_good_once(campus: Any) -> None:
    place = campus.home
    async with campus.platform.database.session(place.tenant.id) as session:
        code = await invite(session, place.people["王芳"], None)
    pages = []
    for _ in range(2):
        name = number()
        await campus.user(place, name)
        browser, page = await campus.sign_in(place, name)
        pages.append(await browser.fill(page, code=code))
    assert [page.status_code for page in pages] == [200, 422]


async def test_who_is_not_in_the_organization_stays_outside(campus: Any) -> None:
    name = number()
    subject = await campus.user(campus.home, name, belongs=False)
    await campus.account(campus.home, subject, "李华")
    _, page = await campus.sign_in(campus.home, name)
    assert page.status_code == 401
    assert "您的账号不属于本单位" in text_of(page)


async def test_the_neighbours_member_stays_outside_and_one_with_both_chooses(campus: Any) -> None:
    name = number()
    subject = await campus.user(campus.home, name)
    await campus.account(campus.home, subject, "赵敏")
    browser, page = await campus.sign_in(campus.home, name)
    assert page.status_code == 200
    _, refused = await campus.sign_in(campus.neighbour, name, browser)
    assert refused.status_code == 401, (str(refused.url), text_of(refused))
    # The same person belongs to the other tenant as well: no second password, another identity.
    from zhibu_tenants.keycloak.admin import administering
    from zhibu_tenants.keycloak.clients import organization_of

    async with administering(campus.server, campus.neighbour.plan.realm) as admin:
        found = await organization_of(admin, campus.neighbour.plan.alias)
        await admin.a_organization_user_add(subject, found["id"])
    await campus.account(campus.neighbour, subject, "王芳")
    _, page = await campus.sign_in(campus.neighbour, name, browser)
    assert str(page.url) == f"{campus.neighbour.base}/"
    assert "王芳" in text_of(await browser.get(f"{campus.neighbour.base}/me/identity"))
    page = await browser.get(f"{campus.home.base}/me/identity")
    assert "赵敏" in text_of(page)
    assert f'href="/t/{campus.neighbour.tenant.slug}/"' in page.text
    assert campus.own.tenant.slug not in page.text


async def test_the_claim_counts_in_its_other_shape(campus: Any) -> None:
    from zhibu_tenants.keycloak.admin import administering, call

    place, name = campus.home, number()
    subject = await campus.user(place, name)
    await campus.account(place, subject, "赵敏")
    async with administering(campus.server, place.plan.realm) as admin:
        scopes = await call(admin, "GET", "/client-scopes")
        scope = next(one for one in scopes if one["name"] == "organization")
        mapper = scope["protocolMappers"][0]
        path = f"/client-scopes/{scope['id']}/protocol-mappers/models/{mapper['id']}"
        changed = mapper | {"config": mapper["config"] | {"addOrganizationId": "true"}}
        await call(admin, "PUT", path, changed)
        _, page = await campus.sign_in(place, name)
        stranger = number()
        outside = await campus.user(place, stranger, belongs=False)
        await campus.account(place, outside, "赵敏")
        _, refused = await campus.sign_in(place, stranger)
        await call(admin, "PUT", path, mapper)
    assert (page.status_code, refused.status_code) == (200, 401)


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "登录到您的账户"), ("en", "Sign in to your account")])
async def test_keycloaks_page_speaks_both_languages(campus: Any, language: str, words: str) -> None:
    page = await Browser(language).get(f"{campus.home.base}/sign-in/go")
    assert words in text_of(page)


async def test_a_callback_that_nobody_asked_for_is_refused(campus: Any) -> None:
    browser = Browser()
    await browser.get(f"{campus.home.base}/sign-in/go")
    for query in ("code=abc&state=wrong", "code=abc", ""):
        page = await browser.get(f"{campus.home.base}/sign-in/callback?{query}")
        assert page.status_code == 401
    assert (await Browser().get(f"{campus.home.base}/sign-in/callback?code=a&state=b")).status_code == 401
