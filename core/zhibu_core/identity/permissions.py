"""The actions of core, and which role holds which: every route, field, mutation and command names one of them."""

from collections.abc import Iterable, Mapping

from zhibu_core.plugins.manifest import Action
from zhibu_core.words import Words

ROLES: Mapping[str, Words] = {
    "admin": Words("租户管理员", "tenant administrator"),
    "system": Words("系统管理员", "system administrator"),
    "security": Words("安全管理员", "security administrator"),
    "organizer": Words("组织员", "organizer"),
    "secretary": Words("支部书记", "branch secretary"),
    "member": Words("党员", "member"),
    "auditor": Words("安全审计员", "security auditor"),
}
"""Roles by key; each binds to a node and its subtree. `admin` is system and security administrator in one person."""

STAFF_ROLE = "staff"
STAFF_TITLE = Words("平台运维人员", "platform staff")
"""What somebody of the platform's own staff is in a tenant; nobody grants it, an entry gives it (`identity.staff`)."""

POWERS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"plugin.switch", "setting.write"}),
    "security": frozenset(
        {
            "role.grant",
            "role.define",
            "access.review",
            "staff.admit",
            "account.manage",
            "integrator.manage",
            "setting.protect",
        }
    ),
    "audit": frozenset({"audit.read"}),
}
"""The three administrators' own actions (三员分立): where powers are kept apart, nobody holds those of two."""

POWER_TITLES: Mapping[str, Words] = {
    "system": Words("系统管理", "system administration"),
    "security": Words("安全管理", "security administration"),
    "audit": Words("审计管理", "audit administration"),
}
GUARDED = frozenset().union(*POWERS.values())
"""Actions that hold only after a second factor, wherever the tenant's sign-in knows one."""

SECOND_FACTOR_ROLES = frozenset({"admin", "system", "security", "auditor"})
"""Roles that as a whole hold only after a second factor."""

FOR_PERSONS = GUARDED | {"export.approve"}
"""Actions that need a person who answers for it, and are given to no program."""

EVERYBODY = frozenset(ROLES)
STAFF = frozenset({"organizer", "secretary", "auditor"})
DRAFTERS = frozenset({"organizer", "secretary"})

CORE_ACTIONS: tuple[Action, ...] = (
    Action("home.read", Words("查看自己的待办", "see one's own duties"), EVERYBODY),
    Action("organization.read", Words("查看组织", "read organizations"), EVERYBODY),
    Action("organization.write", Words("调整组织", "change organizations"), frozenset({"organizer", "system"})),
    Action("member.read", Words("查看党员", "read members"), STAFF),
    Action("member.read_own", Words("查看本人档案", "read one's own record"), frozenset({"member", "secretary"})),
    Action(
        "member.unmask", Words("查看完整证件号和联系方式", "see full numbers and addresses"), frozenset({"organizer"})
    ),
    Action("duty.read", Words("查看任务", "read duties"), STAFF | {"member"}),
    Action("duty.waive", Words("免除任务", "waive duties"), frozenset({"organizer"})),
    Action("fact.read", Words("查看记录事实", "read facts"), STAFF),
    Action("file.upload", Words("上传附件", "upload files"), frozenset({"organizer", "secretary"})),
    Action("export.make", Words("导出个人信息", "export personal data"), frozenset({"organizer", "secretary"})),
    Action("export.approve", Words("审批导出", "approve exports"), frozenset({"organizer", "security"})),
    Action("export.read", Words("查看导出登记", "read the register of exports"), frozenset({"auditor"})),
    Action("space.read", Words("查看共建协议和往来", "read agreements and what crossed"), STAFF),
    Action("space.propose", Words("发起和修改共建协议", "propose and change agreements"), DRAFTERS),
    Action("space.sign", Words("代表本组织签署共建协议", "sign agreements for one's own side"), DRAFTERS),
    Action("space.publish", Words("按共建协议共享记录", "publish records under an agreement"), DRAFTERS),
    Action("space.revoke", Words("撤回共建协议", "revoke agreements"), DRAFTERS),
    Action("import.run", Words("导入数据", "import data"), frozenset({"organizer"})),
    Action("role.read", Words("查看授权", "read role grants"), frozenset({"security", "auditor"})),
    Action("role.grant", Words("授权", "grant and revoke roles"), frozenset({"security"})),
    Action("role.define", Words("设立本单位角色", "define the tenant's own roles"), frozenset({"security"})),
    Action("access.review", Words("复核权限", "review access"), frozenset({"security"})),
    Action(
        "staff.read", Words("查看平台运维进入记录", "see entries of platform staff"), frozenset({"security", "auditor"})
    ),
    Action("staff.admit", Words("批准或结束平台运维进入", "admit platform staff and end it"), frozenset({"security"})),
    Action("account.read", Words("查看登录账号", "see sign-ins"), frozenset({"security", "auditor"})),
    Action(
        "account.manage", Words("邀请人员、管理登录账号", "invite people and manage sign-ins"), frozenset({"security"})
    ),
    Action("integrator.read", Words("查看集成程序", "see integrators"), frozenset({"security", "auditor"})),
    Action("integrator.manage", Words("管理集成程序", "manage integrators"), frozenset({"security"})),
    Action("plugin.read", Words("查看插件", "read plugins"), frozenset({"system", "auditor"})),
    Action("plugin.switch", Words("启用和停用插件", "switch plugins"), frozenset({"system"})),
    Action("rule.read", Words("查看规则包", "read rule packs"), EVERYBODY),
    Action("setting.read", Words("查看设置", "see settings"), frozenset({"system", "security", "auditor"})),
    Action("setting.write", Words("修改设置", "change settings"), frozenset({"system"})),
    Action("setting.protect", Words("修改安全设置", "change security settings"), frozenset({"security"})),
    Action("scim", Words("用 SCIM 同步人员和组", "provision people and groups by SCIM"), frozenset()),
    Action(
        "directory.read",
        Words("查看人事目录同步", "see what the directory wrote"),
        frozenset({"system", "organizer", "auditor"}),
    ),
    Action("audit.read", Words("查看审计", "read the audit"), frozenset({"auditor"})),
    Action("audit.read_own", Words("查看谁看过本人信息", "read who saw one's own data"), EVERYBODY),
)


class Policy:
    """Which actions each role holds, given the actions that core and the enabled plugins declare.

    What a plugin declares for `admin` is the system administrator's; `admin` holds what both administrators hold.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        self.actions: dict[str, Action] = {action.key: action for action in actions}
        self._of_role = {role: self._declared(role) for role in ROLES}
        self._of_role["system"] |= self._of_role["admin"]
        self._of_role["admin"] |= self._of_role["system"] | self._of_role["security"]

    def of_role(self, role: str) -> frozenset[str]:
        """The actions that a role holds; none for an unknown role."""
        return self._of_role.get(role, frozenset())

    def _declared(self, role: str) -> frozenset[str]:
        return frozenset(action.key for action in self.actions.values() if role in action.roles)


_CORE = Policy(CORE_ACTIONS)


def powers_of(actions: Iterable[str]) -> frozenset[str]:
    """Which administrators' powers are among these actions."""
    held = frozenset(actions)
    return frozenset(power for power, own in POWERS.items() if held & own)


def powers_of_role(role: str) -> frozenset[str]:
    """Which administrators' powers a role of the platform has; plugins add none."""
    return powers_of(_CORE.of_role(role))
