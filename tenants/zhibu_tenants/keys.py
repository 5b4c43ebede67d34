"""Seals everything of a tenant anew with a fresh data key, a batch a transaction, and forgets the older keys at the end."""

import asyncio
import uuid
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Column, Table, func, select

from zhibu_core.audit import note
from zhibu_core.crypto.fields import Sealed
from zhibu_core.crypto.keyring import Keyring
from zhibu_core.idempotency import Idempotency
from zhibu_core.identity.models import IdentitySource
from zhibu_core.platform import Platform
from zhibu_core.storage.models import FileObject, FileUpload
from zhibu_core.tenancy.bulk import update_rows
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.life.tables import archived_tables

BATCH = 500
NOT_ARCHIVED: tuple[type[TenantOwned], ...] = (FileObject, FileUpload, Idempotency, IdentitySource)
"""Tables with ciphertext that no archive holds: they too are sealed anew."""


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: the new key's number, how many values were sealed anew, how many keys were forgotten."""

    number: int
    values: int
    forgotten: int


async def sealed_columns(platform: Platform, tenant: uuid.UUID) -> list[tuple[Table, Column[bytes]]]:
    """Every column of ciphertext, of core and of plugins; `Sealed` marks them."""
    async with platform.database.session(tenant) as session:
        archived = await archived_tables(platform, session)
    tables = [*archived, *(cast("Table", model.__table__) for model in NOT_ARCHIVED)]
    return [(table, column) for table in tables for column in table.c if isinstance(column.type, Sealed)]


async def rotate(platform: Platform, scope: Scope, suite: str | None = None) -> Rotated:
    """Makes a key, seals all values with it and forgets the older keys; after a break, calling it again does all of it.

    Values written meanwhile by a process that still knows the older key are found by a further pass. Raises
    `Unavailable` for a tenant whose keys were destroyed.
    """
    fresh = platform.keyring.rotate(scope.tenant.id, suite)
    await asyncio.sleep(platform.keyring.provider.seen_within)  # until then others may still seal with the older key
    values = 0
    while count := await _pass(platform, scope, fresh.number):
        values += count
    forgotten = platform.keyring.retire(scope.tenant.id)
    async with platform.database.session(scope.tenant.id) as session:
        await note(session, scope, "tenant.keys.rotate", "tenant", scope.tenant.id)
    return Rotated(fresh.number, values, forgotten)


async def _pass(platform: Platform, scope: Scope, number: int) -> int:
    total = 0
    for table, column in await sealed_columns(platform, scope.tenant.id):
        while count := await _batch(platform, scope.tenant.id, table, column, number):
            total += count
    return total


async def _batch(platform: Platform, tenant: uuid.UUID, table: Table, column: Column[bytes], number: int) -> int:
    cipher = platform.keyring.cipher(tenant, f"{table.name}.{column.name}")
    old = select(table.c.id, column).where(
        table.c.tenant_id == tenant, column.is_not(None), func.get_byte(column, 0) != number
    )
    async with platform.database.session(tenant) as session:
        rows = (await session.execute(old.order_by(table.c.id).limit(BATCH).with_for_update())).all()
        anew = [{"id": row[0], column.name: cipher.seal(cipher.open(row[1], row[0]), row[0])} for row in rows]
        await update_rows(session, table, anew, [column.name])
    return len(rows)


def described(keyring: Keyring, tenant: uuid.UUID) -> list[str]:
    """A line a data key of the tenant, the newest last; never the key itself."""
    keys = keyring.keys_of(tenant)
    if keys.destroyed_at:
        return [f"destroyed {keys.destroyed_at:%Y-%m-%dT%H:%M:%SZ}"]
    return [f"{key.number}\t{key.suite}\t{key.made_at:%Y-%m-%dT%H:%M:%SZ}" for key in keys.data]
