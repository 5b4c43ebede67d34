"""Neither keys nor anything of a person beyond ids and names of fields reaches audit rows, seals, anchors or logs."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from zhibu_core.audit.nightly import check_tenant
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.platform import Platform
from zhibu_testing.fixtures import TestDatabase
from zhibu_testing.key_material import key_material
from zhibu_testing.town import NAMES, text_of, world

__all__ = ["text_of", "world"]
TABLES = ("audit_entry", "audit_seal", "audit_check")


async def rows_of(platform: Platform, town: Any) -> str:
    async with platform.database.session(town.tenant.id) as session:
        found = [
            list(
                await session.scalars(
                    text(f"select row_to_json(r)::text from {table} r where tenant_id = :t"), {"t": town.tenant.id}
                )
            )
            for table in TABLES
        ]
    return json.dumps(found, ensure_ascii=False)


async def test_no_value_and_no_key_is_kept_or_logged(
    world: Any, platform: Platform, test_database: TestDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    person, home = world.home.people["张一"], world.home
    await home.organizer.get(f"/people/members/{person.id}")
    await home.organizer.post(f"/people/members/{person.id}/unmask", purpose="核对")
    await home.organizer.get("/people/members?name=张")
    await home.auditor.get("/audit?person=张一")
    await home.auditor.get("/audit?after=broken")
    now = dt.datetime.now(dt.UTC)
    await seal_tenant(platform, home.tenant.id, now=now)
    assert (await check_tenant(platform, home.tenant.id, now)).is_whole
    said = await rows_of(platform, home)
    assert "citizen_id" in said
    anchors = b"".join(path.read_bytes() for path in Path(platform.settings.anchors).glob("*.jsonl"))
    logged = "".join(capfd.readouterr())
    kept = said.encode() + anchors + logged.encode()
    secrets = ["990101199001010017", "13800001234", "云汀省云汀市学府路1号", *NAMES]
    assert [secret for secret in secrets if secret.encode() in kept] == []
    assert [key for key in key_material(platform, home.tenant) if key in kept] == []
    log = (test_database.settings.data / "postgres.log").read_bytes()
    assert [key for key in key_material(platform, home.tenant) if key in log] == []
    assert b"990101199001010017" not in log
