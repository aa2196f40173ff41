"""Write what completion needs from the verbs: ``python -m scripts.completion``.

It makes src/kubia_cli/completion/tree.tsv of the verbs' signatures, and completions/ of what ``kubia completion SHELL``
prints. Tests compare both with a fresh making.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubia_cli.cli import VERBS, Verb, chosen_command
from kubia_cli.completion import script, vocabulary
from kubia_cli.options import as_click
from kubia_cli.session import GLOBAL_OPTIONS

ROOT = Path(__file__).parents[1]
TREE = ROOT / "src/kubia_cli/completion/tree.tsv"
COMMAND = ".venv/bin/python -m scripts.completion"


def tree() -> str:
    """The verb-and-flag tree as a text of tab-separated cells, a section a verb."""
    return "\n\n".join(["\n".join(_globals()), *("\n".join(_section(verb)) for verb in VERBS)])


def committed() -> dict[Path, str]:
    """The files of completions/ and what each holds."""
    return {ROOT / "completions" / script.FILES[shell]: script.text(shell) for shell in script.FILES}


def _globals() -> Iterator[str]:
    yield "form\t\t"
    for option in GLOBAL_OPTIONS:
        takes = "value" if option.metavar else "switch"
        yield _flag(list(option.names), takes, vocabulary.FLAGS.get(option.names[0], ""), option.help)


def _section(verb: Verb) -> Iterator[str]:
    yield "\t".join(["verb", verb.name, verb.summary, *verb.aliases])
    module = verb.load()
    for when, line in vocabulary.FORMS.get(verb.name, {"": ["NAME"]}).items():
        function, words = chosen_command(module, list(line))
        dashes_first = "--" in words and "--" not in line
        yield f"form\t{when}\t{'verbatim' if dashes_first and not when else ''}"
        if not when:
            yield "\t".join(["arguments", *vocabulary.ARGUMENTS.get(verb.name, [])])
        flags = dict(_flags(verb.name, when, function))
        yield from flags.values()
        for group in vocabulary.EXCLUSIVE:
            if len(set(group) & {*flags, *(option.names[0] for option in GLOBAL_OPTIONS)}) > 1:
                yield "\t".join(["exclusive", *group])


def _flags(verb: str, when: str, function: Any) -> Iterator[tuple[str, str]]:
    ours = {option.names[0] for option in GLOBAL_OPTIONS}
    for parameter in as_click(function).params:
        if parameter.param_type_name != "option" or parameter.hidden:
            continue
        names = sorted((*parameter.opts, *parameter.secondary_opts), key=lambda name: not name.startswith("--"))
        if names[0] in ours or names[0] == "--help":
            continue
        spoken = (f"{verb} {when} {names[0]}", f"{verb} {names[0]}", names[0])
        values = next((vocabulary.FLAGS[each] for each in spoken if each in vocabulary.FLAGS), "")
        choices = getattr(parameter.type, "choices", None)
        if choices:
            values = "choices:" + ",".join(choices)
        yield names[0], _flag(names, _takes(parameter, names), values, parameter.help or "")


def _takes(parameter: Any, names: list[str]) -> str:
    if parameter.is_flag or parameter.count:
        return "switch"
    if "--dry-run" in names:
        return "optional"
    return "values" if parameter.multiple else "value"


def _flag(names: list[str], takes: str, values: str, text: str) -> str:
    return "\t".join(["flag", ",".join(names), takes, "" if takes == "switch" else values, " ".join(text.split())])


if __name__ == "__main__":
    TREE.write_text(tree(), encoding="utf-8")
    for file, text in committed().items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
