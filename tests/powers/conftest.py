"""Fixtures of the suite on powers: two furnished towns."""

from zhibu_testing.town import text_of, world

__all__ = ["text_of", "world"]
