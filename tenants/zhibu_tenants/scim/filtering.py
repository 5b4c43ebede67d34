"""Filters and orders of SCIM as SQL over the directory's tables (RFC 7644, 3.4.2.2), by comparisons that row security lets use indexes."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import ScimFilter
from scim2_models.path import (
    AttributeBinding,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from sqlalchemy import ColumnElement, and_, exists, func, not_, or_

from zhibu_core.organization.people import Person
from zhibu_core.organization.tree import NO_ROW
from zhibu_core.words import Words
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser
from zhibu_tenants.scim.refusals import Refused, invalid

Op = CompareOperator
Name = tuple[str, str, str | None]
"""Model, attribute and sub-attribute, by their names in Python."""

Sought = Callable[[str], bytes]
"""The blind index of a telephone."""

U, G, M = DirectoryUser, DirectoryGroup, DirectoryMember
COLUMNS: Mapping[Name, Any] = {
    ("User", "id", None): U.id,
    ("User", "external_id", None): U.external_id,
    ("User", "user_name", None): U.user_key,
    ("User", "display_name", None): U.display_key,
    ("User", "title", None): func.lower(U.title),
    ("User", "active", None): U.is_active,
    ("User", "meta", "created"): U.created_at,
    ("User", "meta", "last_modified"): U.changed_at,
    ("EnterpriseUser", "employee_number", None): U.employee_number,
    ("Group", "id", None): G.id,
    ("Group", "external_id", None): G.external_id,
    ("Group", "display_name", None): G.display_key,
    ("Group", "meta", "created"): G.created_at,
    ("Group", "meta", "last_modified"): G.changed_at,
}
"""What can be compared and sorted by; texts that compare without case are kept in lower case beside the text itself."""

COMPARED: Mapping[CompareOperator, Callable[[Any, Any], Any]] = {
    Op.eq: lambda column, value: column == value,
    Op.ne: lambda column, value: column.is_distinct_from(value),
    Op.co: lambda column, value: func.strpos(column, value) > 0,
    Op.sw: func.starts_with,
    Op.ew: lambda column, value: func.right(column, func.char_length(value)) == value,
    Op.gt: lambda column, value: column > value,
    Op.ge: lambda column, value: column >= value,
    Op.lt: lambda column, value: column < value,
    Op.le: lambda column, value: column <= value,
}

TELEPHONE: Name = ("User", "phone_numbers", "value")
LINKS: Mapping[Name, tuple[Any, Any]] = {
    ("User", "groups", "value"): (U, M.group_id),
    ("Group", "members", "value"): (G, M.user_id),
}


def name_of(binding: AttributeBinding) -> Name:
    """What an attribute is called in `COLUMNS`; an extension's class stands for itself, a resource with extensions for its base."""
    return binding.model.__name__.partition("[")[0], binding.field_name, binding.sub_field_name


@dataclass
class Condition(FilterVisitor[ColumnElement[bool]]):
    """Turns a filter into a condition; raises `Refused` for an attribute or an operator that cannot be sought by.

    `telephone` makes the blind index by which a number is found; None where the filter stands in an address, which logs
    keep and telephones must not be in (RFC 7644, 7.5.2).
    """

    bound: ScimFilter[Any]
    telephone: Sought | None
    outer: AttributeBinding | None = None

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        """One comparison; an attribute that the type has not is compared with nothing, which is never true."""
        if self.outer is not None:
            name = self._inner(node.attr_path.attr)
            return self._compare(name, node.op, node.value)
        binding = self.bound.resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            return NO_ROW
        return self._compare(name_of(binding), node.op, _value(binding, node.value))

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        """Whether the attribute has a value."""
        binding = self.outer or self.bound.resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            return NO_ROW
        name = self._inner(node.attr_path.attr) if self.outer is not None else name_of(binding)
        if name in LINKS:
            return _linked(name)
        found: ColumnElement[bool] = _column(name).is_not(None)
        return found

    def visit_not(self, node: Not) -> ColumnElement[bool]:
        """What is unknown counts as not true, so its opposite is true."""
        return not_(func.coalesce(self.visit(node.expr), NO_ROW))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        """All of, or any of."""
        terms = [self.visit(term) for term in node.terms]
        return and_(*terms) if node.op is LogicalOperator.and_ else or_(*terms)

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        """`members[value eq "…"]`: the filter inside speaks of one value."""
        binding = self.bound.resolve(node.attr_path, strict=False)
        if binding is None:
            return NO_ROW
        return Condition(self.bound, self.telephone, binding).visit(node.val_filter)

    def _inner(self, attribute: str) -> Name:
        assert self.outer is not None  # noqa: S101 only asked inside a value path
        model, head, _ = name_of(self.outer)
        if attribute.lower() != "value":
            raise _not_sought(f"{head}.{attribute}")
        return model, head, "value"

    def _compare(self, name: Name, op: CompareOperator, value: Any) -> ColumnElement[bool]:
        if name in LINKS:
            if op is not Op.eq:
                raise _not_sought(".".join(filter(None, name[1:])))
            return _linked(name, value)
        if name == TELEPHONE:
            return self._telephone(op, value)
        if isinstance(value, str) and "\0" in value:
            return NO_ROW
        found: ColumnElement[bool] = _compared(_column(name), op, value)
        return found

    def _telephone(self, op: CompareOperator, value: Any) -> ColumnElement[bool]:
        if self.telephone is None:
            raise Refused(
                403,
                "sensitive",
                Words(
                    "电话号码不能出现在地址里。请用 POST /Users/.search 查找。",
                    "A telephone must not stand in an address. Seek it by POST /Users/.search.",
                ),
                attribute="phoneNumbers",
            )
        if op is not Op.eq:
            raise _not_sought("phoneNumbers.value")
        return exists().where(
            Person.tenant_id == U.tenant_id, Person.id == U.person_id, Person.phone_index == self.telephone(str(value))
        )


def order_of(binding: AttributeBinding) -> Any:
    """The column to sort by; raises `Refused` where there is none."""
    return _column(name_of(binding), scim_type="invalidPath")


def _column(name: Name, *, scim_type: str = "invalidFilter") -> Any:
    found = COLUMNS.get(name)
    if found is None:
        raise _not_sought(".".join(filter(None, name[1:])), scim_type)
    return found


def _linked(name: Name, value: Any = None) -> ColumnElement[bool]:
    """Whether the row is linked to anything, or to the one with this id."""
    owner, column = LINKS[name]
    own = M.user_id if owner is U else M.group_id
    query = exists().where(M.tenant_id == owner.tenant_id, own == owner.id)
    if value is None:
        return query
    try:
        return query.where(column == uuid.UUID(str(value)))
    except ValueError:
        return NO_ROW


def _value(binding: AttributeBinding, value: Any) -> Any:
    """The value as the column holds it."""
    if isinstance(value, str) and binding.target_type is dt.datetime:
        return _instant(value)
    return binding.comparable(value)


def _instant(value: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid(
            "meta",
            Words("时间须为 ISO 8601 格式。", "A time is written as ISO 8601 has it."),
            scim_type="invalidFilter",
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _compared(column: Any, op: CompareOperator, value: Any) -> Any:
    if value is None:
        return column.is_(None) if op is Op.eq else column.is_not(None) if op is Op.ne else NO_ROW
    if column is U.id or column is G.id:
        return _id_compared(column, op, value)
    return COMPARED[op](column, value)


def _id_compared(column: Any, op: CompareOperator, value: Any) -> Any:
    """Ids are opaque: one is another or it is not."""
    if op not in (Op.eq, Op.ne):
        raise _not_sought("id")
    try:
        same = column == uuid.UUID(str(value))
    except ValueError:
        same = NO_ROW
    return same if op is Op.eq else not_(same)


def _not_sought(attribute: str, scim_type: str = "invalidFilter") -> Refused:
    return invalid(
        attribute,
        Words(
            f"不能按 {attribute} 这样查找或排序。可用的属性见 /Schemas 和说明文档。",
            f"One cannot seek or sort by {attribute} in this way. See /Schemas and the documentation for what one can.",
        ),
        scim_type=scim_type,
    )
