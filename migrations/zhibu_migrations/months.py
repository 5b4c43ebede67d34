"""Monthly partitions: their names, their bounds in UTC, and the statements that make them."""

import datetime as dt


def month_of(day: dt.date, ahead: int = 0) -> dt.date:
    """The first day of the month that lies `ahead` months after the day's own; negative ones lie before it."""
    months = day.year * 12 + day.month - 1 + ahead
    return dt.date(months // 12, months % 12 + 1, 1)


def partition_name(table: str, month: dt.date) -> str:
    """`audit_entry_2026_11`"""
    return f"{table}_{month:%Y_%m}"


def month_named(table: str, partition: str) -> dt.date | None:
    """The month that a partition of `table` was named for; None for one that holds more or less than a month."""
    try:
        return dt.datetime.strptime(partition, f"{table}_%Y_%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None


def make_partition(table: str, month: dt.date) -> tuple[str, str]:
    """Made by itself and attached after, which does not stop those who write into the other months."""
    name = partition_name(table, month)
    return (
        f"create table {name} (like {table} including defaults including constraints)",
        f"alter table {table} attach partition {name} for values from ('{month} 00:00+00') to ('{month_of(month, 1)} 00:00+00')",
    )
