"""A side that lies: letters that its own rows can hold and its own product would never write; the receiver believes none of it."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from zhibu_core.plugins.events import publish
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.messages import SignatureMessage, VersionMessage, builtins_of, digest_of_payload
from zhibu_core.spaces.models import SpaceArrival, SpaceCopy, SpaceEnvelope, SpaceVersion
from zhibu_core.spaces.reading import whole_of
from zhibu_core.spaces.sending import PARCEL
from zhibu_core.spaces.terms import as_json, digest_of, terms_of
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.agreeing import NOTE
from zhibu_testing.fixtures import TODAY

World = Any
Payload = dict[str, Any]
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


async def forge(world: World, space_id: uuid.UUID, kind: str, payload: Payload | None, **more: Any) -> uuid.UUID:
    """Home writes an envelope by hand, as whoever holds its rows could; it is delivered."""
    given: Payload = {
        "kind": kind, "receiver": world.host.tenant.id, "object_id": None, "subject": new_id(), "fields": [],
        "payload": payload, "purpose": "一起读书", "expires_on": TODAY, "made_by": None, "made_by_name": "甲", "made_at": NOW,
        "state": "waiting", "attempts": 0, "digest": digest_of_payload(payload or {}),
    } | more  # fmt: skip
    key = new_id()
    async with world.platform.database.session(world.home.tenant.id) as session:
        session.add(SpaceEnvelope(id=key, space_id=space_id, parcel_id=key, **given))
        await session.flush()
        await publish(session, PARCEL, "space_parcel", key)
    await world.carry(at_once=True)
    return key


async def became(world: World, key: uuid.UUID) -> tuple[str, str | None]:
    """What the host's ledger says of it."""
    async with world.platform.database.session(world.host.tenant.id) as session:
        row = await session.scalar(select(SpaceArrival).where(SpaceArrival.id == key))
    return (row.state, row.problem) if row else ("", None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def agreed(world: World) -> uuid.UUID:
    """One agreement in force: whatever is forged under it changes nothing."""
    found: uuid.UUID = await world.agreed()
    return found


RECORD: Payload = {"book": "论持久战", "read_on": "2026-10-30"}


def payload(record: Payload | None = None, **more: Any) -> Payload:
    return {"record": record or RECORD, "under": 1, "basis": {}, "files": []} | more


FIELDS = ["book", "read_on"]
RECORDS: dict[str, tuple[Payload, Payload, str]] = {
    "a field that the ledger is not told of": (payload(), {"fields": ["book"]}, "damaged"),
    "a field that only the ledger is told of": (payload({"book": "x"}), {"fields": FIELDS}, "damaged"),
    "a version that is no number": (payload(under="ten"), {"fields": FIELDS}, "damaged"),
    "an instant before all time": (
        payload({"book": "x", "read_on": "0001-01-01T00:00"}),
        {"fields": FIELDS},
        "damaged",
    ),
    "a purpose as long as a book": (payload(), {"fields": FIELDS, "purpose": "长" * 5_000}, "damaged"),
    "nothing at all": (None, {"fields": FIELDS}, "damaged"),  # type: ignore[dict-item]
    "no payload of ours": ({"record": []}, {"fields": FIELDS}, "damaged"),
}


@pytest.mark.parametrize("name", RECORDS)
async def test_a_forged_record_is_refused_by_name(world: World, agreed: uuid.UUID, name: str) -> None:
    given, more, problem = RECORDS[name]
    key = await forge(world, agreed, NOTE, given, **more)
    async with world.platform.database.session(world.home.tenant.id) as session:
        row = await session.scalar(select(SpaceEnvelope).where(SpaceEnvelope.id == key))
    assert (row.state, row.problem) == ("refused", problem)
    assert await world.records(world.host, agreed) == []


async def newest(world: World, space_id: uuid.UUID) -> Any:
    async with world.platform.database.session(world.home.tenant.id) as session:
        found = await session.scalars(select(SpaceVersion).where(SpaceVersion.space_id == space_id))
        return max(found, key=lambda one: one.number)


def _named(terms: Payload, who: str, **names: str) -> Payload:
    parties = [one | names if one["slug"].startswith(who) else one for one in terms["parties"]]
    return terms | {"parties": parties}


def _field(terms: Payload, **more: Any) -> Payload:
    share = terms["shares"][0]
    fields = [share["fields"][0] | more, *share["fields"][1:]]
    return terms | {"shares": [share | {"fields": fields}]}


Forged = Callable[[Payload], Payload]
WORDS: dict[str, tuple[Forged, str]] = {
    "a party under the name of another": (
        lambda terms: _named(terms, "home", tenant_name="上级党委"),
        "party_misnamed",
    ),
    "a party under the slug of another": (lambda terms: _named(terms, "home", slug="superior"), "party_misnamed"),
    "a field under another name": (
        lambda terms: _field(terms, title={"zh": "次数", "en": "How often"}),
        "not_declared",
    ),
    "a field said to be personal": (lambda terms: _field(terms, personal=True, basis="同意", days=3), "not_declared"),
    "words that are read backwards": (lambda terms: _field(terms, reason="\u202e说好的"), "words_refused"),
}
VERSIONS: dict[str, Payload] = {
    "a number that leaves none": {"number": 2**31 - 1},
    "a version that changed itself": {"based_on": "own"},
    "the first once more": {"number": 1, "based_on": None},
    "an instant of no zone": {"made_at": "2026-11-01T08:00:00"},
}


async def _version(world: World, space_id: uuid.UUID, words: Forged, more: Mapping[str, Any]) -> uuid.UUID:
    last = await newest(world, space_id)
    terms = terms_of(words(as_json(terms_of(last.terms)) | {"review_on": str(TODAY)}))
    key = new_id()
    said = builtins_of(
        VersionMessage(key, last.number + 1, last.id, terms, digest_of(terms), "甲", NOW, "", world.home.tenant.id)
    ) | {name: str(key) if value == "own" else value for name, value in more.items()}
    return await forge(world, space_id, "core.version", said)


@pytest.mark.parametrize("name", [*WORDS, *VERSIONS])
async def test_forged_words_are_refused_by_name(world: World, agreed: uuid.UUID, name: str) -> None:
    words, problem = WORDS.get(name, (lambda terms: terms, "damaged"))
    key = await _version(world, agreed, words, VERSIONS.get(name, {}))
    assert await became(world, key) == ("refused", problem)


async def test_a_copy_lasts_and_rests_on_what_was_agreed_whatever_its_letter_says(
    world: World, agreed: uuid.UUID
) -> None:
    given = {
        "fields": FIELDS,
        "expires_on": dt.date(9999, 12, 31),
        "made_at": dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC),
    }
    key = await forge(world, agreed, NOTE, payload(basis={"book": "无限期同意"}), **given)
    async with world.platform.database.session(world.host.tenant.id) as session:
        copy = (await session.scalars(select(SpaceCopy).where(SpaceCopy.id == key))).one()
        assert (copy.basis, copy.expires_on) == ({}, TODAY + dt.timedelta(days=90))
        assert copy.made_at == copy.received_at
        arrival = (await session.scalars(select(SpaceArrival).where(SpaceArrival.id == key))).one()
        assert arrival.made_at == arrival.arrived_at


async def test_a_signature_kept_back_puts_nothing_into_force_under_another_agreement(world: World) -> None:
    """The host signed, thought better of it and declined; home signs those words all the same, and sends that to where both still talk."""
    declined, open_one = await world.proposed(title="先签后撤"), await world.proposed(title="另一份")
    await world.signed_by(world.host, declined)
    version = await newest(world, declined)
    async with world.platform.database.session(world.host.tenant.id) as session:
        await revoke(session, world.host.who, declined, "不合适")
    await world.carry()
    said = SignatureMessage(version.id, version.digest, "甲", "支部", second_factor=False, signed_at=NOW)
    await forge(world, open_one, "core.signature", builtins_of(said), subject=None)
    async with world.platform.database.session(world.host.tenant.id) as session:
        whole = await whole_of(session, world.host.who, open_one)
        assert (whole.space.state, whole.signatures) == ("proposed", ())


async def test_a_letter_that_nobody_can_read_does_not_keep_the_others_from_arriving(
    world: World, agreed: uuid.UUID
) -> None:
    note = await world.note(world.home, "矛盾论")
    await world.published(world.home, agreed, note)
    await forge(world, agreed, NOTE, None)
    assert "矛盾论" in {one["book"] for one in await world.records(world.host, agreed)}
