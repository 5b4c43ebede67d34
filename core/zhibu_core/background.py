"""What a worker runs behind the requests: the outbox's dispatcher, the courier's lane, and the jobs that run by the clock."""

from zhibu_core.audit.nightly import SCHEDULED
from zhibu_core.exports import expiring
from zhibu_core.idempotency import SWEEP
from zhibu_core.jobs import Dispatcher
from zhibu_core.platform import Platform
from zhibu_core.schedule import Scheduler
from zhibu_core.spaces import upkeep
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.storage import nightly


class Background:
    """The parts of one process; any number of processes may run them."""

    def __init__(self, platform: Platform) -> None:
        self.dispatcher = Dispatcher(platform)
        self.spaces = SpaceLane(platform)
        by_clock = (*SCHEDULED, SWEEP, *expiring.SCHEDULED, *nightly.SCHEDULED, *upkeep.SCHEDULED)
        self.scheduler = Scheduler(platform, by_clock)

    async def start(self) -> None:
        """Begins to deliver and to look at the clock."""
        await self.dispatcher.start()
        await self.spaces.start()
        await self.scheduler.start()

    async def stop(self) -> None:
        """Stops them, and waits for what is being delivered."""
        await self.scheduler.stop()
        await self.dispatcher.stop()
        await self.spaces.stop()
