"""The towns of the kit, and somebody's scope in them."""

from zhibu_testing.town import world

__all__ = ["world"]
