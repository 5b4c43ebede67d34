"""What a branch's index is made of in one period, as the statements found it: stored beside the score, readable alone."""

from msgspec import Struct

from zhibu_capability.vitality import VitalityInputs


class Inputs(Struct, frozen=True, kw_only=True):
    """Counts and sums of one branch and period; the names of part C are those of the vectors.

    `credit` over `owed` is part A; of `learners` (members with a target) `share` is the mean in the open form, and of the
    `asked` ones `confirmed` have every required course. `*_listed`, `*_recorded`, `*_handed_in` feed the confidence.
    """

    n: int = 0
    members_with_talk: int = 0
    talks_kept: bool = False
    credit: float = 0.0
    owed: float = 0.0
    sessions: int = 0
    sessions_listed: int = 0
    learners: int = 0
    learners_recorded: int = 0
    share: float | None = None
    asked: int = 0
    confirmed: int = 0
    windows_credited: int = 0
    windows_required: int = 0
    records: int = 0
    records_in_time: int = 0
    records_handed_in: int = 0
    tasks: int = 0
    tasks_in_time: int = 0
    useful_kinds_by_quarter: tuple[int, ...] = ()
    clocks_open: int = 0
    clocks_overdue: int = 0
    term_open: int = 0
    term_overdue: int = 0
    term_vetoes: bool = False

    @property
    def c(self) -> VitalityInputs:
        """What part C is made of."""
        return VitalityInputs(
            windows_credited=self.windows_credited,
            windows_required=self.windows_required,
            records=self.records,
            records_in_time=self.records_in_time,
            tasks=self.tasks,
            tasks_in_time=self.tasks_in_time,
            useful_kinds_by_quarter=self.useful_kinds_by_quarter,
            members=self.n,
            members_with_talk=self.members_with_talk,
            timers_open=self.clocks_open + self.term_open,
            timers_overdue=self.clocks_overdue + self.term_overdue,
        )
