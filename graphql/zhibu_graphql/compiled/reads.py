"""Knows which operations are compiled: texts, families and plans, each bounded; nothing in them is of a tenant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, OperationType

from zhibu_core.bounded import Bounded
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.compiled.family import Family, Shape, Taken, family_of
from zhibu_graphql.compiled.lifting import Skeleton, lifted, value_of
from zhibu_graphql.compiled.plans import Compiled, compiled
from zhibu_graphql.compiled.powers import Powers, held
from zhibu_graphql.compiled.rows import NotCompiled
from zhibu_graphql.compiled.shapes import Unfit
from zhibu_graphql.metrics import looked_up

log = structlog.get_logger()
KEPT_TEXTS, KEPT_FAMILIES, KEPT_PLANS = 2_000, 1_000, 2_000
LONGEST_KEPT = 16_384
Text = tuple[frozenset[str], str | None, str]
Document = tuple[frozenset[str], str | None, Skeleton, tuple[str, ...]]


@dataclass(slots=True, eq=False)
class Read:
    """An operation with all that a plan needs, and its text: who may read it this way has passed every check."""

    compiled: Compiled
    values: list[Any]
    text: str


@dataclass(eq=False)
class Reads:
    """The compiled operations of one process: queries, or in another of these subscriptions, which watch what they read."""

    kind: OperationType = OperationType.QUERY
    texts: Bounded[Text, tuple[Family, Taken]] = field(default_factory=lambda: Bounded(KEPT_TEXTS))
    pinned: Bounded[tuple[Any, ...], tuple[int, ...]] = field(default_factory=lambda: Bounded(KEPT_FAMILIES))
    families: Bounded[Document, Family] = field(default_factory=lambda: Bounded(KEPT_FAMILIES))
    left: Bounded[str, bool] = field(default_factory=lambda: Bounded(KEPT_FAMILIES))
    plans: Bounded[tuple[Family, Shape, Powers, bool], Compiled | NotCompiled] = field(
        default_factory=lambda: Bounded(KEPT_PLANS)
    )

    def goes_by_resolvers(self, text: str) -> bool:
        """Whether the text was left to resolvers lately: then nothing need be tried before the usual way."""
        return text in self.left

    def known(self, scope: Scope, text: str, variables: Mapping[str, Any], name: str | None) -> Read | None:
        """The operation, if it was compiled before for these powers."""
        try:
            found = self._family(scope, text, name)
            if found is None:
                return None
            family, of_text = found
            shape, values = family.read(of_text, variables)
        except Unfit:
            return None
        plan = self.plans.get(self._key(family, shape, scope))
        looked_up("plans", isinstance(plan, Compiled))
        return Read(plan, values, text) if isinstance(plan, Compiled) else None

    def learn(
        self,
        scope: Scope,
        text: str,
        variables: Mapping[str, Any],
        name: str | None,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        schema: GraphQLSchema,
        cost: int,
    ) -> Read | None:
        """Compiles an operation that was read and checked; None where resolvers must run it."""
        if operation.operation is not self.kind or len(text) > LONGEST_KEPT:
            if len(text) <= LONGEST_KEPT:
                self.left.put(text, True)
            return None
        try:
            family, of_text = self._family(scope, text, name) or self._new(
                scope, text, name, family_of(schema, document, operation, text)
            )
            shape, values = family.read(of_text, variables)
        except Unfit:
            return None
        key = self._key(family, shape, scope)
        plan = self.plans.get(key) or self.plans.put(key, _compiled(family, shape, scope, cost))
        if isinstance(plan, Compiled):
            return Read(plan, values, text)
        self.left.put(text, True)
        return None

    @staticmethod
    def _key(family: Family, shape: Shape, scope: Scope) -> tuple[Family, Shape, Powers, bool]:
        return family, shape, held(scope.grants).powers, scope.actor is None

    def _family(self, scope: Scope, text: str, name: str | None) -> tuple[Family, Taken] | None:
        """The family of a text and what its literals give; raises `Unfit`."""
        found = self.texts.get((scope.plugins, name, text))
        looked_up("texts", found is not None)
        if found is not None or len(text) > LONGEST_KEPT:
            return found
        skeleton, literals = lifted(text)
        pinned = self.pinned.get((scope.plugins, name, skeleton))
        if pinned is None:
            return None
        family = self.families.get((scope.plugins, name, skeleton, tuple(literals[n] for n in pinned)))
        looked_up("documents", family is not None)
        return None if family is None else self._kept(scope, text, name, family, literals)

    def _new(self, scope: Scope, text: str, name: str | None, family: Family) -> tuple[Family, Taken]:
        skeleton, literals = lifted(text)
        self.pinned.put((scope.plugins, name, skeleton), family.pinned)
        self.families.put((scope.plugins, name, skeleton, tuple(literals[n] for n in family.pinned)), family)
        return self._kept(scope, text, name, family, literals)

    def _kept(
        self, scope: Scope, text: str, name: str | None, family: Family, literals: list[str]
    ) -> tuple[Family, Taken]:
        of_text = family.of_literals([value_of(literals[number]) for number in family.lifted])
        return self.texts.put((scope.plugins, name, text), (family, of_text))


def _compiled(family: Family, shape: Shape, scope: Scope, cost: int) -> Compiled | NotCompiled:
    """The plan, or why there is none."""
    try:
        return compiled(family, shape, scope, cost)
    except NotCompiled as reason:
        log.debug("not_compiled", reason=str(reason))
        return NotCompiled(str(reason))
    except Exception as error:  # a plugin's declaration may be wrong in any way; its resolvers still answer
        log.warning("not_compiled", exc_info=error)
        return NotCompiled(str(error))
