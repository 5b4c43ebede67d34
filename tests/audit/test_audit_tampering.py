"""Somebody with all power over the database changes the audit: the check names the first thing that is wrong."""

import datetime as dt
import uuid

import pytest

from zhibu_core.audit.entries import Entry
from zhibu_core.audit.problems import SENTENCES, Problem
from zhibu_core.audit.seals import START, make_seal
from zhibu_core.errors import Unavailable
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.fixtures import Parties

from .conftest import Ledger

COPIED = "id, at, actor_id, acting_for, action, object_type, object_id, fields, purpose, request_id, client"


async def test_an_untouched_audit_is_whole(ledger: Ledger, parties: Parties) -> None:
    batches = await ledger.three_seals()
    report = await ledger.verify()
    assert (report.problem, report.seals, report.waiting) == (None, 4, 0)
    assert report.entries >= 12
    assert report.expired == 0
    assert sum(map(len, batches)) == 12
    neighbour = await ledger.admin.fetchval(
        "select count(*) from audit_seal where tenant_id = $1", parties.neighbour.id
    )
    assert neighbour == 0


@pytest.mark.parametrize(
    "change",
    [
        "purpose = '别的'",
        "actor_id = gen_random_uuid()",
        "fields = '{}'",
        "at = at - interval '400 days'",
        "client = ''",
    ],
)
async def test_an_altered_row_is_named(ledger: Ledger, change: str) -> None:
    batches = await ledger.three_seals()
    for row in (batches[2][0], batches[1][2]):
        await ledger.admin.execute(
            f"update audit_entry set {change} where tenant_id = $1 and id = $2", ledger.tenant.id, row
        )
    assert (await ledger.verify()).problem == Problem("row_altered", seal=3, entry=batches[1][2])


async def test_a_deleted_row_is_named(ledger: Ledger) -> None:
    batches = await ledger.three_seals()
    await ledger.admin.execute(
        "delete from audit_entry where tenant_id = $1 and id = $2", ledger.tenant.id, batches[0][3]
    )
    assert (await ledger.verify()).problem == Problem("row_missing", seal=2, entry=batches[0][3])


async def test_two_rows_that_changed_places_are_named(ledger: Ledger) -> None:
    batches = await ledger.three_seals()
    first, second = batches[1][1], batches[1][3]
    for old, new in ((first, uuid.UUID(int=1)), (second, first), (uuid.UUID(int=1), second)):
        await ledger.admin.execute(
            "update audit_entry set id = $3 where tenant_id = $1 and id = $2", ledger.tenant.id, old, new
        )
    assert (await ledger.verify()).problem == Problem("row_moved", seal=3, entry=first, other=second)


async def test_a_row_added_afterwards_is_named(ledger: Ledger) -> None:
    await ledger.three_seals()
    forged = new_id()
    await ledger.admin.execute(
        """insert into audit_entry select tenant_id, $2, at - interval '3 days', actor_id, acting_for, action, object_type,
        object_id, fields, purpose, request_id, client from audit_entry where tenant_id = $1 order by at limit 1""",
        ledger.tenant.id, forged,
    )  # fmt: skip
    await ledger.seal()
    assert (await ledger.verify()).problem == Problem("row_added", entry=forged)


async def test_a_doubled_row_is_named(ledger: Ledger) -> None:
    batches = await ledger.three_seals()
    await ledger.admin.execute(
        f"""insert into audit_entry select tenant_id, {COPIED.replace("at,", "at - interval '1 minute',", 1)} from audit_entry
        where tenant_id = $1 and id = $2""",
        ledger.tenant.id, batches[2][1],
    )  # fmt: skip
    assert (await ledger.verify()).problem == Problem("row_doubled", seal=4, entry=batches[2][1])


async def test_a_missing_seal_is_named(ledger: Ledger) -> None:
    await ledger.three_seals()
    await ledger.admin.execute("delete from audit_seal where tenant_id = $1 and number = 4", ledger.tenant.id)
    assert (await ledger.verify()).problem == Problem("seal_missing", seal=4)
    await ledger.admin.execute("delete from audit_seal where tenant_id = $1 and number = 2", ledger.tenant.id)
    assert (await ledger.verify()).problem == Problem("seal_missing", seal=2)


async def test_nothing_is_built_on_a_shortened_chain(ledger: Ledger) -> None:
    await ledger.three_seals()
    await ledger.admin.execute("delete from audit_seal where tenant_id = $1 and number = 4", ledger.tenant.id)
    await ledger.deeds(1)
    with pytest.raises(Unavailable, match="库外第4号"):
        await ledger.seal()


async def test_swapped_seals_are_named(ledger: Ledger) -> None:
    await ledger.three_seals()
    for old, new in ((2, 99), (3, 2), (99, 3)):
        await ledger.admin.execute(
            "update audit_seal set number = $3 where tenant_id = $1 and number = $2", ledger.tenant.id, old, new
        )
    found = (await ledger.verify()).problem
    assert found is not None
    assert (found.kind, found.seal) == ("chain_remade", 2)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("root = hash", "seal_altered"),
        ("sealed_at = sealed_at + interval '1 second'", "seal_altered"),
        ("entries = overlay(entries placing entries from 1)", None),
        ("entries = substring(entries from 1 for 48) || substring(entries from 97) || substring(entries from 49 for 48)", "seal_altered"),
        ("entries = substring(entries from 1 for 64) || substring(hash from 1 for 32) || substring(entries from 97)", "entries_altered"),
        ("previous = root", "chain_broken"),
        ("signature = root || root", "signature_wrong"),
        ("key_id = 'ffffffffffffffff'", "seal_altered"),
        ("hash = root", "chain_remade"),
    ],
)  # fmt: skip
async def test_an_altered_seal_is_named(ledger: Ledger, change: str, kind: str | None) -> None:
    await ledger.three_seals()
    await ledger.admin.execute(f"update audit_seal set {change} where tenant_id = $1 and number = 3", ledger.tenant.id)
    found = (await ledger.verify()).problem
    assert (found and found.kind) == kind
    assert found is None or found.seal == 3


async def test_a_chain_made_anew_with_the_real_key_is_named(ledger: Ledger) -> None:
    """Who holds database and key makes all seals again over altered rows; only the anchor knows better."""
    batches = await ledger.three_seals()
    tenant, admin = ledger.tenant.id, ledger.admin
    await admin.execute(
        "update audit_entry set purpose = '别的' where tenant_id = $1 and id = $2", tenant, batches[1][0]
    )
    previous = START
    for seal in await admin.fetch("select * from audit_seal where tenant_id = $1 order by number", tenant):
        ids = [uuid.UUID(bytes=seal["entries"][at : at + 16]) for at in range(0, len(seal["entries"]), 48)]
        rows = {
            r["id"]: Entry(*r) for r in await admin.fetch(f"select {COPIED} from audit_entry where id = any($1)", ids)
        }
        made = make_seal(ledger.platform, tenant, seal["number"], previous, [rows[i] for i in ids], seal["sealed_at"])
        await admin.execute(
            """update audit_seal set entries = $3, root = $4, previous = $5, hash = $6, signature = $7
            where tenant_id = $1 and number = $2""",
            tenant, seal["number"], made.entries, made.root, made.previous, made.hash, made.signature,
        )  # fmt: skip
        previous = made.hash
    assert (await ledger.verify()).problem == Problem("chain_remade", seal=3)


async def test_a_shortened_or_altered_anchor_is_named(ledger: Ledger) -> None:
    await ledger.three_seals()
    path = ledger.platform.settings.anchors / f"{ledger.tenant.id}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert (await ledger.verify()).problem is None  # within the hour the sealer may still catch up
    assert (await ledger.verify(dt.timedelta(hours=2))).problem == Problem("not_anchored", seal=3)
    path.write_bytes(b"".join([lines[0], lines[1].replace(b'"hash":"', b'"hash":"0'), *lines[2:]]))
    assert (await ledger.verify()).problem == Problem("chain_remade", seal=2)
    path.write_bytes(lines[0] + b"not a line\n")
    assert (await ledger.verify()).problem == Problem("anchor_unreadable")


def test_every_problem_has_its_sentence_in_both_languages() -> None:
    for kind in SENTENCES:
        words = Problem(kind, seal=7, entry=uuid.UUID(int=5), other=uuid.UUID(int=6)).words
        assert "{" not in words.zh + words.en
        assert words.zh.endswith("。")
        assert words.en.endswith(".")
