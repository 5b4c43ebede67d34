"""The statement log: every statement of the suite on a tenant table carries its tenant, none has a form scale.md bars."""

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from zhibu_core.isolation.prober import MARK

BARRED = re.compile(r"\b(set_config|merge\s+into|create\s+temp|on\s+delete\s+set\s+null)\b|^\s*copy\b", re.IGNORECASE)

CANARY = frozenset({"select count(*) from tenant_anchor"})
"""What the isolation canary asks without a tenant on purpose: the answer must be nothing."""

DRIVER = re.compile(
    r"^\s*select\s+current_setting\('jit'\) as cur,\s+set_config\('jit', '\w+', false\) as new\s*$", re.IGNORECASE
)
"""What asyncpg says by itself around its own look at types."""

Node = exp.Expr
Place = tuple[int, str]
"""One table of one select: the select, and the name that the table has in it."""

BOUND: Place = (0, "")
"""Where a value comes from that is no tenant table's: a parameter, a constant, the binding, a part judged by itself."""


def faults_of(statement: str, tenant_tables: frozenset[str]) -> list[str]:
    """What is wrong with a statement: a barred form, or a tenant table that no `tenant_id =` ties to the tenant.

    Tables tied to each other only are not tied: some equality must lead to a value from outside.
    """
    if statement.strip() in CANARY or statement.startswith(MARK) or DRIVER.match(statement):
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


PREPARE = re.compile(r"^(?:deallocate \w+; )?prepare \w+(?: \([^)]*\))? as ")
"""What stands before a statement that is prepared by name: it is judged as it will run."""


def _plain(statement: str) -> str:
    """The statement with driver parameters as literals, which the parser takes everywhere."""
    return re.sub(r"\$\d+", "'p'", PREPARE.sub("", statement))


def _untied(tree: Node, tenant_tables: frozenset[str]) -> Iterator[str]:
    inserted = tree.find(exp.Insert)
    target = inserted.this.find(exp.Table) if inserted else None
    sources = {
        (id(_home(table)), table.alias_or_name): table
        for table in tree.find_all(exp.Table)
        if table is not target and table.name in tenant_tables and not table.db
    }
    tied = _reached(_links(tree, set(sources)))
    yield from (table.name for place, table in sources.items() if place not in tied)
    if target is not None and target.name in tenant_tables and not target.db and not _inserts_tenant(inserted):
        yield target.name


def _home(node: Node) -> Node | None:
    """The statement part whose source a table is, or in which a column stands."""
    return node.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)


def _links(tree: Node, sources: set[Place]) -> list[tuple[Place, Place]]:
    """From which tables a tenant is known for which, by equalities and by `using (tenant_id, …)`."""
    found = []
    for equality in tree.find_all(exp.EQ):
        if isinstance(equality.parent, exp.Update) or _is_denied(equality):
            continue
        sides = (equality.left, equality.right)
        if any(isinstance(side, exp.Column) and side.name == "tenant_id" for side in sides):
            one, other = _place(sides[0], sources), _place(sides[1], sources)
            added = _added_by(equality)
            # An outer join's condition chooses rows of the table that it adds, and none of the others.
            found += [link for link in ((one, other), (other, one)) if added is None or link[1] == added]
    for join in tree.find_all(exp.Join):
        if any(name.name == "tenant_id" for name in join.args.get("using") or ()):
            home = id(_home(join))
            joined: Place = (home, join.this.alias_or_name)
            others = [place for place in sources if place[0] == home and place != joined]
            both = [(joined, other) for other in others] or [(joined, BOUND)]
            found += both + [(to, start) for start, to in both]
    return found


def _added_by(equality: Node) -> Place | None:
    """What the outer join adds in whose condition the equality stands; None where it stands in none."""
    join = equality.find_ancestor(exp.Join, exp.Select)
    if not isinstance(join, exp.Join) or not join.side:
        return None
    return (id(_home(join)), join.this.alias_or_name)


def _is_denied(equality: Node) -> bool:
    """Whether the equality stands below an `or` or a `not`, and so ties nothing by itself."""
    home = _home(equality)
    above = equality.parent
    while above is not None and above is not home:
        if isinstance(above, (exp.Or, exp.Not, exp.Case)):
            return True
        above = above.parent
    return False


def _place(side: Node, sources: set[Place]) -> Place:
    """The tenant table whose column this is, found from the inside out; `BOUND` for everything else."""
    if not isinstance(side, exp.Column):
        return BOUND
    home = _home(side)
    while home is not None:
        inside = [place for place in sources if place[0] == id(home)]
        if side.table and (id(home), side.table) in sources:
            return (id(home), side.table)
        if not side.table and inside:
            return inside[0] if len(inside) == 1 else (id(home), "?")
        home = _home(home)
    return BOUND


def _reached(links: list[tuple[Place, Place]]) -> set[Place]:
    reached, before = {BOUND}, 0
    while before != len(reached):
        before = len(reached)
        reached |= {other for one, other in links if one in reached}
    return reached


def _inserts_tenant(insert: exp.Insert | None) -> bool:
    if insert is None or not isinstance(insert.this, exp.Schema):
        return False
    return any(column.name == "tenant_id" for column in insert.this.expressions)
