"""Measures branches set-wise: one statement a part, for any number of branches and periods at once."""
