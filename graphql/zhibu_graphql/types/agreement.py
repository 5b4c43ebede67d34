"""What an agreement says: its parties, its versions with what they share and change, and who signed them."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from dataclasses import dataclass

import strawberry

from zhibu_core.spaces.differences import Difference
from zhibu_core.spaces.models import SpaceVersion
from zhibu_core.spaces.reading import Agreement
from zhibu_core.spaces.terms import Share, SharedField
from zhibu_graphql.context import Info
from zhibu_graphql.fields import field, part, plain
from zhibu_graphql.reading import read_from


@dataclass(frozen=True)
class VersionOf:
    """A version, with the agreement it is of."""

    whole: Agreement
    version: SpaceVersion


@part(description="An organization that takes part. A foreign one has a name and a code, and no id here.")
class AgreementParty:
    slug: str = plain("Its tenant's slug.")
    tenant_name: str = plain("Its tenant's name.")
    code: str = plain("Its code there; empty where it was named by its name.")
    name: str = plain("Its name there; empty where it was named by its code.")
    is_own: bool = plain("Whether it is of this tenant.")
    confirmed_at: dt.datetime | None = plain("When its side said that its copies are gone.")
    confirmed_count: int | None = plain("How many they were.")


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
    signer: str = plain("Who.")
    post: str = plain("For which organizations.")
    second_factor: bool = plain("Whether with a second factor.")
    signed_at: dt.datetime = plain("When.")
    digest: str = plain("SHA-256 of the words that were signed.")


@part(description="One version of an agreement's words; every one is kept.")
class AgreementVersion:
    @field(description="Its id, to be named by who signs it.")
    def id(self, root: VersionOf) -> strawberry.ID:
        return strawberry.ID(root.version.id.hex)

    @field(description="1, 2, 3 …")
    def number(self, root: VersionOf) -> int:
        return root.version.number

    @field(description="Who made it.")
    def made_by(self, root: VersionOf) -> str:
        return root.version.made_by

    @field(description="When.")
    def made_at(self, root: VersionOf) -> dt.datetime:
        return root.version.made_at

    @field(description="Why, in the maker's words.")
    def note(self, root: VersionOf) -> str:
        return root.version.note

    @field(description="SHA-256 of its words.")
    def digest(self, root: VersionOf) -> str:
        return root.version.digest

    @field(description="Its title.")
    def title(self, root: VersionOf) -> str:
        return root.whole.terms(root.version).title

    @field(description="What it is for.")
    def purpose(self, root: VersionOf) -> str:
        return root.whole.terms(root.version).purpose

    @field(description="Its first day.")
    def starts_on(self, root: VersionOf) -> dt.date:
        return root.whole.terms(root.version).starts_on

    @field(description="Its last day.")
    def ends_on(self, root: VersionOf) -> dt.date:
        return root.whole.terms(root.version).ends_on

    @field(description="When it is to be looked at again.")
    def review_on(self, root: VersionOf) -> dt.date | None:
        return root.whole.terms(root.version).review_on

    @field(description="What crosses, and why.", size=20)
    def shares(self, root: VersionOf) -> list[AgreementShare]:
        return read_from(root.whole.terms(root.version).shares)

    @field(description="In what it reads otherwise than the version it changed; the first, in everything.", size=200)
    def differences(self, root: VersionOf) -> list[AgreementDifference]:
        return read_from(root.whole.changes(root.version))

    @field(description="Who signed it.", size=20)
    def signatures(self, root: VersionOf) -> list[AgreementSignature]:
        return read_from(list(root.whole.signed(root.version).values()))
