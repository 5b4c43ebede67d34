"""What an agreement says: its parties, its versions with what they share and change, and who signed them."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

import strawberry

from zhibu_core.spaces.differences import Difference
from zhibu_core.spaces.models import SpaceVersion
from zhibu_core.spaces.reading import Agreement
from zhibu_core.spaces.terms import Share, SharedField
from zhibu_graphql.context import Info
from zhibu_graphql.fields import all_of, column, field, key, part, plain
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.agreements import PARTY, SIGNATURE, SIGNATURES, VERSION, VersionRecord
from zhibu_graphql.reading.spaces import whole_of

IN_WORDS = "what crosses is named in the reader's language"
"""Why no SQL can say it."""


@part(description="An organization that takes part. A foreign one has a name and a code, and no id here.")
class AgreementParty:
    slug: str = column(PARTY.c.slug, "Its tenant's slug.")
    tenant_name: str = column(PARTY.c.tenant_name, "Its tenant's name.")
    code: str = column(PARTY.c.code, "Its code there; empty where it was named by its name.")
    name: str = column(PARTY.c.name, "Its name there; empty where it was named by its code.")
    is_own: bool = column(PARTY.c.is_own, "Whether it is of this tenant.")
    confirmed_at: dt.datetime | None = column(PARTY.c.confirmed_at, "When its side said that its copies are gone.")
    confirmed_count: int | None = column(PARTY.c.confirmed_count, "How many they were.")


@part(description="A field that crosses, and why.")
class AgreementField:
    key: str = plain("Its key.")
    reason: str = plain("Why it crosses.")
    personal: bool = plain("Whether it is personal.")
    basis: str = plain("On what basis, where it is personal.")
    days: int | None = plain("For how many days, where it is personal.")

    @field(description="What it is called.")
    def title(self, root: SharedField, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="A kind of record that crosses.")
class AgreementShare:
    kind: str = plain("Its key, such as orglife.meeting.")
    by: list[str] = plain("The slugs of the sides that give it; none: every side.", size=20)
    fields: list[AgreementField] = plain("Its fields.", size=50)

    @field(description="What it is called.")
    def title(self, root: Share, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="One thing in which a version reads otherwise than the one it changed.")
class AgreementDifference:
    path: str = plain("What, such as ends_on or shares.orglife.meeting.fields.topic.")
    before: str | None = plain("As it was; null for nothing.")
    after: str | None = plain("As it is; null for nothing.")

    @field(description="What it is called.")
    def title(self, root: Difference, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="That a named person signed a version for their side.")
class AgreementSignature:
    signer: str = column(SIGNATURE.c.signer, "Who.")
    post: str = column(SIGNATURE.c.post, "For which organizations.")
    second_factor: bool = column(SIGNATURE.c.second_factor, "Whether with a second factor.")
    signed_at: dt.datetime = column(SIGNATURE.c.signed_at, "When.")
    digest: str = column(SIGNATURE.c.digest, "SHA-256 of the words that were signed.")


@part(description="One version of an agreement's words; every one is kept.")
class AgreementVersion:
    id: strawberry.ID = key("id", "hex", "Its id, to be named by who signs it.")
    number: int = column(VERSION.c.number, "1, 2, 3 …")
    made_by: str = column(VERSION.c.made_by, "Who made it.")
    made_at: dt.datetime = column(VERSION.c.made_at, "When.")
    note: str = column(VERSION.c.note, "Why, in the maker's words.")
    digest: str = column(VERSION.c.digest, "SHA-256 of its words.")
    title: str = column(VERSION.c.terms, "Its title.")
    purpose: str = column(VERSION.c.terms, "What it is for.")
    starts_on: dt.date = column(VERSION.c.terms, "Its first day.")
    ends_on: dt.date = column(VERSION.c.terms, "Its last day.")
    review_on: dt.date | None = column(VERSION.c.terms, "When it is to be looked at again.")

    @field(description="What crosses, and why.", size=20, computed=IN_WORDS)
    async def shares(self, root: VersionRecord, info: Info) -> list[AgreementShare]:
        whole, version = await _whole(root, info)
        return read_from(whole.terms(version).shares)

    @field(
        description="In what it reads otherwise than the version it changed; the first, in everything.",
        size=200,
        computed="two versions are compared line by line",
    )
    async def differences(self, root: VersionRecord, info: Info) -> list[AgreementDifference]:
        return read_from(Agreement.changes(*await _whole(root, info)))

    signatures: list[AgreementSignature] = all_of(SIGNATURES, "of", "Who signed it.", size=20)


async def _whole(root: VersionRecord, info: Info) -> tuple[Agreement, SpaceVersion]:
    whole = await whole_of(info.context, root.space_id)
    return whole, next(one for one in whole.versions if one.id == root.id)
