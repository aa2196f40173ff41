"""The process boundary: the one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys

from kubia_cli import completion

TYPE_CHECKING = False  # a press of TAB runs this file up to `entry`, and `typing` costs it 8 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import NoReturn

    from kubia_cli.errors import KubiaError
    from kubia_cli.session import Session

BUG = 70


class Signalled(BaseException):
    """A signal that asks us to end; raised where the program stands, so that clean-up runs on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def entry() -> NoReturn:
    """The console script: run, then end with the exit code or by the signal."""
    _open_closed_streams()
    if completion.may_answer(sys.argv[1:]):
        from kubia_cli.completion.protocol import answer

        try:
            status = answer(sys.argv[1:])
            sys.stdout.flush()
        except OSError as error:
            status = _unwritten(error)
        if status is not None:
            os._exit(status)  # there is nothing to clean up, and an orderly end costs a TAB 1 ms
    import signal

    from kubia_cli.session import Session

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _raise_signal)
    session = Session()
    try:
        code = main(sys.argv[1:], session)
        _flush()
    except KeyboardInterrupt:
        _die_by(signal.SIGINT, session)
    except Signalled as caught:
        _die_by(caught.number, session)
    except BrokenPipeError:
        _die_by(signal.SIGPIPE, session)
    sys.exit(code)


def main(argv: Sequence[str], session: Session | None = None) -> int:
    """Run one command line and return its exit code; signals and a closed stdout pass through as exceptions."""
    from kubia_cli.errors import KubiaError
    from kubia_cli.model import secrets
    from kubia_cli.session import Session

    session = session or Session()
    secrets.forget()
    try:
        status = _run(argv, session)
        session.console.check_written()
    except KubiaError as error:
        _report(error, session)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:  # the one catch-all (DESIGN, house rule 4)
        from kubia_cli.output.crash import record

        record(error, session.console)
        return BUG
    finally:
        session.console.end_programs()
    return status


def _run(argv: Sequence[str], session: Session) -> int:
    """Run the line; returns 0, or the code that a program or --help ended with."""
    from kubia_cli import cli
    from kubia_cli.errors import ProgramExit

    try:
        cli.run(argv, session)
    except ProgramExit as program:
        return program.status
    except Exception as error:
        from typer import Exit

        if isinstance(error, Exit):  # --help was printed
            return error.exit_code
        raise
    return 0


def _report(error: KubiaError, session: Session) -> None:
    from kubia_cli.output import report

    error.fix = session.settings.carried_by(error.fix)
    if session.settings.output == "json" and not session.console.has_result:  # two documents would be no JSON
        import json

        session.console.result(json.dumps(report.as_object(error), indent=2))
    session.console.announce(error.code, report.as_text(error))


def _open_closed_streams() -> None:
    """Give a stream that the shell closed (``>&-``) the null device; its number is the next file's otherwise."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            setattr(sys, name, os.fdopen(null, mode, encoding="utf-8"))


def _raise_signal(number: int, _frame: FrameType | None) -> None:
    raise Signalled(number)


def _unwritten(error: OSError) -> int:
    """Say that completion's answer was lost; nothing when its reader has gone."""
    if isinstance(error, BrokenPipeError):
        return 141
    sys.stderr.write(f"error[output.unwritable]: stdout cannot be written: {error.strerror}\n")
    return 14


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; what follows must not fail again when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _die_by(number: int, session: Session) -> NoReturn:
    """End by the signal itself, so that a shell sees 128+n and WIFSIGNALED; say first what state things are in."""
    import signal

    name = signal.Signals(number).name
    if number == signal.SIGPIPE:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif session.state:
        session.console.error(f"stopped by {name}\n  state: {session.state}")
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(128 + number)


if __name__ == "__main__":
    entry()
