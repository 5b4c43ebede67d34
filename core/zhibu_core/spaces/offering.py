"""What a person can choose to publish under an agreement, newest first, and what of it is at the other sides already."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, and_, cast, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import After, Candidate, Shareable, shareables_for
from zhibu_core.spaces.messages import NAMES, WithdrawnMessage
from zhibu_core.spaces.models import Space, SpaceEnvelope
from zhibu_core.spaces.powers import PUBLISH, held, own_paths, require
from zhibu_core.spaces.publishing import agreed, version_in_force
from zhibu_core.spaces.sending import subject_of
from zhibu_core.spaces.terms import Share, Terms, terms_of, wrong
from zhibu_core.tenancy.scope import Scope

ROWS = 50
OUT = ("waiting", "held", "delivered")


@dataclass(frozen=True)
class Given:
    """A record that is at the other sides, or on its way there, as it crossed last. `object_id` is what it was published by."""

    id: uuid.UUID
    subject: uuid.UUID
    object_id: uuid.UUID
    record: Mapping[str, Any]
    at: dt.datetime


@dataclass(frozen=True)
class Offer:
    """What can be chosen of one kind, and what crossed and stands; `next` and `before` lead on where there is more."""

    space: Space
    terms: Terms
    share: Share
    declared: Shareable
    candidates: Sequence[Candidate]
    next: After | None
    given: Sequence[Given]
    before: uuid.UUID | None
    stands: Mapping[uuid.UUID, Given]
    """Of the candidates, by their id."""


def offered(platform: Platform, who: Scope, terms: Terms, paths: Sequence[str]) -> list[Shareable]:
    """The kinds that this side gives under these words, of which the asker may choose records at the places of its parties."""
    known = shareables_for(platform, who.plugins)
    ours = [one.kind for one in terms.shares if terms.share(one.kind, who.tenant.slug) is not None]
    return [
        known[kind]
        for kind in ours
        if kind in known
        and known[kind].candidates is not None
        and all(who.may(PUBLISH, path) and who.may(known[kind].action, path) for path in paths)
    ]


async def offer_of(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    kind: str,
    *,
    after: After | None = None,
    before: uuid.UUID | None = None,
) -> Offer:
    """Fifty candidates from behind `after`, and fifty records that crossed before the envelope `before` (seven statements).

    Raises `NotFound`, `Forbidden`, `Conflict` where the agreement does not hold today, `InvalidInput` for a kind that this
    side does not give, or that a plugin publishes by itself.
    """
    space = await held(session, who, PUBLISH, space_id)
    terms = terms_of((await version_in_force(session, who, space)).terms)
    share, declared = agreed(platform, who, terms, kind)
    if declared.candidates is None:
        raise wrong(
            "kind",
            f"“{declared.title.zh}”随业务自动共享，不用在这里发布。",
            f"“{declared.title.en}” crosses by itself and is not published here.",
        )
    paths = await own_paths(session, space_id)
    require(who, declared.action, paths)
    found = list(await declared.candidates(session, who, paths, after, ROWS + 1))
    shown = found[:ROWS]
    of_shown = {subject_of(space_id, kind, one.id): one.id for one in shown}
    stands = await _given(session, who, space_id, kind, subjects=of_shown)
    given = await _given(session, who, space_id, kind, before=before)
    return Offer(
        space,
        terms,
        share,
        declared,
        shown,
        (shown[-1].day, shown[-1].id) if len(found) > ROWS else None,
        given[:ROWS],
        given[ROWS - 1].id if len(given) > ROWS else None,
        {of_shown[one.subject]: one for one in stands},
    )


async def _given(
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    kind: str,
    *,
    subjects: Collection[uuid.UUID] | None = None,
    before: uuid.UUID | None = None,
) -> list[Given]:
    """What crossed last of each record that was neither taken back nor has expired, newest first."""
    newest = _newest(who, space_id, kind)
    if subjects is not None:
        newest = newest.where(SpaceEnvelope.subject.in_(subjects))
    query = select(SpaceEnvelope).where(SpaceEnvelope.id.in_(newest.scalar_subquery()))
    if before is not None:
        query = query.where(SpaceEnvelope.id < before)
    rows = await session.scalars(query.order_by(SpaceEnvelope.id.desc()).limit(ROWS + 1))
    return [
        Given(one.id, one.subject, one.object_id, (one.payload or {}).get("record", {}), one.made_at)
        for one in rows
        if one.subject is not None and one.object_id is not None
    ]


def _newest(who: Scope, space_id: uuid.UUID, kind: str) -> Select[uuid.UUID]:
    """Of each record the last envelope whose copy is over there, or on its way, and was not called back since."""
    back = aliased(SpaceEnvelope)
    taken_back = select(back.id).where(
        and_(back.tenant_id == SpaceEnvelope.tenant_id, back.space_id == space_id, back.id > SpaceEnvelope.id),
        back.kind == NAMES[WithdrawnMessage],
        back.payload["subjects"].has_key(cast(SpaceEnvelope.subject, Text)),
    )
    stands = (SpaceEnvelope.state.in_(OUT), SpaceEnvelope.erased_at.is_(None), SpaceEnvelope.expires_on >= who.today)
    query = select(SpaceEnvelope.id).where(SpaceEnvelope.space_id == space_id, SpaceEnvelope.kind == kind, *stands)
    query = query.where(~taken_back.exists()).ext(distinct_on(SpaceEnvelope.subject))
    return query.order_by(SpaceEnvelope.subject, SpaceEnvelope.id.desc())
