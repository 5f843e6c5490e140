"""What commands that have commands of their own share: issue, outbox and subscribers."""

from collections.abc import Sequence

import click


class Group(click.Group):
    """A group that names its commands in the order of its file, and says of each a whole sentence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take no word at all for a question; click would make an error of it, help and all."""
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they were written."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands; click would cut sentences off at the end of the line."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(limit=200)) for name, each in self.commands.items()])


def either(choices: Sequence[str]) -> str:
    """Put choices in words: "open, paused or done"."""
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
