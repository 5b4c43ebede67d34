"""The invented figures of the component gallery: numbers, charts and the tables beside them."""

from typing import Any

from zhibu_core.words import Words
from zhibu_web.components import (
    Cell,
    Column,
    Fact,
    Row,
)
from zhibu_web.dots import DotStrip
from zhibu_web.formats import period_name

W = Words
SPREAD = "64 66 68 69 70 70 71 72 72 73 73 73 74 74 74 75 75 75 76 76 76 77 77 77 77 78 78 78 78 79 79 79 80 80 80 80 81 81 81 81 81 82 82 82 82 82 83 83 83 83 84 84 84 84 85 85 85 85 86 86 86 86 86 87 87 87 87 88 88 88 89 89 89 90 90 90 91 91 92 93 95"  # noqa: E501


def figures() -> dict[str, Any]:
    score = Column(W("组织力", "Capability"), numeric=True)
    own, median = Column(W("本支部", "This branch"), numeric=True), Column(W("中位数", "Median"), numeric=True)
    dots = DotStrip(tuple(int(value) for value in SPREAD.split()), low=77, median=82, high=86, own=87)
    spread = (
        Row(W("中间一半，上界", "Middle half, upper end"), (dots.high,)),
        Row(W("中位数", "Median"), (dots.median,)),
        Row(W("中间一半，下界", "Middle half, lower end"), (dots.low,)),
        Row(W("本支部", "This branch"), (dots.own,)),
    )
    quarters = ("2026Q3", "2026Q2", "2026Q1", "2025Q4", "2025Q3", "2025Q2", "2025Q1", "2024Q4")
    trend = tuple(
        Row(
            W(period_name(quarter, "zh_CN"), period_name(quarter, "en")),
            values,
            key="break" if quarter == "2026Q1" else "",
            short=quarter,
        )
        for quarter, values in zip(
            quarters, ((87, 82), (83, 81), (81, 80), (79, 77), (78, 75), (75, 75), (76, 74), (74, 73)), strict=True
        )
    )
    sides = (
        ("参与", "Activity"),
        ("学习", "Study"),
        ("按期", "Regular"),
        ("闭环", "Closed"),
        ("谈话", "Talks"),
        ("时限", "Order"),
    )
    shape = tuple(
        Row(W(*side), (value, middle, Cell(bar=value)))
        for side, value, middle in zip(sides, (94, 85, 88, 80, 80, 92), (89, 86, 85, 76, 72, 92), strict=True)
    )
    return {
        "spread_columns": (Column(W("教工党支部", "Staff branches")), score),
        "spread": spread,
        "dots": dots,
        "all_columns": (Column(W("序", "No.")), score),
        "all_values": tuple(Row(str(place), (value,)) for place, value in enumerate(dots.values, 1)),
        "trend_columns": (Column(W("季度", "Quarter")), own, median),
        "trend": trend,
        "shape_columns": (Column(W("方面", "Side")), own, median, Column(W("条形", "Bar"))),
        "shape": shape,
        "label_facts": (
            Fact(W("值", "Value"), W("94，范围0–100", "94, of 0 to 100")),
            Fact(W("截至", "As of"), W("2026年10月20日，20人", "20 October 2026, 20 persons")),
            Fact(W("规则", "Rule"), W("指标规则2026版", "Indicator rules 2026")),
            Fact(W("可信度", "Confidence"), W("5/5 次（100%）记录齐全", "5/5 records complete (100%)")),
            Fact(
                W("怎样提高", "What helps"), W("8月28日缺席的1人补学，约0.6", "Makeup study of one absence, about 0.6")
            ),
            Fact(W("负责人", "Kept by"), W("李梓娟，组织委员", "Li Zijuan, organization member")),
        ),
        "counts": (
            (W("新增，行", "New, rows"), 12, False),
            (W("有变化，行", "Changed, rows"), 31, False),
            (W("相同，不写入，行", "Same, rows"), 152, False),
            (W("有误，行", "Wrong, rows"), 5, True),
        ),
    }
