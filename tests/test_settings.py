"""A shop is told its surroundings by variables or by one file, and says which one is wrong."""

from pathlib import Path

import pytest

from quietshelf.settings import Settings, SettingsError


def test_a_shop_that_is_told_nothing_keeps_to_its_own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({})
    assert settings.home == tmp_path / "var"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.on_sqlite
    assert settings.mqtt_url is None
    assert settings.smtp_url is None


def test_the_environment_wins_over_the_file_and_paths_in_the_file_start_at_its_folder(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text('QUIETSHELF_HOME = "shop"\nQUIETSHELF_HTTP = "0.0.0.0:80"\n')
    settings = Settings.load({"QUIETSHELF_CONFIG": str(config), "QUIETSHELF_HTTP": "[::1]:8081"})
    assert settings.home == tmp_path / "shop"
    assert (settings.http_host, settings.http_port) == ("::1", 8081)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIETSHELF_HTTP", "8080"),
        ("QUIETSHELF_HTTP", "localhost:eighty"),
        ("QUIETSHELF_HTTP", "me@localhost:8080"),
        ("QUIETSHELF_DATABASE_URL", "shop.db"),
        ("QUIETSHELF_DATABASE_URL", "mysql://localhost/shop"),
        ("QUIETSHELF_DATABASE_URL", "sqlite://"),
        ("QUIETSHELF_MQTT_URL", "localhost:1883"),
        ("QUIETSHELF_MQTT_URL", "mqtt://broker:99999"),
        ("QUIETSHELF_SMTP_URL", "https://mail.example"),
        ("QUIETSHELF_MAIL_FROM", "the shop"),
        ("QUIETSHELF_HOME", __file__),
    ],
)
def test_a_bad_value_is_named_with_what_to_write(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}: .* Write "):
        Settings.load({name: value})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('QUIETSHELF_HOEM = "x"', "no setting QUIETSHELF_HOEM"),
        ("QUIETSHELF_HTTP = 8080", "in quotes"),
        ("QUIETSHELF_HTTP", "can't be read"),
    ],
)
def test_a_bad_settings_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    config = tmp_path / "shop.toml"
    config.write_text(text)
    with pytest.raises(SettingsError, match=says) as caught:
        Settings.load({}, config)
    assert str(config) in str(caught.value)


def test_a_settings_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no settings file"):
        Settings.load({}, tmp_path / "none.toml")


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings.load({"QUIETSHELF_HOME": str(tmp_path / "home")})
    key = settings.secret_key()
    assert settings.secret_key() == key
    assert settings.secret_key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.home.iterdir()] == ["secret.key"]


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch()
    settings = Settings.load({"QUIETSHELF_HOME": str(tmp_path), "QUIETSHELF_SECRET_KEY_FILE": str(key)})
    with pytest.raises(SettingsError, match="QUIETSHELF_SECRET_KEY_FILE"):
        settings.secret_key()


def test_passwords_are_not_shown(tmp_path: Path) -> None:
    settings = Settings.load(
        {
            "QUIETSHELF_HOME": str(tmp_path),
            "QUIETSHELF_DATABASE_URL": "postgresql://shop:hunter2@db/shop",
            "QUIETSHELF_SMTP_URL": "smtps://shop:hunter2@mail.example:465",
            "QUIETSHELF_MQTT_URL": "mqtts://shop:hunter2@broker.example:8883",
        }
    )
    assert settings.database_url == "postgresql+psycopg://shop:hunter2@db/shop"
    assert not settings.on_sqlite
    assert "hunter2" not in repr(settings)
