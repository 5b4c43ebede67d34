"""How much a client may ask for: points in a bucket that fills again by the second, as settings write it."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhibu_core.errors import InvalidInput

OFF = "off"
LEAST = 10_000
"""What one GraphQL operation may cost: a smaller bucket would refuse it for ever."""


@dataclass(frozen=True)
class Rate:
    """A bucket of at most `most` points that gains `each_second` points every second."""

    most: int
    each_second: int


STANDARD = Rate(50_000, 5_000)
"""Tenancy-security 8.1."""


def read_rate(text: str, variable: str) -> Rate | None:
    """`50000/5000` as a rate, `off` as None; raises `InvalidInput` naming the variable."""
    if text == OFF:
        return None
    most, _, each_second = text.partition("/")
    if not (most.isdecimal() and each_second.isdecimal()) or int(most) < LEAST or int(each_second) < 1:
        raise InvalidInput(
            "rate",
            f"{variable}: “{text}” is neither off nor points/points a second, such as 50000/5000 ({LEAST} or more, 1 or more).",
            field=variable,
        )
    return Rate(int(most), int(each_second))


def read_rates(text: str, variable: str) -> Mapping[str, Rate | None]:
    """`client=100000/10000,other=off` as client → rate; raises `InvalidInput` naming the variable."""
    rates: dict[str, Rate | None] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        client, _, rate = pair.rpartition("=")
        if not client.strip():
            raise InvalidInput("rate", f"{variable}: “{pair}” is not of the form client=rate.", field=variable)
        rates[client.strip()] = read_rate(rate.strip(), variable)
    return rates
