"""The year of a partnership: goals that the sides agree on, tasks that each side has, and what came of it by the records."""
