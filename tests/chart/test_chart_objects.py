"""What surrounds the pods: networks closed but for named openings, disruption budgets, autoscalers, the migration's turn."""

from typing import Any

import pytest

pytestmark = pytest.mark.chart


def policies(chart: Any) -> dict[str, Any]:
    return {one["metadata"]["name"].removeprefix("zhibu-"): one["spec"] for one in chart.of("NetworkPolicy")}


def test_all_is_closed_first(chart: Any) -> None:
    closed = policies(chart)["closed"]
    assert chart.selected(closed["podSelector"]) == set(chart.pods)
    assert sorted(closed["policyTypes"]) == ["Egress", "Ingress"]
    assert not {"ingress", "egress"} & set(closed)


def test_openings_name_both_ends(chart: Any) -> None:
    for name, spec in policies(chart).items():
        for rule in [*spec.get("egress", []), *spec.get("ingress", [])]:
            ends = rule.get("to", rule.get("from"))
            assert ends, f"{name} is open to everybody"
            assert all(end for end in ends)
            assert rule["ports"], f"{name} is open on every port"
            assert not any(end.get("ipBlock", {}).get("cidr", "").endswith("/0") for end in ends)


def test_the_migration_reaches_names_and_database_only(chart: Any) -> None:
    all_policies = policies(chart)
    own = {name for name, spec in all_policies.items() if "migration" in chart.selected(spec["podSelector"])}
    assert own == {"closed", "migration"}
    wanted = [all_policies[name]["egress"][0] for name in ("to-dns", "to-database")]
    assert all_policies["migration"]["egress"] == wanted
    assert sorted(all_policies["migration"]["policyTypes"]) == ["Egress", "Ingress"]


def test_web_and_worker_reach_what_they_need(chart: Any) -> None:
    for name, spec in policies(chart).items():
        if name.startswith("to-"):
            assert chart.selected(spec["podSelector"]) == chart.service
    assert {"to-dns", "to-database", "to-issuer"} <= set(policies(chart))


def test_there_is_a_way_to_each_service_that_is_set(chart: Any) -> None:
    given = {entry["name"]: entry.get("value", "") for entry in chart.pods["web"]["spec"]["containers"][0]["env"]}
    opened = {"storage": "ZHIBU_S3_ENDPOINT", "vault": "ZHIBU_VAULT_KV", "anchors": "ZHIBU_ANCHOR_S3_ENDPOINT"}
    for name, setting in (opened | {"clamd": "ZHIBU_CLAMD"}).items():
        assert (f"to-{name}" in policies(chart)) == (setting in given), name


def test_only_web_and_bridge_are_asked_from_outside(chart: Any) -> None:
    asked = [{part} for part in sorted({"bridge", "web"} & set(chart.pods))]
    services = [one["spec"] for one in chart.of("Service")]
    assert {spec["type"] for spec in services} == {"ClusterIP"}
    assert sorted((chart.selected({"matchLabels": spec["selector"]}) for spec in services), key=sorted) == asked
    opened = [spec for name, spec in policies(chart).items() if "ingress" in spec and name != "from-monitoring"]
    assert sorted((chart.selected(spec["podSelector"]) for spec in opened), key=sorted) == asked


def test_every_host_has_a_certificate(chart: Any) -> None:
    hosts = []
    for ingress in chart.of("Ingress"):
        [tls] = ingress["spec"]["tls"]
        assert tls["secretName"]
        assert [rule["host"] for rule in ingress["spec"]["rules"]] == tls["hosts"]
        backends = [path["backend"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
        assert {backend["service"]["name"] for backend in backends} == {ingress["metadata"]["name"]}
        hosts += tls["hosts"]
    assert len(set(hosts)) == len(hosts)
    assert [one["metadata"]["name"] for one in chart.of("Service")] == [
        one["metadata"]["name"] for one in chart.of("Ingress")
    ]


def test_budgets_cover_each_deployment_once(chart: Any) -> None:
    budgets = chart.of("PodDisruptionBudget")
    assert sorted(part for one in budgets for part in chart.selected(one["spec"]["selector"])) == sorted(chart.lasting)
    assert all(one["spec"]["maxUnavailable"] >= 1 for one in budgets)


def test_deployments_take_their_own_pods(chart: Any) -> None:
    taken = [chart.selected(one["spec"]["selector"]) for one in chart.of("Deployment")]
    assert sorted(taken, key=sorted) == [{part} for part in sorted(chart.lasting)]
    for one in chart.of("Deployment"):
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_replicas_are_counted_by_one_only(chart: Any) -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in chart.of("HorizontalPodAutoscaler")}
    for one in chart.of("Deployment"):
        name = one["metadata"]["name"]
        assert ("replicas" in one["spec"]) != (name in scaled), "an autoscaler and a fixed number would fight"
    assert all(spec["minReplicas"] <= spec["maxReplicas"] for spec in scaled.values())
    assert set(scaled) <= {one["metadata"]["name"] for one in chart.of("Deployment")}


def test_the_migration_comes_before_everything_new(chart: Any) -> None:
    hooks = {
        one["kind"]: one["metadata"]["annotations"]
        for one in chart.objects
        if "helm.sh/hook" in one["metadata"].get("annotations", {})
    }
    assert set(hooks) == {"Job", "NetworkPolicy"}
    assert {one["helm.sh/hook"] for one in hooks.values()} == {"pre-install,pre-upgrade"}
    assert int(hooks["NetworkPolicy"]["helm.sh/hook-weight"]) < int(hooks["Job"]["helm.sh/hook-weight"])


def test_accounts_have_no_token(chart: Any) -> None:
    assert {one["automountServiceAccountToken"] for one in chart.of("ServiceAccount")} == {False}
    assert chart.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding") == []
