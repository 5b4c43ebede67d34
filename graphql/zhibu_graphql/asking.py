"""What a request asks for: a document's text or a stored one's id, with variables; from a body, or from an address."""

from collections.abc import Mapping
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words
from zhibu_graphql.engine import Operation
from zhibu_graphql.stored.finding import named_document, texts_of


class Asked(msgspec.Struct):
    """A request's parameters, as GraphQL over HTTP names them."""

    query: str | None = None
    document_id: str | None = msgspec.field(default=None, name="documentId")
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(default=None, name="operationName")
    extensions: dict[str, Any] | None = None


async def asked_by_body(platform: Platform, tenant: Tenant, body: bytes) -> Operation:
    """The operation of a body of JSON; raises `InvalidInput`, or `NotFound` for a document that is not stored."""
    try:
        return await asked(platform, tenant, msgspec.json.decode(body, type=Asked))
    except (msgspec.DecodeError, ValueError) as error:
        raise _not_asked() from error


async def asked_by_address(platform: Platform, tenant: Tenant, parameters: Mapping[str, str]) -> Operation:
    """The stored operation of an address's parameters; `variables` and `extensions` are JSON. Raises like a body's."""
    try:
        given: dict[str, Any] = {
            name: parameters[name] for name in ("documentId", "operationName") if parameters.get(name)
        }
        given |= {
            name: msgspec.json.decode(parameters[name]) for name in ("variables", "extensions") if parameters.get(name)
        }
        return await asked(platform, tenant, msgspec.convert(given, Asked))
    except (msgspec.DecodeError, ValueError) as error:
        raise _not_asked() from error


async def asked(platform: Platform, tenant: Tenant, read: Asked) -> Operation:
    """The operation of what was read; raises `InvalidInput`, or `NotFound` for a document that is not stored."""
    text = read.query
    if text is None:
        named = named_document(read.document_id, read.extensions)
        if named is None:
            raise _not_asked()
        text = await texts_of(platform.host).of(platform, tenant, named)
    return Operation(text, read.variables or {}, read.operation_name)


def _not_asked() -> InvalidInput:
    return InvalidInput(
        "body",
        Words(
            '请求体必须是 JSON 对象：{"query": 文本或 "documentId": 标识, "variables": 对象, "operationName": 文本}。',
            'The body must be a JSON object: {"query": text or "documentId": id, "variables": object, "operationName": text}.',
        ),
    )
