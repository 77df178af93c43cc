"""A PyLate folder of a ColBERT that is there as ONNX only (BERT backbone, one Dense layer without bias, with a row for the whole text or without), to train it further.

Usage: python training/from_onnx.py <folder with model.onnx or model_q8.onnx, config.json, tokenizer> <output folder>

The float32 file is taken where there is one; else the weights of the blocks of 8 bits, which a packaged model has: what they lost stays lost. Compares the rows of both before it ends.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from onnx_colbert import TEXTS, TOLERANCE, WEIGHTS, WEIGHTS_Q8
from pylate import models
from runs import is_there
from text_row import TextRow
from transformers import AutoTokenizer, BertConfig, BertModel

ROOT = Path(__file__).resolve().parents[1]
# Blocks round activations to 8 bits as well.
TOLERANCE_BLOCKS = 0.05
BYTE_ZERO = 128
TEXT_BIAS = "dense.0.text.bias"
# Products of one layer, in the order of the graph.
PRODUCTS = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"]


def float_values(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Constants by name; tables of rows and products in blocks (MatMulNBits) as floats, the latter [out, in] under the name of their bytes."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for name in [name for name in values if name.endswith("_row_bytes")]:
        table = name.removesuffix("_row_bytes")
        values[table] = values[name].astype(np.float32) * values[f"{table}_row_scales"]
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            packed, scales = (values[name] for name in node.input[1:3])
            values[node.input[1]] = ((packed.astype(np.float32) - BYTE_ZERO) * scales.reshape(*packed.shape[:2], 1)).reshape(len(packed), -1)
    return values


def weights_of(path: Path, layers: int) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """State of the backbone and of the Dense layer. Exporters fold transposes into matrices and drop their names; biases keep theirs."""
    graph = onnx.load(str(path)).graph
    initial = {name: torch.from_numpy(value.copy()) for name, value in float_values(graph).items()}
    state = {name[name.index("embeddings.") if "embeddings." in name else name.index("encoder.") :]: value for name, value in initial.items() if "embeddings." in name or "encoder." in name}
    # In the graph's order, by the name of their result: it tells the text's projection from the rows'.
    matrices = {
        node.output[0]: initial[name] if node.op_type == "MatMulNBits" else initial[name].T
        for node in graph.node
        if node.op_type in ("MatMul", "Gemm", "MatMulNBits")
        for name in node.input[1:2]
        if name in initial
    }
    text = [matrices.pop(name) for name in list(matrices) if "/text/" in name]
    names = [f"encoder.layer.{layer}.{product}.weight" for layer in range(layers) for product in PRODUCTS]
    if len(matrices) != len(names) + 1:
        raise SystemExit(f"from_onnx: expected {len(names) + 1} matrices of {layers} layers and a projection, got {len(matrices)}")
    *products, projection = (matrix.contiguous() for matrix in matrices.values())
    dense = {"linear.weight": projection} | {f"text.{name}": value.contiguous() for weight in text for name, value in (("weight", weight), ("bias", initial[TEXT_BIAS]))}
    return state | dict(zip(names, products, strict=True)), dense


def convert(folder: Path, output: Path) -> tuple[float, float]:
    """Returns the largest difference of rows, and the one that is still rounding."""
    weights = folder / WEIGHTS if (folder / WEIGHTS).exists() else folder / WEIGHTS_Q8
    config = BertConfig.from_pretrained(str(folder))
    state, dense = weights_of(weights, config.num_hidden_layers)
    backbone = BertModel(config, add_pooling_layer=False)
    backbone.load_state_dict(state, strict=False)
    backbone.save_pretrained(str(output / "backbone"))
    AutoTokenizer.from_pretrained(str(folder)).save_pretrained(str(output / "backbone"))
    said = json.loads((folder / "config_sentence_transformers.json").read_text())
    model = models.ColBERT(
        str(output / "backbone"),
        device="cpu",
        embedding_size=len(dense["linear.weight"]),
        **{name: said[name] for name in ("query_prefix", "document_prefix", "query_length", "document_length", "skiplist_words")},
        do_query_expansion=said.get("do_query_expansion", False),
    )
    if "text.weight" in dense:
        model[1] = TextRow.of(model[1], model.query_prefix_id)
    model[1].load_state_dict(dense)
    model.save(str(output))
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    largest = 0.0
    for text in TEXTS:
        features = model.tokenize([text], is_query=True)
        (rows,) = session.run(None, {value.name: features[value.name].numpy() for value in session.get_inputs()})
        expected = model.encode([text], is_query=True)[0]
        largest = max(largest, float(np.abs(rows[0, : len(expected)] - expected).max()))
    return largest, TOLERANCE if weights.name == WEIGHTS else TOLERANCE_BLOCKS


def import_export(recipe: dict, runs: Path, data: Path) -> Path:
    """recipe: `export`, a folder beside the pairs or, `public/...`, one of this repository. A step of a recipe that starts at a model that was trained before."""
    final = runs / recipe["name"] / "model"
    if is_there(recipe, runs, final):
        return final
    folder = (ROOT if recipe["export"].startswith("public/") else data) / recipe["export"]
    if not any((folder / name).exists() for name in (WEIGHTS, WEIGHTS_Q8)):
        raise SystemExit(f"{recipe['name']}: expected an export with {WEIGHTS} or {WEIGHTS_Q8} in {folder}, found none")
    unfinished = final.with_suffix(".unfinished")
    checked(*convert(folder, unfinished))
    unfinished.rename(final)
    return final


def checked(largest: float, tolerance: float) -> float:
    """Largest difference of rows, where it is one of rounding."""
    if largest > tolerance:
        raise SystemExit(f"from_onnx: expected rows within {tolerance} of the graph's, got {largest:.2g}")
    return largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    print(f"largest difference of rows {checked(*convert(options.folder, options.output)):.2g}")


if __name__ == "__main__":
    main()
