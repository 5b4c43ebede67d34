"""Which function of the product answers each family of vectors. Plugins are imported only when a family needs them."""

from collections.abc import Callable
from typing import Any

from zhibu_testing.adapters.affairs import arrears, development, dues
from zhibu_testing.adapters.capability import capability
from zhibu_testing.adapters.learning import study_hours
from zhibu_testing.adapters.ledger import citizen_id, vote
from zhibu_testing.adapters.organization import duties, membership, term

Adapter = Callable[[dict[str, Any]], dict[str, Any]]

ADAPTERS: dict[str, Adapter] = {
    "arrears": arrears,
    "capability": capability,
    "citizen_id": citizen_id,
    "development": development,
    "dues": dues,
    "duties": duties,
    "membership": membership,
    "study_hours": study_hours,
    "term": term,
    "vote": vote,
}
"""Each takes a vector's `input` and gives the product's answer in the shape of `expected`."""
