"""Settings from the environment: what cannot be read is refused by the variable's name, what can is kept."""

import pytest

from zhibu_core.errors import InvalidInput
from zhibu_core.settings import read_settings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ZHIBU_PORT", "8000x"),
        ("ZHIBU_PORT", "65536"),
        ("ZHIBU_PG_BUFFERS", "64"),
        ("ZHIBU_PG_BUFFERS", "0MB"),
        ("ZHIBU_PG_BUFFERS", "64MB -c fsync=off"),
        ("ZHIBU_PG_BUFFERS", "2 GB"),
        ("ZHIBU_AUDIT_MONTHS", "5"),
        ("ZHIBU_HOSTS", "dj.example.edu.cn"),
        ("ZHIBU_GRAPHQL_POINTS", "many"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_settings({name: text})
    assert refused.value.field == name
    assert text in str(refused.value)


def test_the_memory_of_the_embedded_server() -> None:
    assert read_settings({}).postgres_buffers == "64MB"
    assert read_settings({"ZHIBU_PG_BUFFERS": "2GB"}).postgres_buffers == "2GB"
    assert read_settings({"ZHIBU_PG_BUFFERS": ""}).postgres_buffers == "64MB"
