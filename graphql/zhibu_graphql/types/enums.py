"""Closed sets of words, written as everywhere in Zhibu: `branch`, `missed`, `full_member`; a test holds them to core's."""

from enum import Enum

import strawberry


@strawberry.enum(description="Kinds of organization.")
class OrganizationKind(Enum):
    committee = "committee"
    working_committee = "working_committee"
    general_branch = "general_branch"
    branch = "branch"
    direct_branch = "direct_branch"
    joint_branch = "joint_branch"
    temporary_branch = "temporary_branch"
    mobile_branch = "mobile_branch"
    functional_branch = "functional_branch"
    group = "group"


@strawberry.enum(description="How a duty stands today.")
class DutyState(Enum):
    upcoming = "upcoming"
    open = "open"
    met = "met"
    late = "late"
    missed = "missed"
    waived = "waived"


@strawberry.enum(description="Full or probationary.")
class MemberClass(Enum):
    full_member = "full_member"
    probationary = "probationary"


@strawberry.enum(description="How a membership stands.")
class MemberStatus(Enum):
    normal = "normal"
    stopped = "stopped"
    restored = "restored"
    ended = "ended"


@strawberry.enum(description="As in the citizen id.")
class Sex(Enum):
    male = "male"
    female = "female"
