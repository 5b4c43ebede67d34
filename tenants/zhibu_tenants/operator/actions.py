"""What the platform's staff may do on the console; all of them hold all of it, and none of it reaches into a tenant's data."""

from collections.abc import Mapping

from zhibu_core.words import Words

READ = "operator.read"
TENANT = "operator.tenant"
ENTER = "operator.enter"
ACTIONS: Mapping[str, Words] = {
    READ: Words("查看租户状况", "see how tenants stand"),
    TENANT: Words("开通、暂停、恢复、导出、注销租户", "open, suspend, resume, export and erase tenants"),
    ENTER: Words("申请进入租户", "ask to enter a tenant"),
}
