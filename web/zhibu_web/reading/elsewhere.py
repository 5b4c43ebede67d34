"""The other tenants to which this browser is signed in: read from its own cookies, so no tenant learns of another's people."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.sessions import cookie_name
from zhibu_core.tenancy.directory import GlobalTenant

MOST = 10


async def signed_in_elsewhere(session: AsyncSession, cookies: Iterable[str], own: str) -> list[tuple[str, str]]:
    """Slug and name of each, by name; a session that is over shows itself when one gets there."""
    prefix = cookie_name("")
    slugs = [name.removeprefix(prefix) for name in cookies if name.startswith(prefix)]
    others = [slug for slug in slugs if slug != own][:MOST]
    if not others:
        return []
    query = select(GlobalTenant.slug, GlobalTenant.name).where(
        GlobalTenant.slug.in_(others), GlobalTenant.state == "open"
    )
    return [(slug, name) for slug, name in (await session.execute(query.order_by(GlobalTenant.name))).all()]
