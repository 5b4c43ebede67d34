"""What of the notes can be exported: who wrote down which book was read."""

from sqlalchemy import text

from zhibu_core.exports.declared import ExportColumn, ExportKind
from zhibu_core.words import Words
from zhibu_example.permissions import READ

_STATEMENT = text(
    """select p.id as person_id, p.name, o.name as branch, n.read_on, n.book from example_note n
    join person p on p.tenant_id = n.tenant_id and p.id = n.written_by
    join organization o on o.tenant_id = n.tenant_id and o.id = n.organization_id
    where n.tenant_id = :t and n.withdrawn_on is null and n.read_on >= cast(:since as date) and n.read_on <= cast(:until as date)
      and exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) u(low, high)
                  where o.path >= u.low and o.path < u.high)
    order by o.path, n.read_on, n.id"""
)

NOTES = ExportKind(
    key="example.notes",
    title=Words("读书分享记录", "Reading notes"),
    about=Words("谁在何时记录了哪本书", "who wrote down which book, and when it was read"),
    columns=(
        ExportColumn("name", Words("记录人", "Written down by"), text=True),
        ExportColumn("branch", Words("组织", "Organization"), text=True),
        ExportColumn("read_on", Words("日期", "Day")),
        ExportColumn("book", Words("书名", "Book"), text=True),
    ),
    statement=_STATEMENT,
    action=READ,
    filters=("since", "until"),
    plugin="example",
)
