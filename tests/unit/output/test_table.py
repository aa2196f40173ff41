"""Tables in a pipe and on a terminal."""

from __future__ import annotations

import io
import re

from kubia_cli.output.boxes import box
from kubia_cli.output.console import Console
from kubia_cli.output.table import TableWriter, print_table

PODS = ["NAME", "STATUS", "IP", "NODE", "NOMINATED NODE"]
WIDE = ["IP", "NODE", "NOMINATED NODE"]
ROWS: list[list[str | None]] = [
    ["kubia-6d5f7c9b8-abcde", "Running", "10.88.0.7", "lab", "<none>"],
    ["b", "ErrImagePull", None, "lab", "<none>"],
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, env: dict[str, str]) -> str:
    print_table(Console(out, io.StringIO(), env), PODS, ROWS, wide=WIDE)
    return out.getvalue()


def test_plain_columns_stand_3_spaces_apart() -> None:
    assert shown(io.StringIO(), {"COLUMNS": "20"}) == (
        "NAME                    STATUS         IP          NODE   NOMINATED NODE\n"
        "kubia-6d5f7c9b8-abcde   Running        10.88.0.7   lab    <none>\n"
        "b                       ErrImagePull               lab    <none>\n"
    )


def test_without_headers_the_header_makes_no_room() -> None:
    out = io.StringIO()
    print_table(Console(out, io.StringIO(), {}), ["A LONG HEADER", "B"], [["x", 1]], headers=False)
    assert out.getvalue() == "x   1\n"


def test_no_colour_keeps_the_layout() -> None:
    text = shown(Terminal(), {"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"})
    assert text == shown(io.StringIO(), {})


def test_colour_changes_no_character() -> None:
    text = shown(Terminal(), {"TERM": "xterm", "COLUMNS": "100"})
    assert "\x1b[31mErrImagePull" in text
    assert re.sub(r"\x1b\[[0-9;]*m| +$", "", text, flags=re.M) == shown(io.StringIO(), {})


def test_a_terminal_loses_silent_columns_first_and_a_name_is_never_shortened() -> None:
    header = shown(Terminal(), {"TERM": "xterm", "COLUMNS": "85", "NO_COLOR": "1"}).splitlines()
    assert header[0].split() == ["NAME", "STATUS", "IP", "NODE", "NOMINATED", "NODE"]
    assert shown(Terminal(), {"TERM": "xterm", "COLUMNS": "62", "NO_COLOR": "1"}).splitlines()[0].split() == [
        "NAME",
        "STATUS",
        "IP",
        "NODE",
    ]
    narrow = shown(Terminal(), {"TERM": "xterm", "COLUMNS": "20", "NO_COLOR": "1"})
    assert narrow == (
        "NAME                    STATUS\nkubia-6d5f7c9b8-abcde   Running\nb                       ErrImagePull\n"
    )


def test_later_rows_keep_the_columns_of_earlier_ones() -> None:
    out = io.StringIO()
    writer = TableWriter(Console(out, io.StringIO(), {}), ["NAME", "READY"])
    writer.write([["kubia-abcde", "0/1"]])
    writer.write([["x", "1/1"]])
    assert out.getvalue() == "NAME          READY\nkubia-abcde   0/1\nx             1/1\n"


def test_text_from_outside_is_shown_literally() -> None:
    out, err = io.StringIO(), Terminal()
    print_table(Console(out, err, {}), ["NAME"], [["\x1b[31mred\nline"]])
    assert out.getvalue() == "NAME\n\\x1b[31mred\\nline\n"
    box(Console(out, err, {"TERM": "xterm", "NO_COLOR": "1"}), "[b]t", ["[/x]"], [[":bug:\x1b"]])
    assert "[b]t" in err.getvalue()
    assert "[/x]" in err.getvalue()
    assert ":bug:\\x1b" in err.getvalue()


def test_wide_characters_take_two_cells() -> None:
    out = io.StringIO()
    print_table(Console(out, io.StringIO(), {}), ["NAME", "X"], [["日本", "1"], ["abcde", "2"]])
    assert out.getvalue() == "NAME    X\n日本    1\nabcde   2\n"
