"""nDCG@10 of PyLate folders on BEIR folders, float rows, every document scored: to see what a step of a recipe did before a codec is fitted.

Usage: python training/evaluate.py --model <folder> [--model <folder>...] <BEIR folder[:split]>... [--write <figures.json>]

Models are compared with the first one: the middle 95% of the difference of means over resampled queries (paired
bootstrap). `--write` keeps what is measured, and what is there of the same weights, prompts and lengths is not measured again. `npm run bench:quality` measures what ships. Choose by development splits.
"""

import argparse
import hashlib
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from pylate import models
from rows import encode

DEPTH = 10
RESAMPLES = 2000


def read_lines(path: Path) -> list[dict]:
    # Not splitlines, which also ends a line at U+2028 inside a text.
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_set(folder: Path, split: str) -> tuple[list[str], list[str], dict[str, str], dict[str, dict[str, int]]]:
    """Documents' ids and texts, queries by id, relevance of documents by query."""
    documents = read_lines(folder / "corpus.jsonl")
    queries = {row["_id"]: row["text"] for row in read_lines(folder / "queries.jsonl")}
    relevance: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / f"qrels/{split}.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        relevance[query][document] = int(grade)
    texts = [f"{row.get('title', '')} {row['text']}".strip() for row in documents]
    return [row["_id"] for row in documents], texts, {query: queries[query] for query in relevance}, relevance


def ndcg(ranking: list[str], grades: dict[str, int]) -> float:
    """Gains as they are, as trec_eval's and BEIR's."""

    def gain(values) -> float:
        return sum(value / math.log2(at + 2) for at, value in enumerate(values))

    ideal = gain(sorted(grades.values(), reverse=True)[:DEPTH])
    return gain(grades.get(document, 0) for document in ranking[:DEPTH]) / ideal if ideal > 0 else 0.0


@torch.no_grad()
def evaluate(model: models.ColBERT, folder: Path, split: str, bf16: bool = True) -> list[float]:
    """nDCG@10 of each query, asked with the model's own prompts."""
    ids, texts, queries, relevance = read_set(folder, split)
    rows = encode(model, [model.prompts.get("document", "") + text for text in texts], is_query=False, bf16=bf16)
    first = np.cumsum([0, *map(len, rows)])[:-1]  # every document has a row: [CLS]
    every = np.concatenate(rows)
    found = []
    for query, row in zip(queries, encode(model, [model.prompts.get("query", "") + text for text in queries.values()], is_query=True, bf16=bf16), strict=True):
        scores = np.maximum.reduceat(row @ every.T, first, axis=1).sum(0)
        top = np.argsort(-scores, kind="stable")[:DEPTH]
        found.append(ndcg([ids[at] for at in top.tolist()], relevance[query]))
    return found


def interval(ours: list[list[float]], theirs: list[list[float]]) -> tuple[float, float]:
    """The middle 95% of the difference of means over sets; values of one query stay together. [sets][queries] each."""
    rng = np.random.default_rng(7)
    differences = np.zeros(RESAMPLES)
    for a, b in zip(ours, theirs, strict=True):
        apart = np.array(a) - np.array(b)
        differences += apart[rng.integers(len(apart), size=(RESAMPLES, len(apart)))].mean(1) / len(ours)
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)


def key_of(folder: str, document_length: int) -> str:
    """Of what figures depend on: every weight of a PyLate folder, projections too, its prompts, prefixes and lengths, and where documents are cut."""
    digest = hashlib.sha256()
    for path in [*sorted(Path(folder).rglob("*.safetensors")), Path(folder) / "config_sentence_transformers.json"]:
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {document_length}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", help="BEIR folder, perhaps with :split (test)")
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--document-length", type=int, default=256)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    # [model and settings][set] -> nDCG of each query
    figures: dict[str, dict[str, list[float]]] = json.loads(options.write.read_text()) if options.write and options.write.exists() else {}
    keys = {folder: key_of(folder, options.document_length) for folder in options.model}
    for folder in options.model:
        of_model = figures.setdefault(keys[folder], {})
        model = None
        for name in options.sets:
            if name not in of_model:
                model = model or models.ColBERT(folder, device="cpu", document_length=options.document_length).eval()
                path, _, split = name.partition(":")
                of_model[name] = evaluate(model, Path(path), split or "test")
                if options.write:
                    unfinished = options.write.with_suffix(".unfinished")
                    unfinished.write_text(json.dumps(figures))
                    unfinished.rename(options.write)
            print(f"{folder}\t{name}\t{np.mean(of_model[name]):.4f}", flush=True)
    first, *others = options.model
    chosen = {folder: [figures[keys[folder]][name] for name in options.sets] for folder in options.model}
    mean = {folder: float(np.mean([np.mean(values) for values in sets])) for folder, sets in chosen.items()}
    print(f"{first}\tmean\t{mean[first]:.4f}")
    for folder in others:
        low, high = interval(chosen[folder], chosen[first])
        print(f"{folder}\tmean\t{mean[folder]:.4f}\t{mean[folder] - mean[first]:+.4f}, {low:+.4f} to {high:+.4f}")


if __name__ == "__main__":
    main()
