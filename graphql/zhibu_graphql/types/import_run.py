"""ImportRun: an import of spreadsheets at work or done, without any of its rows."""

import datetime as dt
from typing import Any

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import field, part, plain
from zhibu_graphql.ids import global_id
from zhibu_graphql.reading.imports import TAG

MOST_FILES = 20


@part(description="An import of spreadsheets.")
class ImportRun:
    state: str = plain("checking, checked, writing, written or failed.")
    file_names: list[str] = plain("The names of the files.", size=MOST_FILES)
    started_at: dt.datetime = plain("When it began.")
    finished_at: dt.datetime | None = plain("When it ended.")
    doing: str | None = plain("What is being read or written just now.")
    share: float | None = plain("How much of the step under way is done, 0 to 1; null while none is.")
    new: int | None = plain("How many rows are new, once that is known.")
    changed: int | None = plain("How many rows change something.")
    same: int | None = plain("How many rows say what is there already.")
    wrong: int | None = plain("How many rows are refused.")

    @field(description="Opaque, and the same for ever.")
    def id(self, root: Any, info: Info) -> strawberry.ID:
        del info
        return strawberry.ID(global_id(TAG, root.id.bytes))
