"""The ground of a plan: an agreement that holds and covers the year; and telling the other sides what of ours has changed."""

import datetime as dt
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.force import holding
from zhibu_core.spaces.models import Space
from zhibu_core.spaces.powers import PUBLISH
from zhibu_core.spaces.publishing import publish_records, version_in_force
from zhibu_core.spaces.reading import space_of
from zhibu_core.spaces.terms import Terms, terms_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import WRITE_PLAN
from zhibu_partnership.plan.words import wrong

WAITS = "partnership.task.waits"
"""Somebody who may not publish changed a task of theirs: it is told by the answer to this event."""


async def terms_for(session: AsyncSession, who: Scope, space_id: uuid.UUID, year: int) -> Terms:
    """The terms under which something can be planned for a year. Raises `NotFound`, `Conflict` where the agreement does not
    hold today, `InvalidInput` for a year outside its term.
    """
    space = await space_of(session, who, space_id)
    terms = terms_of((await version_in_force(session, who, space)).terms)
    if not terms.starts_on.year <= year <= terms.ends_on.year:
        raise wrong(
            "year",
            f"{year}年不在协议期限{terms.starts_on}至{terms.ends_on}之内。",
            f"{year} is not within the agreement's term, {terms.starts_on} to {terms.ends_on}.",
        )
    return terms


def years_of(space: Space) -> range:
    """The years that an agreement touches."""
    return range(space.starts_on.year, space.ends_on.year + 1)


def refuse_outside(terms: Terms, year: int, day: dt.date) -> None:
    """Raises `InvalidInput` for a day on which no task of that year's plan can be due."""
    if not terms.starts_on <= day <= terms.ends_on:
        raise wrong(
            "due_on",
            f"{day}不在协议期限{terms.starts_on}至{terms.ends_on}之内。",
            f"{day} is not within the agreement's term, {terms.starts_on} to {terms.ends_on}.",
        )
    if day.year != year:
        raise wrong("due_on", f"{day}不在{year}年计划之内。", f"{day} is not in the plan's year, {year}.")


async def tell(
    platform: Platform, session: AsyncSession, who: Scope, space_id: uuid.UUID, kind: str, record: uuid.UUID, path: str
) -> bool:
    """Sends one of our records to the other sides as it is now; false where the agreement does not hold or does not name it.

    What somebody changes who may not publish is sent by the platform, as the answer to an event.
    """
    version = await holding(session, who, space_id)
    if version is None or terms_of(version.terms).share(kind, who.tenant.slug) is None:
        return False
    if who.grants and not (who.may(PUBLISH, path) and who.may(WRITE_PLAN, path)):
        await publish(session, WAITS, "partnership_task", record)
        return False
    await publish_records(platform, session, who, space_id, kind, [record])
    return True


def over(zh: str, en: str) -> Conflict:
    """The refusal of a change to what is closed."""
    return Conflict("task_closed", Words(zh, en))
