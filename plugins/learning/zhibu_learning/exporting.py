"""What of learning can be exported: the entries of study, person by person."""

from sqlalchemy import text

from zhibu_core.exports.declared import ExportColumn, ExportKind
from zhibu_core.words import Words
from zhibu_learning.words import CATEGORIES

_STATEMENT = text(
    """select p.id as person_id, p.name, p.number, o.name as branch, l.day, l.hours, l.form_name, l.category, l.organiser, l.course
    from learning_training l join person p on p.tenant_id = l.tenant_id and p.id = l.person_id
    join organization o on o.tenant_id = l.tenant_id and o.id = l.organization_id
    where l.tenant_id = :t and l.withdrawn_on is null and l.day >= cast(:since as date) and l.day <= cast(:until as date)
      and exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) u(low, high)
                  where o.path >= u.low and o.path < u.high)
    order by o.path, p.sort_name, p.id, l.day, l.id"""
)

TRAINING = ExportKind(
    key="learning.training",
    title=Words("学习记录", "Learning records"),
    about=Words("每人每次学习的日期、学时和形式", "each person's entries of study with day, hours and form"),
    columns=(
        ExportColumn("name", Words("姓名", "Name"), text=True),
        ExportColumn("number", Words("工号或学号", "Number")),
        ExportColumn("branch", Words("所在党支部", "Branch"), text=True),
        ExportColumn("day", Words("学习日期", "Day")),
        ExportColumn("hours", Words("学时", "Hours")),
        ExportColumn("form_name", Words("学习形式", "Form"), text=True),
        ExportColumn("category", Words("内容类别", "Content"), text=True, words=CATEGORIES),
        ExportColumn("organiser", Words("组织单位", "Organiser"), text=True),
        ExportColumn("course", Words("课程编号", "Course")),
    ),
    statement=_STATEMENT,
    action="learning.training.read",
    filters=("since", "until"),
    plugin="learning",
)
