"""The command `quietshelf`: its commands by name, the settings they all share, and how it says what went wrong."""

import os
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from quietshelf import logs
from quietshelf.processes import AlreadyRunningError
from quietshelf.settings import Settings, SettingsError
from quietshelf.store.sites import NoSiteError

COMMANDS = {
    "demo": ("demo:demo", "One simulated shop on this machine, until Ctrl-C."),
    "run": ("roles:run", "Pages, intake, schedule and broker in one process, for one shop."),
    "web": ("roles:web", "Only the pages."),
    "intake": ("roles:intake", "Only what nodes send."),
    "schedule": ("roles:schedule", "Only what happens by the clock: the cycle and mails."),
    "cycle": ("cycle:cycle", "Look at every item once: load, decide, save."),
    "import": ("imports:import_", "Book a file of sales, products, suppliers, offers, stock or deliveries."),
    "user": ("people:user", "Who may sign in."),
    "node": ("nodes:node", "Shelf nodes: make one, adopt one."),
}
"""Where each command is, its module in commands/ and its name there, loaded when it is used; and what it does."""


class Quietshelf(click.Group):
    """Loads the command that is asked for, and turns what goes wrong into one sentence and exit status 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(f"quietshelf.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, for which nothing is loaded."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except (SettingsError, AlreadyRunningError, NoSiteError) as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            if ctx.params["debug"]:
                raise
            said = " ".join(str(error).split()) or "no more is known"
            raise click.ClickException(
                f"{type(error).__name__}: {said}. To see where, run it again with --debug right after quietshelf."
            ) from error


@click.group(cls=Quietshelf, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings as TOML; the environment wins over it."
)
@click.option("--debug", is_flag=True, help="Log more, and show where an error came from.")
@click.version_option(version("quietshelf"), prog_name="quietshelf")
@click.pass_context
def main(ctx: click.Context, config: Path | None, debug: bool) -> None:
    """Quietshelf: shelves that weigh themselves, and pages that stay quiet until a decision needs a person."""
    logs.configure(debug=debug)
    ctx.obj = Settings.load(os.environ, config)
