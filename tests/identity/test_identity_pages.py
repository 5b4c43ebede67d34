"""The pages and the API of sign-ins and integrators: security administrators only, codes shown once, four eyes, own tenant alone."""

import datetime as dt
import re
from typing import Any

from sqlalchemy import select

from zhibu_core.http.bearer import scope_of_bearer
from zhibu_core.identity.accounts import accounts, enrol, invitations
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.models import IdentitySource, Integrator
from zhibu_core.identity.permissions import powers_of
from zhibu_core.identity.signatures import Keys
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of
from zhibu_devissuer.keys import DemoSigner
from zhibu_testing.signing_in import text_of
from zhibu_testing.town import world

__all__ = ["world"]

CODE = r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}"
ISSUER = "https://id.example.edu.cn/realms/zhibu"


class KnownIssuer(Issuer):
    """An issuer whose keys are given."""

    async def keys(self, kid: str | None) -> Keys:
        found: Keys = self._keys
        return found


async def test_an_invitation_is_shown_once_and_makes_the_sign_in_the_persons(platform: Platform, world: Any) -> None:
    home, browser = world.home, world.home.admin
    shown = await browser.post("/people/sign-ins/invite", person="T003")
    code = re.search(CODE, text_of(shown))
    assert (shown.status_code, code is not None) == (200, True)
    assert code is not None
    again = await browser.get("/people/sign-ins")
    assert code.group() not in again.text
    assert "赵四 T003" in text_of(again)
    async with platform.database.session(home.tenant.id) as session:
        assert [line.number for line in await invitations(session)] == ["T003"]
        assert await enrol(session, code.group(), ISSUER, "zhao") == home.people["赵四"].id
        assert await invitations(session) == []
    async with platform.database.session(world.neighbour.tenant.id) as session:
        assert await invitations(session) == []
        assert "zhao" not in {line.subject for line in await accounts(session)}
    refused = await browser.post("/people/sign-ins/invite", person="nobody")
    assert (refused.status_code, "nobody" in refused.text) == (422, True)


async def test_linking_vouching_and_taking_away(platform: Platform, world: Any) -> None:
    home, browser = world.home, world.home.admin
    async with platform.database.session(home.tenant.id) as session:
        source = {"issuer": ISSUER, "client_id": "web", "made_at": instant_of(session)}
        session.add(IdentitySource(id=new_id(), off_since=instant_of(session), **source))
    given = {"issuer": ISSUER, "subject": "user-of-wu"}
    assert (await browser.post("/people/sign-ins/link", person="T006", **given)).status_code == 303
    assert (await browser.post("/people/sign-ins/link", person="T007", **given)).status_code == 422
    assert (await browser.post("/people/sign-ins/link", person="T006", issuer=ISSUER)).status_code == 422
    assert (await browser.post("/people/sign-ins/vouch", person="T006")).status_code == 303
    page = text_of(await browser.get("/people/sign-ins?find=吴七"))
    assert "user-of-wu" in page
    assert "验证设备于" in page
    # Nobody makes their own sign-in count.
    for path, more in (("vouch", {}), ("link", given | {"subject": "another"})):
        refused = await browser.post(f"/people/sign-ins/{path}", person="admin", **more)
        assert (refused.status_code, "另一位管理员" in text_of(refused)) == (422, True)
    assert (await world.neighbour.admin.post("/people/sign-ins/unlink", **given)).status_code == 422
    assert (await browser.post("/people/sign-ins/unlink", **given)).status_code == 303
    async with platform.database.session(home.tenant.id) as session:
        assert "user-of-wu" not in {line.subject for line in await accounts(session)}


async def test_who_is_no_security_administrator_does_none_of_it(world: Any) -> None:
    home = world.home
    assert powers_of({"account.manage"}) == powers_of({"integrator.manage"}) == {"security"}
    for role in ("organizer", "secretary", "member", "auditor"):
        browser = home.browsers[role]
        for path in (
            "/people/sign-ins/invite",
            "/people/sign-ins/unlink",
            "/exchange/programs",
            "/exchange/programs/hr/end",
        ):
            assert (await browser.post(path, person="T003", name="hr")).status_code == 403
        found = await browser.ask('mutation { invitePerson(person: "T003") { secret } }')
        assert not (found.get("data") or {}).get("invitePerson")
    for path in ("/people/sign-ins", "/exchange/programs"):
        assert (await home.auditor.get(path)).status_code == 200
        assert '<form method="post" action="/t' not in (await home.auditor.get(path)).text.replace("sign-out", "")
        assert (await home.organizer.get(path)).status_code == 403


async def test_the_api_does_the_same(world: Any) -> None:
    browser = world.home.admin
    made = await browser.ask('mutation { invitePerson(person: "T004") { done secret errors { code } } }')
    assert re.fullmatch(CODE, made["data"]["invitePerson"]["secret"])
    link = """mutation ($issuer: String!) {
      linkSignIn(person: "T004", issuer: $issuer, subject: "chen") { done errors { code } } }"""
    assert (await browser.ask(link, issuer=ISSUER))["data"]["linkSignIn"] == {"done": "chen", "errors": []}
    own = await browser.ask('mutation { vouchForSecondFactor(person: "admin") { done errors { code } } }')
    assert "own_sign_in" in str(own)
    found = await browser.ask("{ signIns { number subject vouchedAt } invitations { number } programs { name } }")
    assert {"number": "T004", "subject": "chen", "vouchedAt": None} in found["data"]["signIns"]
    assert found["data"]["invitations"] == [{"number": "T004"}]
    theirs = await world.neighbour.admin.ask("{ signIns { subject } invitations { number } }")
    assert "chen" not in str(theirs)
    assert theirs["data"]["invitations"] == []


async def test_a_program_gets_no_administrators_powers_and_needs_a_sign_in_service(world: Any) -> None:
    browser = world.home.admin
    page = await browser.get("/exchange/programs")
    assert 'value="organization.read"' in page.text
    for power in ("role.grant", "plugin.switch", "audit.read", "account.manage", "export.approve"):
        assert f'value="{power}"' not in page.text
        refused = await browser.post("/exchange/programs", name="hr", scopes=power)
        assert (refused.status_code, "管理员的权限和审批不能交给程序" in text_of(refused)) == (422, True)
    bad = await browser.post("/exchange/programs", name="X", scopes="organization.read")
    assert (bad.status_code, "集成名称" in text_of(bad)) == (422, True)
    away = await browser.post("/exchange/programs", name="hr", scopes="organization.read")
    assert (away.status_code, "Keycloak" in text_of(away)) == (422, True)
    assert (await browser.post("/exchange/programs/hr/renew")).status_code == 404
    api = await browser.ask('mutation { createProgram(name: "hr", scopes: ["role.grant"]) { secret errors { code } } }')
    assert "integrator_powers" in str(api)


async def test_the_day_on_which_a_program_was_last_heard_of_is_noted(platform: Platform, world: Any) -> None:
    tenant = world.home.tenant
    signer = DemoSigner(ISSUER)
    platform.issuers_seen[ISSUER] = KnownIssuer(ISSUER, "web", None, {}, Keys(signer.public_keys()))
    async with platform.database.session(tenant.id) as session:
        row = {"issuer": ISSUER, "client_id": "hr-client", "made_at": instant_of(session)}
        session.add(IdentitySource(id=new_id(), **row))
        session.add(Integrator(id=new_id(), name="hr", scopes=["organization.read"], **row))
    claims = {"sub": "service-account", "aud": "zhibu-api", "client_id": "hr-client", "azp": "hr-client"}
    token = signer.sign("at+jwt", claims, 60)
    async with platform.database.session(tenant.id) as session:
        scope = await scope_of_bearer(platform, session, tenant, f"Bearer {token}", "r")
    assert scope.actions == {"organization.read"}
    async with platform.database.session(tenant.id) as session:
        assert await session.scalar(select(Integrator.last_used_on)) == tenant.current_day()
    assert f"最近使用 {tenant.current_day():%Y-%m-%d}" in text_of(await world.home.admin.get("/exchange/programs"))
    assert tenant.current_day() > dt.date(2020, 1, 1)
