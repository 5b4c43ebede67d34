"""Duty: what a rule asks of one organization or person in one window, with the facts that count for it."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import asyncio
import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.ledger.duties import DutyKey, Reach
from zhibu_core.periods import Period, add_months, parse_period
from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import field, object_type, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.reading import find, read_from, read_one
from zhibu_graphql.reading.duties import ACTION, BY_RULES, TAG, DutyRecord, duties_within, reaches
from zhibu_graphql.reading.facts import FACTS
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.types.enums import DutyState
from zhibu_graphql.types.lazy import LazyFact, LazyMember, LazyOrganization

YEARS_AROUND = 5
MOST_FACTS = 100
"""How many of the facts that count for a duty are given; `held` counts them all."""


@part(description="The version of a rule that asks for a duty.")
class Rule:
    code: str = plain("The rule's code.")
    article: str = plain("The article in its source.")
    article_verified: bool = plain("Whether the article was compared with the source.")

    @field(description="Which version of it.")
    def version(self, root: Any) -> str:
        return str(root.label)

    @field(description="What the rule is called.")
    def title(self, root: Any) -> str:
        return str(root.rule.title.zh)

    @field(description="What the rule says, in our own words.")
    def says(self, root: Any) -> str:
        return str(root.says.zh)

    @field(description="Where the rule comes from.")
    def origin(self, root: Any) -> str:
        return str(root.source.zh)


@object_type(ACTION, description="What a rule asks for; its state follows from facts.")
class Duty(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = DutyRecord
    computed: ClassVar[str] = BY_RULES

    @field(description="The rule that asks.")
    def rule(self, root: DutyRecord) -> Rule:
        return read_from(root.duty.version)

    @field(description="The kind of fact that meets it, or the alert it stands for.")
    def kind(self, root: DutyRecord) -> str:
        return root.duty.kind

    @field(description="The party group it is asked of, if of one.")
    def group(self, root: DutyRecord) -> str | None:
        return root.duty.group

    @field(description="The window's name, such as 2026-05 or 2026Q2.")
    def window(self, root: DutyRecord) -> str:
        return root.duty.window

    @field(description="The first day on which it can be met.")
    def opens_on(self, root: DutyRecord) -> dt.date:
        return root.duty.opens_on

    @field(description="The last day.")
    def due_on(self, root: DutyRecord) -> dt.date:
        return root.duty.due_on

    @field(description="How it stands today.")
    def state(self, root: DutyRecord) -> DutyState:
        return read_from(root.duty.state)

    @field(description="How much is asked for, in the rule's unit.")
    def required(self, root: DutyRecord) -> float:
        return root.duty.required

    @field(description="How much of it was held.")
    def held(self, root: DutyRecord) -> float:
        return root.duty.held

    @field(description="Why it was waived, if it was.")
    def reason(self, root: DutyRecord) -> str | None:
        return root.duty.reason

    @field(description="The organization it is asked of.")
    async def organization(self, root: DutyRecord, info: Info) -> LazyOrganization | None:
        return await read_one(info, ORGANIZATIONS, root.duty.organization_id)

    @field(description="The person it is asked of, if of one.")
    async def member(self, root: DutyRecord, info: Info) -> LazyMember | None:
        return await read_one(info, MEMBERS, root.duty.person_id)

    @field("fact.read", description="The facts that count for it.", size=5)
    async def facts(self, root: DutyRecord, info: Info) -> list[LazyFact] | None:
        found = await asyncio.gather(*(read_one(info, FACTS, ref.id) for ref in root.duty.facts[:MOST_FACTS]))
        return [fact for fact in found if fact is not None]

    @classmethod
    def write_key(cls, root: Any) -> bytes:
        """What identifies a duty for ever."""
        record: DutyRecord = root
        return record.duty.key.text().encode()

    @classmethod
    def read_key(cls, raw: bytes) -> Hashable | None:
        """The duty's key."""
        try:
            return DutyKey.of_text(raw.decode("ascii"))
        except (NotFound, UnicodeDecodeError):
            return None

    @classmethod
    async def find(cls, context: Context, keys: list[Any]) -> Mapping[Any, Any]:
        """Duties by key, computed anew."""
        return {key: found for key in keys if (found := await find_duty(context, key)) is not None}


async def find_duty(context: Context, key: DutyKey) -> DutyRecord | None:
    """The duty of a key, None where it may not be read or nothing asks for it (any more)."""
    at = await find(context, ORGANIZATIONS, key.organization_id)
    if at is None or not reaches(context.scope, at.path):
        return None
    reach = Reach(at.path, organization_id=at.id, person_id=key.person_id)
    found = await duties_within(context, _around(context, key.window), None, reach, with_facts=True)
    return next((record for record in found if record.duty.key == key), None)


def _around(context: Context, window: str) -> Period:
    """A period in which the duty of a window falls due; windows of clocks and courses do not name theirs."""
    try:
        first, last = (parse_period(part) for part in (window.split("..")[0], window.split("..")[-1]))
        return Period.of(first.start, last.end)
    except InvalidInput:
        today = context.scope.today
        return Period.of(add_months(today, -12 * YEARS_AROUND), add_months(today, 12 * YEARS_AROUND))
