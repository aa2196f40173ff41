"""An error in the words its user reads (DESIGN: errors and exit codes)."""

from __future__ import annotations

from typing import Any

from kubia_cli.errors import KubiaError
from kubia_cli.model.secrets import redacted
from kubia_cli.output.text import FIELD_LIMIT, safe, safe_line

#: Longest server text quoted, in characters.
SAID_LIMIT = 500


def as_text(error: KubiaError) -> str:
    """Return the error as text; its first line is enough alone.

    error[push.denied]: registry.example.com refused luksa/kubia:1
      said: "denied: requested access to the resource is denied"
      state: nothing was pushed
      fix: kubia login registry.example.com
    """
    lines = [f"error[{error.code}]: {safe_line(redacted(error.message))}"]
    if error.said:
        said = safe(redacted(error.said.strip()), limit=FIELD_LIMIT if "\n" in error.said.strip() else SAID_LIMIT)
        first, *rest = said.splitlines()
        if rest:
            lines += ["  said:", *(f"    {line}" for line in (first, *rest))]
        else:
            lines.append(f'  said: "{first}"')
    if error.state:
        lines.append(f"  state: {safe_line(redacted(error.state))}")
    if error.fix:
        lines.append(f"  fix: {safe_line(redacted(error.fix))}")
    return "\n".join(lines)


def as_object(error: KubiaError) -> dict[str, Any]:
    """Return the error as the object that ``-o json`` prints."""
    return {
        "ok": False,
        "error": {
            "code": error.code,
            "exit": error.exit_code,
            "message": redacted(error.message),
            "said": redacted(error.said),
            "state": redacted(error.state),
            "fix": redacted(error.fix),
        },
    }
