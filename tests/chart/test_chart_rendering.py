"""The chart by helm and kubernetes-validate: clean, valid for two releases of Kubernetes, strict about its values."""

import difflib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.chart
CHART = Path(__file__).resolve().parents[2] / "helm" / "zhibu"
GOLDEN = Path(__file__).parent / "golden"
SMALL = CHART / "examples" / "small.yaml"


def test_lint_is_silent(helm: Callable[..., Any], chart: Any) -> None:
    done = helm("lint", "--strict", "--quiet", "--values", CHART / "examples" / f"{chart.example}.yaml", CHART)
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")


@pytest.mark.parametrize("release", ["1.30", "1.35"])
def test_objects_are_valid(chart: Any, release: str, tmp_path: Path) -> None:
    program = shutil.which("kubernetes-validate")
    assert program, "kubernetes-validate is missing: run `make test-chart`, which fetches it"
    file = tmp_path / "objects.yaml"
    file.write_text(chart.text, encoding="utf-8")
    command = [program, "--strict", "--kubernetes-version", release, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count(" passed for resource ") == len(chart.objects)


@pytest.mark.parametrize("release", ["a", "dj-2026", "x" * 53])
def test_names_fit_whatever_the_release_is_called(render: Callable[..., Any], release: str) -> None:
    names = [one["metadata"]["name"] for one in render("small", release).of("Deployment", "Job", "Service")]
    assert all(len(name) <= 63 for name in names)
    assert len(set(names)) == len(names)
    [clock] = render("small", release).of("CronJob")
    assert len(clock["metadata"]["name"]) <= 52, "a CronJob adds eleven characters for each of its jobs"


def test_two_releases_in_one_namespace_share_nothing(render: Callable[..., Any]) -> None:
    one, two = render("small", "one"), render("small", "two")
    assert not {(o["kind"], o["metadata"]["name"]) for o in one.objects} & {
        (o["kind"], o["metadata"]["name"]) for o in two.objects
    }
    for policy in one.of("NetworkPolicy"):
        assert two.selected(policy["spec"]["podSelector"]) == set()


REFUSED = {
    "image.tag=latest": "tag",
    "image.digest=latest": "digest",
    "image.repository=registry.example.edu.cn/zhibu:1.0": "repository",
    "image.digest=": "digest",
    "issuer.url=http://id.example.edu.cn/realms/zhibu": "url",
    "issuer.clientSecret=hunter2": "clientSecret",
    "database.runtime.existingSecret=": "existingSecret",
    "database.url=postgresql://a:b@c/d": "url",
    "environment.ZHIBU_DATABASE_URL=postgresql://a:b@c/d": "ZHIBU_DATABASE_URL",
    "environment.ZHIBU_SMTP_PASSWORD=x": "ZHIBU_SMTP_PASSWORD",
    "environment.LD_PRELOAD=x": "LD_PRELOAD",
    "web.replicas=1": "replicas",
    "web.resources.limits=null": "limits",
    "web.securityContext.runAsUser=0": "securityContext",
    "ingress.trustedProxies={0.0.0.0/0}": "trustedProxies",
    "ingress.trustedProxies={}": "trustedProxies",
    "ingress.tlsSecret=": "tlsSecret",
    "network.database.peers=null": "database",
    "network.issuer.peers={}": "peers",
    "network.storage.peers[0].ipBlock.cidr=0.0.0.0/0": "peers",
    "storage.place=s3://files": "storage",
    "storage.endpoint=http://minio:9000": "endpoint",
    "storage.clamd=clamd:3310": "clamd",
    "storage.secretKey=hunter2": "secretKey",
    "keys.place=vault+http://vault:8200": "place",
    "keys.place=vault+https://vault:8200": "keys",
    "keys.token.existingSecret=Vault": "existingSecret",
    "anchors.place=s3://anchors": "anchors",
    "anchors.place=/somewhere": "place",
    "staff.url=http://id.example.edu.cn": "url",
    "environment.ZHIBU_STORAGE=s3://files": "ZHIBU_STORAGE",
    "environment.ZHIBU_VAULT_ROLE=zhibu": "ZHIBU_VAULT_ROLE",
    "secretEnvironment.ZHIBU_S3_SECRET_KEY.existingSecret=x": "ZHIBU_S3_SECRET_KEY",
    "shutdown.wait=0": "wait",
    "data.existingClaim=": "existingClaim",
    "migration.schedule=nightly": "schedule",
    "postgresql.enabled=true": "postgresql",
    "bridge.enabled=true": "bridge",
}


@pytest.mark.parametrize("setting", REFUSED)
def test_unsafe_values_are_refused_by_name(helm: Callable[..., Any], setting: str) -> None:
    done = helm("template", "zhibu", CHART, "--values", SMALL, "--set", setting)
    assert done.returncode != 0, "taken"
    assert REFUSED[setting] in done.stderr


INCOMPLETE = {
    "university-cloud": {
        "storage.accessKey.existingSecret=": "storage",
        "network.storage.peers={}": "storage",
        "network.vault.peers={}": "vault",
        "network.anchors.peers={}": "anchors",
        "network.clamd.peers={}": "clamd",
        "keys.role=": "keys",
        "keys.token.existingSecret=another": "keys",
        "anchors.existingClaim=another": "anchors",
    },
    "large-citus": {"keys.token.existingSecret=": "keys", "storage.endpoint=": "storage"},
}


@pytest.mark.parametrize(("example", "setting"), [(one, setting) for one in INCOMPLETE for setting in INCOMPLETE[one]])
def test_services_by_half_are_refused(helm: Callable[..., Any], example: str, setting: str) -> None:
    values = CHART / "examples" / f"{example}.yaml"
    done = helm("template", "zhibu", CHART, "--values", values, "--set", setting)
    assert done.returncode != 0, "taken"
    assert INCOMPLETE[example][setting] in done.stderr


def test_further_secrets_are_named_too(helm: Callable[..., Any]) -> None:
    one = "secretEnvironment.ZHIBU_KEYCLOAK_CLIENT_SECRET"
    given = ("--set", f"{one}.existingSecret=zhibu-keycloak,{one}.key=secret")
    done = helm("template", "zhibu", CHART, "--values", SMALL, *given)
    assert done.returncode == 0, done.stderr
    objects = yaml.safe_load_all(done.stdout)
    [web] = [x for x in objects if (x["kind"], x["metadata"]["name"]) == ("Deployment", "zhibu-web")]
    entries = {entry["name"]: entry for entry in web["spec"]["template"]["spec"]["containers"][0]["env"]}
    reference = {"secretKeyRef": {"name": "zhibu-keycloak", "key": "secret"}}
    assert entries["ZHIBU_KEYCLOAK_CLIENT_SECRET"] == {"name": "ZHIBU_KEYCLOAK_CLIENT_SECRET", "valueFrom": reference}


def test_an_installation_must_say_what_is_its_own(helm: Callable[..., Any]) -> None:
    done = helm("template", "zhibu", CHART)
    assert done.returncode != 0
    for part in ("image", "data", "ingress", "database", "issuer", "network"):
        assert part in done.stderr


def test_nothing_else_is_deployed() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert "dependencies" not in chart
    assert not (CHART / "charts").exists()


def test_renderings_are_the_ones_looked_at(chart: Any) -> None:
    golden = GOLDEN / f"{chart.example}.txt"
    now = "".join(f"{line}\n" for line in inventory(chart))
    before = golden.read_text(encoding="utf-8") if golden.exists() else ""
    changed = "".join(difflib.unified_diff(before.splitlines(True), now.splitlines(True), "looked at", "now"))
    assert not changed, f"look at this, then write it to {golden.name}:\n{changed}\n{now}"


def inventory(chart: Any) -> list[str]:
    """What a rendering deploys, one line an object, in words that a review can read."""
    tell = {"Deployment": _workload, "Job": _workload, "NetworkPolicy": _policy, "HorizontalPodAutoscaler": _scaler}
    tell |= {"CronJob": _clock, "Ingress": _doors, "PersistentVolumeClaim": _claim}
    lines = [
        f"{one['kind']} {one['metadata']['name']}{tell.get(one['kind'], _nothing)(one.get('spec', one))}"
        for one in chart.objects
    ]
    return sorted(lines)


def _nothing(_spec: Any) -> str:
    return ""


def _workload(spec: Any) -> str:
    pod = spec["template"]["spec"]
    [container] = pod["containers"]
    amounts = container["resources"]
    claims = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    said = [
        " ".join([*container.get("command", []), *container["args"]]),
        f"replicas {spec.get('replicas', 'scaled')}"
        if "selector" in spec
        else f"within {spec['activeDeadlineSeconds']} s",
        f"cpu {amounts['requests']['cpu']}, memory {amounts['requests']['memory']} to {amounts['limits']['memory']}",
        *(f"claim {name}" for name in claims),
        *(_proof(source) for one in pod["volumes"] for source in one.get("projected", {}).get("sources", [])),
        "settings " + " ".join(sorted(one["name"].removeprefix("ZHIBU_") for one in container["env"])),
    ]
    return ": " + "; ".join(said)


def _proof(source: Any) -> str:
    if "serviceAccountToken" in source:
        return f"token for {source['serviceAccountToken']['audience']}"
    if "configMap" in source:
        return f"settings file of {source['configMap']['name']}"
    return f"{', '.join(one['path'] for one in source['secret']['items'])} of {source['secret']['name']}"


def _policy(spec: Any) -> str:
    said = []
    for way, end in (("ingress", "from"), ("egress", "to")):
        for rule in spec.get(way, []):
            ports = ", ".join(f"{one['protocol']} {one['port']}" for one in rule["ports"])
            said.append(f"{end} {' or '.join(_peer(one) for one in rule[end])} on {ports}")
    return ": " + ("; ".join(said) or "nothing")


def _peer(peer: Any) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    return " ".join(f"{n}={v}" for part in peer.values() for n, v in part["matchLabels"].items())


def _clock(spec: Any) -> str:
    return f": at {spec['schedule']}{_workload(spec['jobTemplate']['spec'])}"


def _doors(spec: Any) -> str:
    return ": " + " ".join(rule["host"] for rule in spec["rules"])


def _claim(spec: Any) -> str:
    return f": {', '.join(spec['accessModes'])}, {spec['resources']['requests']['storage']}"


def _scaler(spec: Any) -> str:
    return f": {spec['minReplicas']} to {spec['maxReplicas']}"
