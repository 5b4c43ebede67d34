"""The statement log's own judgement: it must see a missing tenant, or it proves nothing."""

import pytest

from zhibu_core.organization.people import Person
from zhibu_core.tenancy.bulk import arrays_of
from zhibu_testing.statements import faults_of

TABLES = frozenset({"person", "membership", "fact"})


@pytest.mark.parametrize(
    "statement",
    [
        "select * from person where id = $1",
        "select * from person p join membership m on m.person_id = p.id where p.tenant_id = $1",
        "select * from person p join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id",
        "select * from person p join membership m using (tenant_id) where m.person_id = p.id",
        "select * from person p where p.tenant_id = $1 and exists (select from fact p where p.person_id = $2)",
        "select * from person where tenant_id = $1 or id = $2",
        "select * from person where not tenant_id = $1",
        "update person set tenant_id = $1 where id = $2",
        "insert into fact (id) values ($1)",
        "update person set name = $1 where id = $2",
        "delete from membership where id = $1",
        "select set_config('app.tenant_id', $1, true)",
        "merge into person using x on true when matched then do nothing",
    ],
)
def test_a_missing_tenant_is_a_fault(statement: str) -> None:
    assert faults_of(statement, TABLES)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from person where tenant_id = $1 and id = $2",
        "select * from person p join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id where p.tenant_id = $1",
        "insert into fact (tenant_id, id) select a.tenant_id, u.id from tenant_anchor a, unnest($2::uuid[]) u(id) where a.tenant_id = $1",
        "insert into fact (tenant_id, id) values ($1, $2)",
        "select * from person p join membership m using (tenant_id) where m.tenant_id = $1",
        "with p as (select * from person where tenant_id = $1) select * from p join fact f on f.tenant_id = p.tenant_id",
        "select * from person p where p.tenant_id = $1 and exists (select from fact f where f.tenant_id = p.tenant_id)",
        "update person x set name = u.name from unnest($2::text[]) u(name) where x.tenant_id = $1",
        "update person set name = $1 where tenant_id = $2 and id = $3",
        "select 1 from global_tenant",
    ],
)
def test_a_tied_statement_is_none(statement: str) -> None:
    assert faults_of(statement, TABLES) == []


def test_bulk_loads_are_tied_to_the_anchor() -> None:
    statement = arrays_of(Person.__table__, ("id", "name", "sort_name")).insertion("on conflict do nothing")
    assert faults_of(statement, TABLES | {"tenant_anchor"}) == []
