"""What each address of the service does, for a call whose form is checked: reads messages, asks the domain, writes answers."""

import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from pydantic import ValidationError
from scim2_models import Context, Error, ListResponse, PatchOp, ResponseParameters, SCIMException, SearchRequest

from zhibu_core import idempotency
from zhibu_core.words import Words
from zhibu_tenants.scim import groups, users
from zhibu_tenants.scim.call import Call
from zhibu_tenants.scim.listing import Page, bounds, list_all, list_groups, list_users
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryUser
from zhibu_tenants.scim.refusals import Refused, changed_meanwhile, unknown
from zhibu_tenants.scim.resources import POLICY, PROVIDER, FullUser, Group
from zhibu_tenants.scim.showing import location_of, show_groups, show_users, user_to_change, version_of

Row = DirectoryUser | DirectoryGroup
Shown = FullUser | Group


@dataclass(frozen=True)
class Messages:
    """The messages about a model: classes that pydantic makes anew, in tens of milliseconds, unless they are kept."""

    patch: Any
    search: Any
    listed: Any
    only: Any


def _messages(model: Any, *, one: bool = True) -> Messages:
    patch, search, listed, only = cast("tuple[Any, ...]", (PatchOp, SearchRequest, ListResponse, ResponseParameters))
    return Messages(patch[model] if one else None, search[model], listed[model], only[model])


LONGEST_FILTER = 8_000
PARAMETERS = ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")


@dataclass(frozen=True)
class Asked:
    """The request: the parameters of its address, its body, the versions that it names, and its Idempotency-Key."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    if_match: str | None = None
    if_none_match: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Said:
    """The answer: status, body as JSON, headers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One type of resource: how it is read, found and changed."""

    name: str
    model: Any
    messages: Messages
    find: Callable[..., Awaitable[Any]]
    show: Callable[[Call, Sequence[Any]], Awaitable[Sequence[Shown]]]
    create: Callable[[Call, Any], Awaitable[Any]]
    change: Callable[[Call, Any, Any, Shown], Awaitable[None]]
    delete: Callable[[Call, Any], Awaitable[None]]
    to_change: Callable[[Call, Any], Awaitable[Shown]]
    list: Callable[..., Awaitable[Page]]


async def _change_user(call: Call, row: DirectoryUser, wanted: FullUser, before: Shown) -> None:
    await users.change_user(call, row, wanted, getattr(before, "phone_numbers", None) or [])


async def _change_group(call: Call, row: DirectoryGroup, wanted: Group, _before: Shown) -> None:
    await groups.change_group(call, row, wanted)


async def _group_to_change(call: Call, row: DirectoryGroup) -> Group:
    return (await show_groups(call, [row]))[0]


KINDS: Mapping[str, Kind] = {
    "Users": Kind(
        "User", FullUser, _messages(FullUser), users.find_user, show_users, users.create_user, _change_user, users.delete_user,
        user_to_change, list_users,
    ),
    "Groups": Kind(
        "Group", Group, _messages(Group), groups.find_group, show_groups, groups.create_group, _change_group, groups.delete_group,
        _group_to_change, list_groups,
    ),
}  # fmt: skip
BOTH = _messages(FullUser | Group, one=False)


async def once(call: Call, deed: Callable[..., Awaitable[Said]], asked: Asked) -> Said:
    """Does it unless it was done before with this key, in the last 24 hours: then the answer of that time."""
    this = sys.modules[__name__]
    first = idempotency.call(call.platform, call.session, call.scope, str(asked.key), asked.body)
    if (before := await first.answered()) is not None:
        meta = msgspec.json.decode(before.body).get("meta", {})
        known = {"Location": meta.get("location"), "ETag": meta.get("version"), "Idempotency-Replayed": "true"}
        return Said(before.status, before.body, {name: value for name, value in known.items() if value})
    said = await deed(this, call, asked)
    await first.keep(idempotency.Answer(said.status, said.body))
    return said


async def create(call: Call, kind: Kind, asked: Asked) -> Said:
    """POST /Users, /Groups."""
    parameters = _parameters(asked, kind.messages)
    given = _read(kind.model, asked.body, Context.RESOURCE_CREATION_REQUEST)
    row = await kind.create(call, given)
    said = await _one(call, kind, row, parameters, Context.RESOURCE_CREATION_RESPONSE, 201)
    return Said(said.status, said.body, {**said.headers, "Location": location_of(call, kind.name, row.id)})


async def read(call: Call, kind: Kind, resource_id: str, asked: Asked) -> Said:
    """GET /Users/…; 304 where the client knows this version."""
    parameters = _parameters(asked, kind.messages)
    row = await kind.find(call, _id(resource_id, kind))
    if asked.if_none_match is not None and _names(asked.if_none_match, row):
        return Said(304, headers={"ETag": version_of(row)})
    return await _one(call, kind, row, parameters, Context.RESOURCE_QUERY_RESPONSE)


async def replace(call: Call, kind: Kind, resource_id: str, asked: Asked) -> Said:
    """PUT /Users/…"""
    parameters = _parameters(asked, kind.messages)
    wanted = _read(kind.model, asked.body, Context.RESOURCE_REPLACEMENT_REQUEST)
    row = await _to_write(call, kind, resource_id, asked)
    before = await kind.to_change(call, row)
    with PROVIDER:
        wanted.replace(before)
    await kind.change(call, row, wanted, before)
    return await _one(call, kind, row, parameters, Context.RESOURCE_REPLACEMENT_RESPONSE)


async def patch(call: Call, kind: Kind, resource_id: str, asked: Asked) -> Said:
    """PATCH /Users/…: all operations or none."""
    parameters = _parameters(asked, kind.messages)
    operations = _read(kind.messages.patch, asked.body, Context.RESOURCE_PATCH_REQUEST)
    row = await _to_write(call, kind, resource_id, asked)
    before = await kind.to_change(call, row)
    wanted = before.model_copy(deep=True)
    operations.patch(wanted, scim_policy=POLICY)
    await kind.change(call, row, wanted, before)
    return await _one(call, kind, row, parameters, Context.RESOURCE_PATCH_RESPONSE)


async def delete(call: Call, kind: Kind, resource_id: str, asked: Asked) -> Said:
    """DELETE /Users/…"""
    await kind.delete(call, await _to_write(call, kind, resource_id, asked))
    return Said(204)


async def search(call: Call, kind: Kind | None, asked: Asked, *, by_body: bool) -> Said:
    """GET /Users?…, POST /Users/.search, POST /.search (both kinds)."""
    messages = kind.messages if kind else BOTH
    sent = Context.SEARCH_REQUEST
    request = _bounded(_read(messages.search, asked.body, sent)) if by_body else _parameters(asked, messages)
    first, count = bounds(request)
    page = await (kind.list if kind else list_all)(call, request, by_body=by_body, first=first, count=count)
    answer = messages.listed(
        total_results=page.total,
        start_index=first + 1,
        items_per_page=len(page.resources),
        resources=list(page.resources),
    )
    context = Context.SEARCH_RESPONSE if by_body else Context.RESOURCE_QUERY_RESPONSE
    return Said(200, _written(answer, context, request))


def describe(call: Call, endpoint: str, name: str | None) -> Said:
    """The three discovery endpoints, whole or one item (RFC 7644, 4)."""
    items: Mapping[str, Any] = {"": PROVIDER.config}
    if endpoint != "ServiceProviderConfig":
        listed = PROVIDER.resource_types if endpoint == "ResourceTypes" else PROVIDER.schemas
        items = {str(item.id): item for item in listed}
    described = {key: _described(call, endpoint, key, item) for key, item in items.items()}
    if endpoint == "ServiceProviderConfig":
        name = name or ""
    if name is not None:
        if name not in described:
            raise unknown(endpoint.removesuffix("s"))
        return Said(200, msgspec.json.encode(described[name]))
    answer = {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": len(described),
        "startIndex": 1,
        "itemsPerPage": len(described),
        "Resources": list(described.values()),
    }
    return Said(200, msgspec.json.encode(answer))


def refusal_of(error: Exception) -> Exception:
    """What scim2-models refuses, as our own refusal with its words; anything else as it is."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        missing = first.get("ctx", {}).get("field_name", "")
        attribute = ".".join([*(part for part in first["loc"] if isinstance(part, str)), *filter(None, [missing])])
        return _refused(Error.from_validation_error(cast("dict[str, Any]", first)), attribute)
    if isinstance(error, SCIMException):
        return _refused(error.to_error())
    if isinstance(error, RecursionError):
        message = Words(
            "filter 或 path 的括号嵌套过深。请简化。",
            "The brackets of filter or path are nested too deeply. Make it simpler.",
        )
        return Refused(400, "invalidFilter", message, attribute="filter")
    return error


def _refused(error: Error, attribute: str = "") -> Refused:
    return Refused(error.status or 400, error.scim_type or None, error.detail or "", attribute=attribute or None)


def _described(call: Call, endpoint: str, name: str, item: Any) -> dict[str, Any]:
    place = f"{call.base}/{endpoint}" + (f"/{name}" if name else "")
    said: dict[str, Any] = item.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return said | {"meta": {"resourceType": endpoint.removesuffix("s"), "location": place}}


def _parameters(asked: Asked, messages: Messages) -> Any:
    """The parameters of the address that SCIM knows; raises pydantic's error for what they must not be."""
    given = {name: value for name, value in asked.parameters.items() if name in PARAMETERS and value != ""}
    with PROVIDER:
        return _bounded(messages.search.model_validate(given))


def _bounded(request: Any) -> Any:
    """The request, unless its filter is so long that only a mistake or malice writes it."""
    if len(request.filter or "") > LONGEST_FILTER:
        message = Words(
            f"filter 不能超过 {LONGEST_FILTER} 个字符。请分次查找。",
            f"A filter has {LONGEST_FILTER} characters at most. Seek in several calls.",
        )
        raise Refused(400, "invalidFilter", message, attribute="filter")
    return request


def _read(model: Any, body: bytes, context: Context) -> Any:
    with PROVIDER:
        return model.model_validate_json(body, scim_ctx=context)


def _written(message: Any, context: Context, parameters: ResponseParameters[Any]) -> bytes:
    written: str = message.model_dump_json(scim_ctx=context, response_parameters=parameters)
    return written.encode()


async def _one(
    call: Call, kind: Kind, row: Row, parameters: ResponseParameters[Any], context: Context, status: int = 200
) -> Said:
    shown = (await kind.show(call, [row]))[0]
    only = kind.messages.only(attributes=parameters.attributes, excluded_attributes=parameters.excluded_attributes)
    return Said(status, _written(shown, context, only), {"ETag": version_of(row)})


async def _to_write(call: Call, kind: Kind, resource_id: str, asked: Asked) -> Any:
    """The row, locked, if it has a version that the client may change."""
    row = await kind.find(call, _id(resource_id, kind), to_write=True)
    if asked.if_match is not None and not _names(asked.if_match, row):
        raise changed_meanwhile()
    return row


def _names(header: str, row: Row) -> bool:
    """Whether an If-Match or If-None-Match names the row's version; compared weakly."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or version_of(row).removeprefix("W/") in tags


def _id(text: str, kind: Kind) -> uuid.UUID:
    """Ids are ours: what is no uuid in its plain form was never one."""
    try:
        found = uuid.UUID(text)
    except ValueError as error:
        raise unknown(kind.name) from error
    if str(found) != text:
        raise unknown(kind.name)
    return found
