"""What a plugin gives to have its own spreadsheets imported."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Importer:
    """One kind of sheet: its profile (TOML), the order in which kinds are written, and the plugin's two functions.

    `write(batch, rows)` compares the good rows of one sheet (`zhibu_core.imports.result.Row`) with what the tenant
    holds, inserts and updates set-wise, and reports counts and changes through `batch`
    (`zhibu_core.imports.writing.Batch`). `findings(row, today)` names rules that a valid row breaks. `known(session)`
    gives the codes that rows of other sheets may refer to, by `<profile>.<column>`.
    """

    profile: Path
    order: int
    write: Callable[..., Awaitable[None]]
    findings: Callable[[Mapping[str, Any], dt.date], Sequence[Any]] | None = None
    known: Callable[[AsyncSession], Awaitable[Mapping[str, Set[str]]]] | None = None
