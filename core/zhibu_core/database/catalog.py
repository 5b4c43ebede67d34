"""The catalog audit: every row its query returns is a fault, but for what the written allow-list names."""

import hashlib
from pathlib import Path

import asyncpg

QUERY = Path(__file__).with_name("catalog_audit.sql")
GLOBAL_TABLES = frozenset(
    {
        "global_board_line",
        "global_identity_claim",
        "global_setting",
        "global_staff",
        "global_staff_session",
        "global_tenant",
    }
)
"""The tables of no tenant: no tenant_id column, written by definer functions only."""

CALLABLE_DEFINERS = {
    "app.open_tenant(uuid,text,text,text,date)": "170e4a3a84a8ef31",
    "app.claim_identity(text,text)": "b8f4a935c032c94a",
    "app.release_identity(text,text)": "46075ad7cbdec4e0",
    "app.open_staff_session(bytea,text,text,bigint,bigint)": "17d9de75c91dd08d",
    "app.close_staff_session(bytea)": "9e2e09a5a16e1d8d",
    "app.staff_of_session(bytea)": "b400c4ac2a0246f4",
    "app.staff_vouched(text,text)": "ed88ba9910d77972",
    "app.ask_deed(bytea,uuid,uuid,text,text)": "e1054dc098ee3f6c",
    "app.asked_deeds(bytea,uuid,integer)": "7601148c6f19b03e",
    "app.say_on_board(uuid[],jsonb)": "2425a4581cda6a76",
}
"""The definer functions that the runtime role may call, each with the digest of its body: another body is a fault."""

_WRITES = {
    "insert": "select has_any_column_privilege('app_rt', 'public.' || $1, 'insert')",
    "update": "select has_any_column_privilege('app_rt', 'public.' || $1, 'update')",
    "delete": "select has_table_privilege('app_rt', 'public.' || $1, 'delete')",
}
_BODY = "select prosrc from pg_proc where oid = to_regprocedure($1)"


def digest_of(body: str) -> str:
    """The first 16 hexadecimal digits of SHA-256 over a function's body."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


async def audit_catalog(owner_url: str) -> list[str]:
    """The faults of the schema, as "table: what"; empty when every rule of tenancy-security.md 3 holds."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("set search_path = pg_catalog")
        rows = await connection.fetch(QUERY.read_text(encoding="utf-8"))
        faults = [f"{name}: {what}" for name, what in (tuple(row) for row in rows) if not _allowed(name, what)]
        return faults + await _changed_definers(connection) + await _global_faults(connection)
    finally:
        await connection.close()


def _allowed(name: str, what: str) -> bool:
    if what == "no tenant_id and not on the global list":
        return name in GLOBAL_TABLES
    return what == "definer function callable (allow-list it)" and name in CALLABLE_DEFINERS


async def _changed_definers(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """A definer function on the allow-list is trusted for what it says, not for its name."""
    bodies = {name: await connection.fetchval(_BODY, name) for name in sorted(CALLABLE_DEFINERS)}
    return [
        f"{name}: definer function with another body"
        for name, body in bodies.items()
        if body is not None and digest_of(body) != CALLABLE_DEFINERS[name]
    ]


async def _global_faults(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Global tables are judged by their own template: the runtime role may read them and nothing else."""
    return [
        f"{name}: the runtime role may {verb}"
        for name in sorted(GLOBAL_TABLES)
        for verb, query in _WRITES.items()
        if await connection.fetchval(query, name)
    ]
