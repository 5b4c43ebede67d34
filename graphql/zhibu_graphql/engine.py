"""Runs operations: document and variables in, an answer as GraphQL says out; nothing runs that is past a limit."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
)
from graphql.execution.values import get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.http.problems import as_domain_error
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.rates import Rate
from zhibu_core.tenancy.reading import Changed, Expected
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.answered import Answered
from zhibu_graphql.buckets import BucketEmpty, Buckets, Owner
from zhibu_graphql.compiled.reads import Read, Reads
from zhibu_graphql.compiled.running import OnlyResolvers, Result, run
from zhibu_graphql.context import Context
from zhibu_graphql.cost import check_cost
from zhibu_graphql.documents import Documents
from zhibu_graphql.errors import RequestRefused, of_execution, of_request
from zhibu_graphql.metrics import went
from zhibu_graphql.schemas import Schemas
from zhibu_graphql.spending import actual_cost


@dataclass(frozen=True)
class Operation:
    """What a client asks for."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True)
class Prepared:
    """An operation that may be run: read, inside the limits, with what it may cost."""

    operation: Operation
    schema: GraphQLSchema
    document: DocumentNode
    chosen: OperationDefinitionNode
    cost: int

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something."""
        return self.chosen.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        """Whether it goes on (`zhibu_graphql.live`)."""
        return self.chosen.operation is OperationType.SUBSCRIPTION


@dataclass
class Engine:
    """The schemas and documents of one host of plugins, and the points that clients have left in this process."""

    schemas: Schemas
    documents: Documents = field(default_factory=Documents)
    buckets: Buckets = field(default_factory=Buckets)
    reads: Reads = field(default_factory=Reads)
    watches: Reads = field(default_factory=lambda: Reads(OperationType.SUBSCRIPTION))

    async def by_statement(
        self, platform: Platform, scope: Scope, operation: Operation, prefix: str = ""
    ) -> tuple[Answered | None, "Prepared | None"]:
        """The answer by one statement, where that can be; else what is prepared for resolvers, if it is already.

        `prefix` stands before the tenant's links in the answer.
        Raises what `prepare` raises, `BucketEmpty`, and `DBAPIError`.
        """
        read, prepared = self.read(scope, operation), None
        if read is None:
            prepared = self.prepare(scope, operation)
            read = self.learn(scope, prepared)
        if read is None:
            return None, prepared
        try:
            return await self.run_read(platform, scope, read, prefix), prepared
        except OnlyResolvers:
            return None, prepared

    def read(self, scope: Scope, operation: Operation) -> Read | None:
        """An operation that was compiled before; it has passed every check that has to do with its text and values."""
        return self.reads.known(scope, operation.query, operation.variables, operation.name)

    def learn(self, scope: Scope, prepared: "Prepared") -> Read | None:
        """Compiles an operation, if that can be; for the next time as well."""
        asked, schema = prepared.operation, prepared.schema
        texts = (asked.query, asked.variables, asked.name)
        return self.reads.learn(scope, *texts, prepared.document, prepared.chosen, schema, prepared.cost)

    def watched(self, scope: Scope, operation: Operation) -> Read | None:
        """A subscription as a read of what it watches, where that can be compiled; raises what `prepare` raises."""
        texts = (operation.query, operation.variables, operation.name)
        read = self.watches.known(scope, *texts)
        if read is not None or self.watches.goes_by_resolvers(operation.query):
            return read
        prepared = self.prepare(scope, operation)
        return self.watches.learn(scope, *texts, prepared.document, prepared.chosen, prepared.schema, prepared.cost)

    async def run_read(
        self,
        platform: Platform,
        scope: Scope,
        read: Read,
        prefix: str = "",
        still: Expected | None = None,
        by: Coroutine[Any, Any, Result] | None = None,
    ) -> Answered:
        """The answer to a compiled read; raises `BucketEmpty`, `OnlyResolvers`, and `Changed` where `still` is not.

        `by`: what runs it (`compiled.running.run`) for others as well.
        """
        cost = read.compiled.cost
        owner, rate = self._owner(platform, scope)
        running = run(platform, scope, read, prefix, still) if by is None else by
        if rate is not None:
            try:
                self.buckets.take(owner, rate, cost)
            except BucketEmpty:
                running.close()
                raise
        try:
            data, actual, errors = await running
        except (OnlyResolvers, Changed):
            if rate is not None:
                self.buckets.give_back(owner, rate, cost)
            raise
        left = None if rate is None else self.buckets.give_back(owner, rate, cost - actual)
        went("compiled")
        points = f'{{"requested":{cost},"actual":{actual},"available":{"null" if left is None else left}}}'
        return Answered(data, points, errors)

    @staticmethod
    def _owner(platform: Platform, scope: Scope) -> tuple[Owner, Rate | None]:
        client = scope.actor.client if scope.actor else ""
        return (scope.tenant.id, client), platform.settings.points_of(client)

    async def run(self, context: Context, operation: Operation) -> dict[str, Any]:
        """The answer to an operation; raises what `prepare` and `execute` raise."""
        return await self.execute(context, self.prepare(context.scope, operation))

    def prepare(self, scope: Scope, operation: Operation) -> Prepared:
        """Reads and checks; raises `RequestRefused`, `InvalidInput` or `LimitExceeded` where it must not be run."""
        plugins = scope.plugins
        schema = self.schemas.of(plugins)
        document = self.documents.read(plugins, schema, operation.query)
        chosen = get_operation_ast(document, operation.name)
        if chosen is None:
            raise InvalidInput(
                "operation_name",
                Words(
                    "operationName 必须是文档中的一个操作名。",
                    "operationName must be the name of an operation in the document.",
                ),
                field="operationName",
            )
        variables = _coerced(schema, chosen, operation.variables)
        cost = check_cost(schema, document, chosen, variables)
        return Prepared(operation, schema, document, chosen, cost)

    async def execute(self, context: Context, prepared: Prepared) -> dict[str, Any]:
        """The answer; raises `BucketEmpty` where the client's points do not suffice, `Unavailable` where it must be
        tried again.
        """
        went("resolvers")
        owner, rate = self._owner(context.platform, context.scope)
        if rate is not None:
            self.buckets.take(owner, rate, prepared.cost)
        answer = _answer(await _execution(context, prepared), context.locale)
        actual = actual_cost(prepared.schema, prepared.document, prepared.chosen, answer["data"])
        left = None if rate is None else self.buckets.give_back(owner, rate, prepared.cost - actual)
        cost = {"requested": prepared.cost, "actual": actual, "available": left}
        return answer | {"extensions": {"cost": cost}}


async def _execution(context: Context, prepared: Prepared) -> ExecutionResult:
    running = execute(
        prepared.schema,
        prepared.document,
        variable_values=dict(prepared.operation.variables),
        operation_name=prepared.operation.name,
        context_value=context,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        is_awaitable=cast("Any", optimized_is_awaitable),
        hide_suggestions=True,
        operation_extensions=None,
    )
    return await running if isawaitable(running) else running


@lru_cache(maxsize=4)
def engine_for(host: PluginHost) -> Engine:
    """The one engine of a host."""
    return Engine(Schemas(host))


def _coerced(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = get_variable_values(schema, operation.variable_definitions or (), dict(given), hide_suggestions=True)
    if isinstance(found, list):
        raise RequestRefused([of_request(error) for error in found], legacy=True)
    return found.coerced


def _answer(result: ExecutionResult, locale: str) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if result.errors:
        _raise_if_unavailable(result.errors)
        answer["errors"] = [of_execution(error, locale) for error in result.errors]
    return answer | {"data": result.data}


def _raise_if_unavailable(errors: list[GraphQLError]) -> None:
    """A part that does not answer fails the whole request, so that the client tries again."""
    for error in errors:
        if error.original_error is not None and isinstance(found := as_domain_error(error.original_error), Unavailable):
            raise found
