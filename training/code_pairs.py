"""Training pairs of code: what a function does in words, and the function, from Python packages.

Usage: python training/code_pairs.py training/code-packages.txt <output.jsonl.gz> [--without <folder in BEIR's layout> ...]

The query is the docstring's first sentence, or the function's name in words; the passage is the function without that sentence. `--without` leaves out functions that
share more than half of their runs of 13 words with a passage of an evaluation set.
"""

import argparse
import ast
import gzip
import json
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

CHARACTERS = (120, 1500)
WORDS_OF_QUERY = (3, 25)
RUN = 13
SKIPPED = re.compile(r"(^|/)(tests?|testing|_vendor|vendored|examples|benchmarks|migrations)/|(^|/)(test_[^/]*|conftest)\.py$")
# What a web query about Python says besides what it asks for.
FRAMES = ["python {}", "{} python", "{} in python", "how to {} in python", "python how to {}"]


def sources(wheel: Path) -> Iterator[tuple[str, str]]:
    """Python files of a wheel or a source archive."""
    if wheel.suffix == ".whl":
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".py") and not SKIPPED.search(name):
                    yield name, archive.read(name).decode(errors="ignore")
        return
    with tarfile.open(wheel) as archive:
        for member in archive:
            if member.name.endswith(".py") and not SKIPPED.search(member.name):
                yield member.name, archive.extractfile(member).read().decode(errors="ignore")


def functions(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, docstring, and code without the docstring's first sentence, of each documented function."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    lines = text.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or len(node.body) < 2:
            continue
        docstring = ast.get_docstring(node)
        if not docstring:
            continue
        said = node.body[0]
        head, body = lines[node.lineno - 1 : said.lineno - 1], lines[said.end_lineno : node.end_lineno]
        sentence = first_sentence(docstring)
        # Sections of parameters would be most of the passage.
        rest = re.split(r"\n\s*\n", docstring.strip())[0][len(sentence) :].strip()
        middle = [f'{" " * said.col_offset}"""{rest}"""'] if rest else []
        yield node.name, sentence, "\n".join([*head, *middle, *body])


def first_sentence(docstring: str) -> str:
    paragraph = re.split(r"\n\s*\n", docstring.strip())[0]
    found = re.match(r"(.+?[.!?])(?=\s|$)", paragraph, re.DOTALL)
    return found.group(1) if found else paragraph


def worded(name: str) -> str:
    """`readCSVFile` and `read_csv_file` in words."""
    return re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip().lower()


def queries(name: str, sentence: str, rng: random.Random) -> Iterator[str]:
    plain = re.sub(r":\w+:`~?([^`]*)`|`+([^`]*)`+", lambda match: match.group(1) or match.group(2) or "", sentence)
    plain = re.sub(r"\s+", " ", plain).strip().rstrip(".").strip()
    if WORDS_OF_QUERY[0] <= len(plain.split()) <= WORDS_OF_QUERY[1] and plain[0].isalpha() and ">>>" not in plain:
        plain = plain[0].lower() + plain[1:] if rng.random() < 0.5 else plain
        yield rng.choice(FRAMES).format(plain) if rng.random() < 0.3 else plain
    words = worded(name)
    # A name in words is half a query; one in eight stands for how people ask by keywords.
    if len(words.split()) >= WORDS_OF_QUERY[0] and rng.random() < 0.125:
        yield rng.choice(FRAMES).format(words)


def runs(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def held_out(folders: list[Path]) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        for line in (folder / "corpus.jsonl").open(encoding="utf-8"):
            found |= runs(json.loads(line)["text"])
    return found


def pairs(archives: list[Path], without: set[str], seed: int) -> list[dict]:
    rng = random.Random(seed)
    seen: set[str] = set()
    found, leaked = [], 0
    for archive in archives:
        package = re.split(r"-\d", archive.name)[0].lower()
        for _, text in sources(archive):
            for name, sentence, code in functions(text):
                key = re.sub(r"\W+", "", code)
                if not CHARACTERS[0] <= len(code) <= CHARACTERS[1] or key in seen:
                    continue
                seen.add(key)
                own = runs(code)
                if own and len(own & without) * 2 > len(own):
                    leaked += 1
                    continue
                found += [{"query": query, "passage": code, "source": f"code:{package}", "kind": "code"} for query in queries(name, sentence, rng)]
    # A sentence that many functions share ("Return the name.") tells them apart no more.
    uses: dict[str, int] = {}
    for row in found:
        uses[row["query"].lower()] = uses.get(row["query"].lower(), 0) + 1
    kept = [row for row in found if uses[row["query"].lower()] <= 2]
    rng.shuffle(kept)
    print(f"code pairs: {len(kept)} of {len(archives)} packages; left out: {leaked} functions that are in an evaluation set, {len(found) - len(kept)} queries that several functions share")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--without", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "-r", str(options.packages)], check=True)
        rows = pairs(sorted(Path(folder).iterdir()), held_out(options.without), options.seed)
    unfinished = options.output.with_suffix(".unfinished")
    with gzip.GzipFile(unfinished, "wb", mtime=0) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    unfinished.rename(options.output)


if __name__ == "__main__":
    main()
