"""How somebody ends an agreement on a page: the reasons to choose from, and what the part of a page shows (pages/space_end.html)."""

from dataclasses import dataclass

from zhibu_core.i18n import _L
from zhibu_core.spaces.reading import Agreement
from zhibu_web.components import Option

REASONS = {
    "done": _L("What we agreed on is done"),
    "changed": _L("Our situation has changed"),
    "declined": _L("We do not want this agreement"),
    "other": _L("Another reason"),
}


@dataclass(frozen=True)
class Ending:
    """The form: where it goes, whether the agreement is still a proposal, the reasons and the one that is chosen first."""

    action: str
    is_proposal: bool
    reasons: tuple[Option, ...]
    chosen: str


def ending_of(whole: Agreement, prefix: str) -> Ending:
    """The form for an agreement that is open, below the request's prefix; who may revoke it is for the caller to ask."""
    is_proposal = whole.space.state == "proposed"
    reasons = tuple(Option(key, text) for key, text in REASONS.items() if key != "done" or not is_proposal)
    action = f"{prefix}/together/spaces/{whole.space.id}/revoke"
    return Ending(action, is_proposal, reasons, "declined" if is_proposal else "done")
