"""Vectors of dues, arrears and development cases, answered by the plugin affairs."""

from typing import Any

import msgspec

from zhibu_testing.adapters.reading import day, exact, required_day


def dues(given: dict[str, Any]) -> dict[str, Any]:
    """The dues of a month."""
    from zhibu_affairs.dues import DuesError, monthly_dues, yuan

    try:
        result = monthly_dues(
            given["payer"],
            exact(given.get("base")),
            [exact(month) or 0 for month in given.get("quarter_net", ())],
            given.get("setting_fen"),
            given.get("rounding", "fen"),
        )
    except DuesError as error:
        return {"error": error.code}
    return {
        "base": None if result.base_fen is None else yuan(result.base_fen),
        "rate": None if result.rate is None else str(result.rate),
        "amount": yuan(result.amount_fen),
    }


def arrears(given: dict[str, Any]) -> dict[str, Any]:
    """Months owed in a row."""
    from zhibu_affairs.arrears import arrears as judge

    result = judge(
        _month(given["due_from"]),
        [_month(month) for month in given["paid_months"]],
        required_day(given["today"]),
        good_reason=bool(given.get("good_reason", False)),
    )
    return {"months": result.months, "stage": result.stage}


def development(given: dict[str, Any]) -> dict[str, Any]:
    """A development case on a day."""
    from zhibu_affairs.development.cases import Case, facts_of
    from zhibu_affairs.development.judgement import judge_case

    steps = {step: required_day(on) for step, on in given["steps"].items() if on}
    case = Case(day(given.get("birth")), steps, facts_of(given.get("facts", {})))
    judged = judge_case(case, required_day(given["today"]))
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(judged))
    return plain


def _month(text: str) -> Any:
    return required_day(text if len(text) > len("2026-01") else f"{text}-01")
