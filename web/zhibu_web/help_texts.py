"""The guides: for each page a summary of at most 200 characters, three steps and the words it uses."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhibu_core.i18n import _L, Lazy


@dataclass(frozen=True)
class HelpPage:
    """One guide; `action` is what one must hold for it to be of use, `words` keys of the glossary."""

    title: Lazy
    summary: Lazy
    steps: tuple[Lazy, Lazy, Lazy]
    href: str
    action: str
    words: tuple[str, ...] = ()


PAGES: Mapping[str, HelpPage] = {
    "home": HelpPage(
        _L("See what is to do"),
        _L("Home lists what you owe, by deadline. Each item says why, by which article and until when."),
        (
            _L("Look at the first item: what is due soonest stands on top."),
            _L("Open the source to read the rule, or press the button to act."),
            _L("Once a thing is done it leaves the list for everybody."),
        ),
        "/",
        "home.read",
        ("duty", "rule", "fact"),
    ),
    "record": HelpPage(
        _L("Read my record"),
        _L("Your record shows what is kept about you and where it comes from. Covered values stay covered."),
        (
            _L("Open Mine, then read group by group."),
            _L("Each group says who keeps it."),
            _L("Where something is wrong, tell the person named beside this text."),
        ),
        "/me",
        "member.read_own",
    ),
    "members": HelpPage(
        _L("Find a member"),
        _L("The list of members is sorted by surname and can be narrowed by name, organization, kind and state."),
        (
            _L("Type how the name begins, or the name of the branch."),
            _L("Press Filter; the address keeps the filter."),
            _L("Open the name to see the record."),
        ),
        "/people/members",
        "member.read",
        ("full_member", "probationary"),
    ),
    "organizations": HelpPage(
        _L("Read the tree"),
        _L("The tree shows organizations as they stand today, or as they stood on another day."),
        (
            _L("Open a node to see what is below it."),
            _L("Open its name to see term, posts and what is below."),
            _L("Type another day to see the tree of that day."),
        ),
        "/people/organizations",
        "organization.read",
        ("committee", "general_branch", "branch"),
    ),
    "imports": HelpPage(
        _L("Import spreadsheets"),
        _L("Upload the sheets as they are. Nothing is written before you have seen what would change."),
        (
            _L("Choose one or several files and upload them."),
            _L("Correct the wrong rows on the page, then check again."),
            _L("Look at the changes, then write. The same file twice changes nothing."),
        ),
        "/exchange/imports",
        "import.run",
        ("roster",),
    ),
    "exports": HelpPage(
        _L("Export a list of members"),
        _L(
            "An export has a purpose, recipients by name and an end. The file is marked for its recipient and can be traced."
        ),
        (
            _L("Open Exports, choose what to export, and write the purpose and one recipient a line."),
            _L("Leave sensitive fields out unless the purpose needs them, then count."),
            _L("Make the export, or ask for approval; download each file and give it to nobody else."),
        ),
        "/exchange/exports",
        "export.make",
    ),
    "roles": HelpPage(
        _L("Grant a role"),
        _L("A role holds at one organization and everything below it, until the day you say."),
        (
            _L("Give the person's number, the role and the code of the organization."),
            _L("Give the last day, or leave it empty."),
            _L("End a role on the same page; it ends at once."),
        ),
        "/people/roles",
        "role.read",
    ),
    "plugins": HelpPage(
        _L("Switch a plugin off"),
        _L("Switching off closes pages, fields and imports of a plugin at once. Its data is kept."),
        (
            _L("Press the button beside the plugin."),
            _L("Read what would close."),
            _L("Confirm. It can be switched on again at any time."),
        ),
        "/plugins",
        "plugin.read",
    ),
    "rules": HelpPage(
        _L("Read a rule"),
        _L("Every duty follows from a rule with source, article and date. What this organization changed is marked."),
        (
            _L("Open the rule from a duty or from the list."),
            _L("Read what it asks for and of whom."),
            _L("Compare its versions, newest first."),
        ),
        "/rules",
        "rule.read",
        ("rule",),
    ),
}
"""The guides by the last part of their address."""
