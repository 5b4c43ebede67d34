"""The shell and pages that members and administrators see."""
