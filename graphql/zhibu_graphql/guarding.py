"""Lets a resolver run only for who may: permissions at the object's place, mutations in a savepoint of their own."""

import inspect
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from zhibu_core.errors import Forbidden, InvalidInput
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.context import Context
from zhibu_graphql.errors import Refused, UserError, input_name
from zhibu_graphql.fields import Asks, TypeAsks

Resolve = Callable[..., Any]


def guarded(resolve: Resolve, asks: Asks, *, of_type: TypeAsks) -> Resolve:
    """The resolver behind its checks; fields that ask for no more than their type are let through as they are."""
    inner = in_savepoint(resolve) if asks.mutation else resolve
    if asks.actions == of_type.actions:
        return inner

    def check(root: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        require(info.context.scope, asks, root)
        return inner(root, info, **arguments)

    return check


def require(scope: Scope, asks: Asks, root: Any) -> None:
    """Raises `Forbidden` unless one of the actions is held: at the object's place, or for lists anywhere."""
    place = None if asks.lists else getattr(root, "path", None)
    if not any(scope.may(action, place) for action in asks.actions):
        raise refusal(asks)


def refusal(asks: Asks) -> Forbidden:
    """What is said where none of the actions is held."""
    return Forbidden(
        "forbidden",
        Words(
            f"您在此处没有“{asks.actions[0]}”权限。请联系本单位管理员。",
            f"You do not have the permission “{asks.actions[0]}” here. Ask the administrator.",
        ),
    )


def in_savepoint(resolve: Resolve) -> Resolve:
    """A mutation's resolver: what it wrote is undone when it raises, and `InvalidInput` becomes a user error."""

    async def run(root: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        context: Context = info.context
        savepoint = await context.session.begin_nested()
        try:
            payload = resolve(root, info, **arguments)
            payload = await payload if inspect.isawaitable(payload) else payload
        except InvalidInput as error:
            await savepoint.rollback()
            field = input_name(error.field) if error.field else None
            return Refused([UserError(code=error.code, message=error.message.of(context.locale), field=field)])
        except BaseException:
            await savepoint.rollback()
            raise
        await savepoint.commit()
        return payload

    return run
