"""A PyLate folder of a ColBERT that is there as float32 ONNX only (BERT backbone, one Dense layer without bias), to train it further.

Usage: python training/from_onnx.py <folder with model.onnx, config.json, tokenizer> <output folder>

Compares the rows of both before it ends.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from pylate import models
from runs import is_there
from transformers import AutoTokenizer, BertConfig, BertModel

TEXTS = ["How long does the server wait for a slow client?", "Naïve café, 日本語, emoji 🙂.", "x"]
TOLERANCE = 1e-4
# Products of one layer, in the order of the graph.
PRODUCTS = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"]


def weights_of(path: Path, layers: int) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """State of the backbone, and the projection [dim, width]. Exporters fold transposes into matrices and drop their names; biases keep theirs."""
    graph = onnx.load(str(path)).graph
    initial = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    state = {name[name.index("embeddings.") if "embeddings." in name else name.index("encoder.") :]: value for name, value in initial.items() if "embeddings." in name or "encoder." in name}
    matrices = [initial[name] for node in graph.node if node.op_type in ("MatMul", "Gemm") for name in node.input if name in initial and initial[name].dim() == 2]
    names = [f"encoder.layer.{layer}.{product}.weight" for layer in range(layers) for product in PRODUCTS]
    if len(matrices) != len(names) + 1:
        raise SystemExit(f"from_onnx: expected {len(names) + 1} matrices of {layers} layers and a projection, got {len(matrices)}")
    state |= {name: matrix.T.contiguous() for name, matrix in zip(names, matrices, strict=False)}
    return state, matrices[-1].T.contiguous()


def convert(folder: Path, output: Path) -> float:
    config = BertConfig.from_pretrained(str(folder))
    state, projection = weights_of(folder / "model.onnx", config.num_hidden_layers)
    backbone = BertModel(config, add_pooling_layer=False)
    backbone.load_state_dict(state, strict=False)
    backbone.save_pretrained(str(output / "backbone"))
    AutoTokenizer.from_pretrained(str(folder)).save_pretrained(str(output / "backbone"))
    said = json.loads((folder / "config_sentence_transformers.json").read_text())
    model = models.ColBERT(
        str(output / "backbone"),
        device="cpu",
        embedding_size=projection.shape[0],
        **{name: said[name] for name in ("query_prefix", "document_prefix", "query_length", "document_length", "skiplist_words")},
        do_query_expansion=said.get("do_query_expansion", False),
    )
    with torch.no_grad():
        model[1].linear.weight.copy_(projection)
    model.save(str(output))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    largest = 0.0
    for text in TEXTS:
        features = model.tokenize([text], is_query=True)
        (rows,) = session.run(None, {value.name: features[value.name].numpy() for value in session.get_inputs()})
        expected = model.encode([text], is_query=True)[0]
        largest = max(largest, float(np.abs(rows[0, : len(expected)] - expected).max()))
    return largest


def import_export(recipe: dict, runs: Path, data: Path) -> Path:
    """recipe: `export`, a folder beside the pairs. A step of a recipe that starts at a model that was trained before."""
    final = runs / recipe["name"] / "model"
    if is_there(recipe["name"], final):
        return final
    folder = data / recipe["export"]
    if not (folder / "model.onnx").exists():
        raise SystemExit(f"{recipe['name']}: expected a float32 export with model.onnx in {folder}, found none")
    unfinished = final.with_suffix(".unfinished")
    checked(convert(folder, unfinished))
    unfinished.rename(final)
    return final


def checked(largest: float) -> float:
    """Largest difference of rows, where it is one of rounding."""
    if largest > TOLERANCE:
        raise SystemExit(f"from_onnx: expected rows within {TOLERANCE} of the graph's, got {largest:.2g}")
    return largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    print(f"largest difference of rows {checked(convert(options.folder, options.output)):.2g}")


if __name__ == "__main__":
    main()
