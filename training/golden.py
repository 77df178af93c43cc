"""A golden file of a PyLate folder, for tests of the product's encoder: ids, masks, rows kept and scores of texts that are hard to encode alike.

Usage: python training/golden.py <PyLate folder> <earlier golden file, for its texts> <output> [--query-length 64 --document-length 256]

`queries`, `documents`: `text`, `input_ids` and `attention_mask` with the prefix, one text at a time; `rows`, how many are kept; `embeddings`, the first rows, of 6 digits. `maxsim` [queries][documents].
"""

import argparse
import json
from pathlib import Path

import torch
from pylate import models
from pylate.scores import colbert_scores

ROWS_WRITTEN = 12


@torch.no_grad()
def golden_text(model: models.ColBERT, text: str, is_query: bool) -> tuple[dict, torch.Tensor]:
    features = model.tokenize([text], is_query=is_query)
    rows = torch.from_numpy(model.encode([text], is_query=is_query, show_progress_bar=False)[0])
    written = {
        "text": text,
        "input_ids": features["input_ids"][0].tolist(),
        "attention_mask": features["attention_mask"][0].int().tolist(),
        "rows": len(rows),
        "embeddings": [[round(value, 6) for value in row] for row in rows[:ROWS_WRITTEN].tolist()],
    }
    return written, rows


def golden(model: models.ColBERT, texts: dict[str, list[str]]) -> dict:
    kinds = {kind: [golden_text(model, text, is_query=kind == "queries") for text in texts[kind]] for kind in ("queries", "documents")}
    scores = [[float(colbert_scores(query[None], document[None])[0, 0]) for _, document in kinds["documents"]] for _, query in kinds["queries"]]
    return {
        "source": "PyLate",
        "dim": kinds["queries"][0][1].shape[1],
        "queries": [written for written, _ in kinds["queries"]],
        "documents": [written for written, _ in kinds["documents"]],
        "maxsim": [[round(score, 5) for score in row] for row in scores],
    }


def write_golden(folder: Path, texts: Path, output: Path, query_length: int | None = None, document_length: int | None = None) -> None:
    """texts: an earlier golden file"""
    model = models.ColBERT(str(folder), device="cpu")
    model.query_length = query_length or model.query_length
    model.document_length = document_length or model.document_length
    earlier = json.loads(texts.read_text(encoding="utf-8"))
    found = golden(model, {kind: [entry["text"] for entry in earlier[kind]] for kind in ("queries", "documents")})
    for kind in ("queries", "documents"):
        changed = [entry["text"][:40] for entry, before in zip(found[kind], earlier[kind], strict=True) if entry["input_ids"] != before["input_ids"]]
        print(f"{len(found[kind])} {kind}, ids otherwise than before: {changed or 'none'}")
    unfinished = output.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    unfinished.rename(output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--query-length", type=int)
    parser.add_argument("--document-length", type=int)
    options = parser.parse_args()
    write_golden(options.model, options.texts, options.output, options.query_length, options.document_length)


if __name__ == "__main__":
    main()
