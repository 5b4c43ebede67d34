"""Runs operations: document and variables in, an answer as GraphQL says out; nothing runs that is past a limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    get_operation_ast,
)
from graphql.execution.values import get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.http.problems import as_domain_error
from zhibu_core.plugins.host import PluginHost
from zhibu_core.words import Words
from zhibu_graphql.context import Context
from zhibu_graphql.cost import check_cost
from zhibu_graphql.documents import Documents
from zhibu_graphql.errors import RequestRefused, of_execution, of_request
from zhibu_graphql.schemas import Schemas


@dataclass(frozen=True)
class Operation:
    """What a client asks for."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None


@dataclass
class Engine:
    """The schemas and documents of one host of plugins."""

    schemas: Schemas
    documents: Documents = field(default_factory=Documents)

    async def run(self, context: Context, operation: Operation) -> dict[str, Any]:
        """The answer; raises `RequestRefused`, `InvalidInput` or `LimitExceeded` where the operation is not run,
        `Unavailable` where it must be tried again.
        """
        plugins = context.scope.plugins
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
        check_cost(schema, document, chosen, variables)
        running = execute(
            schema,
            document,
            variable_values=dict(operation.variables),
            operation_name=operation.name,
            context_value=context,
            executor_class=StrawberryGraphQLCoreExecutionContext,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=True,
            operation_extensions=None,
        )
        result: ExecutionResult = await running if isawaitable(running) else running
        return _answer(result, context.locale)


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
