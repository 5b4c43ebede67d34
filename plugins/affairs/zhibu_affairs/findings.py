"""Rules that rows of the two ledgers break: what the import shows beside good rows (data/README.md, Findings)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from zhibu_affairs.development import (
    ALL_STEPS,
    Ballot,
    Case,
    CaseFacts,
    Introducer,
    approver_from_name,
    find_violations,
)
from zhibu_affairs.dues import DuesError, monthly_dues, yuan
from zhibu_core.imports.profile import Finding
from zhibu_core.words import Words

SECRET = "无记名"  # noqa: S105
"""What the column 表决方式 holds when the ballot was secret."""

_DUES_ARTICLE = Words(
    "《关于中国共产党党费收缴、使用和管理的规定》（中组发〔2008〕3号）第2至6条", "Dues rules (2008, no. 3), Art. 2–6"
)


def case_findings(row: Mapping[str, Any], today: date) -> Sequence[Finding]:  # noqa: ARG001 - each step is judged by its own day
    """The development rules that a row of the ledger breaks, sorted by code."""
    return [_finding(violation.code, violation.article) for violation in find_violations(case_of(row))]


def case_of(row: Mapping[str, Any]) -> Case:
    """A row of the ledger as a case: introducers count as full members with all rights, one person at a time was voted on."""
    steps = {step: row[step] for step in ALL_STEPS if row[step] is not None}
    facts = CaseFacts(
        introducers=(Introducer(),) * len(row["introducers"] or ()),
        review_result=row["review_result"],
        train_hours=row["train_hours"],
        vote=_vote(row),
        approver=approver_from_name(row["approver"] or ""),
    )
    return Case(row["birth"], steps, facts)


def dues_findings(row: Mapping[str, Any], today: date) -> Sequence[Finding]:  # noqa: ARG001 - the rule is the same on every day
    """`dues_amount_wrong` where the stated amount is not the rule's, to the fen; rows without payer or amount are left."""
    if row["payer"] is None or row["due_amount"] is None:
        return ()
    try:
        base = None if row["base"] is None else Decimal(row["base"]) / 100
        due = monthly_dues(row["payer"], base).amount_fen
    except DuesError:
        return ()
    if due == row["due_amount"]:
        return ()
    stated, right = yuan(row["due_amount"]), yuan(due)
    message = Words(
        f"应交金额 {stated} 元与按规定计算的 {right} 元不符。请核对缴费类型、计算基数和应交金额。",
        f"{stated} yuan are stated as due, {right} by the rule. Check the kind of payer, the base and the amount.",
    )
    return (Finding("dues_amount_wrong", _DUES_ARTICLE, message),)


def _vote(row: Mapping[str, Any]) -> Ballot | None:
    """The vote where its counts are recorded; a ballot nobody described is taken as secret."""
    due, present, yes = row["voters"], row["voters_present"], row["yes"]
    if due is None or present is None or yes is None:
        return None
    return Ballot(due, present, yes, secret=row["ballot"] is None or SECRET in row["ballot"])


@cache
def _finding(code: str, article: str) -> Finding:
    message = _sentences()[code]
    if not article.isdecimal():
        return Finding(code, Words("步骤先后（平台核对）", "Order of the steps (checked by the platform)"), message)
    rules = Words(
        f"《中国共产党发展党员工作细则》第{article}条", f"Rules on the development of members, Art. {article}"
    )
    return Finding(code, rules, message)


@cache
def _sentences() -> dict[str, Words]:
    source = files("zhibu_affairs").joinpath("development", "sentences.toml")
    return msgspec.toml.decode(source.read_bytes(), type=dict[str, Words])
