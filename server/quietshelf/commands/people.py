"""`quietshelf user`: who may sign in."""

import click

from quietshelf.clock import wall_clock
from quietshelf.commands.opening import opened
from quietshelf.settings import Settings
from quietshelf.store.engine import writing
from quietshelf.store.people import add_user
from quietshelf.web.accounts import SHORTEST_PASSWORD, hash_password


@click.group()
def user() -> None:
    """Who may sign in."""


@user.command()
@click.argument("email")
@click.option("--name", help="As others here call them; what stands before the @ where it is left off.")
@click.option("--role", type=click.Choice(["manager", "staff"]), default="staff", show_default=True)
@click.password_option(help="Asked when it is left off, which keeps it out of the shell's history.")
@click.pass_obj
def add(settings: Settings, email: str, name: str | None, role: str, password: str) -> None:
    """Make an account for EMAIL."""
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"Nothing was made: a password has {SHORTEST_PASSWORD} characters or more.")
    local, at, host = email.strip().partition("@")
    if not (local and at and "." in host and " " not in email.strip() and "@" not in host):
        raise click.ClickException(f"Nothing was made: {email!r} is no e-mail address, such as ines@shop.example.")
    with opened(settings) as engine:
        try:
            with writing(engine) as session:
                add_user(session, email, name or local, role, hash_password(password), wall_clock())
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{email} can sign in as {role}.")
