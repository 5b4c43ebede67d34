"""Which guards noticed which mutant: gathered by the checks, printed at the end as a table."""

import os
from dataclasses import dataclass, field

SEED = int(os.environ.get("ZHIBU_MUTANTS_SEED", "4"))
"""Chooses kinds and places; every run with the same seed breaks the same things."""

SURVIVED = "SURVIVED"


@dataclass
class Score:
    """Mutant by mutant, which guards noticed it."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def put(self, mutant: str, guards: list[str]) -> None:
        """Notes one mutant; no guard means that it survived."""
        self.lines.append((mutant, ", ".join(guards) or SURVIVED))

    @property
    def survivors(self) -> list[str]:
        """What nobody noticed."""
        return [mutant for mutant, caught in self.lines if caught == SURVIVED]

    def table(self) -> str:
        """The table, mutant and guards a line."""
        width = max((len(mutant) for mutant, _ in self.lines), default=0)
        head = f"{'mutant':{width}}  noticed by (seed {SEED}, {len(self.lines)} mutants)"
        return "\n".join([head, *(f"{mutant:{width}}  {caught}" for mutant, caught in self.lines)])
