"""Duties: what the rules ask of whom in which window, made set-wise, with states that follow from facts."""

from zhibu_core.ledger.duties.asked import duties_of
from zhibu_core.ledger.duties.duty import STATES, Duty, DutyKey, DutyState, FactRef
from zhibu_core.ledger.duties.reach import Reach

__all__ = ["STATES", "Duty", "DutyKey", "DutyState", "FactRef", "Reach", "duties_of"]
