"""Dates, numbers and names are written as the interface guide says, in both languages."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_web import formats

ZH, EN = "zh_CN", "en"
DAY = dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (formats.moment_long(dt.datetime(2026, 9, 1, 14, 30), ZH), "2026年9月1日（周二）14:30"),
        (formats.moment_long(dt.datetime(2026, 9, 1, 9, 5), EN), "1 September 2026 (Tuesday), 9:05"),
        (formats.date_long(DAY, EN), "1 September 2026"),
        (formats.date_table(None, ZH), "未记录"),
        (str(formats.due(dt.date(2026, 9, 7), DAY, ZH)), "还有6天（9月7日截止）"),
        (str(formats.due(DAY, DAY, ZH)), "今天截止（9月1日）"),
        (str(formats.due(dt.date(2026, 8, 31), DAY, ZH)), "已过截止日1天（8月31日截止）"),
        (str(formats.due(dt.date(2027, 1, 2), DAY, ZH)), "还有123天（2027年1月2日截止）"),
        (str(formats.due(dt.date(2026, 9, 2), DAY, EN)), "1\u00a0day left (due 2 September)"),
        (formats.period_name("2026Q3", ZH), "2026年第三季度"),
        (formats.period_name("2026H1", ZH), "2026年上半年"),
        (formats.period_inside("2026Q3", ZH), "2026年第三季度"),
        (formats.period_inside("2026Q3", EN), "the third quarter of 2026"),
        (formats.period_inside("2026-05", EN), "May 2026"),
        (formats.inside("Theme day, May", EN), "theme day, May"),
        (formats.inside("DNA", EN), "DNA"),
        (formats.inside("Theme", ZH), "Theme"),
        (formats.period_name("2026-05", ZH), "2026年5月"),
        (formats.period_name("2026", ZH), "2026年"),
        (formats.period_name("2026-01-01/2026-10-31", ZH), "2026年1月1日至10月31日"),
        (formats.period_name("2026Q3", EN), "Third quarter of 2026"),
        (formats.share(18, 20, "人", ZH), "18/20\u00a0人（90%）"),
        (formats.share(117, 123, "members", EN), "117/123\u00a0members (95.1%)"),
        (formats.money(123450, ZH), "¥1,234.50"),
        (formats.money(-5, ZH), "\u2212¥0.05"),
        (formats.number(1204, ZH), "1,204"),
        (formats.number(86.75, ZH, digits=1), "86.8"),
        (formats.number(None, EN), "not recorded"),
        (formats.with_unit(6, "项", ZH), "6项"),
        (formats.with_unit(6, "items", EN), "6\u00a0items"),
        (formats.persons(3, ZH), "少于5"),
        (formats.persons(0, ZH), "0"),
        (formats.persons(3, ZH, open_list=True), "3"),
        (formats.persons_share(48, 50, "人", ZH), "少于5"),
        (formats.mask_name("阿依古丽·艾山"), "阿**"),
        (formats.mask_phone("13800001234"), "138****1234"),
        (formats.mask_citizen_id("110101199001011234"), "110***********1234"),
        (formats.working_days(5, dt.date(2026, 9, 8), ZH), "5个工作日（至9月8日）"),
        (formats.minutes(4, ZH), "约4分钟"),
    ],
)
def test_written_as_the_guide_says(found: str, expected: str) -> None:
    assert found == expected


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_a_deadline_names_the_day_and_says_over_only_when_it_is(day: dt.date, today: dt.date) -> None:
    found = formats.due(day, today, ZH)
    assert found.over == (day < today)
    assert f"{day.month}月{day.day}日" in str(found)
