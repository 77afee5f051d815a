"""A site's settings: typed, explained, and refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from caimera.hub.settings.site import HubSettings
from caimera.web.site import SettingsProblem, database, django_settings, load, settings_module


@pytest.fixture
def settings() -> HubSettings:
    return load(HubSettings)


def test_a_missing_setting_is_named_with_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAIMERA_HUB_DATABASE_URL")
    with pytest.raises(SettingsProblem, match=r"CAIMERA_HUB_DATABASE_URL is not set\. Set it to: PostgreSQL"):
        load(HubSettings)


def test_every_wrong_setting_is_named_and_its_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_HUB_DATABASE_URL", "mysql://user:password@host/db")
    monkeypatch.setenv("CAIMERA_HUB_SITE_ID", "Not A Name")
    with pytest.raises(SettingsProblem) as refused:
        load(HubSettings)
    assert "CAIMERA_HUB_DATABASE_URL cannot be used" in str(refused.value)
    assert "CAIMERA_HUB_SITE_ID cannot be used" in str(refused.value)
    assert "password" not in str(refused.value).replace("mode 0600", "")


def test_the_address_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_HUB_BASE_URL", "https://hub.example.org/")
    assert load(HubSettings).base_url == "https://hub.example.org"


def test_a_site_behind_https_keeps_its_cookies_there(settings: HubSettings) -> None:
    secure = settings.model_copy(update={"base_url": "https://hub.example.org"})
    found = django_settings(secure, apps=(), urlconf="x")
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert found["ALLOWED_HOSTS"] == ["hub.example.org"]
    assert found["DEBUG"] is False


def test_the_database_is_read_from_its_address(settings: HubSettings) -> None:
    url = "postgresql://me%40site:s%3Acret@db.example.org:5433/caimera_hub"
    found = database(settings.model_copy(update={"database_url": url, "database_pool": True}))
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("me@site", "s:cret", "db.example.org")
    assert (found["PORT"], found["NAME"]) == ("5433", "caimera_hub")
    assert found["OPTIONS"]["pool"]["max_size"] > 1


def test_a_socket_directory_with_spaces_is_a_host(settings: HubSettings) -> None:
    url = "postgresql://caimera@/caimera_hub?host=%2Ftmp%2Fa%20place"
    found = database(settings.model_copy(update={"database_url": url, "database_pool": False}))
    assert found["HOST"] == "/tmp/a place"
    assert "pool" not in found["OPTIONS"]


def test_settings_are_read_once_and_only_when_asked() -> None:
    read: list[int] = []

    def build() -> dict[str, object]:
        read.append(1)
        return {"SECRET_KEY": "x", "STATIC_ROOT": Path("y")}

    get, names = settings_module(build)
    assert read == []
    assert get("SECRET_KEY") == "x"
    assert sorted(names()) == ["SECRET_KEY", "STATIC_ROOT"]
    with pytest.raises(AttributeError, match="There is no setting OTHER"):
        get("OTHER")
    assert read == [1]
