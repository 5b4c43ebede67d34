"""Tables of learning: what people took part in, and the courses that are required of them (domain.md 5)."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Training(TenantOwned):
    """One entry of study of one person. What it was before a correction stays readable in its superseded fact.

    `form` is the key that rules speak of (`zhibu_learning.words.FORMS`), `form_name` the word that was written;
    `confirmed`: the branch vouches for it. Person, day, form name, category, course and `occurrence` (1, 2, … among
    alike ones) identify it: an import finds it by them.
    """

    __tablename__ = "learning_training"

    person_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    day: Mapped[dt.date]
    hours: Mapped[float]
    category: Mapped[str]
    form: Mapped[str]
    form_name: Mapped[str]
    organiser: Mapped[str]
    evidence: Mapped[str]
    course: Mapped[str]
    confirmed: Mapped[bool]
    occurrence: Mapped[int]
    withdrawn_on: Mapped[dt.date | None]
    written_by: Mapped[uuid.UUID | None]


class Course(TenantOwned):
    """A course that everybody addressed takes by its deadline; one without a deadline is offered, not required.

    `organization_id` is where it is required, with everything below; None: in the whole tenant. `audience` is as
    written (`zhibu_learning.words.read_audience` says who is meant).
    """

    __tablename__ = "learning_course"

    code: Mapped[str]
    name: Mapped[str]
    hours: Mapped[float | None]
    category: Mapped[str]
    deadline: Mapped[dt.date | None]
    audience: Mapped[str]
    organization_id: Mapped[uuid.UUID | None]
    written_by: Mapped[uuid.UUID | None]
