"""The refusal of a whole file: nothing of it can be taken."""

from zhibu_core.errors import InvalidInput


class Unreadable(InvalidInput):
    """A file that cannot be read or fits no profile; `file` is its name, the message says what is wrong and what to do."""

    def __init__(self, code: str, file: str, what: str) -> None:
        super().__init__(code, f"文件“{file}”：{what}", field=file)
        self.file = file
