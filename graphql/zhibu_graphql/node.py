"""Objects with an id of their own, which `node(id)` finds again."""

import uuid
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import strawberry

from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import TYPE_ASKS, TypeAsks, field
from zhibu_graphql.ids import UUID_BYTES, global_id, split_id
from zhibu_graphql.sql import Form, Noted


@strawberry.interface(description="An object with an id.")
class Node:
    """The base of such a type: `tag` begins its ids, `record` is what its resolvers get as `root`.

    `found_in` is the listing of its rows, unless it finds them by itself; then `computed` says why. `noted`: what the audit
    says of each that is opened.
    """

    tag: ClassVar[str]
    record: ClassVar[type]
    found_in: ClassVar[Any] = None
    computed: ClassVar[str] = ""
    noted: ClassVar[Noted | None] = None

    @field(description="Opaque, and the same for ever.", behind=Form("id", "id"))
    def id(self, root: Any, info: Info) -> strawberry.ID:
        definition = info._raw_info.parent_type.extensions["strawberry-definition"]
        return strawberry.ID(definition.origin.id_of(root))

    @classmethod
    def id_of(cls, root: Any) -> str:
        """The id of a record."""
        return global_id(cls.tag, cls.write_key(root))

    @classmethod
    def write_key(cls, root: Any) -> bytes:
        """What identifies a record inside its tenant; its `id`, if it has a uuid for one."""
        key: uuid.UUID = root.id
        return key.bytes

    @classmethod
    def read_key(cls, raw: bytes) -> Hashable | None:
        """What `write_key` wrote; None for anything else."""
        return uuid.UUID(bytes=raw) if len(raw) == UUID_BYTES else None

    @classmethod
    async def find(cls, context: Context, keys: list[Any]) -> Mapping[Any, Any]:
        """The records of these keys that the asker may read, by one statement; noted where the type says so."""
        from zhibu_graphql.reading.noting import note_opened
        from zhibu_graphql.reading.pages import find_all

        found = await find_all(context, cls.found_in, keys)
        if cls.noted is not None:
            await note_opened(context, cls.noted, found)
        return found

    @classmethod
    def is_type_of(cls, root: Any, _info: Any) -> bool:
        """Whether a record is of this type."""
        return isinstance(root, cls.record)


setattr(Node, TYPE_ASKS, TypeAsks(()))


async def find_node(context: Context, types: Mapping[str, type[Node]], text: str) -> Any:
    """The record of an id; None alike for a foreign, an unknown and an unreadable one."""
    found = split_id(text)
    kind = types.get(found[0]) if found else None
    key = kind.read_key(found[1]) if found and kind else None
    return await context.load(("node", kind.tag), key, lambda keys: kind.find(context, keys)) if kind and key else None
