"""A tenant's own identity provider behind Keycloak: an OpenID issuer that others wrote, and another realm by SAML."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.identity.accounts import invite
from zhibu_tenants.keycloak.admin import MASTER, administering, call
from zhibu_tenants.keycloak.broker_files import read_broker
from zhibu_tenants.keycloak.brokers import broker_of
from zhibu_tenants.keycloak.provisioning import NewBroker, check, provision
from zhibu_testing.signing_in import Browser, text_of

PASSWORD = "correct horse battery"


async def broker_file(folder: Path, text: str, secret: str = "") -> NewBroker:
    (folder / "broker.toml").write_text(text, encoding="utf-8")
    (folder / "secret.txt").write_text(secret, encoding="utf-8")
    return NewBroker(*await read_broker(folder / "broker.toml", "any", demo=True))


@pytest.fixture
async def openid(campus: Any, state_of: Any, tmp_path: Path) -> Any:
    """The neighbour's people come from the foreign issuer; taken away again at the end."""
    place, issuer = campus.neighbour, state_of("foreign-issuer")["address"]
    client = {"redirect_uris": [place.plan.broker_address], "token_endpoint_auth_method": "client_secret_basic"}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        made = (await http.post(f"{issuer}/reg", json=client)).json()
    text = f'kind = "oidc"\nissuer = "{issuer}"\nclient_id = "{made["client_id"]}"\n'
    text += 'client_secret_file = "secret.txt"\nname.zh = "统一身份认证"\nname.en = "Campus"\n'
    given = await broker_file(tmp_path, text, made["client_secret"])
    assert await provision(campus.platform, place.scope, own_realm=False, broker=given) != []
    yield place
    await provision(campus.platform, place.scope, own_realm=False, broker=NewBroker(None))


@pytest.fixture
async def saml(campus: Any, tmp_path: Path) -> Any:
    """The people of the tenant with its own realm come from a third realm, by SAML."""
    place, realm = campus.own, f"idp-{uuid.uuid4().hex[:8]}"
    user = {"username": "s2024001", "enabled": True, "email": "s@example.edu.cn", "firstName": "S", "lastName": "T"}
    user |= {"credentials": [{"type": "password", "value": PASSWORD}]}
    client = {
        "clientId": place.plan.issuer,
        "protocol": "saml",
        "redirectUris": [f"{place.plan.issuer}/broker/zhibu-{place.tenant.slug}.saml/endpoint"],
        "attributes": {
            "saml.assertion.signature": "true",
            "saml.server.signature": "true",
            "saml.force.post.binding": "true",
            "saml.client.signature": "false",
            "saml_name_id_format": "persistent",
            "saml_force_name_id_format": "true",
        },
    }
    async with administering(campus.server, MASTER, 60) as admin:
        await admin.a_create_realm({"realm": realm, "enabled": True, "users": [user], "clients": [client]})
    address = f"{campus.server.issuer(realm)}/protocol/saml/descriptor"
    text = f'kind = "saml"\nmetadata = "{address}"\nname.zh = "统一身份认证"\nname.en = "Campus"\n'
    await provision(campus.platform, place.scope, own_realm=True, broker=await broker_file(tmp_path, text))
    yield place
    await provision(campus.platform, place.scope, own_realm=True, broker=NewBroker(None))


async def at_foreign_issuer(place: Any, name: str, browser: Browser | None = None) -> tuple[Browser, Any]:
    """From the tenant's button straight to the tenant's own provider, through its two pages, and back."""
    using = browser or Browser()
    page = await using.get(f"{place.base}/sign-in/go")
    if "/interaction/" in str(page.url):
        page = await using.fill(page, login=name, password="any")
    if "/interaction/" in str(page.url):
        page = await using.fill(page, prompt="consent")
    return using, page


async def code_for(campus: Any, place: Any, name: str) -> str:
    async with campus.platform.database.session(place.tenant.id) as session:
        return await invite(session, place.people[name], None)


async def test_people_come_from_the_tenants_own_openid_provider(campus: Any, openid: Any) -> None:
    place, name = openid, f"Aa-{uuid.uuid4().hex[:6]}"
    code = await code_for(campus, place, "赵敏")
    browser, page = await at_foreign_issuer(place, name)
    assert str(page.url).endswith("/sign-in/enrol"), text_of(page)[:300]
    page = await browser.fill(page, code=code)
    assert (page.status_code, str(page.url)) == (200, f"{place.base}/")
    again, page = await at_foreign_issuer(place, name)
    assert str(page.url) == f"{place.base}/"
    assert "赵敏" in text_of(await again.get(f"{place.base}/me/identity"))
    # The same browser asks for the second factor: Keycloak itself wants it enrolled, the provider's word is not enough.
    page = await again.get(f"{place.base}/sign-in/go?strong=1")
    assert "totp" in page.text
    assert str(page.url).startswith(place.plan.issuer)
    # Keycloak knows that person from one provider; to the neighbour in the same realm they are nobody.
    _, page = await campus.sign_in(campus.home, name, browser)
    assert page.status_code == 401


async def test_what_is_wanted_of_the_provider_is_checked_and_mended(campus: Any, openid: Any) -> None:
    place, alias = openid, openid.plan.broker_alias
    assert await provision(campus.platform, place.scope, own_realm=False) == []
    assert await check(campus.platform, place.scope) == []
    async with administering(campus.server, place.plan.realm) as admin:
        found = await broker_of(admin, alias)
        assert found is not None
        loose = {"trustEmail": True, "firstBrokerLoginFlowAlias": "first broker login"}
        loose["config"] = found["config"] | {"validateSignature": "false", "issuer": "https://elsewhere.example"}
        await call(admin, "PUT", f"/identity-provider/instances/{alias}", found | loose)
    drift = await check(campus.platform, place.scope)
    what = f"identity provider {alias}"
    assert f"{what}: trustEmail is on, should be off" in drift
    assert f"{what}: firstBrokerLoginFlowAlias is first broker login, should be zhibu first broker" in drift
    assert f"{what}: config: validateSignature is false, should be true" in drift
    assert len(drift) == 4
    assert sorted(await provision(campus.platform, place.scope, own_realm=False)) == sorted(drift)
    async with administering(campus.server, place.plan.realm) as admin:
        await admin.a_delete_idp(alias)
    # The secret is ours to give again: what was lost comes back whole.
    assert f"{what} is missing" in await provision(campus.platform, place.scope, own_realm=False)
    _, page = await at_foreign_issuer(place, f"b{uuid.uuid4().hex[:6]}")
    assert str(page.url).endswith("/sign-in/enrol")


async def test_without_its_provider_the_tenant_signs_in_at_keycloak_again(campus: Any, openid: Any) -> None:
    place = openid
    await provision(campus.platform, place.scope, own_realm=False, broker=NewBroker(None))
    assert await check(campus.platform, place.scope) == []
    async with administering(campus.server, place.plan.realm) as admin:
        assert (await broker_of(admin, place.plan.broker_alias) or {})["enabled"] is False
    page = await Browser().get(f"{place.base}/sign-in/go")
    assert "/realms/" in str(page.url)
    assert 'name="username"' in page.text


async def test_people_come_from_a_saml_provider(campus: Any, saml: Any) -> None:
    place = saml
    assert await check(campus.platform, place.scope) == []
    code, browser = await code_for(campus, place, "王芳"), Browser()
    page = await pass_on(browser, await browser.get(f"{place.base}/sign-in/go"), "SAMLRequest")
    page = await browser.fill(page, username="s2024001", password=PASSWORD)
    page = await pass_on(browser, page, "SAMLResponse")
    assert str(page.url).endswith("/sign-in/enrol"), text_of(page)[:300]
    assert str((await browser.fill(page, code=code)).url) == f"{place.base}/"
    assert "王芳" in text_of(await browser.get(f"{place.base}/me/identity"))


async def pass_on(browser: Browser, page: httpx.Response, name: str) -> httpx.Response:
    """Sends the form that a browser with scripts would send by itself."""
    value = html.document_fromstring(page.text).xpath(f"//input[@name='{name}']/@value")
    assert value, (str(page.url), text_of(page)[:300])
    return await browser.fill(page, **{name: str(value[0])})


@pytest.mark.parametrize(
    "text", ["", 'kind = "oidc"', 'kind = "saml"\nmetadata = "nothing.xml"\nname.zh = "a"\nname.en = "a"']
)
async def test_a_file_that_says_too_little_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput):
        await broker_file(tmp_path, text)


async def test_a_provider_without_https_is_refused_in_earnest(tmp_path: Path, state_of: Any) -> None:
    issuer = state_of("foreign-issuer")["address"]
    text = f'kind = "oidc"\nissuer = "{issuer}"\nclient_id = "x"\nclient_secret_file = "secret.txt"\nname.zh = "a"\nname.en = "a"\n'
    (tmp_path / "broker.toml").write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    with pytest.raises(Unavailable, match="https"):
        await read_broker(tmp_path / "broker.toml", "any", demo=False)
