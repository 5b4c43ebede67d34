"""Proposing an agreement, changing its words, signing it: on one's own side; the others hear of it by envelope."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import Conflict, Forbidden, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.messages import SignatureMessage, VersionMessage
from zhibu_core.spaces.models import Space, SpaceParty, SpaceSignature, SpaceVersion
from zhibu_core.spaces.powers import PROPOSE, SIGN, held, name_of, require
from zhibu_core.spaces.proposal import Proposal, Worded, own_organizations, worded
from zhibu_core.spaces.sending import send
from zhibu_core.spaces.terms import as_json, digest_of, terms_of, wrong
from zhibu_core.spaces.versions import come_into_force, keep_version
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import SECOND_FACTOR, Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

ASKS_SECOND_FACTOR = "space.second_factor"
"""The tenant's setting: whether a signature needs a second factor."""


async def propose(platform: Platform, session: AsyncSession, who: Scope, proposal: Proposal) -> Space:
    """Opens a space with its first version and sends it to the other sides. Raises what `worded` raises, and `Forbidden`."""
    made = await worded(platform, session, who, proposal)
    require(who, PROPOSE, [one.path for one in made.own])
    space_id = new_id()
    message = _message(session, who, made, number=1, based_on=None, note="", opened_by=who.tenant.id)
    space = await keep_version(session, who.tenant, space_id, message, made_by_party=who.tenant.id)
    await _announce(session, who, space, message, made, "space.proposed")
    return space


async def change(
    platform: Platform, session: AsyncSession, who: Scope, space_id: uuid.UUID, proposal: Proposal, *, note: str = ""
) -> SpaceVersion:
    """A further version, by either side; what is in force stays so until this one is signed by all.

    Raises what `worded` raises, `NotFound`, `Forbidden`, `Conflict` where the agreement is closed or nothing reads otherwise.
    """
    space = await held(session, who, PROPOSE, space_id, locked=True)
    refuse_closed(space)
    newest = await _version(session, space.newest_id)
    before = terms_of(newest.terms)
    made = await worded(platform, session, who, proposal, before)
    require(who, PROPOSE, [one.path for one in made.own])
    if made.terms.tenants.keys() != before.tenants.keys():
        raise wrong(
            "others",
            "参加的单位不能改变。要与别的单位共建，请另发起一份协议。",
            "The tenants that take part cannot change. Propose another agreement for others.",
        )
    if digest_of(made.terms) == newest.digest:
        raise Conflict("space_unchanged", Words("与现有文本没有不同。", "Nothing reads otherwise than before."))
    message = _message(
        session, who, made, number=newest.number + 1, based_on=newest.id, note=note.strip(), opened_by=space.opened_by
    )
    await keep_version(session, who.tenant, space_id, message, made_by_party=who.tenant.id)
    await _announce(session, who, space, message, made, "space.changed")
    return await _version(session, message.version_id)


async def sign(
    session: AsyncSession, who: Scope, space_id: uuid.UUID, version_id: uuid.UUID, *, organization: str = ""
) -> SpaceSignature:
    """Signs the newest version, which the signer names, for the own side. `organization` (code or name), if given, must be one's own.

    Raises `NotFound`, `Forbidden` (no person, no power, no second factor where the tenant asks for one), `Conflict` where the version
    is not the newest or is signed already, `InvalidInput` for the other side's organization, an abolished one, or a term gone by.
    """
    space = await held(session, who, SIGN, space_id, locked=True)
    refuse_closed(space)
    version = await _to_sign(session, who, space, version_id)
    own = await _own_side(session, who, version, organization)
    require(who, SIGN, [one.path for one in own])
    is_strong = await _second_factor(session, who)
    signed = SpaceSignature(
        id=new_id(), space_id=space.id, version_id=version.id, party=who.tenant.id, digest=version.digest,
        signer=name_of(who), post="、".join(one.name for one in own), person_id=who.person(), second_factor=is_strong,
        signed_at=instant_of(session),
    )  # fmt: skip
    session.add(signed)
    await session.flush()
    await audit(session, who, SIGN, "space", space.id, fields=["signature"], purpose=version.digest)
    message = SignatureMessage(version.id, version.digest, signed.signer, signed.post, is_strong, signed.signed_at)
    others = [tenant for tenant in terms_of(version.terms).tenants if tenant != who.tenant.id]
    await send(session, who, space.id, others, message)
    await publish(session, "space.signed", "space", space.id)
    await come_into_force(session, who.tenant, space, version)
    return signed


def refuse_closed(space: Space) -> None:
    """Raises `Conflict` for an agreement that is over."""
    if space.state in ("revoked", "ended"):
        raise Conflict(
            "space_over",
            Words("这份协议已经终止或到期。请另发起一份。", "This agreement is over. Propose another one."),
        )


def _message(
    session: AsyncSession,
    who: Scope,
    made: Worded,
    *,
    number: int,
    based_on: uuid.UUID | None,
    note: str,
    opened_by: uuid.UUID,
) -> VersionMessage:
    digest = digest_of(made.terms)
    return VersionMessage(
        new_id(), number, based_on, made.terms, digest, name_of(who), instant_of(session), note, opened_by
    )


async def _announce(
    session: AsyncSession, who: Scope, space: Space, message: VersionMessage, made: Worded, topic: str
) -> None:
    others = [tenant for tenant in made.terms.tenants if tenant != who.tenant.id]
    await send(session, who, space.id, others, message)
    await audit(session, who, PROPOSE, "space", space.id, fields=sorted(as_json(made.terms)), purpose=message.digest)
    await publish(session, topic, "space", space.id)


async def _version(session: AsyncSession, version_id: uuid.UUID) -> SpaceVersion:
    return (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == version_id))).one()


async def _to_sign(session: AsyncSession, who: Scope, space: Space, version_id: uuid.UUID) -> SpaceVersion:
    if version_id != space.newest_id:
        raise Conflict(
            "space_version",
            Words(
                "文本已有新的改动。请看过新文本再签。",
                "The words have changed meanwhile. Read the new ones, then sign.",
            ),
        )
    version = await _version(session, version_id)
    if version.terms["ends_on"] < str(who.today):
        raise wrong(
            "ends_on", "协议期限已过，不能再签。请先改期限。", "The term has gone by. Change it before you sign."
        )
    query = select(SpaceSignature.id).where(
        SpaceSignature.version_id == version_id, SpaceSignature.party == who.tenant.id
    )
    if await session.scalar(query) is not None:
        raise Conflict("space_signed", Words("本单位已经签过这份文本。", "Your side has signed these words already."))
    return version


async def _own_side(session: AsyncSession, who: Scope, version: SpaceVersion, named: str) -> list[Organization]:
    """The own side's organizations in the version; one that is named, by code or name, must be among them."""
    parties = [one for one in terms_of(version.terms).parties if one.tenant == who.tenant.id]
    own = list(await own_organizations(session, [one.code or one.name for one in parties]))
    if named and not any(named in (one.code, one.name) for one in own):
        raise InvalidInput(
            "space_other_side",
            Words(
                f"不能替“{named}”签字：协议要由对方自己的人签。",
                f"You cannot sign for “{named}”: the other side signs for itself.",
            ),
            field="organization",
        )
    return own


async def _second_factor(session: AsyncSession, who: Scope) -> bool:
    """Whether the signer's session has one; raises `Forbidden` where there is none and the tenant asks for it."""
    who.person()
    asked = await session.scalar(select(TenantSetting.value).where(TenantSetting.key == ASKS_SECOND_FACTOR))
    if asked is not None and asked["value"] and not who.is_strong:
        raise Forbidden("second_factor", SECOND_FACTOR)
    return who.is_strong


async def parties_of(session: AsyncSession, space_id: uuid.UUID) -> list[SpaceParty]:
    """The organizations of a space, the own ones first."""
    query = select(SpaceParty).where(SpaceParty.space_id == space_id)
    return list(await session.scalars(query.order_by(SpaceParty.is_own.desc(), SpaceParty.slug, SpaceParty.name)))
