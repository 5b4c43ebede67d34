"""Where the platform's staff sign in, and whether their second factor counts."""

import base64
import datetime as dt

import msgspec
from cryptography.exceptions import InvalidSignature
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.crypto.signing import ARCHIVES
from zhibu_core.errors import Unavailable
from zhibu_core.identity.code_flow import Attempt, Who
from zhibu_core.identity.issuers import Issuer, check_issuer_address
from zhibu_core.identity.second_factor import LASTS, enrolment_dates
from zhibu_core.identity.sources import Source
from zhibu_core.identity.staff import vouched_at
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import is_demo_database
from zhibu_core.words import Words

PURPOSE = b"zhibu staff sign-in\n"
"""What the installation's key signs here can be taken for nothing else it signs."""


async def staff_source(platform: Platform) -> Source:
    """The staff's own issuer, else the installation's; raises `Unavailable` where neither is set or the address is unsafe."""
    settings = platform.settings
    if settings.staff_issuer:
        async with platform.database.system_session() as system:
            check_issuer_address(settings.staff_issuer, demo=await is_demo_database(system))
        fresh = Issuer(settings.staff_issuer, settings.staff_client_id, settings.staff_client_secret)
        issuer = platform.issuers_seen.setdefault(settings.staff_issuer, fresh)
        return Source(issuer, settings.staff_client_id, settings.staff_client_secret, level=settings.staff_level)
    for issuer in platform.issuers.values():
        return Source(issuer, issuer.client_id, issuer.client_secret, level=settings.staff_level)
    raise Unavailable(
        "no_staff_issuer",
        Words(
            "还没有设置运维人员的登录服务（ZHIBU_STAFF_ISSUER）。",
            "No sign-in service is set for the platform's staff (ZHIBU_STAFF_ISSUER).",
        ),
    )


async def strong_until(platform: Platform, system: AsyncSession, source: Source, who: Who) -> dt.datetime | None:
    """Until when the second factor counts: none where the source names no level, a time gone by where it does not count.

    A factor enrolled after somebody vouched for the person (`zhibu staff add`) does not.
    """
    if source.level is None:
        return None
    never = dt.datetime.fromtimestamp(0, dt.UTC)
    if who.level != source.level or who.authenticated_at <= 0:
        return never
    vouched = await vouched_at(system, who.issuer, who.subject)
    enrolled = await enrolment_dates(platform, who.issuer, who.subject)
    if vouched is None or (enrolled and max(enrolled) > vouched):
        return never
    return dt.datetime.fromtimestamp(who.authenticated_at, dt.UTC) + LASTS


def sign_attempt(platform: Platform, attempt: Attempt) -> str:
    """The attempt as it waits in the browser: readable there, but changed by nobody."""
    content = msgspec.json.encode(attempt)
    signature = platform.signing.key(ARCHIVES).sign(PURPOSE + content)
    return ".".join(base64.urlsafe_b64encode(part).decode() for part in (content, signature))


def read_attempt(platform: Platform, cookie: str) -> Attempt | None:
    """What the browser brought back; None where it is missing or not ours."""
    try:
        content, signature = (base64.urlsafe_b64decode(part) for part in cookie.split("."))
        platform.signing.key(ARCHIVES).public_key().verify(signature, PURPOSE + content)
        return msgspec.json.decode(content, type=Attempt)
    except (ValueError, InvalidSignature, msgspec.DecodeError):
        return None
