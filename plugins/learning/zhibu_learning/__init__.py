"""Learning: courses, training records and their facts."""
