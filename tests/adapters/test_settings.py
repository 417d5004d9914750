"""The settings: read strictly, named when they cannot be, and written down where people look."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from pactolus_adapters.settings import Settings, SettingsInvalid, settings_from
from tests.support.examples import ROOT

GOOD = {
    "data": ("/srv/data", Path("/srv/data")),
    "database": ("postgresql://pactolus@db.example/audit", "postgresql://pactolus@db.example/audit"),
    "key_command": ("vault 'read it'", ("vault", "read it")),
    "signing_key": ("/srv/log.pem", Path("/srv/log.pem")),
    "signing_command": ("sign-note", "sign-note"),
    "verifier_key": ("log.example+01234567+AbCd", "log.example+01234567+AbCd"),
    "rules": ("/srv/rules", Path("/srv/rules")),
    "overlays": ("/srv/site", Path("/srv/site")),
    "releases": ("/srv/releases", Path("/srv/releases")),
    "trust": ("/srv/a.pub, /srv/b.pub", (Path("/srv/a.pub"), Path("/srv/b.pub"))),
    "witnesses": ("/srv/policy", Path("/srv/policy")),
    "remote_erasure": ("yes", True),
    "pack": ("r-iss", "r-iss"),
    "host": ("::1", "::1"),
    "port": ("0", 0),
    "plaintext": ("TRUE", True),
    "reflection": ("on", True),
    "code_systems": ("https://site.example/fhir/CodeSystem/", "https://site.example/fhir/CodeSystem/"),
    "fhir_bases": (
        "https://b.example/fhir, https://a.example/",
        ("https://a.example/", "https://b.example/fhir/"),
    ),
    "resource_bytes": ("1", 1),
    "request_bytes": ("2147483647", 2147483647),
    "evaluations": ("1024", 1024),
    "match_seconds": ("3600", 3600),
    "replay_workers": ("2", 2),
    "shadow": ("midas-consolidation@1.1.0", "midas-consolidation@1.1.0"),
    "shadow_packs": ("a, b/c", (Path("a"), Path("b/c"))),
    "shadow_share": ("100", 100),
}


def test_every_setting_is_tried_here() -> None:
    assert GOOD.keys() == {setting.name for setting in fields(Settings)}


def test_without_an_environment_the_defaults_hold() -> None:
    assert settings_from({}) == Settings()


@pytest.mark.parametrize("name", GOOD)
def test_a_variable_sets_its_setting_and_no_other(name: str) -> None:
    text, value = GOOD[name]
    got = settings_from({f"PACTOLUS_{name.upper()}": text, "PACTOLUS_SOMETHING_ELSE": "x", name: "y"})
    others = [setting.name for setting in fields(Settings) if setting.name != name]
    assert getattr(got, name) == value != getattr(Settings(), name)
    assert all(getattr(got, other) == getattr(Settings(), other) for other in others)


def test_a_database_with_its_password_is_not_shown() -> None:
    assert "hunter2" not in repr(settings_from({}, database="postgresql://u:hunter2@db.example/audit"))


def test_what_is_chosen_wins_over_the_environment() -> None:
    assert settings_from({"PACTOLUS_PORT": "7"}, port=8).port == 8
    assert settings_from({"PACTOLUS_PORT": "7"}, port=None).port == 7


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        *(("PACTOLUS_PORT", text) for text in ("-1", "65536", "1.5", " 1", "eighty", "1" * 5000, "٣")),
        *(("PACTOLUS_EVALUATIONS", text) for text in ("0", "1025")),
        *(("PACTOLUS_MATCH_SECONDS", text) for text in ("0", "0.5", "1e3")),
        ("PACTOLUS_REQUEST_BYTES", "0"),
        *(("PACTOLUS_TRUST", text) for text in ("/srv/a.pub,", ",", "/srv/a.pub,,/srv/b.pub")),
        *(("PACTOLUS_FHIR_BASES", text) for text in ("a.example", "https://a.example,", "https://", "urn:x")),
        ("PACTOLUS_RESOURCE_BYTES", "2147483648"),
        ("PACTOLUS_PLAINTEXT", "maybe"),
        ("PACTOLUS_REFLECTION", "2"),
        *(("PACTOLUS_CODE_SYSTEMS", text) for text in ("ftp://x/CodeSystem/", "https://x/fhir", "x")),
        *((f"PACTOLUS_{name.upper()}", "") for name in GOOD),
    ],
)
def test_what_cannot_be_read_is_named_and_not_repeated(variable: str, text: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        settings_from({variable: text})
    assert f"`{variable}`" in str(caught.value)
    assert len(text) < 3 or text not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_served_with_reflection(host: str) -> None:
    settings = settings_from({}, host=host)
    settings.check_serving()
    assert settings.shows_reflection


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "pactolus.example", "localhost.example", ""])
def test_another_address_asks_for_a_word(host: str) -> None:
    settings = settings_from({}, host=host)
    with pytest.raises(SettingsInvalid, match="PACTOLUS_PLAINTEXT"):
        settings.check_serving()
    assert not settings.shows_reflection
    settings_from({"PACTOLUS_PLAINTEXT": "yes"}, host=host).check_serving()
    assert settings_from({"PACTOLUS_REFLECTION": "yes"}, host=host).shows_reflection


def test_the_page_is_what_the_table_says() -> None:
    printed = subprocess.run(
        [sys.executable, "tools/settings_page.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert page == printed, "docs/settings.md is to be printed anew by tools/settings_page.py"
    for setting in fields(Settings):
        assert f"| {setting.name} | `PACTOLUS_{setting.name.upper()}` |" in page
