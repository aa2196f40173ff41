"""Tables with rich on stderr: what a verb made, shown at its end to a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from kubia_cli.output.console import Console
from kubia_cli.output.table import status_style
from kubia_cli.output.text import safe_line


def box(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Draw a table on stderr. All text is shown literally: no markup, no emoji codes, no control characters."""
    from rich import box as frames
    from rich.console import Console as Rich
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(safe_line(title)), title_justify="left", box=frames.ROUNDED, header_style="bold")
    for column in columns:
        table.add_column(Text(safe_line(column)), overflow="fold")
    for row in rows:
        cells = ["" if cell is None else safe_line(cell) for cell in row]
        table.add_row(*(Text(cell, style=status_style(cell)) for cell in cells))
    Rich(
        file=console.err,
        width=console.width(console.err),
        no_color=not console.colour_on(console.err),
        markup=False,
        emoji=False,
        highlight=False,
        safe_box=True,
    ).print(table)
