"""What one may be allowed to do with the capability index, and who is unless the tenant says otherwise."""

from typing import Final

from zhibu_core.plugins.manifest import Action
from zhibu_core.words import Words

READ: Final = "capability.portrait.read"

# Administrators read no facts, so no portraits either.
_READERS = frozenset({"organizer", "secretary", "member", "auditor"})

ACTIONS: Final = (Action(READ, Words("查看组织力画像", "read capability portraits"), _READERS),)
