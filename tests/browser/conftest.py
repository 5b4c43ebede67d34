"""The two towns, and Chromium against the real application."""

from zhibu_testing.chromium import chromium, origin, sit_down
from zhibu_testing.town import world

__all__ = ["chromium", "origin", "sit_down", "world"]
