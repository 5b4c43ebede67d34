"""What of organizational life can be exported: who was at which activity, person by person."""

from sqlalchemy import text

from zhibu_core.exports.declared import ExportColumn, ExportKind
from zhibu_core.words import Words
from zhibu_orglife.actions import READ_ROLL

MARKS = {
    "present": Words("到会", "present"),
    "late": Words("迟到", "late"),
    "online": Words("线上", "online"),
    "leave": Words("请假", "on leave"),
    "absent": Words("缺席", "absent"),
    "makeup": Words("补学", "studied later"),
    "leave_makeup": Words("请假后补学", "on leave, studied later"),
}

# Only versions in force; a grade that is not a mark of the rolls says itself.
_STATEMENT = text(
    """select p.id as person_id, p.name, p.number, o.name as branch, g.held_on, g.topic, a.mark, a.reason
    from orglife_attendance a join orglife_meeting g on g.tenant_id = a.tenant_id and g.id = a.meeting_id
    join person p on p.tenant_id = a.tenant_id and p.id = a.person_id
    join organization o on o.tenant_id = g.tenant_id and o.id = g.organization_id
    where a.tenant_id = :t and g.state = 'approved' and g.held_on >= cast(:since as date) and g.held_on <= cast(:until as date)
      and exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) u(low, high)
                  where o.path >= u.low and o.path < u.high)
    order by o.path, g.held_on, g.id, p.sort_name, p.id"""
)

ATTENDANCE = ExportKind(
    key="orglife.attendance",
    title=Words("活动到会情况", "Attendance"),
    about=Words("已审定的活动中每人的到会情况", "who was at which approved activity"),
    columns=(
        ExportColumn("name", Words("姓名", "Name"), text=True),
        ExportColumn("number", Words("工号或学号", "Number")),
        ExportColumn("branch", Words("组织", "Organization"), text=True),
        ExportColumn("held_on", Words("活动日期", "Day")),
        ExportColumn("topic", Words("主题", "Topic"), text=True),
        ExportColumn("mark", Words("到会情况", "Mark"), text=True, words=MARKS),
        ExportColumn("reason", Words("缺席原因", "Reason of absence"), data_class="sensitive", text=True),
    ),
    statement=_STATEMENT,
    action=READ_ROLL,
    filters=("since", "until"),
    plugin="orglife",
)
