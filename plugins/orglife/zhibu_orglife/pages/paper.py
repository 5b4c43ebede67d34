"""What others make from a record, and what each paper still lacks: missing is not wrong (interface.md 9.3)."""

from zhibu_core.i18n import _L, Lazy
from zhibu_orglife.pages.fields import Fields
from zhibu_web.components import Paper

ROLL, CHAIR, PLACE = _L("the roll"), _L("who chaired"), _L("the place")
POINTS, RESOLUTION = _L("the points"), _L("the decision")
OWNER, TOPIC = _L("who does a task"), _L("the topic")
"""What a record may lack, as it is listed."""


def papers_of(said: Fields, *, private: bool) -> tuple[Paper, ...]:
    """The papers that follow from a record as it stands; talks (`private`) have only the list of who met."""
    called = bool(said.marks)
    if private:
        return (_paper(_L("List of talks"), (ROLL, called)),)
    owners = all(task.empty or task.owner for task in said.tasks)
    return (
        _paper(
            _L("Minutes"), (ROLL, called), (CHAIR, bool(said.chair.strip())), (POINTS, bool(said.points.strip())),
        ),
        _paper(_L("Quarterly sheet"), (ROLL, called), (PLACE, bool(said.place.strip()) or said.online), (OWNER, owners)),
        _paper(_L("News draft"), (TOPIC, bool(said.topic.strip())), (POINTS, bool(said.points.strip()))),
        _paper(_L("Index of evidence"), (ROLL, called), (RESOLUTION, bool(said.resolution.strip()))),
    )  # fmt: skip


def _paper(title: Lazy, *needs: tuple[Lazy, bool]) -> Paper:
    return Paper(title, tuple(word for word, there in needs if not there))
