"""The variables of ``-e`` and ``--env-file``, as both grammars of `run` take them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kubia_cli.errors import LocalError
from kubia_cli.model.env import parse_env_file, resolve_env
from kubia_cli.model.secrets import remember_variables
from kubia_cli.session import Session


def environment(session: Session, files: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return the variables of files and words; a word overrides a file, as with docker."""
    variables = []
    for path in files:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LocalError("env.file", f"cannot read the environment file {path}", said=str(error)) from error
        variables += parse_env_file(text, path, session.env)
    variables += resolve_env(words, session.env)
    remember_variables(variables)
    return variables
