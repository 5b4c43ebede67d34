"""What makes an example of something that can be published."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable

from zhibu_core.platform import Platform
from zhibu_testing.agreeing import Side
from zhibu_testing.fixtures import TODAY

Mark = Callable[[str], str]
"""What stands in a field of free text: a word that stands nowhere else."""

Made = tuple[uuid.UUID, ...]
"""The ids of what was made: one object, or several where no one of them can have every field."""

Maker = Callable[[Platform, Side, Side, uuid.UUID, Mark], Awaitable[Made]]
"""`(platform, side, other, space, mark)`: makes objects of this side's that it may give the other one under the agreement."""

DAY = TODAY - dt.timedelta(days=1)
