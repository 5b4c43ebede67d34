"""Jobs by the clock: one worker a window, taken over from a dead one; months made ahead and dropped when they expire."""

import asyncio
import dataclasses
import datetime as dt
import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.audit.months import steps_of
from zhibu_core.audit.nightly import AT_NIGHT, faults_of_checks, latest_check, night
from zhibu_core.platform import Platform
from zhibu_core.schedule import DAY, Scheduled, Scheduler
from zhibu_core.tenancy.scope import Tenant

from .conftest import Ledger

NOW = dt.datetime(2026, 11, 22, 8, 30, 20, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class Counting:
    """A job that counts its runs and fails when told to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.runs = 0
        self.fails = fails
        self.ran = asyncio.Event()
        self.job = Scheduled(f"test.{uuid.uuid4().hex[:8]}", MINUTE, self.work)

    async def work(self, platform: Platform, now: dt.datetime) -> None:
        self.runs += 1
        await asyncio.sleep(0.01)
        if self.fails:
            raise RuntimeError("no")
        self.ran.set()


async def test_of_many_workers_one_runs_a_window(guarded: Platform) -> None:
    counting = Counting()
    workers = [Scheduler(guarded, [counting.job]) for _ in range(4)]
    for later in range(3):
        ran = await asyncio.gather(*(worker.run_due(counting.job, NOW + later * MINUTE) for worker in workers))
        assert sorted(ran) == [False, False, False, True]
    assert counting.runs == 3


async def test_a_dead_run_is_taken_over_after_its_lease(guarded: Platform) -> None:
    counting = Counting(fails=True)
    job = dataclasses.replace(counting.job, every=DAY)
    scheduler = Scheduler(guarded, [job])
    assert not await scheduler.run_due(job, NOW)
    assert not await scheduler.run_due(job, NOW + 5 * MINUTE)
    assert counting.runs == 1
    counting.fails = False
    assert await scheduler.run_due(job, NOW + 11 * MINUTE)
    assert not await scheduler.run_due(job, NOW + 60 * MINUTE)
    assert counting.runs == 2


async def test_the_clock_runs_what_is_due_in_the_background(guarded: Platform) -> None:
    counting = Counting()
    scheduler = Scheduler(guarded, [counting.job])
    await scheduler.start()
    await asyncio.wait_for(counting.ran.wait(), 10)
    await scheduler.stop()
    assert counting.runs == 1


def test_windows_open_where_they_are_said_to() -> None:
    nightly = Scheduled("x", DAY, Counting().work, at=AT_NIGHT)
    assert nightly.window(NOW) == dt.datetime(2026, 11, 21, 18, 30, tzinfo=dt.UTC)
    assert nightly.window(NOW.replace(hour=19)) == dt.datetime(2026, 11, 22, 18, 30, tzinfo=dt.UTC)
    assert Scheduled("x", MINUTE, Counting().work).window(NOW) == NOW.replace(second=0)


async def test_the_night_checks_the_tenant_and_keeps_the_result(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_this(_platform: Platform) -> list[Tenant]:
        return [ledger.tenant]

    monkeypatch.setattr("zhibu_core.audit.nightly._tenants", only_this)
    (row,) = await ledger.deeds(1)
    await night(ledger.platform, dt.datetime.now(dt.UTC))
    async with ledger.platform.database.session(ledger.tenant.id) as session:
        found = await latest_check(session)
    assert found is not None
    assert found.is_whole
    assert found.problem is None
    assert found.seal_count == 1
    await ledger.admin.execute("delete from audit_entry where id = $1", row)
    await night(ledger.platform, dt.datetime.now(dt.UTC))
    async with ledger.platform.database.session(ledger.tenant.id) as session:
        found = await latest_check(session)
    assert found is not None
    assert not found.is_whole
    assert found.problem is not None
    assert (found.problem["kind"], found.problem["entry"]) == ("row_missing", str(row))
    (fault,) = await faults_of_checks(ledger.platform, dt.datetime.now(dt.UTC))
    assert fault == f"{ledger.tenant.slug}: Row {row} of seal 1 is missing."


def bounds(start: str, end: str) -> str:
    return (
        f"FOR VALUES FROM ({start if start == 'MINVALUE' else repr(start + ' 00:00:00+00')}) TO ('{end} 00:00:00+00')"
    )


def test_months_are_made_ahead_and_expired_ones_dropped() -> None:
    held = [
        ("audit_entry_before", bounds("MINVALUE", "2023-11-01")),
        ("audit_entry_2023_11", bounds("2023-11-01", "2023-12-01")),
        ("audit_entry_2026_11", bounds("2026-11-01", "2026-12-01")),
        ("audit_entry_2026_12", bounds("2026-12-01", "2027-01-01")),
        ("audit_entry_rest", "DEFAULT"),
    ]
    steps = steps_of(held, NOW.date(), 36)
    assert [step[-1].split()[-1] for step in steps[-1:]] == ["audit_entry_before"]
    assert [step[0].split()[2] for step in steps[:-1]] == ["audit_entry_2027_01", "audit_entry_2027_02"]
    assert len(steps) == 3


@given(st.dates(dt.date(2026, 1, 1), dt.date(2040, 1, 1)), st.integers(6, 60))
def test_no_month_within_the_retention_is_ever_dropped(today: dt.date, months: int) -> None:
    firsts = [dt.date(year, month, 1) for year in range(2015, 2045) for month in range(1, 13)]
    held = [(f"m_{a:%Y_%m}", bounds(str(a), str(b))) for a, b in itertools.pairwise(firsts)]
    dropped = [step[0].split()[-1] for step in steps_of(held, today, months)]
    youngest = (today.year * 12 + today.month - 1) - months
    for name in dropped:
        year, month = map(int, name.removeprefix("m_").split("_"))
        assert year * 12 + month - 1 < youngest
