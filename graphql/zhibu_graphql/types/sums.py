"""Sums: what an organization and all below it come to, from the small tables that writers keep true."""

from zhibu_graphql.fields import part, plain


@part(description="What an organization and all below it come to now.")
class Sums:
    members: int = plain("How many members.")
    asked: int = plain("How many of them hard demands are made of.")
    came: int = plain("Attendances of the last 90 days.")
    recorded: int = plain("How many were on the rolls of the last 90 days.")
    participation: float | None = plain("The share that came, 0 to 1; null where nothing was held.")
    hours: float = plain("Study hours of this year that count.")
