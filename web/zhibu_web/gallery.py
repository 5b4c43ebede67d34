"""The values of the gallery of components (`pages/components.html`), shown in demo installations only; all invented."""

import datetime as dt
from typing import Any

from zhibu_core.words import Words
from zhibu_web.components import (
    Cell,
    Column,
    DayItem,
    DutyItem,
    Evidence,
    Fact,
    HistoryEntry,
    Link,
    MatrixCell,
    MatrixRow,
    Option,
    Paper,
    RollPerson,
    Row,
    Stage,
    State,
    Step,
    TreeNode,
    month_days,
)
from zhibu_web.gallery_figures import figures
from zhibu_web.gallery_words import SECTIONS

TODAY = dt.date(2026, 10, 20)
HERE = "#of-buttons"
W = Words


def gallery_context() -> dict[str, Any]:
    """What the gallery needs beside `shell`."""
    return {
        "sections": {key: {"title": title, "about": about} for key, title, about in SECTIONS},
        "W": W,
        "today": TODAY,
        "here": HERE,
        "Link": Link,
        "Paper": Paper,
        **_duties(),
        **_forms(),
        **_tables(),
        **figures(),
        **_records(),
        **_calendar(),
    }


def _duties() -> dict[str, Any]:
    rules = W("《中国共产党支部工作条例（试行）》第十二条", "Branch Regulations (trial), Article 12")
    education = W("《中国共产党党员教育管理工作条例》第十六条", "Regulations on Member Education, Article 16")
    own = W("本支部提出。", "Asked by this branch.")
    confirm = DutyItem(
        title=W("确认9月22日到会更正", "Confirm the correction of 22 September"),
        href=HERE,
        due_on=dt.date(2026, 10, 23),
        act=Link(W("确认到会", "Confirm"), HERE),
        why=W(
            "书记罗春一10月19日把您由“迟到”改为“到会”。",
            "On 19 October secretary Luo Chunyi changed you from late to present.",
        ),
        source=Link(education, HERE),
        asked_by=own,
        minutes=1,
    )
    record = DutyItem(
        title=W("补记9月支委会", "Record the committee meeting of September"),
        href=HERE,
        due_on=dt.date(2026, 9, 30),
        act=Link(W("补记", "Record"), HERE),
        why=W(
            "9月没有支委会的记录。补记后状态为“逾期完成”。",
            "September has no record. Recorded now, it counts as done late.",
        ),
        source=Link(rules, HERE),
        minutes=4,
    )
    steps = (
        Step(13, W("预审", "Preliminary review"), "met"),
        Step(14, W("填写入党志愿书", "Application form book"), "met"),
        Step(
            15,
            W("召开支部大会", "Member meeting"),
            "open",
            href=HERE,
            note=W("支部办理，11月9日前", "The branch acts, before 9 November"),
        ),
        Step(
            16,
            W("派人谈话", "Talk by the committee"),
            "waiting",
            W("等待他人（学院党委）", "Waiting for the committee"),
        ),
        Step(
            17, W("审批", "Approval"), "cannot", W("尚不能开始（支部大会未开）", "Cannot start yet (no meeting held)")
        ),
    )
    stages = (
        Stage(W("申请入党", "Application"), "met"),
        Stage(W("入党积极分子", "Activist"), "met"),
        Stage(W("发展对象", "Development object"), "met"),
        Stage(W("接收", "Admission"), "doing", steps),
        Stage(W("考察和转正", "Probation"), "cannot"),
    )
    return {"duty_items": (confirm, record), "stages": stages, "rules": rules}


def _forms() -> dict[str, Any]:
    return {
        "leave_kinds": (
            Option("duty", W("因公", "On duty")),
            Option("ill", W("病假", "Illness")),
            Option("family", W("家事", "Family"), W("只有书记可以看到", "Only the secretary can see it")),
        ),
        "kinds": (Option("theme_day", W("主题党日", "Theme day")), Option("party_class", W("党课", "Party class"))),
        "types": (
            Option("", W("全部", "All")),
            Option("staff", W("教工", "Staff")),
            Option("student", W("学生", "Students")),
        ),
        "people": (
            RollPerson("p1", "阿依古丽·艾山", "present"),
            RollPerson("p2", "白睦浩", "late"),
            RollPerson("p3", "蔡艳"),
            RollPerson("p4", "杨雪", "leave", reason="出差"),
        ),
        "quick": ((W("今天", "Today"), TODAY), (W("一周后", "In a week"), dt.date(2026, 10, 27))),
    }


def _tables() -> dict[str, Any]:
    columns = (
        Column(W("党支部", "Branch"), sort=HERE, sorted="ascending"),
        Column(W("党员", "Members"), W("人", "persons"), numeric=True),
        Column(W("任期届满", "Term ends")),
        Column(W("第四季度", "Fourth quarter")),
    )
    names = (
        ("教工第一党支部", "First staff branch"),
        ("教工第二党支部", "Second staff branch"),
        ("教工第三党支部", "Third staff branch"),
    )
    ends, states = ("2027-09-12", "2026-12-30", "2028-05-20"), ("missed", "open", "upcoming")
    rows = tuple(
        Row(W(zh, en), (count, end, Cell(state=state, lead=True)), href=HERE)  # type: ignore[arg-type]
        for (zh, en), count, end, state in zip(names, (21, 14, 7), ends, states, strict=True)
    )
    parts = (
        Row(
            W("A 活动参与率", "A Participation"),
            (Cell("94", HERE, W("活动参与率94", "Participation 94")), "0.35", "32.8", Cell(bar=94)),
        ),
        Row(
            W("B 学习完成度", "B Study"),
            (Cell("85", HERE, W("学习完成度85", "Study 85")), "0.30", "25.6", Cell(bar=85)),
        ),
    )
    return {
        "columns": columns,
        "rows": rows,
        "foot": (Row(W("合计", "Total"), (42, "", "")),),
        "part_columns": (
            Column(W("部分", "Part")),
            Column(W("值", "Value"), numeric=True),
            Column(W("权重", "Weight"), numeric=True),
            Column(W("贡献", "Gives"), numeric=True),
            Column(W("条形", "Bar")),
        ),
        "parts": parts,
    }


def _records() -> dict[str, Any]:
    return {
        "entries": (
            HistoryEntry(
                "罗春一",
                dt.datetime(2026, 10, 19, 9, 12),
                W("到会", "Attendance"),
                W("迟到", "late"),
                W("到会", "present"),
                why=W("原因：会场换到二楼，签到晚于到场", "Reason: the room was changed"),
            ),
            HistoryEntry(
                "贾波正",
                dt.datetime(2026, 10, 18, 16, 40),
                W("请假", "Leave"),
                after=W("10月20日，病假", "20 October, illness"),
                behalf="孙惠岚",
            ),
        ),
        "proofs": (
            Evidence(
                W("9月8日党课", "Party class of 8 September"),
                HERE,
                W("点名并由本人确认", "roll, confirmed in person"),
                dt.date(2026, 9, 8),
                "李梓娟",
            ),
            Evidence(
                W("8月28日主题党日", "Theme day of 28 August"),
                HERE,
                W("仅点名", "roll only"),
                dt.date(2026, 8, 31),
                "谭鹏然",
            ),
        ),
        "papers_of": (
            Paper(W("会议纪要", "Minutes")),
            Paper(W("季度报表", "Quarterly sheet"), (W("任务2的负责人", "who is responsible for task 2"),)),
        ),
        "checks": (
            Fact(W("表决事项", "Matter"), W("接收莫凡为预备党员", "Admit Mo Fan on probation"), edit=HERE),
            Fact(W("票数", "Votes"), W("应到17人，实到15人，赞成15票", "17 due, 15 present, 15 in favour"), edit=HERE),
            Fact(
                W("结果", "Result"),
                W("有效，通过：赞成超过应到的一半（9票）", "Valid and carried: more than half of those due (9)"),
            ),
        ),
        "versions": (
            Option("mine", W("您的：理学楼402室", "Yours: Science Building 402")),
            Option("theirs", W("李梓娟14:31存的：理学楼406室", "Li Zijuan, 14:31: Science Building 406")),
        ),
    }


def _calendar() -> dict[str, Any]:
    def item(zh: str, en: str, state: State, note: tuple[str, str] | None = None) -> DayItem:
        return DayItem(W(zh, en), HERE, state, W(*note) if note else None)

    items = {
        dt.date(2026, 10, 6): (
            item("蔡志建的半年考察", "Half-year review", "late", ("10月9日办结", "closed 9 October")),
        ),
        dt.date(2026, 10, 10): (item("收缴10月党费", "Dues of October", "met", ("20/20 人", "20/20 members")),),
        TODAY: (item("主题党日、党课", "Theme day, class", "open", ("14:00，草稿已存", "14:00, draft kept")),),
        dt.date(2026, 10, 29): (item("第四季度党员大会", "Member meeting", "upcoming"),),
    }
    met, late, missed, due, later = (MatrixCell(state) for state in ("met", "late", "missed", "open", "upcoming"))
    quarters = tuple(MatrixCell(state, 3) for state in ("met", "met", "met", "upcoming"))
    tree = TreeNode(
        W("数学学院党委", "Committee of Mathematics"),
        HERE,
        143,
        (
            TreeNode(W("本科第一党支部", "First undergraduate branch"), HERE, 28),
            TreeNode(W("教工第一党支部", "First staff branch"), HERE, 21, current=True),
        ),
        open=True,
    )
    return {
        "days": month_days(2026, 10, items, TODAY),
        "matrix_rows": (
            MatrixRow(W("党员大会", "Member meeting"), W("每季度", "each quarter"), quarters),
            MatrixRow(
                W("支委会", "Committee"),
                W("每月", "each month"),
                (met,) * 4 + (late,) + (met,) * 3 + (missed, due, later, later),
            ),
            MatrixRow(
                W("组织生活会", "Life meeting"),
                W("每年", "each year"),
                (
                    MatrixCell(
                        "upcoming", 12, W("未到期（2026-12-31截止）", "Not due yet (due 2026-12-31)"), whole=True
                    ),
                ),
            ),
        ),
        "nodes": (tree, TreeNode(W("物理学院党委", "Committee of Physics"), HERE, 158)),
    }
