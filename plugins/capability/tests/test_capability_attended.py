"""What a member attended at another tenant's branch weighs in participation as at home, and meets no duty of the home branch."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.lines import as_line
from zhibu_capability.measure.spans import span_of
from zhibu_capability.scoring import scores
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.facts import ATTENDED, FactDraft, write_facts
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.factories import member, organization


async def test_a_session_attended_elsewhere_counts_for_the_person_alone(
    platform: Platform, session: AsyncSession, scope: Scope
) -> None:
    branch = await organization(session, "001")
    person = await member(session, "王二", branch)
    period, day = parse_period("2026Q2"), dt.date(2026, 5, 12)
    span = span_of(await rule_book(platform, session, scope), period)

    async def line() -> dict[str, object]:
        return as_line((await scores(session, scope, platform, period))[0], span)

    before, record = await line(), new_id()
    drafts = [
        FactDraft("attendance", branch.id, day, "partnership_attachment", record, person_id=person.id, mark="late"),
        FactDraft(ATTENDED + "theme_day", branch.id, day, "partnership_attachment", record, person_id=person.id),
    ]
    await write_facts(session, drafts, source="partnership", written_by=None)
    after = await line()
    assert (after["A_num"], after["A_den"]) == (0.8, 1.0)
    assert after["c"] == before["c"], "no window of the branch is met by it"
