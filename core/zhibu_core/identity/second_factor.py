"""Whether a second factor counts: it was used just now, and somebody had vouched for it before.

An issuer leads a user without a second factor to enrol one on the spot, after the password alone; so a level that was
reached proves nothing about who enrolled it. It counts once somebody has seen the person with the device and noted it,
and only while no factor younger than that is there.
"""

import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.models import Account

if TYPE_CHECKING:
    from zhibu_core.platform import Platform

SEEN_FOR = 60.0
"""Seconds for which an issuer's answer is good, for tokens of sign-ins before it was asked: so what they used is in it."""

SKEW = 10.0
"""Seconds by which the issuer's clock may differ from ours."""

LASTS = dt.timedelta(hours=2)
"""How long after it was given a second factor lets one act as an administrator."""

EnrolmentDates = Callable[["Platform", str, str], Awaitable[Sequence[dt.datetime]]]
"""A part of the platform that knows an issuer: when the subject's second factors were enrolled, in UTC."""


async def counts(
    platform: "Platform", session: AsyncSession, issuer: str, subject: str, authenticated_at: float
) -> bool:
    """Whether the second factor given at that time, in seconds since 1970, counts for this account now."""
    return await strong_until(platform, session, issuer, subject, authenticated_at) > dt.datetime.now(dt.UTC)


async def strong_until(
    platform: "Platform", session: AsyncSession, issuer: str, subject: str, authenticated_at: float
) -> dt.datetime:
    """Until when the second factor given at that time counts; a time gone by where it does not."""
    never = dt.datetime.fromtimestamp(0, dt.UTC)
    if not 0 < authenticated_at <= time.time() + 60:
        return never
    given = dt.datetime.fromtimestamp(authenticated_at, dt.UTC)
    query = select(Account.factor_vouched_at).where(Account.issuer == issuer, Account.subject == subject)
    vouched = await session.scalar(query)
    if vouched is None or given + LASTS < dt.datetime.now(dt.UTC):
        return never
    enrolled = await enrolment_dates(platform, issuer, subject)
    if enrolled:
        platform.factors_seen.put((issuer, subject), (time.time(), max(enrolled).timestamp()))
    return given + LASTS if enrolled and max(enrolled) <= vouched else never


def enrolled_lately(platform: "Platform", issuer: str, subject: str, authenticated_at: float) -> float | None:
    """When the subject's youngest factor was enrolled (seconds since 1970), as the issuer said within the last minute.

    None where it must be asked, or where the factor given at that time counts no more.
    """
    seen, now = platform.factors_seen.get((issuer, subject)), time.time()
    if seen is None or now - seen[0] > SEEN_FOR or seen[0] < authenticated_at + SKEW:
        return None
    return seen[1] if now - authenticated_at < LASTS.total_seconds() else None


async def enrolment_dates(platform: "Platform", issuer: str, subject: str) -> Sequence[dt.datetime]:
    """When the subject's second factors were enrolled; empty where nothing here can ask this issuer."""
    for ask in platform.host.platform_parts("enrolment_dates"):
        look: EnrolmentDates = ask
        if found := await look(platform, issuer, subject):
            return found
    return ()
