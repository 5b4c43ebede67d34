"""The login bridge as the chart runs it: off by default, on settings that it takes, apart from the tenants' data and services."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from zhibu_bridge.assembling import assemble, make_issuers
from zhibu_bridge.command import bridge as program
from zhibu_bridge.settings import BridgeSettings, read_bridge

pytestmark = pytest.mark.chart
CHART = Path(__file__).resolve().parents[2] / "helm" / "zhibu"
VALUES = CHART / "examples" / "university-cloud.yaml"
PATHS = {"database", "storage", "vault", "anchors", "clamd"}


@pytest.fixture(scope="module")
def chart(render: Callable[..., Any]) -> Any:
    """The example that has a bridge."""
    return render("university-cloud")


@pytest.fixture
def objects(helm: Callable[..., Any]) -> Callable[..., list[Any]]:
    """`objects("bridge.replicas=1")`: the bridge's own objects with this value changed."""

    def rendered(setting: str) -> list[Any]:
        done = helm("template", "zhibu", CHART, "--values", VALUES, "--set", setting)
        assert done.returncode == 0, done.stderr
        return [one for one in yaml.safe_load_all(done.stdout) if one["metadata"]["name"].startswith("zhibu-bridge")]

    return rendered


def container(chart: Any) -> Any:
    [found] = chart.pods["bridge"]["spec"]["containers"]
    return found


def sources_of_files(chart: Any) -> list[Any]:
    [volume] = [one for one in chart.pods["bridge"]["spec"]["volumes"] if "projected" in one]
    return list(volume["projected"]["sources"])


def mounted(chart: Any, folder: Path) -> Path:
    """The folder of settings as the pod sees it, with secrets of the test's own and the claim beside it."""
    [settings] = chart.of("ConfigMap")
    for source in sources_of_files(chart):
        for item in source.get("configMap", source.get("secret"))["items"]:
            content = settings["data"][item["key"]] if "configMap" in source else item["key"] * 9
            (folder / item["path"]).write_text(content, encoding="utf-8")
    return folder / "bridge.toml"


def on_disk(settings: BridgeSettings, folder: Path) -> BridgeSettings:
    """The same settings, with the claim in a folder of the test's own."""
    return BridgeSettings(settings.address, str(folder), settings.sources, settings.host, settings.port)


def test_without_a_word_there_is_none(render: Callable[..., Any]) -> None:
    assert "bridge" not in render("small").text


def test_its_settings_are_ones_that_it_starts_with(chart: Any, tmp_path: Path) -> None:
    file = mounted(chart, tmp_path)
    settings = read_bridge(file)
    issuers = make_issuers(on_disk(settings, tmp_path / "claim"), tmp_path)
    [ingress] = [one for one in chart.of("Ingress") if one["metadata"]["name"] == "zhibu-bridge"]
    [host] = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert {name: (one.address, one.settings.tenant, one.signer.algorithm) for name, one in issuers.items()} == {
        "yunting-cas": (f"https://{host}/yunting-cas", "yunting", "ES256"),
        "beihu-wecom": (f"https://{host}/beihu-wecom", "beihu", "RS256"),
    }
    named = {one.client.secret_file for one in settings.sources.values()}
    named |= {name for one in settings.sources.values() for key, name in one.settings.items() if key.endswith("_file")}
    assert named == {path.name for path in tmp_path.iterdir() if path.is_file()} - {file.name}


def test_folders_are_mounted_where_the_file_says(chart: Any, tmp_path: Path) -> None:
    settings = read_bridge(mounted(chart, tmp_path))
    mounts = {one["name"]: one["mountPath"] for one in container(chart)["volumeMounts"]}
    assert mounts["data"] == settings.data
    assert container(chart)["args"] == ["serve", "--config", f"{mounts['settings']}/bridge.toml"]


def test_the_command_is_one_that_the_image_has(chart: Any, tmp_path: Path) -> None:
    [name] = container(chart)["command"]
    [point] = entry_points(group="console_scripts", name=name)
    assert point.module == "zhibu_bridge.command"
    verb, option, _ = container(chart)["args"]
    program.commands[verb].make_context(verb, [option, str(mounted(chart, tmp_path))])


def test_its_probes_ask_a_door_that_it_has(chart: Any, tmp_path: Path) -> None:
    settings = read_bridge(mounted(chart, tmp_path))
    doors = {route.path for route in assemble(on_disk(settings, tmp_path / "claim"), tmp_path).routes}
    [port] = container(chart)["ports"]
    assert (settings.host, settings.port) == ("0.0.0.0", port["containerPort"])
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container(chart)[probe]["httpGet"]
        assert asked["path"] in doors
        assert asked["port"] == port["name"]


def test_it_has_nothing_of_the_tenants(chart: Any) -> None:
    own, web = chart.pods["bridge"]["spec"], chart.pods["web"]["spec"]
    assert [one["name"] for one in container(chart)["env"]] == ["ZHIBU_LOG"]
    assert own["serviceAccountName"] != web["serviceAccountName"]
    claims = [
        {one["persistentVolumeClaim"]["claimName"] for one in spec["volumes"] if "persistentVolumeClaim" in one}
        for spec in (own, web)
    ]
    assert not claims[0] & claims[1]
    secrets = {one["secret"]["name"] for one in sources_of_files(chart) if "secret" in one}
    assert not any(name in str([chart.pods[part] for part in chart.service]) for name in secrets)


def test_it_reaches_names_providers_and_keycloak_only(chart: Any) -> None:
    policies = {one["metadata"]["name"].removeprefix("zhibu-"): one["spec"] for one in chart.of("NetworkPolicy")}
    taking = {name for name, spec in policies.items() if "bridge" in chart.selected(spec["podSelector"])}
    assert taking == {"closed", "bridge"}
    own = policies["bridge"]
    assert own["ingress"] == policies["from-ingress"]["ingress"]
    names, *providers, keycloak = own["egress"]
    assert [names, keycloak] == [policies[f"to-{one}"]["egress"][0] for one in ("dns", "issuer")]
    given = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["network"]["bridge"]["providers"]
    assert [(one["to"], one["ports"][0]["port"]) for one in providers] == [(one["peers"], one["port"]) for one in given]
    assert not any(policies[f"to-{one}"]["egress"][0] in own["egress"] for one in PATHS)


def test_the_way_to_keycloak_is_for_notices_only(objects: Callable[..., list[Any]]) -> None:
    changed = objects("bridge.sources.yunting-cas.client.logoutAddress=")
    [policy] = [one for one in changed if one["kind"] == "NetworkPolicy"]
    assert "keycloak" not in str(policy["spec"]["egress"])


def test_a_mesh_may_ask_beside_the_ingress(objects: Callable[..., list[Any]]) -> None:
    setting = "network.bridge.clients[0].podSelector.matchLabels.app=keycloak"
    [policy] = [one for one in objects(setting) if one["kind"] == "NetworkPolicy"]
    [rule] = policy["spec"]["ingress"]
    assert rule["from"][1:] == [{"podSelector": {"matchLabels": {"app": "keycloak"}}}]


def test_its_pods_share_a_claim_that_stays(chart: Any) -> None:
    [claim] = chart.of("PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    [volume] = [one for one in chart.pods["bridge"]["spec"]["volumes"] if one["name"] == "data"]
    assert volume["persistentVolumeClaim"] == {"claimName": claim["metadata"]["name"]}


def test_a_claim_of_yours_is_taken_as_it_is(objects: Callable[..., list[Any]]) -> None:
    found = {one["kind"]: one for one in objects("bridge.data.existingClaim=logins")}
    assert "PersistentVolumeClaim" not in found
    assert "'claimName': 'logins'" in str(found["Deployment"])


def test_one_pod_alone_has_no_budget_that_would_block(objects: Callable[..., list[Any]]) -> None:
    assert "PodDisruptionBudget" in {one["kind"] for one in objects("bridge.replicas=2")}
    assert "PodDisruptionBudget" not in {one["kind"] for one in objects("bridge.replicas=1")}


def test_other_settings_make_other_pods(chart: Any, objects: Callable[..., list[Any]]) -> None:
    [other] = [one for one in objects("bridge.sources.yunting-cas.algorithm=RS256") if one["kind"] == "Deployment"]
    assert other["spec"]["template"]["metadata"]["annotations"] != chart.pods["bridge"]["metadata"]["annotations"]


CAS, WECOM = "bridge.sources.yunting-cas", "bridge.sources.beihu-wecom"
REFUSED = {
    "bridge.ingress.host=": "host",
    "bridge.ingress.host=dj.beihu.example.edu.cn": "host",
    "bridge.ingress.host=dj.cloud.example.edu.cn": "host",
    "bridge.ingress.tlsSecret=": "tlsSecret",
    "bridge.demo=true": "demo",
    "bridge.data.size=lots": "size",
    "bridge.resources.limits=null": "limits",
    "network.bridge.providers={}": "providers",
    "network.bridge.providers[0].peers[0].ipBlock.cidr=0.0.0.0/0": "peers",
    "bridge.sources.new.kind=cas": "tenant",
    "bridge.sources.New.kind=cas": "New",
    f"{CAS}.algorithm=none": "algorithm",
    f"{CAS}.settings.server=http://cas.example.edu.cn": "server",
    f"{CAS}.client.secret=hunter2": "secret",
    f"{CAS}.client.redirectAddresses={{}}": "redirectAddresses",
    f"{CAS}.client.redirectAddresses[0]=http://id.example.edu.cn": "redirectAddresses",
    f"{CAS}.client.logoutAddress=http://id.example.edu.cn": "logoutAddress",
    f"{WECOM}.settings.corpsecret=hunter2": "corpsecret",
    f"{WECOM}.settings.secret_file=elsewhere": "secret_file",
    f"{CAS}.kind=wecom": "secrets",
    f"{WECOM}.kind=cas": "server",
    f"{WECOM}.secrets.secret_file=hunter2": "secret_file",
    f"{WECOM}.kind=dingtalk": "client_id",
}


@pytest.mark.parametrize("setting", REFUSED)
def test_unsafe_or_half_bridges_are_refused(helm: Callable[..., Any], setting: str) -> None:
    done = helm("template", "zhibu", CHART, "--values", VALUES, "--set", setting)
    assert done.returncode != 0, "taken"
    assert REFUSED[setting] in done.stderr
