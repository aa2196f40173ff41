"""Ask the Go oracle again and write corpus.json.gz: ``python renew.py [SEED]``. Needs Go and its module proxy.

The corpus has [rules, paths, answer] for .dockerignore files, and [text, parts or null] for image references.
"""

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
IGNORE_FILES = 1800
PATHS_EACH = 10
REFERENCES = 3000


def words(text: str) -> list[str]:
    return text.split()


NAMES = words(
    "a b ab abc a.txt b.txt A.TXT README.md readme.md main.pyc main.py src app node_modules secret "
    "key pub .git .env docs x.y.z br1 br2 br[1] back\\slash sp\\x20ace 1 -d ^a $v {c} (p) a+b a|b "
    "foo foo** #hash !bang ... d9 _w"
)
NAMES += [
    "sp ace",
    "\xc3\xa9",
    "\xe9",
    "caf\xe9.txt",
    "new\nline",
    "\xef\xbf\xbd",
    "tab\t",
    "\xc2\x85nel",
    "\xe2\x80\xa8ls",
    "\xf0\x9f\x90\xb3",
]
PIECES = words(
    "* ** ? *.txt *.py* **.pyc **/ [ab] [^a] [!a] [a-c] [c-a] [a-] [-a] []a] [] [^] [a ] \\ \\\\ \\* "
    "\\d \\w \\s \\D \\b \\A \\z \\a \\x41 \\101 \\1 \\8 \\e \\Qa*\\E \\# \\! \\[1\\] [[:alpha:]] "
    "[[:^digit:]] [[:nope:]] [\\d] [\\D] [\\]] [a\\-z] [*] [?] [**] [a*b] *** **** **a** a** . .. ./ "
    "../ // ^ $ + ( ) | { } [\xe9] [\xc3\xa9] \\\xc3\xa9 \xef\xbb\xbf \xc3 [.] [/] [a/b] a*b?c "
    "**/*.py* ! {2} {0} {02} {2,} {1,3} {3,1} {1001} ^{2} \\b{0} a|b *|a"
)

HAND = [
    ("**/secret\n!src/app/x/secret/pub", ["src/app/x/secret/key", "src/app/x/secret/pub", "secret", "a/secret"]),
    ("\xef\xbb\xbfa.txt", ["a.txt", "b.txt"]),
    (" #hash\n\\#hash2\n#a.txt", ["#hash", "#hash2", "a.txt"]),
    ("\\!bang", ["!bang"]),
    ("**.pyc", ["main.pyc", "src/main.pyc", "src/a/b/main.pyc"]),
    ("br[^2]", ["br1", "br2"]),
    ("br[!2]", ["br1", "br2", "br!"]),
    ("br\\[1\\]\nback\\\\slash\nsp\\ ace", ["br[1]", "back\\slash", "sp ace"]),
    ("**\n!README.md", ["README.md", "readme.md", "a/README.md"]),
    ("a.txt\nREADME.md\nreadme.MD", ["A.TXT", "readme.md", "README.md"]),
    ("../foo", ["foo", "foo/a"]),
    ("a.txt\x0bsecret.env\n", ["a.txt", "secret.env", "a.txt\x0bsecret.env"]),
    ("back\\slash", ["back\\slash", "back lash", "backslash"]),
    ("!", ["a"]),
    ("! ", ["a"]),
    ("!/", ["a"]),
    ("br[", ["a"]),
    ("[a-", ["a"]),
    ("a\\", ["a"]),
    ("caf\xe9", ["caf\xe9", "caf\xc3\xa9"]),
    ("caf?", ["caf\xe9", "caf\xc3\xa9"]),
    ("caf\xe9*", ["caf\xe9.txt", "caf\xff"]),
    ("*\n!**/*.py", ["a.py", "src/a.py", "src/a.txt"]),
    ("node_modules\n!**/keep.js", ["node_modules/keep.js", "node_modules/a/keep.js", "node_modules/a.js"]),
    ("docs\n!docs/*/b", ["docs/a/b", "docs/a/c", "docs/b"]),
    ("a.txt\r\nb.txt\r\n", ["a.txt", "b.txt"]),
    ("x" * 70000, ["a"]),
    ("x" * 65535, ["a"]),
    ("x" * 65536, ["a"]),
    ("x" * 65535 + "\n", ["a"]),
    ("x" * 65534 + "\n", ["a"]),
    ("/", ["a"]),
    (".", ["a"]),
    ("//a", ["a"]),
    ("/..//a", ["a"]),
    ("a/../b", ["a", "b"]),
    ("!!a\n", ["a", "!a"]),
    ("\xc2\xa0a.txt\xe2\x80\x83", ["a.txt"]),
    ("\x1ca.txt", ["a.txt", "\x1ca.txt"]),
    ("a/**", ["a", "a/b", "a/b/c"]),
    ("a**", ["a", "ab", "ab/c", "b"]),
    ("**/a/**", ["a", "a/b", "b/a", "b/a/c"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "ab"]),
    ("!\\y", ["a"]),
    ("*\n!\\y*", ["a"]),
    ("*\n!a/b/c\n!a/d", ["a/b/c", "a/b/x", "a/d", "a/d/e", "a/f"]),
]


def a_rule(dice: random.Random) -> str:
    parts = []
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        kind = dice.random()
        if kind < 0.45:
            parts.append(dice.choice(NAMES))
        elif kind < 0.8:
            parts.append(dice.choice(("*", "**", "?", "*.txt", "*.py*", "a*", "*a", "[ab]*", "**.md", "**", "*")))
        else:
            parts.append("".join(dice.choice(PIECES + NAMES) for _ in range(dice.randint(1, 3))))
    rule = "/".join(parts)
    before = dice.choice(("", "", "", "", "!", "!", "!", "/", "./", " ", "! ", "!/", "#", "\t"))
    return before + rule + dice.choice(("", "", "", "", "/", " ", "/**", "/*", "\r"))


def an_ignore_file(dice: random.Random) -> tuple[str, list[str]]:
    rules = [a_rule(dice) for _ in range(dice.choice((1, 1, 2, 2, 3, 4, 6)))]
    if dice.random() < 0.25:
        rules.insert(0, dice.choice(("*", "**", "src", "*/*", "**/a")))
    paths = ["/".join(dice.choice(NAMES) for _ in range(dice.choice((1, 1, 2, 2, 3, 4)))) for _ in range(PATHS_EACH)]
    # A path made from a rule is likelier to match it than any other.
    for at in range(0, PATHS_EACH, 2):
        grown = dice.choice(rules).lstrip("!/ .\t#").rstrip(" \r")
        for glob in ("**", "*", "?"):
            while glob in grown:
                grown = grown.replace(glob, dice.choice(("a", "ab", "src", "b/a", "")), 1)
        grown = "/".join(name for name in grown.replace("\\", "").split("/") if name not in ("", ".", ".."))
        paths[at] = (grown or "a") + dice.choice(("", "", "/a", "/src/main.py"))
    return "\n".join(rules) + dice.choice(("", "\n")), paths


def a_reference(dice: random.Random) -> str:
    hex_digits = "".join(dice.choice("0123456789abcdef") for _ in range(64))
    hosts = words(
        "docker.io index.docker.io localhost localhost:5000 LOCALHOST:5000 [::1]:5000 [::1] "
        "[fe80::1%eth0] 127.0.0.1:5000 registry.example.com Registry.Example.com:443 ghcr.io a..b -a.b "
        "a_b.c A x: host:port example.com: :5000 FOO a.b-"
    )
    names = words(
        "busybox busybox busybox luksa/kubia luksa/kubia library/busybox a/b/c a__b a___b a--b a._b .a "
        "a. a_ -a A aB kub\xefa x/ /x x//y 1 _ a.b library/a/b"
    )
    tags = [
        "1",
        "1",
        "latest",
        "latest",
        "2.0_rc-1",
        "1.36-alpine",
        "",
        ".x",
        "-x",
        "_x",
        "a/b",
        "T",
        "x" * 128,
        "x" * 129,
        "1+2",
        "t:u",
        "\xfc",
    ]
    digests = [
        f"sha256:{hex_digits}",
        f"sha256:{hex_digits.upper()}A",
        f"sha256:{hex_digits[:63]}",
        f"sha384:{hex_digits}{hex_digits[:32]}",
        f"sha512:{hex_digits * 2}",
        f"sha256:{hex_digits[:32]}",
        f"md5:{hex_digits[:32]}",
        f"sha256+b64:{hex_digits}",
        f"SHA256:{hex_digits}",
        "sha256:",
        "",
        hex_digits,
    ]
    text = dice.choice(names)
    if dice.random() < 0.5:
        text = f"{dice.choice(hosts)}/{text}"
    if dice.random() < 0.5:
        text += f":{dice.choice(tags)}"
    if dice.random() < 0.35:
        text += f"@{dice.choice(digests)}"
    if dice.random() < 0.2:
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice([*" \n:/@.-_A\t[]%\x00", "..", "__", "\u0130"]) + text[at + dice.randint(0, 1) :]
    return text


def references(dice: random.Random) -> list[str]:
    fixed = ["", "busybox\n", "a" * 64, "0" * 64, "0" * 63, "0" * 65, f"docker.io/{'0' * 64}"]
    fixed += [
        "a" * 247,
        "a" * 248,
        "x/" + "a" * 253,
        "x/" + "a" * 254,
        "example.com/" + "a" * 255,
        "example.com/" + "a" * 256,
    ]
    return [*fixed, *(a_reference(dice) for _ in range(REFERENCES))]


def main() -> None:
    dice = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 20170131)
    files = [*HAND, *(an_ignore_file(dice) for _ in range(IGNORE_FILES))]
    texts = references(dice)
    questions = [json.dumps({"rules": rules, "paths": paths}) for rules, paths in files]
    questions += [json.dumps({"reference": text}) for text in texts]
    asked = subprocess.run(
        ["go", "run", "."], input="\n".join(questions), capture_output=True, text=True, cwd=HERE, check=True
    )
    answers = [json.loads(line) for line in asked.stdout.splitlines()]
    corpus = {
        "ignore": [[*question, answer] for question, answer in zip(files, answers, strict=False)],
        "reference": [[text, answer] for text, answer in zip(texts, answers[len(files) :], strict=True)],
    }
    packed = gzip.compress(json.dumps(corpus, separators=(",", ":")).encode(), 9, mtime=0)
    (HERE / "corpus.json.gz").write_bytes(packed)
    print(f"{len(files)} ignore files, {len(texts)} references, {len(packed)} bytes")


if __name__ == "__main__":
    main()
