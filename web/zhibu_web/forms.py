"""What pages with forms share: a day as it was typed, and what is wrong, beside its field and above the form."""

import datetime as dt
from typing import Any

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words


def day_in(text: str, field: str) -> dt.date:
    """The day of a field that must have one; raises `InvalidInput` naming it."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        said = Words("日期请写成 2026-09-01 的样子。", "Write the date like 2026-09-01.")
        raise InvalidInput("date", said, field=field) from None


def refusal(error: InvalidInput | None, anchor: str) -> dict[str, Any]:
    """What a form's template needs to say what is wrong: by field, and as a summary that leads to it, else to `anchor`."""
    return {
        "wrong": {error.field: error.message} if error else {},
        "errors": [(error.field or anchor, error.message)] if error else [],
        "has_errors": error is not None,
    }
