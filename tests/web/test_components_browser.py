"""The gallery in a real browser: no accessibility findings, no policy reports, nothing wider than the window."""
