"""The sealer: every row once, however late its transaction commits and however many sealers there are."""

import asyncio
import datetime as dt
import json
import os
import stat
import uuid
from pathlib import Path

import pytest
from sqlalchemy import text

from zhibu_core.audit import note
from zhibu_core.audit.anchor import FolderAnchor, Head
from zhibu_core.audit.problems import Problem
from zhibu_core.audit.seals import seal_tenant, split_entries
from zhibu_core.audit.signing import PRIVATE, SealingKeys
from zhibu_core.audit.verifying import verify_tenant
from zhibu_core.crypto.signing import SigningKeys
from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_testing.fixtures import Parties, all_powers

from .conftest import Ledger


async def sealed_ids(ledger: Ledger) -> list[uuid.UUID]:
    rows = await ledger.admin.fetch(
        "select entries from audit_seal where tenant_id = $1 order by number", ledger.tenant.id
    )
    return [entry for row in rows for entry, _ in split_entries(row["entries"])]


async def test_a_transaction_that_commits_late_is_sealed_later_and_once(ledger: Ledger) -> None:
    await ledger.seal()
    async with ledger.platform.database.session(ledger.tenant.id) as slow:
        await note(slow, ledger.scope, "import.run", "import_run")
        early = await ledger.deeds(2)
        assert await ledger.seal() == 1
    assert (await ledger.verify()).waiting == 1
    assert await ledger.seal() == 1
    assert await ledger.seal() == 0
    covered = await sealed_ids(ledger)
    every = await ledger.admin.fetch("select id from audit_entry where tenant_id = $1", ledger.tenant.id)
    assert sorted(covered) == sorted(row["id"] for row in every)
    assert set(early) < set(covered)
    assert (await ledger.verify()).is_whole


async def test_sealers_at_the_same_time_seal_each_row_once(ledger: Ledger) -> None:
    await ledger.deeds(3)
    now = dt.datetime.now(dt.UTC)
    await asyncio.gather(*(seal_tenant(ledger.platform, ledger.tenant.id, now=now) for _ in range(3)))
    covered = await sealed_ids(ledger)
    assert len(covered) == len(set(covered)) >= 3
    assert (await ledger.verify()).is_whole


@pytest.mark.parametrize("thorough", [True, False])
async def test_seals_that_were_not_anchored_are_anchored_later(ledger: Ledger, thorough: bool) -> None:
    """The process died between the commit and the anchor, the second time in the middle of a line."""
    await ledger.three_seals()
    path = ledger.platform.settings.anchors / f"{ledger.tenant.id}.jsonl"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    assert await seal_tenant(ledger.platform, ledger.tenant.id, now=ledger.now, thorough=thorough) == 0
    anchored = [json.loads(line) for line in path.read_text().splitlines()]
    assert [head["number"] for head in anchored] == [1, 2, 3, 4]
    assert [head["hash"] for head in anchored] == [json.loads(line)["hash"] for line in lines]


async def test_rows_that_nobody_seals_are_named(ledger: Ledger) -> None:
    await ledger.seal()
    (row,) = await ledger.deeds(1)
    assert (await ledger.verify()).is_whole
    assert (await ledger.verify(dt.timedelta(hours=2))).problem == Problem("not_sealed", entry=row)


async def test_tenants_have_chains_of_their_own(ledger: Ledger, guarded: Platform, parties: Parties) -> None:
    other = await all_powers(guarded, parties.neighbour)
    async with guarded.database.session(parties.neighbour.id) as session:
        await note(session, other, "member.unmask", "person")
    await ledger.three_seals()
    await seal_tenant(guarded, parties.neighbour.id, now=ledger.now)
    report = await verify_tenant(guarded, parties.neighbour.id, now=ledger.now)
    assert (report.is_whole, report.seals) == (True, 1)
    assert (await ledger.verify()).seals == 4
    async with guarded.database.session(parties.neighbour.id) as session:
        query = text("select count(*) from audit_seal where tenant_id = :t")
        assert await session.scalar(query, {"t": ledger.tenant.id}) == 0


async def test_more_rows_than_one_seal_holds(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    await ledger.deeds(5)
    monkeypatch.setattr("zhibu_core.audit.seals.MOST", 2)
    assert await ledger.seal() >= 3
    report = await ledger.verify()
    assert report.is_whole
    assert report.seals >= 3


async def test_expired_rows_may_be_gone_and_younger_ones_not(ledger: Ledger) -> None:
    batches = await ledger.three_seals()
    await ledger.admin.execute("delete from audit_entry where id = any($1)", batches[0])
    young = await ledger.verify(dt.timedelta(days=36 * 30))
    assert young.problem == Problem("row_missing", seal=2, entry=batches[0][0])
    old = await ledger.verify(dt.timedelta(days=38 * 31))
    assert (old.is_whole, old.expired) == (True, 4)


async def test_a_new_signing_key_leaves_old_seals_readable(ledger: Ledger) -> None:
    await ledger.deeds(1)
    await ledger.seal()
    folder = ledger.platform.settings.keys
    (folder / PRIVATE).rename(folder / "audit-signing.old")
    ledger.platform.sealing = SealingKeys(SigningKeys(folder))
    await ledger.deeds(1)
    await ledger.seal()
    assert (await ledger.verify()).is_whole
    keys = {
        row["key_id"]
        for row in await ledger.admin.fetch("select key_id from audit_seal where tenant_id = $1", ledger.tenant.id)
    }
    assert len(keys) == 2
    for path in folder.glob("audit-*.pub"):
        path.unlink()
    ledger.platform.sealing = SealingKeys(SigningKeys(folder))
    found = (await ledger.verify()).problem
    assert found is not None
    assert (found.kind, found.seal) == ("key_unknown", 1)


async def test_key_files_are_for_their_owner_only(ledger: Ledger) -> None:
    await ledger.deeds(1)
    await ledger.seal()
    folder = ledger.platform.settings.keys
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("audit-*")} == {0o600}


def test_an_anchor_takes_each_number_once(tmp_path: Path) -> None:
    tenant = uuid.uuid4()
    heads = [Head(str(tenant), number, "00", "k", "00", 1, "2026-10-31", "2026-10-31") for number in (1, 2, 3)]
    anchor = FolderAnchor(tmp_path)
    assert (anchor.last(tenant), anchor.heads(tenant)) == (None, [])
    anchor.append(tenant, heads[:2])
    anchor.append(tenant, heads)
    assert anchor.heads(tenant) == heads
    assert anchor.last(tenant) == heads[2]
    assert anchor.last(uuid.uuid4()) is None


async def test_after_a_restored_backup_the_chain_goes_on_and_names_what_is_lost(ledger: Ledger) -> None:
    batches = await ledger.three_seals()
    await ledger.admin.execute("delete from audit_seal where tenant_id = $1 and number > 2", ledger.tenant.id)
    await ledger.admin.execute("delete from audit_entry where id = any($1)", [*batches[1], *batches[2]])
    assert (await ledger.verify()).problem == Problem("seal_missing", seal=3)
    await ledger.deeds(1, "audit.resume")
    with pytest.raises(Unavailable):
        await ledger.seal()
    assert await seal_tenant(ledger.platform, ledger.tenant.id, now=ledger.now, resume=True) == 1
    await ledger.deeds(1)
    assert await ledger.seal() == 1
    report = await ledger.verify()
    assert (report.problem, report.seals, report.lost) == (None, 4, 2)
    assert [head.number for head in ledger.platform.anchor.heads(ledger.tenant.id)] == [1, 2, 3, 4, 5, 6]
    await ledger.admin.execute("delete from audit_seal where tenant_id = $1 and number = 2", ledger.tenant.id)
    assert (await ledger.verify()).problem == Problem("seal_missing", seal=2)
