"""Makes plans: an operation of a family in one shape for one set of powers, as one statement."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhibu_core.tenancy.reading import Statement
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql import sql
from zhibu_graphql.compiled import connections, made, nodes, objects, relations, scoped
from zhibu_graphql.compiled.arguments import Arguments, says
from zhibu_graphql.compiled.asker import Asker
from zhibu_graphql.compiled.family import Family, Shape
from zhibu_graphql.compiled.objects import Behind, Compiling
from zhibu_graphql.compiled.parameters import Given, Make, Parameters, as_text
from zhibu_graphql.compiled.refusals import Refusal
from zhibu_graphql.compiled.rows import Plan
from zhibu_graphql.compiled.selection import Selecting

BEHIND: dict[type, Behind] = {
    sql.Form: objects.form,
    sql.Opened: objects.opened,
    sql.One: relations.one,
    sql.Either: relations.either,
    sql.Many: relations.many,
    sql.Says: connections.says,
    sql.Made: made.made,
    sql.OfNode: nodes.node,
    sql.OfId: nodes.of_id,
    sql.OfScope: scoped.of_scope,
}
"""How each kind of declaration becomes SQL."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """An operation in one shape: what it may cost, its statement, what the parameters are made of, what is opened after,
    what is refused, and what the audit says of objects that it opens.
    """

    family: Family
    shape: Shape
    cost: int
    statement: Statement
    makers: Sequence[Make]
    openers: Sequence[Any]
    refusals: Sequence[Refusal]
    is_marked: bool
    noted: Sequence[sql.Noted]
    used: Sequence[int]
    """The numbers of the arguments that the statement names, from 0."""

    def arguments(self, given: Given) -> list[str | None]:
        """The statement's arguments; raises what conversions raise."""
        return [as_text(make(given)) for make in self.makers]

    def of_values(self, given: Given) -> "Compiled":
        """The same for these values alone, so that fields whose arguments are no good say so; raises `NotCompiled`."""
        return compiled(self.family, self.shape, given.scope, self.cost, given)


def compiled(family: Family, shape: Shape, scope: Scope, cost: int, given: Given | None = None) -> Compiled:
    """The plan for everybody with these powers, or for `given` values alone; raises `NotCompiled`."""
    parameters = Parameters(given)
    plan = Plan(Asker.of(scope, parameters), parameters)
    selecting = Selecting(family.schema, family.operation, family.fragments, says(family, shape))
    arguments = Arguments(family, shape, parameters)
    compiling = Compiling(plan, selecting, arguments, BEHIND, scoped.field_of)
    root = nodes.Root()
    kind: Any = family.schema.get_root_type(family.operation.operation)
    part = compiling.object(kind, None, root)
    opened = f"concat_ws(',', {', '.join(plan.opened)}) || ':' || " if plan.opened else ""
    answer = f"select ({part.spent.sql()})::text || ':' || {opened}{part.text}"
    text = " ".join([answer, "from (select 1 as one) n0", *root.laterals])
    types = tuple(parameters.types)
    # Two plans may have one text and other parameters, of parts that are not in it.
    name = "z" + hashlib.sha256(" ".join([*types, text]).encode()).hexdigest()[:20]
    statement = Statement(name, text, types)
    used = sorted({int(number) - 1 for number in re.findall(r"\$(\d+)", text)})
    return Compiled(
        family, shape, cost, statement, parameters.makers, plan.openers, plan.refusals, plan.is_marked, plan.noted, used
    )
