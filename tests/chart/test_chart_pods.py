"""Pods as the chart renders them: restricted, probed, pinned, without a secret in the open, ending gracefully."""

import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest

from zhibu_core.crypto.vault import SERVICE_ACCOUNT
from zhibu_core.http.health import live, ready
from zhibu_core.http.server import GRACE
from zhibu_core.settings import read_settings

pytestmark = pytest.mark.chart
SETTINGS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
SECRET = re.compile(r"DATABASE_URL$|OWNER_URL$|SECRET$|TOKEN$|_KEY$")


def only_container(pod: Any) -> Any:
    assert "initContainers" not in pod["spec"]
    [container] = pod["spec"]["containers"]
    return container


def environment(pod: Any) -> dict[str, Any]:
    given = only_container(pod)["env"]
    found = {one["name"]: one for one in given}
    assert len(found) == len(given), "a setting is given twice"
    return found


def test_there_are_web_worker_and_migration(chart: Any) -> None:
    optional = {"small": set(), "large-citus": {"operator"}, "university-cloud": {"operator", "bridge"}}
    assert set(chart.pods) == {"web", "worker", "migration"} | optional[chart.example]


def test_every_pod_is_restricted(chart: Any) -> None:
    for pod in chart.pods.values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        rights = only_container(pod)["securityContext"]
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert (rights["allowPrivilegeEscalation"], rights["privileged"]) == (False, False)
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["runAsNonRoot"] is True
        assert rights["seccompProfile"] == {"type": "RuntimeDefault"}


def test_pods_write_to_folders_of_their_own_only(chart: Any) -> None:
    for pod in chart.pods.values():
        kinds = {volume["name"]: next(kind for kind in volume if kind != "name") for volume in pod["spec"]["volumes"]}
        assert set(kinds.values()) <= {"emptyDir", "persistentVolumeClaim", "projected"}
        for mount in only_container(pod)["volumeMounts"]:
            assert mount.get("readOnly", False) is (kinds[mount["name"]] == "projected")
        assert {mount["name"] for mount in only_container(pod)["volumeMounts"]} == {
            volume["name"] for volume in pod["spec"]["volumes"]
        }
    assert "emptyDir" in next(one for one in chart.pods["migration"]["spec"]["volumes"] if one["name"] == "data")


def test_what_lies_in_folders_is_shared_by_all_that_serve(chart: Any) -> None:
    web, *others = (
        {volume["name"]: volume for volume in chart.pods[part]["spec"]["volumes"] if "persistentVolumeClaim" in volume}
        for part in sorted(chart.service, reverse=True)
    )
    assert all(other == web for other in others)
    mounts = {mount["name"]: mount["mountPath"] for mount in only_container(chart.pods["web"])["volumeMounts"]}
    given = environment(chart.pods["web"])
    assert given["ZHIBU_DATA"]["value"] == mounts["data"]
    anchors = given["ZHIBU_ANCHORS"]["value"]
    assert set(web) == ({"data"} if anchors.startswith("s3://") else {"data", "anchors"})
    assert anchors == mounts.get("anchors", anchors)


def test_the_settings_are_ones_that_the_service_reads(chart: Any, tmp_path: Path) -> None:
    for part in chart.service:
        env = {name: given.get("value", "0" * 32) for name, given in environment(chart.pods[part]).items()}
        found = read_settings(env | {"ZHIBU_DATA": str(tmp_path)})
        assert (found.storage.bucket is None) == (env["ZHIBU_STORAGE"] == "folder")
        assert (found.vault is None) == (env["ZHIBU_KEYS"] == "folder")
        assert found.anchor_bucket is not None or found.anchor_folder == Path(env["ZHIBU_ANCHORS"])


def test_vault_is_given_one_proof_of_who_asks(chart: Any) -> None:
    for part, pod in chart.pods.items():
        given, volumes = environment(pod), {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in only_container(pod)["volumeMounts"]}
        proofs = {"ZHIBU_VAULT_ROLE", "ZHIBU_VAULT_TOKEN_FILE"} & set(given)
        in_vault = part in chart.service and given["ZHIBU_KEYS"]["value"] != "folder"
        assert len(proofs) == int(in_vault)
        assert ("vault-account" in volumes) == ("ZHIBU_VAULT_ROLE" in proofs)
        if "vault-account" in volumes:
            [source] = volumes["vault-account"]["projected"]["sources"]
            assert source["serviceAccountToken"]["audience"] not in ("", "https://kubernetes.default.svc")
            assert str(SERVICE_ACCOUNT) == f"{mounts['vault-account']}/{source['serviceAccountToken']['path']}"
        files = {
            f"{mounts['vault']}/{item['path']}"
            for source in volumes.get("vault", {"projected": {"sources": []}})["projected"]["sources"]
            for item in source["secret"]["items"]
        }
        named = {given[name]["value"] for name in ("ZHIBU_VAULT_TOKEN_FILE", "ZHIBU_VAULT_CA") if name in given}
        assert files == named


def test_the_migration_by_the_clock_is_the_same_one(chart: Any) -> None:
    [clock] = chart.of("CronJob")
    assert clock["spec"]["concurrencyPolicy"] == "Forbid"
    assert clock["spec"]["jobTemplate"]["spec"]["template"] == chart.pods["migration"]


def test_one_image_named_by_digest(chart: Any) -> None:
    images = {only_container(pod)["image"] for pod in chart.pods.values()}
    assert len(images) == 1
    assert re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", images.pop())


def test_the_service_has_three_probes_at_doors_that_exist(chart: Any) -> None:
    paths = {"startupProbe": live, "livenessProbe": live, "readinessProbe": ready}
    for part in chart.service:
        container = only_container(chart.pods[part])
        [port] = container["ports"]
        assert str(port["containerPort"]) == environment(chart.pods[part])["ZHIBU_PORT"]["value"]
        for probe, handler in paths.items():
            assert container[probe]["httpGet"] == {"path": next(iter(handler.paths)), "port": port["name"]}


def test_a_pod_has_time_to_end(chart: Any) -> None:
    for part in chart.lasting:
        wait = only_container(chart.pods[part])["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert wait >= 5
        assert chart.pods[part]["spec"]["terminationGracePeriodSeconds"] >= wait + GRACE


def test_memory_is_limited(chart: Any) -> None:
    for pod in chart.pods.values():
        amounts = only_container(pod)["resources"]
        assert "memory" in amounts["limits"]
        assert {"cpu", "memory"} <= set(amounts["requests"])


def test_secrets_are_named_and_never_written(chart: Any) -> None:
    assert chart.of("Secret") == []
    for settings in chart.of("ConfigMap"):
        told = re.findall(r"(?m)^\s*(\w*secret\w*) =", "".join(settings["data"].values()))
        assert told
        assert all(name.endswith("_file") for name in told)
    for pod in chart.pods.values():
        for name, given in environment(pod).items():
            if SECRET.search(name):
                assert set(given["valueFrom"]) == {"secretKeyRef"}
            assert not re.search(r"postgres(ql)?://|BEGIN .*PRIVATE", str(given))


def test_only_the_migration_knows_the_administrator(chart: Any) -> None:
    knowing = {part: environment(chart.pods[part]) for part in chart.service | {"migration"}}
    address = {part: given["ZHIBU_DATABASE_URL"]["valueFrom"] for part, given in knowing.items()}
    assert address["web"] == address["worker"]
    assert address["migration"] != address["web"]
    administrator = address["migration"]["secretKeyRef"]["name"]
    assert administrator not in str([pod for part, pod in chart.pods.items() if part != "migration"])


def test_only_the_operator_knows_the_owner_and_has_no_door(chart: Any) -> None:
    knowing = {part for part, pod in chart.pods.items() if "ZHIBU_OWNER_URL" in environment(pod)}
    assert knowing == chart.service - {"web", "worker"}
    for service in chart.of("Service"):
        assert "operator" not in chart.selected({"matchLabels": service["spec"]["selector"]})
    if knowing:
        own, web = environment(chart.pods["operator"]), environment(chart.pods["web"])
        owner = own.pop("ZHIBU_OWNER_URL")["valueFrom"]["secretKeyRef"]["name"]
        assert own == web
        assert owner not in str([pod for part, pod in chart.pods.items() if part != "operator"])


def test_settings_are_documented_ones(chart: Any) -> None:
    documented = set(re.findall(r"`([A-Z0-9_]+)`", SETTINGS.read_text(encoding="utf-8")))
    for pod in chart.pods.values():
        assert set(environment(pod)) <= documented


def test_arguments_are_commands_that_exist(chart: Any) -> None:
    points = {point.name: point for point in entry_points(group="zhibu.commands")}
    for part in chart.service | {"migration"}:
        container = only_container(chart.pods[part])
        assert "command" not in container
        name, *rest = container["args"]
        command: click.Command = points[name].load()
        context = command.make_context(name, list(rest))
        if isinstance(command, click.Group):
            inner, found, given = command.resolve_command(context, rest)
            assert found is not None
            found.make_context(inner, list(given))
        assert (part, name) in {
            ("web", "serve"),
            ("worker", "worker"),
            ("migration", "migrate"),
            ("operator", "tenant"),
        }
