"""PyLate's own `encode` on the model that latelight ships, for bench/pylate.ts: started once, asked on stdin, answers in JSON lines.

Usage: python bench/pylate_encode.py <model folder with model.onnx in float32, config and tokenizer>

The torch checkpoint is made from the initialisers of the ONNX file, in a temporary folder, and compared with golden.json (made by
PyLate from the checkpoint that was exported) before anything is timed.
Needs pylate 1.6, torch, transformers and onnx, all from PyPI.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from pylate import __version__ as pylate_version
from pylate import models
from sentence_transformers.models import Transformer
from transformers import AutoTokenizer, BertConfig, BertModel

TOLERANCE = 1e-4
BATCH = 32
# Names that the exporter gave the backbone and the projection.
BACKBONE = "t."
PROJECTION = "/dense.0/MatMul"


def load_weights(path: Path) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """State of the BertModel and the projection [dim, hidden]. Products have lost their parameter's name, but their node has it."""
    graph = onnx.load(str(path)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor).copy() for tensor in graph.initializer}
    state = {name[len(BACKBONE) :]: torch.from_numpy(array) for name, array in arrays.items() if name.startswith(BACKBONE)}
    projection = None
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in arrays:
            continue
        weight = torch.from_numpy(arrays[node.input[1]].T.copy())
        if node.name == PROJECTION:
            projection = weight
        else:
            # /t/encoder/layer.0/attention/self/query/MatMul
            state[node.name.removesuffix("/MatMul").removeprefix("/t/").replace("/", ".") + ".weight"] = weight
    if projection is None:
        raise SystemExit(f"pylate_encode: expected a product named {PROJECTION} in {path}, found none.")
    return state, projection


def make_checkpoint(source: Path, folder: Path) -> models.ColBERT:
    """A PyLate ColBERT from an ONNX export of BERT and one Dense layer."""
    state, projection = load_weights(source / "model.onnx")
    bert = BertModel(BertConfig.from_json_file(str(source / "config.json")), add_pooling_layer=False)
    missing, unexpected = bert.load_state_dict(state, strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise SystemExit(f"pylate_encode: weights that do not fit: missing {missing}, unexpected {unexpected}")
    bert.save_pretrained(folder / "backbone")
    AutoTokenizer.from_pretrained(str(source)).save_pretrained(folder / "backbone")

    config = json.loads((source / "config_sentence_transformers.json").read_text())
    dim, hidden = projection.shape
    dense = models.Dense(in_features=hidden, out_features=dim, bias=False)
    dense.linear.weight.data.copy_(projection)
    return models.ColBERT(
        modules=[Transformer(str(folder / "backbone"), max_seq_length=config["document_length"]), dense],
        query_prefix=config["query_prefix"],
        document_prefix=config["document_prefix"],
        query_length=config["query_length"],
        document_length=config["document_length"],
        attend_to_expansion_tokens=config["attend_to_expansion_tokens"],
        skiplist_words=config["skiplist_words"],
        do_query_expansion=config["do_query_expansion"],
        device="cpu",
    )


def largest_difference(model: models.ColBERT, golden: dict) -> float:
    worst = 0.0
    for kind in ("queries", "documents"):
        for text in golden[kind]:
            rows = model.encode([text["text"]], is_query=kind == "queries", show_progress_bar=False)[0]
            if len(rows) != text["rows"]:
                raise SystemExit(f"pylate_encode: expected {text['rows']} rows, got {len(rows)}: {text['text'][:60]!r}")
            expected = np.array(text.get("embeddings") or text["embeddings_cut"])
            worst = max(worst, float(np.abs(rows[: len(expected)] - expected).max()))
    return worst


def encode(model: models.ColBERT, passages: list[str], precision: str) -> dict:
    """Seconds and rows of one pass over all passages."""
    started = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        rows = model.encode(passages, is_query=False, batch_size=BATCH, show_progress_bar=False)
    return {"seconds": time.perf_counter() - started, "rows": sum(len(row) for row in rows)}


def main() -> None:
    # Libraries print as they like; answers have the real stdout for themselves.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    source = Path(sys.argv[1])
    torch.set_num_threads(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        model = make_checkpoint(source, Path(folder))
    difference = largest_difference(model, json.loads((source / "golden.json").read_text()))
    if difference > TOLERANCE:
        raise SystemExit(f"pylate_encode: expected golden.json's rows within {TOLERANCE}, got a difference of {difference}")
    ready = {"pylate": pylate_version, "torch": torch.__version__, "threads": torch.get_num_threads(), "difference": difference}
    answers.write(json.dumps(ready) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps(encode(model, request["passages"], request["precision"])) + "\n")


if __name__ == "__main__":
    main()
