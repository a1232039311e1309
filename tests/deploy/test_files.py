"""What deploy/ holds: files that parse, name what is there, set settings that exist, and give nothing away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.ops import settings
from tests.drills.container import stages

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
KUBERNETES = ("base", "etl", "address")
IMAGE = "child-protection-monitor"


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(text("compose.yaml")))


def manifests(folder: str) -> dict[str, dict[str, Any]]:
    """What a folder's kustomization makes, by kind."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed.")
    made = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes" / folder)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return {one["kind"]: one for one in yaml.safe_load_all(made.stdout)}


def locked(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """The packages of a lock: their lines, and the hashes of their files."""
    found = {}
    for block in re.split(r"\n(?=[a-z0-9])", path.read_text("utf-8")):
        if name := re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==", block):
            found[name[1]] = block.partition(" \\")[0], frozenset(re.findall(r"sha256:[0-9a-f]{64}", block))
    return found


def needed(names: list[Requirement]) -> set[str]:
    """All packages that these need on this machine, and those that they need in turn."""
    found: set[str] = set()
    waiting = [(one, extra) for one in names for extra in one.extras or {""}]
    while waiting:
        one, extra = waiting.pop()
        if (one.marker and not one.marker.evaluate({"extra": extra})) or canonicalize_name(one.name) in found:
            continue
        found.add(canonicalize_name(one.name))
        inner = [Requirement(each) for each in distribution(one.name).requires or ()]
        waiting += [(each, wanted) for each in inner for wanted in one.extras or {""}]
    return found


# Every file


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_no_file_names_a_machine_a_registry_or_a_secret(path: Path) -> None:
    said = path.read_text("utf-8")
    assert not re.search(r"/(root|home|work|Users)/", said)
    assert not re.search(r"(?i)(password|token|api[_-]?key)\s*[:=]\s*[\"']?(?!false)\w", said)
    assert not re.search(r"\b[\w.-]+\.(azurecr\.io|gcr\.io|ecr\.[\w.-]+|pkg\.dev)\b|\bghcr\.io|\bquay\.io", said)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    # Of the compose file itself: which image, and at which port it is published.
    known = {settings.name_of(one) for one in settings.Settings.__dataclass_fields__} | {
        *settings.OF_THE_ETL, "MONITOR_TAG", "MONITOR_PUBLISHED",
    }  # fmt: skip
    assert set(re.findall(r"\bMONITOR_[A-Z_]*[A-Z]\b", path.read_text("utf-8"))) <= known


def environments() -> Iterator[tuple[str, dict[str, str]]]:
    yield "the image", stages(text("Containerfile"))[-1].environment
    for name, service in compose()["services"].items():
        found = {key: str(value) for key, value in service.get("environment", {}).items()}
        # What is not set by whoever starts it.
        yield name, {key: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for key, value in found.items()}
    pairs = [line.split("=", 1) for line in text("kubernetes/base/settings.env").splitlines()]
    yield "kubernetes", dict(pairs)


@pytest.mark.parametrize(("where", "given"), list(environments()), ids=lambda one: one if isinstance(one, str) else "")
def test_the_settings_that_are_given_are_right(where: str, given: dict[str, str]) -> None:
    settings.read(given)
    assert settings.unknown(given) == [], where


# The image


def test_what_the_image_installs_is_what_the_tests_ran_with_and_no_more() -> None:
    image, whole = locked(ROOT / "requirements.lock"), locked(ROOT / "requirements-test.lock")
    assert {name for name, found in image.items() if whole.get(name) != found} == set()
    assert all(hashes for _, hashes in image.values())
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    run = needed([Requirement(one) for one in declared["dependencies"]])
    assert run <= set(image)
    developers = {canonicalize_name(Requirement(one).name) for one in declared["optional-dependencies"]["dev"]}
    assert developers & set(image) == set()


def test_the_image_runs_as_nobody_and_says_when_it_is_unwell() -> None:
    last = stages(text("Containerfile"))[-1]
    assert last.user == "10001:10001"
    assert last.environment["HOME"] == "/tmp"
    assert last.environment["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert last.command == ["streamlit", "run", "streamlit_app.py"]
    assert "/livez" in last.health[-1]
    compile(last.health[-1], "health", "exec")


def test_every_file_that_is_copied_is_there_and_let_through_to_the_builder() -> None:
    through = re.findall(r"^!(.+)$", text("Containerfile.dockerignore"), re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.+)$", text("Containerfile"), re.MULTILINE):
        *sources, _to = [word for word in line.split() if not word.startswith("--")]
        for source in sources:
            assert list(ROOT.glob(source)), source
            assert any(source == one or source.startswith(f"{one}/") for one in through), source


def test_the_job_is_a_script_that_a_shell_reads_and_anybody_may_run() -> None:
    path = DEPLOY / "etl-job"
    assert os.access(path, os.X_OK)
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


# One machine


def test_every_service_is_locked_down() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert any(one.startswith("/tmp:size=") for one in service["tmpfs"]), name
        assert service["mem_limit"], name
        assert "privileged" not in service, name
        # The job alone may write, and then only where the figures lie.
        written = [one for one in service["volumes"] if not one.endswith(":ro")]
        assert written == (["figures:/data"] if name == "etl" else []), name


def test_nginx_alone_is_published_and_knows_the_replicas_by_fixed_addresses() -> None:
    services = compose()["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    hosts = dict(one.split(":") for one in services["proxy"]["extra_hosts"])
    named = set(re.findall(r"^\s*server (\S+):8501 ", text("nginx.conf"), re.MULTILINE))
    assert set(hosts) == named
    for name in named:
        assert services[name]["networks"]["inside"]["ipv4_address"] == hosts[name]
        assert services["proxy"]["depends_on"][name] == {"condition": "service_healthy"}
        assert "/readyz" in services[name]["healthcheck"]["test"][-1]
        compile(services[name]["healthcheck"]["test"][-1], "health", "exec")
    assert services["etl"]["network_mode"] == "none"


def test_what_is_mounted_into_nginx_is_there_at_the_place_it_looks() -> None:
    conf = text("nginx.conf")
    for one in compose()["services"]["proxy"]["volumes"]:
        from_, to, _ = one.split(":")
        assert (DEPLOY / from_).is_file()
        assert to == "/etc/nginx/nginx.conf" or Path(to).parent.as_posix() in conf


# Kubernetes


@pytest.mark.parametrize("folder", KUBERNETES)
def test_replicas_are_locked_down_probed_and_given_time_to_go(folder: str) -> None:
    pod = manifests(folder)["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == f"{IMAGE}:latest"
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert container["livenessProbe"]["httpGet"]["path"] == container["startupProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert pod["terminationGracePeriodSeconds"] > 2 * 5
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert str(ports["metrics"]) in text("kubernetes/base/settings.env")


@pytest.mark.parametrize("folder", KUBERNETES)
def test_what_they_say_of_one_another_fits(folder: str) -> None:
    found = manifests(folder)
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = found[kind]["spec"]
        selector = spec.get("podSelector") or spec["selector"]
        assert (selector.get("matchLabels") or selector).items() <= labels.items(), kind
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    backend = found["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == found["Service"]["metadata"]["name"]
    (hosts,) = [line for line in text("kubernetes/base/settings.env").splitlines() if line.startswith("MONITOR_HOSTS=")]
    assert found["Ingress"]["spec"]["rules"][0]["host"] == hosts.partition("=")[2]
    (target,) = found["HorizontalPodAutoscaler"]["spec"]["metrics"]
    assert target["pods"]["metric"]["name"] == "monitor_sessions"
    assert int(target["pods"]["target"]["averageValue"]) < 250


def test_one_job_at_a_time_writes_the_volume_that_replicas_read() -> None:
    found = manifests("etl")
    job = found["CronJob"]["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["command"] == ["etl-job"]
    (read,) = [
        one
        for one in found["Deployment"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
        if one["mountPath"] == "/data"
    ]
    assert read["readOnly"] is True
    for volumes in (pod["volumes"], found["Deployment"]["spec"]["template"]["spec"]["volumes"]):
        claims = [one["persistentVolumeClaim"]["claimName"] for one in volumes if "persistentVolumeClaim" in one]
        assert claims == [found["PersistentVolumeClaim"]["metadata"]["name"]]
