"""Publishing records under an agreement: their declared projections become envelopes in the owner's own transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.declared import Projection, Shareable, plain, shareables_for, unknown_kind
from zhibu_core.spaces.force import holding
from zhibu_core.spaces.messages import Payload, SentFile, WithdrawnMessage, builtins_of, digest_of_payload
from zhibu_core.spaces.models import Space, SpaceEnvelope, SpaceVersion
from zhibu_core.spaces.powers import PUBLISH, held, is_platform, own_paths
from zhibu_core.spaces.sending import PARCEL, other_tenants, put, send, subject_of
from zhibu_core.spaces.terms import Share, Terms, terms_of, wrong
from zhibu_core.storage.models import File
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words


async def publish_records(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    kind: str,
    ids: Sequence[uuid.UUID],
    *,
    fields: Sequence[str] | None = None,
    to: Sequence[uuid.UUID] | None = None,
) -> list[uuid.UUID]:
    """Sends the agreed `fields` (None: all of them) of these objects to the other sides, or to the tenants `to`; returns the envelopes.

    An object that was published before replaces its copy. Raises `NotFound` for an object that is not there, not within the
    parties, or may not cross; `Forbidden`; `Conflict` where the agreement does not hold today; `InvalidInput` for a kind or
    field that it does not name.
    """
    space = await held(session, who, PUBLISH, space_id)
    version = await version_in_force(session, who, space)
    terms = terms_of(version.terms)
    share, declared = agreed(platform, who, terms, kind)
    keys = _fields(share, fields)
    found = await declared.project(session, who, list(ids), frozenset(keys))
    await _check_places(session, who, space, declared, ids, found)
    files = await _files(session, declared, keys, found)
    drafts = [_draft(who, version, share, declared, one, found[one], files) for one in dict.fromkeys(ids)]
    made: list[uuid.UUID] = []
    for receiver in await _receivers(session, space, to):
        made += await put(session, who, space.id, receiver, drafts)
    await audit(session, who, PUBLISH, "space", space.id, fields=keys, purpose=f"{kind} {len(drafts)}")
    return made


async def withdraw_records(
    session: AsyncSession, who: Scope, space_id: uuid.UUID, kind: str, ids: Sequence[uuid.UUID]
) -> None:
    """Takes the copies of these objects back, wherever they are, whichever version crossed; raises `NotFound`, `Forbidden`."""
    space = await held(session, who, PUBLISH, space_id)
    mine = (SpaceEnvelope.space_id == space.id, SpaceEnvelope.kind == kind)
    lasting = SpaceEnvelope.subject.in_([subject_of(space.id, kind, one) for one in ids])
    named = select(SpaceEnvelope.subject).where(*mine, or_(SpaceEnvelope.object_id.in_(list(ids)), lasting)).distinct()
    subjects = [one for one in await session.scalars(named) if one is not None]
    if not subjects:
        raise NotFound("space_record", Words("这条记录没有共享过。", "This record has not crossed."), field="ids")
    waiting = select(SpaceEnvelope).where(
        *mine, SpaceEnvelope.subject.in_(subjects), SpaceEnvelope.state.in_(("waiting", "held"))
    )
    for envelope in await session.scalars(waiting.with_for_update()):
        envelope.state, envelope.settled_at = "withdrawn", instant_of(session)
    await send(session, who, space.id, await other_tenants(session, space.id), WithdrawnMessage(subjects))
    await audit(session, who, PUBLISH, "space", space.id, fields=["withdrawn"], purpose=f"{kind} {len(subjects)}")


async def send_again(session: AsyncSession, who: Scope, envelope_id: uuid.UUID) -> SpaceEnvelope:
    """Lets the courier try a held envelope again; raises `NotFound`, `Forbidden`, `Conflict` for one that is not held."""
    query = select(SpaceEnvelope).where(SpaceEnvelope.id == envelope_id).with_for_update()
    envelope = await session.scalar(query)
    if envelope is None:
        raise NotFound("envelope_unknown", Words("没有找到这份往来。", "There is no such envelope."))
    await held(session, who, PUBLISH, envelope.space_id)
    if envelope.state != "held":
        raise Conflict("envelope_not_held", Words("这份往来没有搁置，不用重发。", "This envelope is not held."))
    envelope.state, envelope.attempts, envelope.parcel_id = "waiting", 0, new_id()
    await session.flush()
    await audit(session, who, PUBLISH, "space", envelope.space_id, fields=["sent again"])
    await publish(session, PARCEL, "space_parcel", envelope.parcel_id)
    return envelope


async def version_in_force(session: AsyncSession, who: Scope, space: Space) -> SpaceVersion:
    """The version that holds today; raises `Conflict` saying why none does."""
    found = await holding(session, who, space.id)
    if found is not None:
        return found
    if space.state == "proposed":
        raise Conflict(
            "space_not_signed",
            Words("协议还没有由各方签署，不能共享。", "Not all sides have signed: nothing can cross yet."),
        )
    if space.state == "in_force" and space.starts_on > who.today:
        raise Conflict(
            "space_not_begun",
            Words(
                f"协议从 {space.starts_on} 起生效，还不能共享。",
                f"The agreement holds from {space.starts_on} on: nothing can cross yet.",
            ),
        )
    raise Conflict(
        "space_over", Words("协议已经终止或到期，不能再共享。", "The agreement is over: nothing can cross any more.")
    )


def agreed(platform: Platform, who: Scope, terms: Terms, kind: str) -> tuple[Share, Shareable]:
    """What this side gives of a kind; raises `InvalidInput` where the words do not say so, or nothing here declares it."""
    declared = shareables_for(platform, who.plugins).get(kind)
    if declared is None:
        raise unknown_kind(kind)
    share = terms.share(kind, who.tenant.slug)
    if share is None:
        raise wrong(
            "kind",
            f"协议没有约定由本单位共享“{declared.title.zh}”。",
            f"The agreement does not say that your side gives “{declared.title.en}”.",
        )
    return share, declared


def _fields(share: Share, asked: Sequence[str] | None) -> list[str]:
    agreed = [one.key for one in share.fields]
    if asked is None:
        return agreed
    if unknown := [key for key in asked if key not in agreed]:
        raise wrong(
            "fields",
            f"协议没有约定共享“{share.title.zh}”的“{unknown[0]}”。",
            f"The agreement does not name “{unknown[0]}” of “{share.title.en}”.",
        )
    return [key for key in agreed if key in asked]


async def _check_places(
    session: AsyncSession,
    who: Scope,
    space: Space,
    declared: Shareable,
    ids: Sequence[uuid.UUID],
    found: Mapping[uuid.UUID, Projection],
) -> None:
    """Every object is there, and lies within this side's organizations of the agreement, where the asker may publish."""
    parties = await own_paths(session, space.id)
    places = {one.organization_id for one in found.values()}
    rows = await session.execute(select(Organization.id, Organization.path).where(Organization.id.in_(places)))
    paths: dict[uuid.UUID, str] = dict(rows.all())
    for one in ids:
        path = paths.get(found[one].organization_id) if one in found else None
        if path is None or not any(path.startswith(party) for party in parties):
            raise NotFound(
                "space_record",
                Words(
                    f"“{declared.title.zh}”中没有可以按这份协议共享的这条记录。",
                    f"There is no such “{declared.title.en}” that can cross under this agreement.",
                ),
                field="ids",
            )
    if not is_platform(who):
        for path in set(paths.values()):
            who.require(declared.action, path)
            who.require(PUBLISH, path)


async def _files(
    session: AsyncSession, declared: Shareable, keys: Sequence[str], found: Mapping[uuid.UUID, Projection]
) -> dict[uuid.UUID, SentFile]:
    """The files that cross, if the chosen fields have them; raises `InvalidInput` for one that has not been scanned yet."""
    if declared.file_field is None or declared.file_field.key not in keys:
        return {}
    named = [key for one in found.values() for key in one.files]
    files = list(await session.scalars(select(File).where(File.id.in_(named), File.withdrawn_at.is_(None))))
    for file in files:
        if file.state != "clean":
            raise InvalidInput(
                "space_file",
                Words(
                    f"附件“{file.name}”还没有通过病毒检查，不能共享。",
                    f"“{file.name}” has not been scanned yet and cannot cross.",
                ),
                field="files",
            )
    return {file.id: SentFile(file.name, file.size, file.sha256, file.content_type) for file in files}


def _draft(
    who: Scope,
    version: SpaceVersion,
    share: Share,
    declared: Shareable,
    object_id: uuid.UUID,
    found: Projection,
    files: Mapping[uuid.UUID, SentFile],
) -> dict[str, Any]:
    if foreign := [key for key in found.values if share.field(key) is None]:
        raise wrong("fields", f"协议没有约定共享“{foreign[0]}”。", f"The agreement does not name “{foreign[0]}”.")
    record = {key: plain(declared.by_key[key], value) for key, value in found.values.items()}
    sent = [files[key] for key in found.files if key in files]
    with_files = {declared.file_field.key} if declared.file_field and sent else set()
    agreed = [field for field in share.fields if field.key in record or field.key in with_files]
    basis = {field.key: field.basis for field in agreed if field.personal}
    days = [field.days for field in agreed if field.personal and field.days]
    payload = builtins_of(Payload(record, version.number, basis, sent))
    terms = terms_of(version.terms)
    lasts = min([terms.ends_on, *(who.today + dt.timedelta(days=number) for number in days)])
    return {
        "kind": share.kind,
        "object_id": object_id,
        "subject": subject_of(version.space_id, share.kind, found.lasting_id or object_id),
        "fields": [field.key for field in agreed],
        "payload": payload,
        "purpose": terms.purpose,
        "digest": digest_of_payload(payload),
        "expires_on": lasts,
    }


async def _receivers(session: AsyncSession, space: Space, to: Sequence[uuid.UUID] | None) -> list[uuid.UUID]:
    others = await other_tenants(session, space.id)
    if to is None:
        return others
    if any(one not in others for one in to):
        raise wrong("to", "接收方不是这份协议的另一方。", "The receiver is no other side of this agreement.")
    return list(dict.fromkeys(to))
