"""Hard negatives: BM25's best passages that are not the answer, without those that the phase-1 model holds for answers too.

A candidate is dropped as a false negative when the model scores it above `margin` times the pair's own passage (the rule of NV-Retriever's
"TopK-PercPos", Moreira et al., 2024, section 4). What it dropped is printed.
"""

import gzip
import hashlib
import json
from pathlib import Path

import bm25s
from pairs import read_all
from pylate import models
from rows import max_sims
from runs import found, is_there, phase_model

# Pairs scored at once: a passage that several of them name is encoded once.
BLOCK = 4096


def candidates(pairs: list[dict], depth: int) -> list[list[str]]:
    """The `depth` passages of all pairs that BM25 puts first for each query, without those of the same query."""
    passages = list(dict.fromkeys(pair["passage"] for pair in pairs))
    answers: dict[str, set[str]] = {}
    for pair in pairs:
        answers.setdefault(pair["query"], set()).add(pair["passage"])
    index = bm25s.BM25(k1=0.9, b=0.4)
    index.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    queries = bm25s.tokenize([pair["query"] for pair in pairs], stopwords="en", show_progress=False)
    best, _ = index.retrieve(queries, k=min(depth + 8, len(passages)), show_progress=False)
    return [
        [passages[at] for at in row if passages[at] not in answers[pair["query"]]][:depth]
        for pair, row in zip(pairs, best.tolist(), strict=True)
    ]


def held_queries(pairs: list[dict], count: int) -> set[str]:
    """So many of the queries, by a hash of each: in whatever order pairs are, the same."""
    return set(sorted({pair["query"] for pair in pairs}, key=lambda query: hashlib.sha256(query.encode()).digest())[:count])


def mine(recipe: dict, runs: Path, data: Path) -> Path:
    """recipe: `held`, queries that no phase is trained on (none): a teacher and its student are judged with them"""
    output = runs / recipe["output"]
    if is_there(recipe, runs, output):
        return output
    pairs = list(read_all([found(name, runs, data) for name in recipe["pairs"]], recipe.get("without_sources", ())))[: recipe.get("limit")]
    model = models.ColBERT(phase_model(runs, recipe["model_phase"]), device="cpu")
    held = held_queries(pairs, recipe.get("held", 0))
    dropped = kept = short = 0
    unfinished = output.with_suffix(".unfinished")
    found_candidates = candidates(pairs, recipe["depth"])
    with gzip.open(unfinished, "wt", encoding="utf-8") as file:
        for at in range(0, len(pairs), BLOCK):
            some, others_of = pairs[at : at + BLOCK], found_candidates[at : at + BLOCK]
            scores_of = max_sims(model, recipe, [pair["query"] for pair in some], [[pair["passage"], *others] for pair, others in zip(some, others_of, strict=True)])
            for pair, others, (own, *scores) in zip(some, others_of, scores_of, strict=True):
                is_good = [score <= recipe["margin"] * own for score in scores]
                good = [text for text, keep in zip(others, is_good, strict=True) if keep]
                false_negatives = [text for text, keep in zip(others, is_good, strict=True) if not keep]
                dropped += len(false_negatives)
                if len(good) < recipe["negatives"]:
                    short += 1
                    continue
                kept += 1
                row = {**pair, "negatives": good[: recipe["negatives"]], "dropped": false_negatives} | ({"held": True} if pair["query"] in held else {})
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(f"mine: {at + len(some)} of {len(pairs)} pairs", flush=True)
    unfinished.rename(output)
    print(f"mine: {kept} pairs with {recipe['negatives']} negatives each; {dropped} candidates dropped as false negatives, {short} pairs left out for want of others")
    return output
