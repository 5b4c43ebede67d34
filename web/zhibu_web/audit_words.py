"""The words for what audit rows hold: kinds of objects, fields and clients; what is not known here stands as it is."""

from collections.abc import Mapping
from typing import Final

from zhibu_core.audit.reading import Access
from zhibu_core.audit.refusals import FAILED, REFUSED
from zhibu_core.http.gate import PUBLIC
from zhibu_core.identity.permissions import ROLES, STAFF_TITLE
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.render import reader

DEEDS: Final[Mapping[str, Words]] = {
    "member.read": Words("打开档案", "opened the record"),
    "member.unmask": Words("查看完整信息", "saw values whole"),
    "home.read": Words("登录", "signed in"),
    "file.read": Words("打开附件", "opened a file"),
    "file.refuse": Words("拒收含病毒的附件", "refused a file with a virus"),
    "audit.read": Words("查询审计", "searched the audit"),
    "export.make": Words("申请导出", "asked for an export"),
    "export.approve": Words("批准导出", "approved an export"),
    "export.refuse": Words("驳回导出", "refused an export"),
    "export.download": Words("下载导出文件", "took an export's file"),
    "export.end": Words("提前结束导出", "ended an export early"),
    "export.expire": Words("删除过期的导出文件", "deleted an expired export's files"),
    "export.read": Words("查询导出登记", "searched the register of exports"),
    REFUSED: Words("请求被拒绝", "was refused"),
    FAILED: Words("登录失败", "failed to sign in"),
    "audit.resume": Words("恢复备份后接续审计", "had the audit go on after a restored backup"),
    "tenant.open": Words("开通租户", "opened the tenant"),
    "tenant.suspend": Words("暂停租户", "suspended the tenant"),
    "tenant.resume": Words("恢复租户", "resumed the tenant"),
    "tenant.export": Words("导出租户", "exported the tenant"),
    "tenant.import": Words("导入租户", "took the tenant in"),
    "tenant.separate": Words("三员分立开关", "kept administrators apart, or no longer"),
    "staff.enter": Words("平台运维申请进入", "platform staff asked to enter"),
    "staff.leave": Words("平台运维离开", "platform staff left"),
    "tenant.keys.rotate": Words("更换密钥", "changed the keys"),
    "space.case": Words("办理跨单位事项", "took a step in a case with another tenant"),
    "member.move": Words("登记流动去向", "said where a member is"),
    "scim": Words("人事目录同步", "wrote as the directory"),
}
"""Deeds that are called otherwise than their permission, or that need none: those of the operator."""

FIELDS: Final[Mapping[str, Words]] = {
    "citizen_id": Words("身份证号", "citizen number"),
    "phone": Words("手机号码", "mobile number"),
    "telephone": Words("固定电话", "telephone"),
    "address": Words("住址", "address"),
    "minutes": Words("会议记录", "minutes"),
    "roll": Words("点名", "roll"),
    "kinds": Words("活动类型", "kinds"),
    "starts_at": Words("开始时间", "start"),
    "state": Words("状态", "state"),
    "closed_on": Words("完成日期", "day of completion"),
    "confirmed_at": Words("确认", "confirmation"),
    "disputed": Words("异议", "dispute"),
    "is_on": Words("启用状态", "on or off"),
    "until": Words("截止日期", "last day"),
    "withdrawn_on": Words("撤回日期", "day of withdrawal"),
    "code": Words("编号", "code"),
    "name": Words("名称", "name"),
    "deadline": Words("期限", "deadline"),
    "audience": Words("对象", "audience"),
    "training": Words("学习记录", "training"),
    "person": Words("人员", "person"),
    "content": Words("内容", "content"),
    "withdrawn_at": Words("移除", "removal"),
    "number": Words("工号或学号", "staff or student number"),
    "post": Words("岗位", "post"),
    "sign_in_off_since": Words("停用登录", "sign-in off"),
    "role_grant": Words("授权", "role grants"),
}
CAUSES: Final[Mapping[str, Words]] = {
    "forbidden": Words("没有权限", "without permission"),
    "second_factor": Words("缺双因素验证", "without a second factor"),
    "cross_site": Words("来自其他网站", "from another site"),
    "token_refused": Words("令牌无效", "token not valid"),
    "token_form": Words("令牌格式不对", "not a token"),
    "token_repeated": Words("令牌重复使用", "token used before"),
    "other_tenant": Words("其他单位的令牌", "token of another tenant"),
    "sign_in": Words("令牌没有对应的人员", "token of nobody here"),
    "sign_in_refused": Words("登录服务拒绝", "refused by the sign-in service"),
    "sign_in_state": Words("登录返回不完整", "came back incomplete"),
    "sign_in_attempt": Words("没有登录过程或已超时", "no attempt, or too late"),
    "organization_missing": Words("账号不属于本单位", "account of no member organization"),
    "level_missed": Words("没有完成双因素验证", "second factor not confirmed"),
    "scim_program": Words("不是登记的集成程序", "not a registered program"),
}
"""Why a request was refused, which stands first among the fields of its row."""

OBJECTS: Final[Mapping[str, Words]] = {
    "graphql": Words("数据接口", "GraphQL"),
    "scim": Words("人事目录接口", "SCIM"),
    "file": Words("附件", "file"),
    "person": Words("人员", "person"),
    "import_run": Words("导入", "import"),
    "role_grant": Words("授权", "role grant"),
    "tenant_role": Words("本单位角色", "own role"),
    "access_review": Words("权限复核", "access review"),
    "staff_entry": Words("平台运维进入", "entry of platform staff"),
    "page": Words("页面", "page"),
    "web_session": Words("登录", "sign-in"),
    "tenant": Words("租户", "tenant"),
    "setting": Words("设置", "setting"),
    "meeting": Words("活动记录", "meeting record"),
    "attendance": Words("出席", "attendance"),
    "task": Words("任务", "task"),
    "learning_training": Words("学习记录", "training entry"),
    "learning_course": Words("课程", "course"),
    "affairs_case": Words("发展党员台账", "development case"),
    "organization": Words("组织", "organization"),
    "space_case": Words("跨单位事项", "case with another tenant"),
    "duty_waiver": Words("免除", "waiver"),
    "audit": Words("审计", "audit"),
    "export": Words("导出", "export"),
    "directory_group": Words("目录中的组", "group of the directory"),
}
WHOLE_RECORD: Final = "record"
"""The field that stands for the whole page: the deed says as much."""

CLIENTS: Final[Mapping[str, Words]] = {
    "web": Words("网页", "web pages"),
    "command": Words("命令行", "command line"),
    "job": Words("后台任务", "job"),
    "api": Words("接口", "API"),
}
STAFF: Final = "staff:"
REFUSALS: Final = frozenset({REFUSED, FAILED})
MEMBER: Final = ROLES["member"]
NOBODY: Final = Words("平台（运维命令或后台任务）", "the platform (a command or a job)")
UNKNOWN: Final = Words("未识别的来访者", "somebody unknown")
GONE: Final = Words("已不在库中的人员", "somebody no longer on record")


class AccessWords:
    """What a row says, in one reader's language."""

    def __init__(self, platform: Platform, who: Scope, locale: str) -> None:
        actions = platform.scopes.policy(who.plugins).actions.values()
        self._permissions = {action.key: action.title for action in actions}
        self._titles = self._permissions | dict(DEEDS)
        self._plugins = {key: card.title for key, card in platform.host.manifests.items()}
        self._locale = locale
        self._joint = reader(locale).pgettext("list", ", ")

    def action(self, row: Access) -> str:
        """What was done; a deed of a plugin that is off by its key."""
        return self._said(self._titles, row.action)

    def _said(self, words: Mapping[str, Words], key: str) -> str:
        found = words.get(key)
        return found.of(self._locale) if found else key

    def actor(self, row: Access) -> str:
        """Name and, after a joint, the roles held that day."""
        if row.actor_id is None:
            return (UNKNOWN if row.action in REFUSALS else NOBODY).of(self._locale)
        if row.client.startswith(STAFF):
            return self._joint.join([row.client.removeprefix(STAFF), STAFF_TITLE.of(self._locale)])
        roles = [ROLES[role] for role in row.roles if role in ROLES] or [MEMBER]
        name = row.actor or GONE.of(self._locale)
        return self._joint.join([name, *(role.of(self._locale) for role in roles)])

    def object(self, row: Access) -> str:
        """Whom or what it concerned."""
        if row.person:
            return row.person
        kind, _, key = row.object_type.partition(":")
        word = self._plugins.get(key) if kind == "plugin" else OBJECTS.get(kind)
        return word.of(self._locale) if word else row.object_type

    def fields(self, row: Access, *, whole: bool = False) -> str:
        """The fields by their names; `whole` shows those that have none here as they stand."""
        if row.action in REFUSALS:
            wanted = [self._said(self._permissions, action) for action in row.fields[1:] if action != PUBLIC]
            return self._joint.join([self._said(CAUSES, row.fields[0]), *wanted])
        known = [FIELDS[name].of(self._locale) for name in row.fields if name in FIELDS]
        rest = [name for name in row.fields if name not in FIELDS and name != WHOLE_RECORD] if whole else []
        return self._joint.join([*known, *rest])

    def client(self, row: Access) -> str:
        """Through what."""
        word = CLIENTS.get("web" if row.client.startswith(STAFF) else row.client)
        return word.of(self._locale) if word else row.client
