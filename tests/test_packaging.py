"""The container, the compose file and the unit name settings, files, metrics and ports that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot import __version__
from bot.app.adapters import installed
from bot.config import Settings, load

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
UNIT = (ROOT / "packaging" / "paperboy.service").read_text("utf-8")


def settings(environment: dict[str, str]) -> Settings:
    return load(None, environment, installed())


def assigned(text: str) -> dict[str, str]:
    return dict(re.findall(r"\b(PAPERBOY_\w+)=(\S+)", text))


@pytest.mark.parametrize("text", [CONTAINERFILE, UNIT], ids=["container", "unit"])
def test_health_can_be_asked_and_data_has_a_place(text: str) -> None:
    found = settings(assigned(text))
    assert found.operations.port == 9420
    assert found.home in {"/data", "/var/lib/paperboy"}


def test_the_compose_file_publishes_what_paperboy_listens_on_and_to_this_machine_alone() -> None:
    service = COMPOSE["services"]["paperboy"]
    plain = {name: str(value) for name, value in service["environment"].items() if "$" not in str(value)}
    found = settings(plain)
    assert found.adapters["web"]["host"] == found.adapters["site"]["host"] == found.operations.host == "0.0.0.0"
    assert service["ports"] == ["127.0.0.1:8420:8420", "127.0.0.1:8430:8430"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert f":{found.operations.port}/healthz" in " ".join(service["healthcheck"]["test"])
    assert service["image"].endswith(f"paperboy:{__version__}}}")


def test_the_proxy_and_prometheus_ask_where_paperboy_answers() -> None:
    caddy = (ROOT / "packaging" / "Caddyfile").read_text("utf-8")
    assert re.findall(r"^\s+reverse_proxy (\S+)", caddy, re.M) == ["paperboy:8430"]
    scraped = yaml.safe_load((ROOT / "packaging" / "prometheus.yml").read_text("utf-8"))
    assert scraped["scrape_configs"][0]["static_configs"][0]["targets"] == ["paperboy:9420"]
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            name = volume.split(":")[0]
            assert name in COMPOSE["volumes"] or (ROOT / name).is_file(), name


def test_alerts_are_about_metrics_that_the_documentation_lists() -> None:
    described = (ROOT / "docs" / "operations.md").read_text("utf-8")
    rules = yaml.safe_load((ROOT / "packaging" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    for rule in rules:
        for metric in re.findall(r"paperboy_\w+", rule["expr"]):
            assert metric in described, metric


def test_the_build_copies_files_that_exist() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.M):
        assert [name for name in line.split() if not (ROOT / name).exists()] == []
