"""The actions of core, and which role holds which: every route, field, mutation and command names one of them."""

from collections.abc import Iterable, Mapping

from zhibu_core.plugins.manifest import Action
from zhibu_core.words import Words

ROLES: Mapping[str, Words] = {
    "admin": Words("租户管理员", "tenant administrator"),
    "organizer": Words("组织员", "organizer"),
    "secretary": Words("支部书记", "branch secretary"),
    "member": Words("党员", "member"),
    "auditor": Words("安全审计员", "security auditor"),
}
"""Roles by key; each binds to a node and its subtree."""

SECOND_FACTOR_ROLES = frozenset({"admin", "auditor"})
"""Roles that hold only after a second factor, wherever the tenant's sign-in knows one."""

EVERYBODY = frozenset(ROLES)
STAFF = frozenset({"organizer", "secretary", "auditor"})

CORE_ACTIONS: tuple[Action, ...] = (
    Action("home.read", Words("查看自己的待办", "see one's own duties"), EVERYBODY),
    Action("organization.read", Words("查看组织", "read organizations"), EVERYBODY),
    Action("organization.write", Words("调整组织", "change organizations"), frozenset({"organizer"})),
    Action("member.read", Words("查看党员", "read members"), STAFF),
    Action("member.read_own", Words("查看本人档案", "read one's own record"), frozenset({"member", "secretary"})),
    Action(
        "member.unmask", Words("查看完整证件号和联系方式", "see full numbers and addresses"), frozenset({"organizer"})
    ),
    Action("duty.read", Words("查看任务", "read duties"), STAFF | {"member"}),
    Action("duty.waive", Words("免除任务", "waive duties"), frozenset({"organizer"})),
    Action("fact.read", Words("查看记录事实", "read facts"), STAFF),
    Action("import.run", Words("导入数据", "import data"), frozenset({"organizer"})),
    Action("role.read", Words("查看授权", "read role grants"), frozenset({"admin", "auditor"})),
    Action("role.grant", Words("授权", "grant and revoke roles"), frozenset({"admin"})),
    Action("plugin.read", Words("查看插件", "read plugins"), frozenset({"admin", "auditor"})),
    Action("plugin.switch", Words("启用和停用插件", "switch plugins"), frozenset({"admin"})),
    Action("rule.read", Words("查看规则包", "read rule packs"), EVERYBODY),
    Action("setting.write", Words("修改设置", "change settings"), frozenset({"admin"})),
    Action("audit.read", Words("查看审计", "read the audit"), frozenset({"auditor"})),
    Action("audit.read_own", Words("查看谁看过本人信息", "read who saw one's own data"), EVERYBODY),
)


class Policy:
    """Which actions each role holds, given the actions that core and the enabled plugins declare."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.actions: dict[str, Action] = {action.key: action for action in actions}
        self._of_role = {
            role: frozenset(a.key for a in self.actions.values() if role in a.roles) for role in ROLES
        }  # fmt: skip

    def of_role(self, role: str) -> frozenset[str]:
        """The actions that a role holds; none for an unknown role."""
        return self._of_role.get(role, frozenset())
