"""Files cross as copies under the receiver's own key, and go with the rest; a tenant's and a person's end reach the other side."""

import datetime as dt
import io
import uuid
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from zhibu_core.spaces.copies import copies_of, files_of_copies
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.life import about_person, forget_person, settle_down
from zhibu_core.spaces.models import SpaceEnvelope, SpaceRead
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.spaces.publishing import publish_records, withdraw_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import open_object
from zhibu_core.tenancy.ids import new_id
from zhibu_orglife.evidence import OBJECT
from zhibu_orglife.models import Meeting
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_testing.fixtures import TODAY

MEETING = "orglife.meeting"
FIELDS = (
    AskedField("topic", "共同安排"), AskedField("there", "统计人次"),
    AskedField("files", "留存照片", basis="与会人员书面同意", days=30),
)  # fmt: skip
CONTENT = b"%PDF-1.4\n% a paper of the meeting\n%%EOF\n"


async def meeting(world: Any) -> uuid.UUID:
    """An approved meeting of home's branch with a paper."""
    key, at = new_id(), dt.datetime(2026, 10, 30, 7, tzinfo=dt.UTC)
    plain: dict[str, Any] = dict.fromkeys(("chair", "recorder", "points", "reason"), "")
    async with world.platform.database.session(world.home.tenant.id) as session:
        session.add(
            Meeting(
                id=key, series_id=key, organization_id=world.home.branch.id, kinds=["theme_day"], starts_at=at, ends_at=None,
                held_on=TODAY, place="活动室", online=False, topic="共建学习", resolution="每季一次", attachments=1, tasks=0,
                tasks_closed=0, state="approved", version=1, origin="recorded", written_at=at, **plain,
            )
        )  # fmt: skip
    await keep_file(
        world.platform, world.home.who, io.BytesIO(CONTENT), "照片.pdf", Belongs(OBJECT, key, "file.upload")
    )
    return key


async def test_a_file_crosses_under_the_receiver_s_key_and_goes_with_its_record(world: Any) -> None:
    space_id = await world.agreed(shares=(AskedShare(MEETING, FIELDS),))
    key, platform = await meeting(world), world.platform
    async with platform.database.session(world.home.tenant.id) as session:
        await publish_records(platform, session, world.home.who, space_id, MEETING, [key])
        own = (await session.scalars(select(FileObject))).one()
    await world.carry()
    async with platform.database.session(world.host.tenant.id) as session:
        (copy,) = await copies_of(session, world.host.who, space_id=space_id)
        (file,) = (await files_of_copies(session, world.host.who, [copy]))[copy.id]
        theirs = (await session.scalars(select(FileObject))).one()
        reader = await open_object(platform, session, file.sha256)
        assert b"".join([block async for block in reader.read()]) == CONTENT
    assert (copy.record, copy.basis, str(copy.expires_on)) == (
        {"topic": "共建学习", "there": 0}, {"files": "与会人员书面同意"}, "2026-11-30",
    )  # fmt: skip
    assert own.sha256 == theirs.sha256
    assert own.key != theirs.key
    assert own.name != theirs.name
    async with platform.database.session(world.home.tenant.id) as session:
        await withdraw_records(session, world.home.who, space_id, MEETING, [key])
    await world.carry()
    async with platform.database.session(world.host.tenant.id) as session:
        assert not await copies_of(session, world.host.who, space_id=space_id)
        assert not list(await session.scalars(select(File)))
    (line,) = await world.lines(world.home, space_id, records_only=True)
    assert line.erased_at is not None


async def test_a_content_that_its_row_calls_by_another_s_hash_does_not_cross(world: Any) -> None:
    """Else it would stand at the host for what the host itself keeps under that hash: each content is kept once."""
    space_id = await world.agreed(shares=(AskedShare(MEETING, FIELDS),))
    key, platform = await meeting(world), world.platform
    known = sha256(b"a regulation that everybody keeps").hexdigest()
    async with platform.database.session(world.home.tenant.id) as session:
        for model in (File, FileObject):
            await session.execute(update(model).values(sha256=known))
        await publish_records(platform, session, world.home.who, space_id, MEETING, [key])
    await world.carry(at_once=True)
    (line,) = await world.lines(world.home, space_id, records_only=True)
    assert (line.state, line.problem) == ("refused", "file_gone")
    async with platform.database.session(world.host.tenant.id) as session:
        assert await session.scalar(select(FileObject.id).where(FileObject.sha256 == known)) is None


async def test_a_person_s_part_is_given_out_and_forgotten(world: Any) -> None:
    space_id = await world.agreed()
    await world.published(world.home, space_id, await world.note(world.home))
    await world.carry()
    async with world.platform.database.session(world.home.tenant.id) as session:
        person = world.home.who.actor.person_id
        told = {title.en: len(rows) for title, rows in await about_person(session, person)}
        assert told["agreements signed"] >= 1
        assert told["what was sent under agreements"] >= 1
        kept = await forget_person(session, person)
        assert [one.what.en for one in kept] == ["agreements signed"]
        assert await session.scalar(select(SpaceEnvelope.id).where(SpaceEnvelope.made_by == person)) is None
        await session.rollback()


async def test_a_tenant_taken_in_elsewhere_keeps_its_ledger_and_no_agreement_goes_on(world: Any) -> None:
    space_id = await world.agreed()
    await world.published(world.home, space_id, await world.note(world.home))
    await world.carry()
    async with world.platform.database.session(world.host.tenant.id) as session:
        await settle_down(session)
        whole = await whole_of(session, world.host.who, space_id)
        assert (whole.space.state, whole.space.close_reason) == ("ended", "moved")
        assert not await copies_of(session, world.host.who, space_id=space_id)
        assert len(whole.signatures) == 2
        assert await session.scalar(select(SpaceRead.id).limit(1)) is None
        await session.rollback()


async def test_erasing_a_tenant_ends_its_agreements_at_the_other_side(
    make_world: Any, platform: Any, tmp_path: Any
) -> None:
    world = await make_world(platform)
    space_id = await world.agreed()
    declined = await world.proposed(title="另一份")
    async with platform.database.session(world.host.tenant.id) as session:
        await revoke(session, world.host.who, declined, "不需要")
    await world.carry()
    await world.published(world.home, space_id, await world.note(world.home))
    await world.carry()
    await erase_tenant(platform, world.home.tenant, tmp_path / "certificate.json")
    await world.carry()
    async with platform.database.session(world.host.tenant.id) as session:
        whole = await whole_of(session, world.host.who, space_id)
        assert (whole.space.state, whole.space.close_reason, whole.space.erased_count) == ("ended", "party_gone", 1)
        assert (await whole_of(session, world.host.who, declined)).space.state == "revoked"
