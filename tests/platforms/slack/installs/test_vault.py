"""What the vault promises: readable with a key of ours, under its own name, and in no other way."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.install.vault import FILE, Unreadable, Vault, open_vault
from bot.errors import ConfigError

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
NAMES = st.text(max_size=40)


@given(name=NAMES, value=st.binary(max_size=300))
def test_what_is_sealed_opens_under_its_name(name: str, value: bytes) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(name, value)
    assert vault.open(name, sealed) == value
    assert len(value) < 8 or value not in sealed


@given(name=NAMES, other=NAMES, value=st.binary(max_size=50))
def test_a_record_that_was_moved_to_another_tenant_does_not_open(name: str, other: str, value: bytes) -> None:
    vault = Vault([NEW])
    if name != other:
        with pytest.raises(Unreadable):
            vault.open(other, vault.seal(name, value))


@given(place=st.integers(min_value=0, max_value=10_000), by=st.integers(min_value=1, max_value=255))
def test_a_record_that_was_changed_does_not_open(place: int, by: int) -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal("T1", b"xoxb-secret"))
    sealed[place % len(sealed)] ^= by
    with suppress(Unreadable):
        assert vault.open("T1", bytes(sealed)) == b"xoxb-secret"  # base64 has bits that mean nothing


@given(junk=st.binary(max_size=200))
def test_junk_does_not_open(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        Vault([NEW]).open("T1", junk)


def test_an_old_key_opens_and_the_newest_seals() -> None:
    sealed = Vault([OLD]).seal("T1", b"token")
    both = Vault([NEW, OLD])
    assert both.open("T1", sealed) == b"token"
    renewed = both.renew("T1", sealed)
    assert renewed is not None
    assert Vault([NEW]).open("T1", renewed) == b"token"
    assert both.renew("T1", renewed) is None


def test_a_key_that_is_gone_is_said_with_what_to_do() -> None:
    sealed = Vault([OLD]).seal("install/T1", b"token")
    with pytest.raises(Unreadable, match="SLACK_SECRET_KEYS") as caught:
        Vault([NEW]).open("install/T1", sealed)
    assert "install/T1" in str(caught.value)


@pytest.mark.parametrize(
    "wrong", ["hunter2hunter2", "kö", NEW[:-4], f"{NEW},too-short"], ids=["word", "not ascii", "cut", "second"]
)
def test_a_malformed_key_is_named_by_its_place_and_never_shown(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SLACK_SECRET_KEYS") as caught:
        open_vault(wrong, tmp_path)
    assert "generate_key" in caught.value.hint
    assert not any(part in str(caught.value) for part in wrong.split(","))
    assert not (tmp_path / FILE).exists()


def test_without_keys_there_is_a_key_file_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    sealed = open_vault("", home).seal("T1", b"token")
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == [FILE]
    assert open_vault(" , ", home).open("T1", sealed) == b"token"


def test_with_keys_no_file_is_made_and_an_old_one_still_opens(tmp_path: Path) -> None:
    sealed = open_vault("", tmp_path / "a").seal("T1", b"token")
    assert open_vault(f" {NEW} , {OLD}", tmp_path / "a").open("T1", sealed) == b"token"
    open_vault(NEW, tmp_path)
    assert not (tmp_path / FILE).exists()


def test_of_many_that_start_together_all_use_one_key_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        vaults = list(pool.map(lambda _: open_vault("", tmp_path), range(16)))
    sealed = vaults[0].seal("T1", b"token")
    assert [vault.open("T1", sealed) for vault in vaults] == [b"token"] * 16
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_key_file_that_others_can_read_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    open_vault("", tmp_path)
    (tmp_path / FILE).chmod(0o644)
    open_vault("", tmp_path)
    assert "chmod 600" in caplog.text


def test_a_key_file_that_holds_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a key")
    with pytest.raises(ConfigError, match=FILE):
        open_vault("", tmp_path)
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="read"):
        open_vault("", tmp_path)
