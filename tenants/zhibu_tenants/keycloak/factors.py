"""When a user's second factors were enrolled, as Keycloak has it."""

import datetime as dt
from collections.abc import Sequence

from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_tenants.keycloak.admin import administering, call, server_of

SECOND = frozenset({"otp", "webauthn"})


async def enrolment_dates(platform: Platform, issuer: str, subject: str) -> Sequence[dt.datetime]:
    """In UTC; empty where the issuer is none of our Keycloak's realms, or the user has no second factor."""
    try:
        # The address was judged when the tenant's source was read; here it only says which realm to ask.
        server = server_of(platform.settings, demo=True)
    except Unavailable:
        return ()
    realm = server.realm_of(issuer)
    if realm is None:
        return ()
    async with administering(server, realm) as admin:
        found = await call(admin, "GET", f"/users/{subject}/credentials") or []
    made = [one["createdDate"] for one in found if one.get("type") in SECOND]
    return [dt.datetime.fromtimestamp(at / 1000, dt.UTC) for at in made]
