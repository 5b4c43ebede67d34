"""The set-based scores against the plain Python reference, on random small worlds of facts."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.completion import Learner
from zhibu_capability.index import Branch, portraits
from zhibu_capability.lines import as_line
from zhibu_capability.measure.spans import span_of
from zhibu_capability.participation import Roll
from zhibu_capability.scoring import scores
from zhibu_capability.vitality import VitalityInputs
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.ledger.held import Activity, Traits, held_duties
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.shapes import Hours, Timer
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, add_months, parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.study_hours import Entry, Stay, study_hours
from zhibu_testing import factories
from zhibu_testing.fixtures import Parties, all_powers

PERIODS = ("2026Q2", "2025-11-01/2026-04-30")
KINDS = (
    "member_meeting",
    "theme_day",
    "party_class",
    "committee_meeting",
    "group_meeting",
    "org_life_meeting",
    "service",
    "co_building",
)
MARKS = ("present", "present", "late", "online", "leave", "leave", "absent", "makeup", "leave_makeup")
COURSES = {"K1": dt.date(2026, 3, 31), "K2": dt.date(2026, 6, 30)}


@dataclass
class Meeting:
    day: dt.date
    kinds: list[str]
    group: str | None
    handed_in: dt.date | None
    tasks: tuple[int, int]
    roll: dict[uuid.UUID, str]


@dataclass
class Person:
    id: uuid.UUID
    joined: dt.date
    in_scope: bool
    post: bool
    entries: list[tuple[Entry, str | None, bool]] = field(default_factory=list)
    talks: list[dt.date] = field(default_factory=list)
    case: dict[str, dt.date] = field(default_factory=dict)


@dataclass
class World:
    organization: Organization
    people: list[Person]
    meetings: list[Meeting]
    term: tuple[dt.date, dt.date] | None


def day(dice: random.Random, first: str = "2025-07-01", last: str = "2026-06-30") -> dt.date:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return start + dt.timedelta(days=dice.randrange((end - start).days + 1))


async def make_branch(session: AsyncSession, dice: random.Random, root: Organization, n: int) -> World:
    kind = dice.choice(("branch", "joint_branch", "temporary_branch"))
    organization = await factories.organization(
        session, f"B{n:03d}", kind=kind, parent=root, type=dice.choice(("学生", "教工")), has_committee=dice.random() < 0.5,
        founded_on=dice.choice((dt.date(2015, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 5, 20))),
    )  # fmt: skip
    people = [await make_person(session, dice, organization, i) for i in range(dice.randrange(8))]
    groups = [None, *dice.sample(("第一党小组", "第二党小组"), dice.randrange(3))]
    meetings = [make_meeting(dice, people, groups) for _ in range(dice.randrange(25))]
    started = day(dice, "2021-05-01", "2026-08-01")
    term = (started, dt.date(started.year + 3, started.month, min(started.day, 28))) if dice.random() < 0.8 else None
    return World(organization, people, meetings, term)


async def make_person(session: AsyncSession, dice: random.Random, branch: Organization, n: int) -> Person:
    joined = dice.choice((dt.date(2016, 7, 1), dt.date(2026, 4, 20), dt.date(2026, 6, 1), dt.date(2026, 5, 31)))
    trait = dice.choice(
        ({}, {}, {}, {"is_lost": True}, {"is_mobile": True}, {"is_exempt": True}, {"status": "stopped"})
    )
    post = dice.random() < 0.3
    made = await factories.member(
        session, f"党员{n}", branch, joined_on=joined, party_post="书记" if post else None, **trait
    )
    person = Person(made.id, joined, not trait, post)
    for _ in range(dice.randrange(6)):
        form = dice.choice(("session", "online", "self_study"))
        entry = Entry(day(dice, "2026-01-01"), form, dice.choice((1, 4, 6)), evidence=dice.choice((None, "证书")),
                      concentrated=True, completed=True)  # type: ignore[arg-type]  # fmt: skip
        person.entries.append((entry, dice.choice((None, "K1", "K2")), dice.random() < 0.7))
    person.talks = [day(dice, "2025-01-01") for _ in range(dice.randrange(2))]
    steps = (
        "applied",
        "talk",
        "activist",
        "filed",
        "proposed",
        "agreed",
        "prereview",
        "vote_on",
        "approved",
        "full_vote",
    )
    if dice.random() < 0.6:
        on = day(dice, "2024-01-01")
        for step in steps[: dice.randrange(1, len(steps) + 1)]:
            person.case[step] = on
            on += dt.timedelta(days=dice.randrange(90))
    return person


def make_meeting(dice: random.Random, people: list[Person], groups: list[str | None]) -> Meeting:
    held = day(dice)
    handed_in = dice.choice((None, held + dt.timedelta(days=7), held + dt.timedelta(days=8)))
    tasks = dice.randrange(4)
    roll = {one.id: dice.choice(MARKS) for one in people if dice.random() < 0.8}
    return Meeting(
        held,
        dice.sample(KINDS, dice.randrange(1, 4)),
        dice.choice(groups),
        handed_in,
        (tasks, dice.randint(0, tasks)),
        roll,
    )


def facts(world: World) -> list[FactDraft]:
    place, found = world.organization.id, []
    for meeting in world.meetings:
        record, common = new_id(), {"record_type": "meeting", "grp": meeting.group}
        detail = {"kinds": meeting.kinds, "tasks": meeting.tasks[0], "tasks_closed": meeting.tasks[1]}
        found.append(
            FactDraft(
                "activity", place, meeting.day, record_id=record, until_on=meeting.handed_in, detail=detail, **common
            )
        )
        found += [FactDraft(kind, place, meeting.day, record_id=record, **common) for kind in meeting.kinds]
        found += [
            FactDraft("attendance", place, meeting.day, record_id=record, person_id=one, mark=mark, **common)
            for one, mark in meeting.roll.items()
        ]
    for person in world.people:
        for entry, course, confirmed in person.entries:
            detail = {
                "form": entry.form,
                "confirmed": confirmed,
                "evidence": entry.evidence or "",
                "counted": confirmed and entry.form != "self_study",
            }
            found.append(
                FactDraft(
                    "training",
                    place,
                    entry.day,
                    "learning_training",
                    new_id(),
                    person_id=person.id,
                    quantity=float(entry.hours or 0),
                    mark=course,
                    detail=detail,
                )
            )
        found += [FactDraft("talk", place, on, "meeting", new_id(), person_id=person.id) for on in person.talks]
        case = new_id()
        found += [
            FactDraft(f"development.{step}", place, on, "affairs_case", case, person_id=person.id)
            for step, on in person.case.items()
        ]
    if world.term:
        found.append(FactDraft("term", place, world.term[0], "term", new_id(), until_on=world.term[1]))
    return found  # fmt: skip


async def make_worlds(session: AsyncSession, seed: int) -> list[World]:
    dice = random.Random(seed)
    root = await factories.organization(session, "000", kind="committee")
    worlds = [await make_branch(session, dice, root, n) for n in range(7)]
    for world in worlds:
        drafts = facts(world)
        for source, kinds in (("learning", ("training",)), ("affairs", ("development",)), ("core", ("term",))):
            mine = [draft for draft in drafts if draft.kind.partition(".")[0] in kinds]
            drafts = [draft for draft in drafts if draft not in mine]
            await write_facts(session, mine, source=source, written_by=None)
        await write_facts(session, drafts, source="orglife", written_by=None)
    required = [
        FactDraft("course_required", root.id, due, "learning_course", new_id(), until_on=due, mark=code, detail={"audience": "all"})
        for code, due in COURSES.items()
    ]  # fmt: skip
    await write_facts(session, required, source="learning", written_by=None)
    return worlds


def expected_branch(world: World, period: Period, book: RuleBook) -> Branch:
    o, end = world.organization, period.end
    scope = [one for one in world.people if one.in_scope and one.joined <= end - dt.timedelta(days=30)]
    rolls = [
        Roll(m.day, frozenset(m.kinds), {str(k): v for k, v in m.roll.items()})
        for m in world.meetings
        if m.day in period
    ]
    overdue = world.term is not None and end > world.term[1]
    vetoed = world.term is not None and end > world.term[1].replace(year=world.term[1].year + 1)
    return Branch(
        key=o.code, type=o.type, n=len(scope), age_days=(end - o.founded_on).days if o.founded_on else None, sessions=rolls,
        learners=[learner(one, period, book) for one in scope],
        c=vitality(world, period, book, scope, (world.term is not None, overdue)),
        vetoes=("term_overdue_1y",) if vetoed else (),
    )  # fmt: skip


def learner(person: Person, period: Period, book: RuleBook) -> Learner:
    version = book.in_force("learning.study_hours", period.end)
    assert version is not None
    proven = [entry for entry, _, confirmed in person.entries if confirmed]
    found = study_hours(period, proven, version.read(Hours), stay=Stay(person.joined), post_holder=person.post)
    due = [code for code, on in COURSES.items() if on in period]
    done = {
        code
        for entry, code, confirmed in person.entries
        if confirmed and entry.form != "self_study" and entry.day <= period.end
    }
    completed = len(done.intersection(due))
    return Learner(float(found.hours), float(found.target), len(due), completed, completed == len(due) if due else None)


def vitality(
    world: World, period: Period, book: RuleBook, scope: list[Person], term: tuple[bool, bool]
) -> VitalityInputs:
    o = world.organization
    groups = tuple(sorted({meeting.group for meeting in world.meetings if meeting.group}))
    held = held_duties(
        Traits(o.kind, o.has_committee, groups, o.founded_on, o.type), period,
        [Activity(m.day, frozenset(m.kinds), m.group) for m in world.meetings], book,
    )  # fmt: skip
    records = [m for m in world.meetings if m.day in period]
    useful = {"volunteering", "co_building", "service"}
    quarters = span_of(book, period).quarters
    clocks = [due < period.end for person in world.people for due in clocks_of(person.case, period, book)]
    since = dt.date(period.end.year - 1, period.end.month, period.end.day)
    return VitalityInputs(
        windows_credited=held.credited,
        windows_required=held.required,
        records=len(records),
        records_in_time=sum(m.handed_in is not None and (m.handed_in - m.day).days <= 7 for m in records),
        tasks=sum(m.tasks[0] for m in records),
        tasks_in_time=sum(m.tasks[1] for m in records),
        useful_kinds_by_quarter=tuple(
            len({kind for m in records if m.day in quarter for kind in m.kinds} & useful) for quarter in quarters
        ),
        members=len(scope),
        members_with_talk=sum(any(since < on <= period.end for on in one.talks) for one in scope),
        timers_open=len(clocks) + term[0],
        timers_overdue=sum(clocks) + term[1],
    )


def clocks_of(case: dict[str, dt.date], period: Period, book: RuleBook) -> list[dt.date]:
    """When the open clocks of a case are due, as they stood at the period's end."""
    steps = {f"development.{step}": on for step, on in case.items() if on <= period.end}
    rules = [version.read(Timer) for version in book.all_in_force(period.end, "timer")]
    return [
        add_months(steps[rule.starts], rule.months)
        for rule in rules
        if rule.in_order and {rule.starts, rule.needs} <= steps.keys() and not steps.keys() & set(rule.closed_by)
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_the_statements_agree_with_the_reference(
    platform: Platform, parties: Parties, session: AsyncSession, scope: Scope, seed: int
) -> None:
    worlds = await make_worlds(session, seed)
    book = await rule_book(platform, session, scope)
    for period in map(parse_period, PERIODS):
        span = span_of(book, period)
        found = {
            line["code"]: line
            for line in (as_line(one, span) for one in await scores(session, scope, platform, period))
        }
        branches = [expected_branch(world, period, book) for world in worlds]
        assert set(found) == {branch.key for branch in branches}
        for form, strict in (("open", False), ("strict", True)):
            for branch, expected in zip(branches, portraits(branches, span.weights, strict=strict), strict=True):
                line = found[branch.key]
                assert line["n"] == branch.n
                assert {name: line["c"][name] for name in branch.c.__slots__} == {
                    name: getattr(branch.c, name) for name in branch.c.__slots__
                }, branch.key
                assert line["C"] == pytest.approx(expected.c_score)
                assert (line["A_num"], line["A_den"]) == pytest.approx((expected.a.credit, expected.a.owed))
                b = line["B_strict" if strict else "B"]
                assert b == (None if expected.b is None else pytest.approx(expected.b))
                index, got = expected.index, line[form]
                for key, value in (
                    ("OCI_raw", index.raw),
                    ("median", index.median),
                    ("OCI_shrunk", index.shrunk),
                    ("OCI", index.score),
                ):
                    assert got[key] == (None if value is None else pytest.approx(value)), (branch.key, key)
                assert (got["band"], got["comparable"]) == (index.band, index.comparable)
                assert bool(line["veto"]) == bool(branch.vetoes)
    async with platform.database.session(parties.neighbour.id) as other:
        neighbour = await all_powers(platform, parties.neighbour)
        assert await scores(other, neighbour, platform, parse_period("2026Q2")) == []
