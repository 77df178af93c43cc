"""Training pairs: gzip JSONL of `query`, `passage`, `source` (and `negatives`, `scores` where a phase wants them) -> one dataset a source.

Batches are drawn from one source each (the trainer's proportional sampler), so that negatives are of the kind the positive is.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from datasets import Dataset, DatasetDict


def read_pairs(path: Path, without: Sequence[str] = (), left_out: set[str] | None = None) -> Iterator[dict]:
    """
    Rows of one file, gzip or plain, but for those of sources left out; a row that names no source is of its file. Raises ValueError that names file, line and field.

    left_out: gets the names of sources of which there was a row
    """
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            for field in ("query", "passage"):
                if not isinstance(row.get(field), str) or not row[field].strip():
                    raise ValueError(f"{path}:{number}: expected text in `{field}`, got {row.get(field)!r}")
            row["source"] = row.get("source") or path.name
            source = row["source"].removeprefix("cloze:")
            if source not in without:
                yield row
            elif left_out is not None:
                left_out.add(source)


def read_all(paths: Sequence[Path], without: Sequence[str] = ()) -> Iterator[dict]:
    """Rows of all files. Raises SystemExit at the end where a source to leave out was in none of them: its name is written otherwise there, and what was to stay out of a training is in it."""
    left_out: set[str] = set()
    for path in paths:
        yield from read_pairs(path, without, left_out)
    check_left_out(paths, without, left_out)


def check_left_out(paths: Sequence[Path], without: Sequence[str], left_out: set[str]) -> None:
    if missing := [name for name in without if name not in left_out]:
        raise SystemExit(f"pairs: expected pairs of {', '.join(missing)} in {', '.join(path.name for path in paths)}, to leave out (without_sources), found none. Look at how `source` is written there")


def from_0_to_1(scores: list[float]) -> list[float]:
    """PyLate's Distillation scales the student's scores of a list so and takes the teacher's as they are, since in its authors' data they are scaled already: of any other range no student could have them."""
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 0.0 for score in scores]


def load_pairs(
    paths: list[Path],
    smallest_source: int,
    without: tuple[str, ...] = (),
    prompts: tuple[str, str] = ("", ""),
    negatives: int = 0,
    scored: bool = False,
) -> DatasetDict:
    """
    Columns `query`, `document`, then `negative_0` ... of a source each; sources of fewer pairs than a batch are put together as `others`.

    smallest_source: pairs; a batch's size
    without: sources left out
    prompts: put before queries and documents, as in every phase and in the index
    negatives: how many of a row's are used; rows with fewer are left out, and those that mining held back for judging
    scored: columns `query`, `documents` (the passage, then negatives) and `scores` of a teacher instead, from 0 to 1 in each list, for distillation
    """
    query_prompt, document_prompt = prompts
    sources: dict[str, list[dict]] = defaultdict(list)
    for row in read_all(paths, without):
        if row.get("held") or len(row.get("negatives", [])) < negatives:
            continue
        texts = [document_prompt + text for text in [row["passage"], *row.get("negatives", [])[:negatives]]]
        columns = {"query": query_prompt + row["query"]}
        if scored:
            if len(row.get("scores", [])) < len(texts):
                raise ValueError(f"pairs: expected {len(texts)} scores, of the passage and its negatives, for {row['query']!r}, got {row.get('scores')!r}: run the recipe's teacher step")
            columns |= {"documents": texts, "scores": from_0_to_1(row["scores"][: len(texts)])}
        else:
            columns |= {"document": texts[0], **{f"negative_{at}": text for at, text in enumerate(texts[1:])}}
        sources[row["source"]].append(columns)
    small = [name for name, rows in sources.items() if len(rows) < smallest_source]
    others = [row for name in small for row in sources.pop(name)]
    if others:
        sources["others"] = others
    return DatasetDict({name: Dataset.from_list(rows) for name, rows in sorted(sources.items())})
