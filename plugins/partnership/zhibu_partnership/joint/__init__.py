"""Joint activities: one invitation, a record on each side, two confirmations, and each side's own facts."""
