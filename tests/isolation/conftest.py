"""The table of mutants, printed when a module has run."""

from collections.abc import Iterator

import pytest

from zhibu_testing.mutants.score import Score


@pytest.fixture(scope="module")
def score(request: pytest.FixtureRequest) -> Iterator[Score]:
    made = Score()
    yield made
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        print(f"\n{made.table()}")
