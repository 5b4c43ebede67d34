"""Member: a person with the current membership; sensitive values masked, and whole only for a stated purpose."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.sealed import PersonSecrets
from zhibu_core.periods import parse_period
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.fields import column, field, listing, object_type, one, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First, page_of_list
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.duties import BY_RULES, DutyRecord, key_of_place
from zhibu_graphql.reading.duty_pages import duties_of_persons
from zhibu_graphql.reading.facts import FACTS
from zhibu_graphql.reading.members import MEMBERS, MEMBERSHIP, PERSON, TAG, MemberRecord, masked_value, secrets_of
from zhibu_graphql.reading.noting import unmasked_secrets
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.sql import Noted, rows_of
from zhibu_graphql.types.enums import DutyState, MemberClass, MemberStatus, Sex
from zhibu_graphql.types.inputs import PeriodText, fact_filters, states_of
from zhibu_graphql.types.lazy import LazyDuty, LazyFact, LazyOrganization

LONGEST_PURPOSE = 200


@part(description="A person's sensitive values, whole; that they were read is in the audit.")
class SensitiveValues:
    citizen_id: str | None = plain("The citizen id.")
    phone: str | None = plain("The mobile phone.")
    telephone: str | None = plain("The telephone.")
    address: str | None = plain("The address.")


async def _masked(root: MemberRecord, info: Info) -> PersonSecrets:
    context = info.context

    async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, PersonSecrets]:
        return {key: secrets.masked() for key, secrets in (await secrets_of(context, keys)).items()}

    return await context.load("masked", root.id, fetch) or PersonSecrets()


@object_type("member.read", "member.read_own", description="A person who belongs to a branch.")
class Member(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = MemberRecord
    found_in: ClassVar[Any] = MEMBERS
    noted: ClassVar[Noted | None] = Noted("member.read", "person", ("record",))

    name: str = column(PERSON.c.name, "The name, surname first.")
    number: str | None = column(PERSON.c.number, "The staff or student number.")
    sex: Sex | None = column(PERSON.c.sex, "The sex.")
    ethnic: str | None = column(PERSON.c.ethnic, "The ethnic group.")
    birth_on: dt.date | None = column(PERSON.c.birth_on, "The day of birth.")
    education: str | None = column(PERSON.c.education, "The highest education.")
    post: str | None = column(PERSON.c.post, "The post in the unit.")
    member_class: MemberClass = column(MEMBERSHIP.c.member_class, "Full or probationary.", name="class")
    status: MemberStatus = column(MEMBERSHIP.c.status, "How the membership stands.")
    joined_on: dt.date = column(MEMBERSHIP.c.joined_on, "The day of joining: of the branch's vote.")
    full_on: dt.date | None = column(MEMBERSHIP.c.full_on, "The day of becoming a full member.")
    standing_from: dt.date | None = column(MEMBERSHIP.c.standing_from, "The day from which standing counts.")
    is_lost: bool = column(MEMBERSHIP.c.is_lost, "Whether contact is lost.")
    lost_since: dt.date | None = column(MEMBERSHIP.c.lost_since, "Since when contact is lost.")
    is_mobile: bool = column(MEMBERSHIP.c.is_mobile, "Whether a mobile member, away from the branch.")
    mobile_to: str | None = column(MEMBERSHIP.c.mobile_to, "Where a mobile member is.")
    party_post: str | None = column(MEMBERSHIP.c.party_post, "The party post, if any.")
    since: dt.date = column(MEMBERSHIP.c.since, "Since when a member of this branch.")

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "The branch.", joined=True)

    @field(description="The citizen id, masked.", behind=masked_value("citizen_id"))
    async def citizen_id(self, root: MemberRecord, info: Info) -> str | None:
        return (await _masked(root, info)).citizen_id

    @field(description="The mobile phone, masked.", behind=masked_value("phone"))
    async def phone(self, root: MemberRecord, info: Info) -> str | None:
        return (await _masked(root, info)).phone

    @field(description="The address, masked.", behind=masked_value("address"))
    async def address(self, root: MemberRecord, info: Info) -> str | None:
        return (await _masked(root, info)).address

    @field(
        "member.unmask",
        description="The sensitive values, whole. Who read whose and what for is audited.",
        computed="each reading is noted with its purpose before the values are opened",
    )
    async def unmasked(
        self,
        root: MemberRecord,
        info: Info,
        purpose: Annotated[str, strawberry.argument(description="What they are needed for; goes into the audit.")],
    ) -> SensitiveValues | None:
        purpose = purpose.strip()
        if not purpose or len(purpose) > LONGEST_PURPOSE:
            raise InvalidInput(
                "purpose",
                Words(
                    f"请写明查看的用途，不超过 {LONGEST_PURPOSE} 字。",
                    f"State what you look at it for in at most {LONGEST_PURPOSE} characters.",
                ),
                field="purpose",
            )
        return read_from(await unmasked_secrets(info.context, root.id, purpose))

    @listing("fact.read", description="What the person took part in, newest first.")
    def facts(
        self,
        root: MemberRecord,
        first: First,
        after: After = None,
        kind: str | None = None,
        period: PeriodText = None,
        include_ended: bool = False,
    ) -> Connection[LazyFact] | None:
        return rows_of(root, "person", FACTS, first, after, fact_filters(kind, period, include_ended))

    @listing(
        "duty.read",
        description="What the rules ask of the person in a period, by deadline.",
        weight=10,
        computed=BY_RULES,
    )
    async def duties(
        self,
        root: MemberRecord,
        info: Info,
        period: Annotated[str, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05.")],
        first: First,
        after: After = None,
        state: DutyState | None = None,
    ) -> Connection[LazyDuty] | None:
        context, span = info.context, parse_period(period)
        states = states_of(state)

        async def fetch(keys: list[tuple[uuid.UUID, str]]) -> dict[tuple[uuid.UUID, str], list[DutyRecord]]:
            found = await duties_of_persons(context, dict(keys), span, states, facts=True)
            return {key: found.get(key[0], []) for key in keys}

        rows = await context.load(("duties of", span.name, states), (root.id, root.path), fetch)
        return page_of_list(rows or [], key_of_place, first, after)
