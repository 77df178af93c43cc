"""Hard negatives: BM25's best passages that are not the answer, without those that the phase-1 model holds for answers too.

A candidate is dropped as a false negative when the model scores it above `margin` times the pair's own passage (the rule of NV-Retriever's
"TopK-PercPos", Moreira et al., 2024, section 4). What it dropped is printed.
"""

import gzip
import json
from pathlib import Path

import bm25s
import torch
from pairs import read_pairs
from phase import found
from pylate import models, rank


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


@torch.no_grad()
def mine(recipe: dict, runs: Path, data: Path) -> Path:
    output = runs / recipe["output"]
    if output.exists():
        print(f"mine: is there already, in {output}")
        return output
    pairs = [
        pair
        for name in recipe["pairs"]
        for pair in read_pairs(found(name, runs, data), recipe.get("without_sources", ()))
    ][: recipe.get("limit")]
    model = models.ColBERT(str(runs / recipe["model_phase"] / "model"), device="cpu")
    query_prompt, document_prompt = recipe.get("query_prompt", ""), recipe.get("document_prompt", "")
    dropped = kept = short = 0
    unfinished = output.with_suffix(".unfinished")
    output.parent.mkdir(parents=True, exist_ok=True)
    found_candidates = candidates(pairs, recipe["depth"])
    with gzip.open(unfinished, "wt", encoding="utf-8") as file:
        for at in range(0, len(pairs), 64):
            some, texts = pairs[at : at + 64], found_candidates[at : at + 64]
            documents = [[document_prompt + pair["passage"], *(document_prompt + text for text in others)] for pair, others in zip(some, texts, strict=True)]
            queries = model.encode([query_prompt + pair["query"] for pair in some], is_query=True, show_progress_bar=False)
            rows = model.encode(documents, is_query=False, show_progress_bar=False)
            ranked = rank.rerank(documents_ids=[list(range(len(texts))) for texts in documents], queries_embeddings=queries, documents_embeddings=rows)
            for pair, others, hits in zip(some, texts, ranked, strict=True):
                score = {hit["id"]: hit["score"] for hit in hits}
                good = [text for number, text in enumerate(others, 1) if score[number] <= recipe["margin"] * score[0]]
                false_negatives = [text for text in others if text not in good]
                dropped += len(false_negatives)
                if len(good) < recipe["negatives"]:
                    short += 1
                    continue
                kept += 1
                file.write(json.dumps({**pair, "negatives": good[: recipe["negatives"]], "dropped": false_negatives}, ensure_ascii=False) + "\n")
            if at % 3200 == 0:
                print(f"mine: {min(at + 64, len(pairs))} of {len(pairs)} pairs", flush=True)
    unfinished.rename(output)
    print(f"mine: {kept} pairs with {recipe['negatives']} negatives each; {dropped} candidates dropped as false negatives, {short} pairs left out for want of others")
    return output
