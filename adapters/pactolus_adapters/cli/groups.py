"""Groups of commands whose help tells the verbs in the order of the work."""

import click

__all__ = ["InOrderOfWork"]


class InOrderOfWork(click.Group):
    """A group that lists its verbs in the order in which they were added, not by the alphabet."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.commands)
