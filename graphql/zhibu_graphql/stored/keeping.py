"""Stores, lists and drops a tenant's operations; stored is only what the schema of the tenant's plugins understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from graphql import GraphQLSchema, OperationDefinitionNode
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, LimitExceeded, NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_graphql.documents import read_document
from zhibu_graphql.engine import engine_for
from zhibu_graphql.errors import RequestRefused
from zhibu_graphql.stored.models import StoredOperation

ACTION = "graphql.query"
KIND = "stored_operation"
PREFIX = "sha256:"


@dataclass(frozen=True)
class Line:
    """A stored operation; `fault` says why it cannot be run any more, as after a plugin was switched off."""

    document_id: str
    name: str
    fault: str | None


def hash_of(text: str) -> str:
    """The hexadecimal SHA-256 of a document's text, as GraphQL over HTTP wants it (appendix A)."""
    return sha256(text.encode()).hexdigest()


async def store(platform: Platform, session: AsyncSession, scope: Scope, text: str, *, where: str) -> Line:
    """Keeps a document and returns how clients name it; one that is kept already is left as it is.

    Raises `InvalidInput` naming `where` the text comes from: it is not valid, or not of exactly one named operation.
    """
    name = _operation_name(engine_for(platform.host).schemas.of(scope.plugins), text, where)
    key = hash_of(text)
    if await session.scalar(select(StoredOperation.id).where(StoredOperation.hash == key)) is None:
        made = StoredOperation(id=new_id(), hash=key, name=name, document=text, stored_at=instant_of(session))
        session.add(made)
        await session.flush()
        await note(session, scope, ACTION, KIND, made.id, fields=["document"])
    return Line(PREFIX + key, name, None)


async def listed(platform: Platform, session: AsyncSession, scope: Scope) -> Sequence[Line]:
    """All stored operations by name, each checked against the schema of the plugins that are on now."""
    schema = engine_for(platform.host).schemas.of(scope.plugins)
    rows = await session.scalars(select(StoredOperation).order_by(StoredOperation.name, StoredOperation.hash))
    return [Line(PREFIX + row.hash, row.name, fault_of(schema, row.document)) for row in rows]


async def drop(session: AsyncSession, scope: Scope, named: str) -> int:
    """Drops the operations of this name, or the one of this id; returns their number. Raises `NotFound` for none."""
    key = named.removeprefix(PREFIX)
    gone = (
        await session.scalars(
            delete(StoredOperation)
            .where((StoredOperation.hash == key) | (StoredOperation.name == named))
            .returning(StoredOperation.id)
        )
    ).all()
    if not gone:
        raise NotFound(
            "operation_unknown",
            Words(f"没有名为“{named}”的存储操作。", f"No stored operation is called “{named}”."),
            field="name",
        )
    for one in gone:
        await note(session, scope, ACTION, KIND, one, fields=["document"])
    return len(gone)


def fault_of(schema: GraphQLSchema, text: str) -> str | None:
    """Why a document is not valid in a schema; None where it is."""
    try:
        read_document(schema, text)
    except RequestRefused as refused:
        return str(refused.errors[0]["message"])
    except LimitExceeded as refused:
        return str(refused)
    return None


def _operation_name(schema: GraphQLSchema, text: str, where: str) -> str:
    fault = fault_of(schema, text)
    if fault is not None:
        raise InvalidInput(
            "operation_invalid",
            Words(f"{where} 不能存储：{fault}", f"{where} cannot be stored: {fault}"),
            field="document",
        )
    found = [one for one in read_document(schema, text).definitions if isinstance(one, OperationDefinitionNode)]
    if len(found) != 1 or found[0].name is None:
        raise InvalidInput(
            "operation_one",
            Words(f"{where} 须恰好包含一个有名称的操作。", f"{where} must hold exactly one operation, with a name."),
            field="document",
        )
    return found[0].name.value
