"""Where tokens are kept."""

from pathlib import Path

import pytest

from caimera.client.errors import TokensUnreadable
from caimera.client.tokens import Token, TokenFile, config_home

TOKEN = Token("secret-a", "https://issuer.example/", "program", 2_000_000_000.0, "secret-r")


def test_tokens_are_kept_for_each_hub(tokens: TokenFile) -> None:
    assert tokens.get("https://a.example") is None
    tokens.put("https://a.example", TOKEN)
    tokens.put("https://b.example", Token("x", "https://issuer.example/", "program", 0.0))
    assert tokens.get("https://a.example") == TOKEN
    assert tokens.remove("https://a.example") == TOKEN
    assert tokens.remove("https://a.example") is None
    assert tokens.get("https://b.example") is not None


def test_only_the_owner_can_read_them(tokens: TokenFile) -> None:
    tokens.put("https://a.example", TOKEN)
    assert tokens.path.stat().st_mode & 0o777 == 0o600
    assert tokens.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tokens.path.parent.iterdir()] == ["tokens.json"]


def test_a_file_open_to_others_is_refused(tokens: TokenFile) -> None:
    tokens.put("https://a.example", TOKEN)
    tokens.path.chmod(0o644)
    with pytest.raises(TokensUnreadable, match="chmod 600"):
        tokens.get("https://a.example")


@pytest.mark.parametrize("text", ["{", "[]", '{"https://a.example": {"other": 1}}'])
def test_a_damaged_file_is_said_to_be_damaged(tokens: TokenFile, text: str) -> None:
    tokens.path.parent.mkdir()
    tokens.path.touch(mode=0o600)
    tokens.path.write_text(text)
    with pytest.raises(TokensUnreadable, match="damaged"):
        tokens.get("https://a.example")


def test_a_token_does_not_show_itself() -> None:
    assert "secret" not in repr(TOKEN)


def test_a_token_knows_when_it_ends() -> None:
    assert Token("x", "i", "c", 0.0).ends_within(0)
    assert not TOKEN.ends_within(30)


def test_the_configuration_directory_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_CONFIG_HOME", "/a/b")
    assert config_home() == Path("/a/b")
    monkeypatch.delenv("CAIMERA_CONFIG_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    assert config_home() == Path("/c/caimera")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert config_home() == Path("/home/somebody/.config/caimera")
