"""The capability index, portrait, and the path from each number."""
