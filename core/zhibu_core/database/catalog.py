"""The catalog audit: every row its query returns is a fault, but for what the written allow-list names."""

from pathlib import Path

import asyncpg

QUERY = Path(__file__).with_name("catalog_audit.sql")
GLOBAL_TABLES = frozenset({"global_identity_claim", "global_setting", "global_tenant"})
"""The tables of no tenant: no tenant_id column, written by definer functions only."""

CALLABLE_DEFINERS = frozenset(
    {
        "app.open_tenant(uuid,text,text,text,date)",
        "app.claim_identity(text,text)",
        "app.release_identity(text,text)",
    }
)
"""The definer functions that the runtime role may call."""


async def audit_catalog(owner_url: str) -> list[str]:
    """The faults of the schema, as "table: what"; empty when every rule of tenancy-security.md 3 holds."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("set search_path = pg_catalog")
        rows = await connection.fetch(QUERY.read_text(encoding="utf-8"))
        faults = [f"{name}: {what}" for name, what in (tuple(row) for row in rows) if not _allowed(name, what)]
        return faults + await _global_faults(connection)
    finally:
        await connection.close()


def _allowed(name: str, what: str) -> bool:
    if what == "no tenant_id and not on the global list":
        return name in GLOBAL_TABLES
    return what == "definer function callable (allow-list it)" and name in CALLABLE_DEFINERS


async def _global_faults(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Global tables are judged by their own template: the runtime role may read them and nothing else."""
    query = "select has_table_privilege('app_rt', 'public.' || $1, $2)"
    return [
        f"{name}: the runtime role may {verb}"
        for name in sorted(GLOBAL_TABLES)
        for verb in ("insert", "update", "delete")
        if await connection.fetchval(query, name, verb)
    ]
