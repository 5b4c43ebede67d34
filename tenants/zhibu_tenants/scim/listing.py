"""Lists of users and groups: filter, order, page (RFC 7644, 3.4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim2_models import ScimFilter, SearchRequest
from sqlalchemy import func, select

from zhibu_core.audit import note
from zhibu_core.organization.sealed import COLUMN
from zhibu_tenants.scim.call import ACTION, Call
from zhibu_tenants.scim.filtering import Condition, order_of
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryUser
from zhibu_tenants.scim.resources import DEFAULT_RESULTS, MOST_RESULTS, FullUser, Group
from zhibu_tenants.scim.showing import show_groups, show_users

Asked = SearchRequest[Any]
FILTERS: Mapping[Any, Any] = {FullUser: ScimFilter[FullUser], Group: ScimFilter[Group]}


@dataclass(frozen=True)
class Page:
    """How many there are, and those asked for."""

    total: int
    resources: Sequence[FullUser | Group]


async def list_users(call: Call, asked: Asked, *, by_body: bool, first: int, count: int) -> Page:
    """The users that the filter finds, from `first` (0 the first) on; telephones are sought `by_body` only."""
    query = select(DirectoryUser).where(DirectoryUser.ended_at.is_(None))
    total, rows = await _page(call, query, DirectoryUser, FullUser, asked, by_body, first, count)
    return Page(total, await show_users(call, rows))


async def list_groups(call: Call, asked: Asked, *, by_body: bool, first: int, count: int) -> Page:
    """The groups that the filter finds."""
    total, rows = await _page(call, select(DirectoryGroup), DirectoryGroup, Group, asked, by_body, first, count)
    return Page(total, await show_groups(call, rows))


async def list_all(call: Call, asked: Asked, *, by_body: bool, first: int, count: int) -> Page:
    """Users, then groups (RFC 7644, 3.4.2.1)."""
    users = await list_users(call, asked, by_body=by_body, first=first, count=count)
    left = count - len(users.resources)
    groups = await list_groups(call, asked, by_body=by_body, first=max(0, first - users.total), count=left)
    return Page(users.total + groups.total, [*users.resources, *groups.resources])


def bounds(asked: Asked) -> tuple[int, int]:
    """(first, count) of the page asked for: the first is 0, the count at most 200."""
    count = DEFAULT_RESULTS if asked.count is None else asked.count
    return (asked.start_index or 1) - 1, min(max(count, 0), MOST_RESULTS)


async def _page(
    call: Call, query: Any, table: Any, model: Any, asked: Asked, by_body: bool, first: int, count: int
) -> tuple[int, Sequence[Any]]:
    if asked.filter is not None:
        query = query.where(await _condition(call, FILTERS[model](str(asked.filter)), by_body=by_body))
    total = await call.session.scalar(query.with_only_columns(func.count(table.id))) or 0
    if not count or first >= total:
        return total, []
    rows = await call.session.scalars(query.order_by(*_order(asked, table, model)).offset(first).limit(count))
    return total, rows.all()


async def _condition(call: Call, bound: Any, *, by_body: bool) -> Any:
    cipher = call.platform.keyring.cipher(call.scope.tenant.id, COLUMN)
    sought: list[str] = []

    def index(number: str) -> bytes:
        sought.append(number)
        return cipher.index(f"phone|{number}")

    found = Condition(bound, index if by_body else None).visit(bound.ast)
    if sought:  # to learn whose a number is, is to read it
        await note(call.session, call.scope, ACTION, "person", fields=["phone"])
    return found


def _order(asked: Asked, table: Any, model: Any) -> list[Any]:
    binding = asked.sort_binding(model) if asked.sort_by is not None else None
    if binding is None:
        return [table.id]
    column = order_of(binding)
    if asked.sort_order == SearchRequest.SortOrder.descending:
        return [column.desc().nulls_first(), table.id]
    return [column.asc().nulls_last(), table.id]
