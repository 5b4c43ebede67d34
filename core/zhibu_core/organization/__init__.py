"""The organization tree and the people in it."""
