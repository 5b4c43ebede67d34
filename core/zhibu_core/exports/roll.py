"""Core's own export: the member roll (党员名册) of an organization and all below it."""

from sqlalchemy import text

from zhibu_core.exports.declared import ExportColumn, ExportKind
from zhibu_core.words import Words

CLASSES = {
    "full_member": Words("正式党员", "full member"),
    "probationary": Words("预备党员", "probationary member"),
}
STATUSES = {
    "normal": Words("正常", "normal"),
    "stopped": Words("停止党籍", "stopped"),
    "restored": Words("恢复党籍", "restored"),
    "ended": Words("出党", "ended"),
}
SEXES = {"male": Words("男", "male"), "female": Words("女", "female")}

_STATEMENT = text(
    """select p.id as person_id, p.name, p.number, o.name as branch, p.sex, p.ethnic, p.birth_on, p.education, p.post,
      p.native_place, m.member_class, m.status, m.joined_on, m.full_on, m.party_post, p.sealed
    from membership m join person p on p.tenant_id = m.tenant_id and p.id = m.person_id
    join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where m.tenant_id = :t and m.until is null
      and exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) u(low, high)
                  where o.path >= u.low and o.path < u.high)
      and (cast(:member_class as text) = '' or m.member_class = :member_class)
      and (cast(:status as text) = '' or m.status = :status)
    order by o.path, p.sort_name, p.id"""
)

MEMBER_ROLL = ExportKind(
    key="members",
    title=Words("党员名册", "Member roll"),
    about=Words("党员的基本情况和党籍", "members with their particulars and membership"),
    columns=(
        ExportColumn("name", Words("姓名", "Name"), text=True),
        ExportColumn("number", Words("工号或学号", "Number")),
        ExportColumn("branch", Words("所在党支部", "Branch"), text=True),
        ExportColumn("member_class", Words("人员类别", "Kind of member"), text=True, words=CLASSES),
        ExportColumn("status", Words("党籍状态", "State"), text=True, words=STATUSES),
        ExportColumn("joined_on", Words("入党日期", "Joined")),
        ExportColumn("full_on", Words("转正日期", "Full member since")),
        ExportColumn("party_post", Words("党内职务", "Party post"), text=True),
        ExportColumn("sex", Words("性别", "Sex"), text=True, words=SEXES),
        ExportColumn("ethnic", Words("民族", "Ethnic group"), text=True),
        ExportColumn("education", Words("学历", "Education"), text=True),
        ExportColumn("post", Words("工作岗位", "Post"), text=True),
        ExportColumn("native_place", Words("籍贯", "Native place"), text=True),
        ExportColumn("birth_on", Words("出生日期", "Born"), data_class="sensitive"),
        ExportColumn("citizen_id", Words("身份证号", "Citizen number"), data_class="sensitive", sealed_as="citizen_id"),
        ExportColumn("phone", Words("手机号码", "Mobile number"), data_class="sensitive", sealed_as="phone"),
        ExportColumn("telephone", Words("固定电话", "Telephone"), data_class="sensitive", sealed_as="telephone"),
        ExportColumn("address", Words("住址", "Address"), data_class="sensitive", sealed_as="address", text=True),
    ),
    statement=_STATEMENT,
    action="member.read",
    filters=("member_class", "status"),
)
