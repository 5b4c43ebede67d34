"""Which organization a page is about: the one named, the asker's own, the only one in reach, or a list to choose from."""

import uuid
from typing import Any

from litestar import Response
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.i18n import Lazy
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.framing import AnyRequest, page, prefix_of


def organizations(who: Scope, action: str) -> Select[Organization]:
    """The organizations at which the asker holds the action; a group has no partnerships of its own."""
    return select(Organization).where(
        in_subtrees(Organization.path, who.paths(action)),
        Organization.kind != "group",
        Organization.abolished_on.is_(None),
    )


async def organization_named(session: AsyncSession, who: Scope, code: str, action: str) -> Organization | None:
    """The organization of this code, else the asker's own, else the only one in reach; None where one must choose.

    Raises `NotFound` alike for a code that is unknown, another tenant's, or out of reach.
    """
    query = organizations(who, action)
    if code:
        found = await session.scalar(query.where(Organization.code == code))
        if found is None:
            said = Words("没有找到这个组织。请核对后重试。", "There is no such organization. Check it and try again.")
            raise NotFound("not_found", said)
        return found
    own = [grant.node_id for grant in who.grants if action in grant.actions and grant.node_id is not None]
    if own and (found := await session.scalar(query.where(Organization.id == own[0]))) is not None:
        return found
    rows = list(await session.scalars(query.limit(2)))
    return rows[0] if len(rows) == 1 else None


async def choose(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, action: str, here: str, title: Lazy
) -> Response[str]:
    """The organizations in reach, in the order of the tree, each leading to `here` with its code."""
    found = list(await session.scalars(organizations(who, action).order_by(Organization.path)))
    context = {"title": title, "organizations": found, "here": f"{prefix_of(request)}{here}"}
    return page(request, who, platform, "partnership/choose.html", context, door="together")


def key_in(form: Any, name: str) -> uuid.UUID:
    """The id in a hidden field; one that nothing has for what is none."""
    try:
        return uuid.UUID(str(form.get(name)))
    except ValueError:
        return uuid.UUID(int=0)
