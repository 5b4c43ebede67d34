"""What an export says on a page: its kind, fields and filters in the reader's language, and in what state it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhibu_core.exports.declared import kinds_for
from zhibu_core.exports.models import Export
from zhibu_core.exports.reading import Line
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Fact
from zhibu_web.formats import moment_long
from zhibu_web.labels import CLASSES, STATUSES
from zhibu_web.render import reader

STATES: Final[Mapping[str, Words]] = {
    "waiting": Words("待审批，还没有文件", "waits for approval, no file yet"),
    "ready": Words("可下载", "can be taken"),
    "refused": Words("已驳回", "refused"),
    "expired": Words("已过期，文件已删除", "expired, files deleted"),
    "ended": Words("已提前结束，文件已删除", "ended early, files deleted"),
}
FILTERS: Final[Mapping[str, Words]] = {
    "member_class": Words("人员类别", "Kind of member"),
    "status": Words("党籍状态", "State"),
    "since": Words("开始日期", "From"),
    "until": Words("截止日期", "To"),
}
VALUES: Final[Mapping[str, Mapping[str, Words]]] = {"member_class": CLASSES, "status": STATUSES}
OPERATOR: Final = Words("平台运维（命令行）", "the platform's operator (command line)")


class ExportWords:
    """The words of the tenant's exports, in one reader's language; a kind whose plugin is off is named by its key."""

    def __init__(self, platform: Platform, who: Scope, locale: str) -> None:
        self._kinds = kinds_for(platform, who.plugins)
        self._locale = locale
        self._zone = ZoneInfo(who.tenant.zone)
        self._joint = reader(locale).pgettext("list", ", ")

    def kind(self, export: Export) -> str:
        """What it is of."""
        found = self._kinds.get(export.kind)
        return found.title.of(self._locale) if found else export.kind

    def fields(self, keys: Sequence[str], kind: str, *, sensitive: bool | None = None) -> str:
        """The columns by name; only the sensitive ones, or only the others, where asked."""
        found = self._kinds.get(kind)
        if found is None:
            return self.join(keys)
        chosen = [one for one in found.chosen(list(keys)) if sensitive in (None, one.is_sensitive)]
        return self.join([one.title.of(self._locale) for one in chosen])

    def filters(self, filters: Mapping[str, Any]) -> str:
        """What the rows were narrowed to."""
        said = []
        for key, value in filters.items():
            word = VALUES.get(key, {}).get(value)
            said.append(f"{FILTERS[key].of(self._locale)} {word.of(self._locale) if word else value}")
        return self.join(said)

    def state(self, export: Export) -> str:
        """In what state it is."""
        return STATES[export.state].of(self._locale)

    def who(self, name: str | None, known: object) -> str:
        """A name; the operator for a deed of nobody."""
        return name or ("" if known else OPERATOR.of(self._locale))

    def join(self, words: Sequence[str]) -> str:
        """A list in words."""
        return self._joint.join(words)

    def moment(self, at: Any) -> str:
        """An instant on the tenant's clock."""
        return moment_long(at.astimezone(self._zone), self._locale, weekday=False)

    def facts(self, line: Line) -> list[Fact]:
        """The entry as on a printed form."""
        export, words = line.export, reader(self._locale)
        sensitive = self.fields(export.fields, export.kind, sensitive=True)
        pairs = [
            (words.gettext("Number of the export"), export.number),
            (words.gettext("State"), self.state(export)),
            (words.gettext("What"), self.kind(export)),
            (words.gettext("Where"), export.place),
            (words.gettext("Narrowed to"), self.filters(export.filters)),
            (words.gettext("Purpose"), export.purpose),
            (words.gettext("Fields"), self.fields(export.fields, export.kind)),
            (words.gettext("Sensitive fields"), sensitive),
            (words.gettext("Persons and lines"), f"{export.person_count} / {export.line_count}"),
            (words.gettext("Recipients"), self.join(export.recipients)),
            (words.gettext("Asked for by"), self.who(line.asked_by, export.asked_by)),
            (words.gettext("Asked for"), self.moment(export.asked_at)),
            (words.gettext("Last day to take it"), export.expires_on.isoformat()),
            (
                words.gettext("Ended by") if export.state == "ended" else words.gettext("Decided by"),
                line.decided_by or "",
            ),
            (words.gettext("Reason given"), export.reason or ""),
        ]
        return [Fact(label, value) for label, value in pairs if value]
