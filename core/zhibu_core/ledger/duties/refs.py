"""Reads the facts that a statement gathered as JSON."""

from typing import Any

import msgspec

from zhibu_core.ledger.duties.duty import FactRef


def fact_refs(gathered: Any) -> tuple[FactRef, ...]:
    """The facts of a row; none where the statement was not asked for them."""
    if gathered is None:
        return ()
    return msgspec.convert(gathered, tuple[FactRef, ...])
