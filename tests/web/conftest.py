"""The towns of the kit."""

from zhibu_testing.town import ask, statements_of, text_of, world

__all__ = ["ask", "statements_of", "text_of", "world"]
