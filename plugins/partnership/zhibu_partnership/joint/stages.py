"""How far a joint activity is and who acts next, from our record and what the other sides answered."""

import datetime as dt
from typing import Final, Literal

from zhibu_partnership.joint.reading import OVER, Joint

Stage = Literal["", "away", "agreed", "confirm", "confirmed", "differs"]
OPEN: Final = ("invited", "accepted", "one_sided")


def stage_of(joint: Joint, today: dt.date) -> Stage:
    """`differs`: people settle it; `away`: no other side comes; `confirm`: we do, from its day on; `confirmed`: they do;
    `agreed`: they will come. Empty where its state says all there is.
    """
    activity = joint.activity
    if activity.state not in OPEN:
        return ""
    if joint.differences:
        return "differs"
    if activity.state == "one_sided":
        return ""
    if joint.sides and all(side.state in OVER for side in joint.sides):
        return "away"
    if activity.confirmed_digest is not None:
        return "confirmed"
    if activity.held_on <= today:
        return "confirm"
    return "agreed" if activity.is_host and any(side.state == "accepted" for side in joint.sides) else ""
