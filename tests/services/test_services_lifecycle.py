"""What is provisioned stays as it should be: idempotent, drift is named, one place belongs to one tenant, off-boarding disables."""

import json
import uuid
from typing import Any

import pytest

from zhibu_core.errors import Conflict
from zhibu_tenants.keycloak.admin import administering, call
from zhibu_tenants.keycloak.clients import client_of, organization_of
from zhibu_tenants.keycloak.provisioning import check, provision, switch_off
from zhibu_testing.signing_in import text_of


async def test_provisioning_again_changes_nothing(campus: Any) -> None:
    for place in (campus.home, campus.own):
        own = place.plan.alias is None
        assert await provision(campus.platform, place.scope, own_realm=own) == []
        assert await check(campus.platform, place.scope) == []


async def test_drift_is_named_line_by_line_and_mended(campus: Any) -> None:
    place = campus.neighbour
    realm, client = f"realm {place.plan.realm}", f"client {place.plan.web_client}"
    async with administering(campus.server, place.plan.realm) as admin:
        found = await client_of(admin, place.plan.web_client)
        assert found is not None
        mapper = next(one for one in found["protocolMappers"] if one["name"] == "zhibu audience")
        loose = {"redirectUris": ["http://127.0.0.1/*"], "directAccessGrantsEnabled": True}
        attributes = found["attributes"] | {"pkce.code.challenge.method": "plain"}
        await admin.a_update_client(found["id"], found | loose | {"attributes": attributes})
        await admin.a_remove_client_mapper(found["id"], mapper["id"])
        await admin.a_update_realm(place.plan.realm, {"bruteForceProtected": False, "browserFlow": "browser"})
    drift = await check(campus.platform, place.scope)
    assert f"{realm}: bruteForceProtected is off, should be on" in drift
    assert f"{realm}: browserFlow is browser, should be zhibu browser" in drift
    assert f"{client}: directAccessGrantsEnabled is on, should be off" in drift
    assert f"{client}: protocolMappers zhibu audience is missing" in drift
    assert f"{client}: attributes: pkce.code.challenge.method is plain, should be S256" in drift
    assert f"{client}: redirectUris is http://127.0.0.1/*, should be {place.base}/sign-in/callback" in drift
    assert len(drift) == 6
    assert sorted(await provision(campus.platform, place.scope, own_realm=False)) == sorted(drift)
    assert await check(campus.platform, place.scope) == []


async def test_one_place_belongs_to_one_tenant(campus: Any) -> None:
    from sqlalchemy import text

    claim = text("select app.claim_identity(:issuer, :organization)")
    home, own = campus.home, campus.own
    asked = [
        (campus.neighbour, home.plan.issuer, home.plan.alias, False),
        (campus.neighbour, home.plan.issuer, "", False),
        (campus.neighbour, own.plan.issuer, "", False),
        (campus.neighbour, own.plan.issuer, "x", False),
        (home, home.plan.issuer, home.plan.alias, True),
    ]
    for place, issuer, organization, held in asked:
        async with campus.platform.database.session(place.tenant.id) as session:
            assert await session.scalar(claim, {"issuer": issuer, "organization": organization}) is held


async def test_off_boarding_disables_and_deletes_nothing(campus: Any) -> None:
    place, name = campus.neighbour, f"n{uuid.uuid4().hex[:10]}"
    subject = await campus.user(place, name)
    await campus.account(place, subject, "王芳")
    browser, page = await campus.sign_in(place, name)
    assert page.status_code == 200
    await switch_off(campus.platform, place.scope)
    assert (await browser.get(f"{place.base}/me/identity", follow=False)).status_code == 303
    refused = await browser.get(f"{place.base}/sign-in/go")
    assert refused.status_code == 503
    assert "还没有设置登录服务" in text_of(refused)
    async with administering(campus.server, place.plan.realm) as admin:
        organization = await organization_of(admin, place.plan.alias)
        assert organization is not None
        assert organization["enabled"] is False
        members = await admin.a_get_organization_members(organization["id"])
        assert subject in {one["id"] for one in members}
        client = await client_of(admin, place.plan.web_client)
        assert client is not None
        assert client["enabled"] is False
    drift = await check(campus.platform, place.scope)
    assert len(drift) == 3
    assert "its sign-in is off" in drift[0]
    await provision(campus.platform, place.scope, own_realm=False)
    _, page = await campus.sign_in(place, name)
    assert page.status_code == 200


async def test_no_client_takes_passwords_or_other_addresses(campus: Any) -> None:
    async with administering(campus.server, campus.home.plan.realm) as admin:
        clients = await call(admin, "GET", "/clients")
    ours = [one for one in clients if one["clientId"].startswith("zhibu-")]
    assert len(ours) >= 3
    for one in ours:
        assert not one["directAccessGrantsEnabled"]
        assert not one["implicitFlowEnabled"]
        assert "*" not in json.dumps(one["redirectUris"])
        assert one["attributes"]["access.token.header.type.rfc9068"] == "true"
        assert {mapper["name"] for mapper in one["protocolMappers"]} >= {"zhibu audience", "zhibu client"}


async def test_a_place_that_another_tenant_holds_is_refused(campus: Any) -> None:
    from sqlalchemy import text

    place = campus.own
    other = f"{campus.home.plan.realm}-{campus.home.tenant.slug}"
    async with campus.platform.database.session(place.tenant.id) as session:
        issuer = campus.server.issuer(other)
        await session.execute(text("select app.claim_identity(:i, '')"), {"i": issuer})
    with pytest.raises(Conflict):
        await provision(campus.platform, campus.home.scope, own_realm=True)
    async with campus.platform.database.session(place.tenant.id) as session:
        await session.execute(text("select app.release_identity(:i, '')"), {"i": issuer})
