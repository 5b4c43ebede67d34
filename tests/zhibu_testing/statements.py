"""The statement log: every statement of the suite on a tenant table carries its tenant, none has a form scale.md bars."""

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

BARRED = re.compile(r"\b(set_config|merge\s+into|create\s+temp|on\s+delete\s+set\s+null)\b|^\s*copy\b", re.IGNORECASE)

CANARY = frozenset({"select count(*) from tenant_anchor"})
"""What the isolation canary asks without a tenant on purpose: the answer must be nothing."""


def faults_of(statement: str, tenant_tables: frozenset[str]) -> list[str]:
    """What is wrong with a statement: a barred form, or a tenant table that no `tenant_id =` ties to the tenant."""
    if statement.strip() in CANARY:
        return []
    if BARRED.search(statement):
        return [f"barred form: {statement[:200]}"]
    if not any(re.search(rf"\b{name}\b", statement) for name in tenant_tables):
        return []
    try:
        tree = sqlglot.parse_one(_plain(statement), dialect="postgres")
    except sqlglot.errors.ParseError as error:
        return [f"cannot be parsed ({error.errors[0]['description']}): {statement[:200]}"]
    return [f"{name} without its tenant: {statement[:300]}" for name in _untied(tree, tenant_tables)]


def _plain(statement: str) -> str:
    """The statement with driver parameters as literals, which the parser takes everywhere."""
    return re.sub(r"\$\d+", "'p'", statement)


def _untied(tree: exp.Expr, tenant_tables: frozenset[str]) -> Iterator[str]:
    tied = _tied(tree)
    inserted = tree.find(exp.Insert)
    target = inserted.this.find(exp.Table) if inserted else None
    for table in tree.find_all(exp.Table):
        if table.name not in tenant_tables or table.db:
            continue
        if table is target:
            if not _inserts_tenant(inserted):
                yield table.name
        elif table.alias_or_name not in tied and not _only_one(tree, table, tied):
            yield table.name


def _tied(tree: exp.Expr) -> set[str]:
    """The aliases that some equality ties by tenant_id; `using (tenant_id, …)` ties too."""
    found: set[str] = set()
    for equality in tree.find_all(exp.EQ):
        for side in (equality.left, equality.right):
            for column in [side] if isinstance(side, exp.Column) else []:
                if column.name == "tenant_id":
                    found.add(column.table or "")
    return found


def _only_one(tree: exp.Expr, table: exp.Table, tied: set[str]) -> bool:
    """An unqualified `tenant_id = …` ties the only table of its own select."""
    select = table.find_ancestor(exp.Select, exp.Update, exp.Delete)
    return "" in tied and select is not None and len([t for t in select.find_all(exp.Table) if t.name != ""]) == 1


def _inserts_tenant(insert: exp.Insert | None) -> bool:
    if insert is None or not isinstance(insert.this, exp.Schema):
        return False
    return any(column.name == "tenant_id" for column in insert.this.expressions)
