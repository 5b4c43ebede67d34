"""Opens a tenant: its row, its preset's plugins and settings, and its first administrator; no data."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import TenantSetting, find_tenant, open_tenant
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words
from zhibu_tenants.enablement import switch
from zhibu_tenants.powers.settings import SEPARATED
from zhibu_tenants.presets import read_preset
from zhibu_tenants.roles import Wanted, grant_role

SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
LONGEST_NAME = 50


@dataclass(frozen=True)
class First:
    """The first people of a tenant by name: one administrator for everything, or the three who are kept apart."""

    admin: str | None = None
    system: str | None = None
    security: str | None = None
    auditor: str | None = None

    @property
    def roles(self) -> Mapping[str, str]:
        """The names by role."""
        named = {"admin": self.admin, "system": self.system, "security": self.security, "auditor": self.auditor}
        return {role: name.strip() for role, name in named.items() if name and name.strip()}


NOBODY_YET = First()


async def create_tenant(
    platform: Platform,
    slug: str,
    name: str,
    preset: str,
    *,
    today: dt.date | None = None,
    first: First = NOBODY_YET,
) -> Tenant:
    """Opens a tenant; raises `InvalidInput` for a bad or taken slug, an empty name, or an unknown preset.

    Administrators are kept apart as the preset says, but for a tenant with one administrator for everything and for one
    with an imagined day: small ones and demos.
    """
    if first.admin and (first.system or first.security):
        raise InvalidInput(
            "admin_twice",
            Words(
                "请只指定一名租户管理员，或分别指定系统、安全、审计管理员。",
                "Name one administrator for everything, or the three who are kept apart.",
            ),
            field="admin",
        )
    check_slug(slug)
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput(
            "name_form",
            Words(f"租户名称须为 1 至 {LONGEST_NAME} 个字。", f"A tenant's name has 1 to {LONGEST_NAME} characters."),
            field="name",
        )
    read_preset(preset)
    async with platform.database.system_session() as system:
        await open_tenant(system, Tenant(new_id(), slug, name.strip(), preset, today))
        tenant = await find_tenant(system, slug)
    async with platform.database.session(tenant.id) as session:
        await furnish(platform, session, tenant, first)
    return tenant


def check_slug(slug: str) -> None:
    """Raises `InvalidInput` for a slug that no tenant may have."""
    if not SLUG.fullmatch(slug):
        raise InvalidInput(
            "slug_form",
            Words(
                f"租户标识“{slug}”只能用小写字母、数字和连字符，以字母开头，2 至 40 个字符。",
                f"The slug “{slug}” may hold small letters, digits and hyphens only, begin with a letter, and have 2 to 40 characters.",
            ),
            field="slug",
        )


async def furnish(platform: Platform, session: AsyncSession, tenant: Tenant, first: First) -> None:
    """Gives a new tenant its preset's plugins and settings and its first people."""
    preset = read_preset(tenant.preset)
    scope = Scope(tenant, frozenset())
    small = {SEPARATED: False} if first.admin or tenant.today else {}
    session.add_all(
        TenantSetting(id=new_id(), key=key, value={"value": value}) for key, value in (preset.settings | small).items()
    )
    for plugin in preset.plugins:
        if plugin in platform.host.switchable:
            await switch(platform, session, scope, plugin, on=True)
    for role, name in first.roles.items():
        person = Person(id=new_id(), name=name, sort_name=sort_name(name))
        session.add(person)
        await session.flush()
        await grant_role(session, scope, Wanted(str(person.id), role))
    await note(session, scope, "tenant.open", "tenant", tenant.id)
