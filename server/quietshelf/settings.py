"""What an installation is told from outside: environment variables, or the same names in one TOML file.

The shop's own facts (name, address, currency, tax) are asked on a page and live in the database, not here.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

NAMES = {
    "QUIETSHELF_HOME": "folder for the database, the broker and keys; ./var by default",
    "QUIETSHELF_DATABASE_URL": "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; by default a file at home",
    "QUIETSHELF_MQTT_URL": "mqtt://HOST:PORT or mqtts://USER:PASSWORD@HOST:PORT; by default its own broker",
    "QUIETSHELF_SMTP_URL": "smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT; without it no mail goes out",
    "QUIETSHELF_MAIL_FROM": "the address that mails come from",
    "QUIETSHELF_WEBHOOK_URL": "http(s)://HOST/PATH that is told of what can't wait; without it nothing is called",
    "QUIETSHELF_HTTP": "host:port of the pages, 127.0.0.1:8080 by default; its own broker listens at the same host",
    "QUIETSHELF_SECRET_KEY_FILE": "file with the key that signs sessions; made at home on the first start",
}
"""Every setting, and what to write."""

CONFIG = "QUIETSHELF_CONFIG"
"""The one name that only the environment knows: where the TOML file is."""


class SettingsError(Exception):
    """A setting that can't be used. Its text names the variable and says what to write."""


@dataclass(frozen=True)
class Settings:
    """Everything that is told from outside, checked. What may hold a password stays out of `repr`."""

    home: Path
    database_url: str = field(repr=False)
    mqtt_url: str | None = field(repr=False)
    """None: the product starts a broker of its own."""
    smtp_url: str | None = field(repr=False)
    """None: no mail goes out; orders wait, and the page says so."""
    mail_from: str
    webhook_url: str | None = field(repr=False)
    """None: nothing is called."""
    http_host: str
    http_port: int
    """0 asks the system for a free one."""
    secret_key_file: Path

    @classmethod
    def load(cls, environ: Mapping[str, str], config: Path | None = None) -> "Settings":
        """Settings from `environ`, which wins, then the TOML file `config` (or QUIETSHELF_CONFIG), then defaults.

        Relative paths in the file are taken from its folder. Raises SettingsError, which names the variable.
        """
        if config is None and environ.get(CONFIG):
            config = Path(environ[CONFIG])
        told = _from_file(config) if config else {}
        told |= {name: environ[name] for name in NAMES if environ.get(name)}
        home = Path(told.get("QUIETSHELF_HOME", "var")).absolute()
        if home.exists() and not home.is_dir():
            raise _wrong("QUIETSHELF_HOME", f"{home} is a file", "a folder, which is made when it is missing")
        host, port = _host_and_port(told.get("QUIETSHELF_HTTP", "127.0.0.1:8080"))
        return cls(
            home=home,
            database_url=_database_url(told.get("QUIETSHELF_DATABASE_URL", f"sqlite:///{home}/quietshelf.db")),
            mqtt_url=_service_url("QUIETSHELF_MQTT_URL", told, ("mqtt", "mqtts")),
            smtp_url=_service_url("QUIETSHELF_SMTP_URL", told, ("smtp", "smtps")),
            mail_from=_address("QUIETSHELF_MAIL_FROM", told.get("QUIETSHELF_MAIL_FROM", "quietshelf@localhost")),
            webhook_url=_webhook_url(told.get("QUIETSHELF_WEBHOOK_URL")),
            http_host=host,
            http_port=port,
            secret_key_file=Path(told.get("QUIETSHELF_SECRET_KEY_FILE", home / "secret.key")).absolute(),
        )

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a SQLite file: then there is one of each role, on one machine."""
        return self.database_url.startswith("sqlite")

    def secret_key(self) -> str:
        """The key that signs sessions, made with mode 0600 on the first start. SettingsError when it is no key."""
        path = self.secret_key_file
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make_once(path, secrets.token_hex(32))
        key = path.read_text().strip()
        if len(key) < 32:
            raise _wrong(
                "QUIETSHELF_SECRET_KEY_FILE", f"{path} holds under 32 characters", "a random key, or delete the file"
            )
        return key


def _wrong(name: str, what: str, write: str) -> SettingsError:
    return SettingsError(f"{name}: {what}. Write {write}.")


def _from_file(path: Path) -> dict[str, str]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"There is no settings file {path}. Make it, or leave off --config and {CONFIG}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} can't be read: {error}.") from None
    for name, value in values.items():
        if name not in NAMES:
            raise SettingsError(f"{path}: there is no setting {name}. The settings are {', '.join(NAMES)}.")
        if not isinstance(value, str):
            raise _wrong(name, f"{value!r} in {path} is no text", f'it in quotes, {name} = "{value}"')
    for name in ("QUIETSHELF_HOME", "QUIETSHELF_SECRET_KEY_FILE"):
        if name in values:
            values[name] = str(path.absolute().parent / values[name])
    return values


def _database_url(text: str) -> str:
    write = NAMES["QUIETSHELF_DATABASE_URL"].split(";")[0]
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _wrong("QUIETSHELF_DATABASE_URL", "this is no database URL", write) from None
    match url.get_backend_name():
        case "sqlite":
            if url.database in (None, "", ":memory:"):
                raise _wrong("QUIETSHELF_DATABASE_URL", "a shop is not kept in memory", write)
            url = url.set(database=str(Path(str(url.database)).absolute()))
        case "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        case other:
            raise _wrong("QUIETSHELF_DATABASE_URL", f"{other} is not supported", write)
    return url.render_as_string(hide_password=False)


def _service_url(name: str, told: Mapping[str, str], schemes: tuple[str, ...]) -> str | None:
    if name not in told:
        return None
    write = NAMES[name].split(";")[0]
    url = urlsplit(told[name])
    if url.scheme not in schemes:
        raise _wrong(name, f"it begins with none of {', '.join(f'{s}://' for s in schemes)}", write)
    if not url.hostname or url.path not in ("", "/") or not _port_is_sound(url):
        raise _wrong(name, "host and port can't be read from it", write)
    return told[name]


def _webhook_url(text: str | None) -> str | None:
    """It may have a path and a query, as those that name their caller do."""
    if text is None:
        return None
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or not _port_is_sound(url):
        raise _wrong("QUIETSHELF_WEBHOOK_URL", "this is no address to call", "for example https://hooks.example/shop")
    return text


def _port_is_sound(url: SplitResult) -> bool:
    try:
        return url.port != 0
    except ValueError:
        return False


def _host_and_port(text: str) -> tuple[str, int]:
    url = urlsplit(f"//{text}")
    try:
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if not host or port is None or url.netloc != text or "@" in text:
        raise _wrong("QUIETSHELF_HTTP", f"{text!r} is not host:port", "for example 127.0.0.1:8080")
    return host, port


def _address(name: str, text: str) -> str:
    address = parseaddr(text)[1]
    if address.count("@") != 1 or address.startswith("@") or address.endswith("@"):
        raise _wrong(name, f"{text!r} is no e-mail address", "for example orders@shop.example")
    return text


def _make_once(path: Path, text: str) -> None:
    """Make the file whole or not at all; where another process was first, its file stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
