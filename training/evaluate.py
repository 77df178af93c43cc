"""nDCG@10 of PyLate folders on BEIR folders, float rows, every document scored: to see what a step of a recipe did before a codec is fitted.

Usage: python training/evaluate.py --model <folder> [--model <folder>...] <BEIR folder[:split]>...

`npm run bench:quality` measures what ships. Choose by development splits.
"""

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from pylate import models
from rows import encode

DEPTH = 10


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


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
    """nDCG@10 of each query."""
    ids, texts, queries, relevance = read_set(folder, split)
    rows = encode(model, texts, is_query=False, bf16=bf16)
    first = np.cumsum([0, *map(len, rows)])[:-1]  # every document has a row: [CLS]
    every = np.concatenate(rows)
    found = []
    for query, row in zip(queries, encode(model, list(queries.values()), is_query=True, bf16=bf16), strict=True):
        scores = np.maximum.reduceat(row @ every.T, first, axis=1).sum(0)
        top = np.argsort(-scores, kind="stable")[:DEPTH]
        found.append(ndcg([ids[at] for at in top.tolist()], relevance[query]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", help="BEIR folder, perhaps with :split (test)")
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--document-length", type=int, default=256)
    options = parser.parse_args()
    for folder in options.model:
        model = models.ColBERT(folder, device="cpu", document_length=options.document_length).eval()
        for name in options.sets:
            path, _, split = name.partition(":")
            values = evaluate(model, Path(path), split or "test")
            print(f"{folder}\t{name}\t{np.mean(values):.4f}", flush=True)


if __name__ == "__main__":
    main()
