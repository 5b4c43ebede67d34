"""Finds the text of a stored operation by the id that a request names; remembered for a few seconds, bounded."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from zhibu_core.bounded import Bounded
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words
from zhibu_graphql.stored.keeping import PREFIX
from zhibu_graphql.stored.models import StoredOperation

KEPT = 5.0
"""Seconds for which a text is not asked for again: so long may a dropped operation still run."""

MANY = 2_000
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass
class Texts:
    """The texts that one process has asked for lately, by tenant and hash."""

    _kept: Bounded[tuple[uuid.UUID, str], tuple[float, str]] = field(default_factory=lambda: Bounded(MANY))

    async def of(self, platform: Platform, tenant: Tenant, document_id: str) -> str:
        """The document; raises `NotFound` for an id that this tenant has not stored, whoever else has."""
        key = document_id.removeprefix(PREFIX)
        at, text = self._kept.get((tenant.id, key)) or (-KEPT, "")
        if time.monotonic() - at <= KEPT:
            return text
        found = await self._asked(platform, tenant, key) if HASH.fullmatch(key) else None
        if found is None:
            raise NotFound(
                "operation_not_stored",
                Words(
                    "本单位没有存储这个操作。请用 zhibu graphql store 存储后再用 documentId 调用。",
                    "This tenant has not stored that operation. Store it with zhibu graphql store before naming its documentId.",
                ),
                field="documentId",
            )
        self._kept.put((tenant.id, key), (time.monotonic(), found))
        return found

    async def _asked(self, platform: Platform, tenant: Tenant, key: str) -> str | None:
        async with platform.database.session(tenant.id) as session:
            text: str | None = await session.scalar(select(StoredOperation.document).where(StoredOperation.hash == key))
            return text


@lru_cache(maxsize=4)
def texts_of(host: PluginHost) -> Texts:
    """The one memory of a process."""
    del host  # one for each, as for the engine
    return Texts()


def named_document(document_id: str | None, extensions: Mapping[str, Any] | None) -> str | None:
    """The id that a request names: by `documentId` (GraphQL over HTTP), or as Apollo's clients do; None where by neither.

    Raises `InvalidInput` for a form that is neither.
    """
    persisted = (extensions or {}).get("persistedQuery")
    if document_id is not None or persisted is None:
        return document_id
    if isinstance(persisted, Mapping) and isinstance(given := persisted.get("sha256Hash"), str):
        return PREFIX + given
    raise InvalidInput(
        "persisted_query",
        Words(
            'extensions.persistedQuery 的形式是 {"version": 1, "sha256Hash": "…"}。',
            'extensions.persistedQuery is of the form {"version": 1, "sha256Hash": "…"}.',
        ),
        field="extensions",
    )
