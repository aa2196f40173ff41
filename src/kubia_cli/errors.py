"""What can go wrong, and the exit code each kind ends with.

    KubiaError                 1    "no", or no better word
    ├── UsageError             2    refused here: flags, names, references, values
    ├── BuildError             3    the Dockerfile or one of its steps
    ├── DeniedError            4    login, RBAC, a credential plugin or helper that failed
    ├── TransferError          5    a push or pull that failed after its retries
    ├── RefusedError           6    the server calls it invalid: quota, admission, immutable
    ├── UnhealthyError         7    accepted, but it does not run as asked
    ├── GuardedError           9    stopped by a guard of ours
    ├── UnreachableError      10    engine, API server or registry does not answer
    ├── NotFoundError         11    no such image, object, namespace, context
    ├── ConflictError         12    changed under us, other owner, name or port taken
    │   └── ExpiredError      12    the version that a watch or list goes on from is forgotten
    ├── UnknownOutcomeError   13    sent, but no answer that can be trusted
    ├── LocalError            14    this machine: broken config, unreadable file, full disk
    ├── PartialError          15    some of it is done, and listed
    ├── TimedOutError        124    the deadline passed
    └── ContainerStartError  125    a foreground run, exec or ssh that we could not start

The table in README.md and ``docs`` is compared with these classes by a test. 70 (a bug) and 128+n (a signal)
have no class: they are made in ``__main__``.
"""

from __future__ import annotations


class KubiaError(Exception):
    """Something that is expected to go wrong, in the words its user reads.

    ``code`` is stable (``push.denied``), ``message`` is enough alone (the object and the reason), ``said`` is the
    server's own text, ``state`` is what exists now (every verb that writes gives it), ``fix`` is one line to paste.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, *, said: str = "", state: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.said = said
        self.state = state
        self.fix = fix


class UsageError(KubiaError):
    """Refused locally: flags that cannot go together, a bad name, reference or value."""

    exit_code = 2


class BuildError(KubiaError):
    """The Dockerfile, or a step of it, failed. ``said`` holds the step's last lines."""

    exit_code = 3


class DeniedError(KubiaError):
    """Not allowed: registry login, RBAC, or a credential plugin or helper that failed."""

    exit_code = 4


class TransferError(KubiaError):
    """A push or pull that failed after its retries."""

    exit_code = 5


class RefusedError(KubiaError):
    """The server understood and refused: invalid, quota, admission."""

    exit_code = 6


class UnhealthyError(KubiaError):
    """The state was accepted, but what should run does not."""

    exit_code = 7


class GuardedError(KubiaError):
    """A guard of kubia's stopped it."""

    exit_code = 9


class UnreachableError(KubiaError):
    """The engine, API server or registry does not answer."""

    exit_code = 10


class NotFoundError(KubiaError):
    """No such image, container, object, namespace, kind or context."""

    exit_code = 11


class ConflictError(KubiaError):
    """Changed under us, owned by another, or the name or port is taken."""

    exit_code = 12


class ExpiredError(ConflictError):
    """The server has forgotten the resourceVersion that a watch or list was to go on from: list again."""


class UnknownOutcomeError(KubiaError):
    """The request was sent and no trustworthy answer came: look before you repeat it."""

    exit_code = 13


class LocalError(KubiaError):
    """This machine's side: a broken config file, an unreadable file, a full disk."""

    exit_code = 14


class PartialError(KubiaError):
    """Some of it is done; the message lists what."""

    exit_code = 15


class TimedOutError(KubiaError):
    """The deadline passed; ``state`` says what goes on."""

    exit_code = 124


class ContainerStartError(KubiaError):
    """A foreground ``run``, ``exec`` or ``cluster ssh`` that we could not start or follow (docker's 125).

    ``status`` is 126 (not executable) or 127 (not found) where the engine says that of the program.
    """

    exit_code = 125

    def __init__(
        self, code: str, message: str, *, said: str = "", state: str = "", fix: str = "", status: int = 125
    ) -> None:
        super().__init__(code, message, said=said, state=state, fix=fix)
        self.exit_code = status


class ProgramExit(Exception):  # noqa: N818 (not an error: the program's own exit code, passed on)
    """The program that ran in the foreground ended with ``status``; kubia ends the same way."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status
