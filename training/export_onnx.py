"""Exports a PyLate model to a folder that `latelight --model` opens: ONNX in float32, int8 and blocks of 8 bits, with everything that encoding needs.

Usage: python training/export_onnx.py <PyLate folder or hub id> <output folder>

Unlike exporters that chain the linear parts of the Dense layers, this one keeps their activations and residuals; prompts and query
expansion stay as PyLate's config has them. The graph is compared with PyLate's own rows before the script ends.
"""

import argparse
import json
from itertools import product
from pathlib import Path

import numpy as np
import onnxruntime
from onnx_colbert import TEXTS, TOLERANCE, WEIGHTS, ColbertGraph, export, export_blocks, export_half_bytes
from pylate import models
from pylate.losses.contrastive import extract_skiplist_mask


def largest_difference(model, folder: Path) -> float:
    """Between PyLate's rows and the graph's, for queries and for documents."""
    session = onnxruntime.InferenceSession(str(folder / WEIGHTS), providers=["CPUExecutionProvider"])
    names = {value.name for value in session.get_inputs()}
    largest = 0.0
    for text, is_query in product(TEXTS, (True, False)):
        features = model.tokenize([text], is_query=is_query)
        (rows,) = session.run(None, {name: features[name].numpy() for name in names})
        expected = model.encode([text], is_query=is_query)[0]
        # Without expansion PyLate leaves out padding, which comes last.
        kept = slice(len(expected)) if is_query else extract_skiplist_mask([features, features], model.skiplist)[1][0].numpy()
        largest = max(largest, float(np.abs(rows[0, kept] - expected).max()))
    return largest


def phase_of(folder: str) -> str:
    """The name of what was trained: of `<runs>/<name>/model`, `<name>`. Where it lay is nobody's business."""
    path = Path(folder)
    return path.parent.name if path.name == "model" else path.name


def export_model(source: str, output: Path, query_length: int | None = None, document_length: int | None = None, half_bytes: bool = False) -> None:
    """
    source: a PyLate folder or hub id
    query_length, document_length: tokens that texts are cut at, instead of the model's own
    half_bytes: model_q4.onnx too
    """
    model = models.ColBERT(model_name_or_path=source, device="cpu", model_kwargs={"attn_implementation": "eager"})
    model.query_length = query_length or model.query_length
    model.document_length = document_length or model.document_length
    backbone = model[0].auto_model
    dense = [model[i] for i in range(1, len(model))]
    output.mkdir(parents=True, exist_ok=True)
    token_types = "token_type_ids" in model.tokenize(["x"], is_query=True)
    export(ColbertGraph(backbone, dense), output, token_types)
    export_blocks(output)
    if half_bytes:
        export_half_bytes(output)
    model[0].tokenizer.save_pretrained(str(output))
    # Not written any more by transformers 5; older readers want it.
    write(output / "special_tokens_map.json", model[0].tokenizer.special_tokens_map)
    backbone.config.to_json_file(output / "config.json")
    # As PyLate resolved it, defaults and all.
    config = {
        "model_type": "ColBERT",
        "prompts": model.prompts,
        "query_prefix": model.query_prefix,
        "document_prefix": model.document_prefix,
        "query_length": model.query_length,
        "document_length": model.document_length,
        "do_query_expansion": model.do_query_expansion,
        "attend_to_expansion_tokens": model.attend_to_expansion_tokens,
        "skiplist_words": model.skiplist_words,
    }
    write(output / "config_sentence_transformers.json", config)
    write(output / "sentence_bert_config.json", {"do_lower_case": bool(getattr(model[0], "do_lower_case", False))})
    write(
        output / "onnx_config.json",
        {"model_name": phase_of(source), "embedding_dim": model[len(model) - 1].out_features, "dense_complete": True},
    )
    difference = largest_difference(model, output)
    print(f"largest difference from PyLate's rows: {difference:.1e}")
    if not difference <= TOLERANCE:
        raise SystemExit(f"expected at most {TOLERANCE}: the export is not this model")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("output", type=Path)
    parser.add_argument("--query-length", type=int, help="tokens a query is cut at, instead of the model's own")
    parser.add_argument("--document-length", type=int, help="the same of a document; trainings cut shorter than an index should")
    parser.add_argument("--half-bytes", action="store_true", help="write model_q4.onnx as well: 4 bits a weight, slower on a CPU than int8")
    arguments = parser.parse_args()
    export_model(arguments.model, arguments.output, arguments.query_length, arguments.document_length, arguments.half_bytes)


def write(path: Path, content: dict | list) -> None:
    path.write_text(json.dumps(content, indent=2))


if __name__ == "__main__":
    main()
