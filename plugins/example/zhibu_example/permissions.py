"""The actions that the plugin adds, and the roles that hold them unless a tenant says otherwise."""

from zhibu_core.plugins.manifest import Action
from zhibu_core.words import Words

READ = "example.note.read"
WRITE = "example.note.write"

ACTIONS = (
    Action(
        READ, Words("查看读书分享", "read reading notes"), frozenset({"organizer", "secretary", "member", "auditor"})
    ),
    Action(WRITE, Words("登记读书分享", "write reading notes"), frozenset({"organizer", "secretary", "member"})),
)
