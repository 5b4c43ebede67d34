"""Set-wise reading: lists declared as SQL, read by page, for one parent or for all parents of a level at once."""

from zhibu_graphql.reading.listing import Link, Listing, among, held, within
from zhibu_graphql.reading.pages import find, find_all, page, page_below, read_from, read_one

__all__ = [
    "Link",
    "Listing",
    "among",
    "find",
    "find_all",
    "held",
    "page",
    "page_below",
    "read_from",
    "read_one",
    "within",
]
