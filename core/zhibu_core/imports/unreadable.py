"""The refusal of whole files: nothing of them can be taken."""

from collections.abc import Sequence

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words


class Unreadable(InvalidInput):
    """A file that cannot be read or fits no profile; `file` is its name, the message says what is wrong and what to do."""

    def __init__(self, code: str, file: str, what: Words) -> None:
        super().__init__(code, Words(f"文件“{file}”：{what.zh}", f"File “{file}”: {what.en}"), field=file)
        self.file = file


class UnreadableFiles(InvalidInput):
    """Several files of one import that cannot be read: `each` in the order given, one line of the message a file."""

    def __init__(self, each: Sequence[Unreadable]) -> None:
        zh, en = ("\n".join(error.message.of(locale) for error in each) for locale in ("zh", "en"))
        super().__init__("files_unreadable", Words(zh, en))
        self.each = tuple(each)


def refuse_unreadable(each: Sequence[Unreadable]) -> None:
    """Raises the one `Unreadable`, or `UnreadableFiles` where there are more; nothing where there is none."""
    if each:
        raise each[0] if len(each) == 1 else UnreadableFiles(each)
