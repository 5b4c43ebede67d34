"""The chart as helm renders it for each of its example values."""

import functools
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).resolve().parents[2] / "helm" / "zhibu"
EXAMPLES = sorted(path.stem for path in (CHART / "examples").glob("*.yaml"))
KUBERNETES = "1.35.0"
Object = dict[str, Any]
Helm = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Rendered:
    """The objects of one rendering."""

    example: str
    text: str

    @functools.cached_property
    def objects(self) -> list[Object]:
        """All of them."""
        return list(yaml.safe_load_all(self.text))

    def of(self, *kinds: str) -> list[Object]:
        """The objects of these kinds."""
        return [one for one in self.objects if one["kind"] in kinds]

    @property
    def pods(self) -> dict[str, Object]:
        """The pod templates by what they are for: web, worker, migration and what is switched on."""
        owners = self.of("Deployment", "Job")
        return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one["spec"]["template"] for one in owners}

    @property
    def service(self) -> set[str]:
        """The parts that work with the tenants' data: web, worker and, where it is switched on, the operator's."""
        return self.lasting - {"bridge"}

    @property
    def lasting(self) -> set[str]:
        """The parts that go on running."""
        return set(self.pods) - {"migration"}

    def selected(self, selector: Object) -> set[str]:
        """Which pods a selector of Kubernetes takes."""
        return {part for part, pod in self.pods.items() if _takes(selector, pod["metadata"]["labels"])}


def _takes(selector: Object, labels: dict[str, str]) -> bool:
    plain = all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())
    return plain and all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))


@pytest.fixture(scope="session")
def helm() -> Helm:
    """`helm(…)` runs helm on the chart; the test says how to get it where it is missing."""
    program = shutil.which("helm")
    assert program, (
        "helm is missing: run `make test-chart`, which builds it with Go (apt-get install golang, 1.26 or newer)"
    )

    def run(command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        line = [program, command, *map(str, arguments), "--kube-version", KUBERNETES]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)

    return run


@pytest.fixture(scope="session")
def render(helm: Helm) -> Callable[..., Rendered]:
    """`render("small")`: what helm makes of an example."""

    @functools.cache
    def rendered(example: str, release: str = "zhibu") -> Rendered:
        values = CHART / "examples" / f"{example}.yaml"
        done = helm("template", release, CHART, "--namespace", "zhibu", "--values", values)
        assert done.returncode == 0, done.stderr
        return Rendered(example, done.stdout)

    return rendered


@pytest.fixture(params=EXAMPLES)
def chart(request: pytest.FixtureRequest, render: Callable[..., Rendered]) -> Rendered:
    """One example after another."""
    return render(request.param)
