"""A whole ColBERT as one ONNX graph: backbone, every Dense layer with its activation and residual, unit rows."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import nn

OPSET = 17
WEIGHTS = "model.onnx"
WEIGHTS_INT8 = "model_int8.onnx"
WEIGHTS_Q8 = "model_q8.onnx"
WEIGHTS_Q4 = "model_q4.onnx"
BLOCK = 32
# MatMulNBits' accuracy_level: activations are rounded to int8 as well.
INT8_ACTIVATIONS = 4
# What a graph's rows are compared by.
TEXTS = ["How long does the server wait for a slow client?", "Naïve café, 日本語, emoji 🙂.", "x"]
# float32 sums in another order.
TOLERANCE = 1e-4
# A table of fewer rows is not worth three more nodes.
LEAST_ROWS = 32
# What encodes a text beside the weights. artifact.metadata is the original ColBERT's config.
SIDE_FILES = [
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "artifact.metadata",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
]


class ColbertGraph(nn.Module):
    """Token ids [batch, tokens] to unit rows [batch, tokens, dim]. `dense`: PyLate's layers, from features to features."""

    def __init__(self, backbone: nn.Module, dense: list[nn.Module]):
        super().__init__()
        self.backbone = backbone
        self.dense = nn.ModuleList(dense)

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        features = {**inputs, "token_embeddings": self.backbone(**inputs).last_hidden_state}
        for layer in self.dense:
            features = layer(features)
        rows = features["token_embeddings"]
        # Not ReduceL2: the quantizer raises the opset to 21 without converting that operator's axes.
        return rows / (rows * rows).sum(dim=-1, keepdim=True).sqrt().clamp(min=1e-12)


def export(graph: ColbertGraph, folder: Path, token_types: bool) -> None:
    """Writes model.onnx and model_int8.onnx. Inputs are int64, both axes are free."""
    graph.eval()
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if token_types else [])
    ids = torch.arange(48).reshape(2, 24) % 100 + 5
    example = (ids, torch.ones_like(ids)) + ((torch.zeros_like(ids),) if token_types else ())
    free = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            graph,
            example,
            str(folder / WEIGHTS),
            input_names=names,
            output_names=["output"],
            dynamic_axes={name: free for name in [*names, "output"]},
            opset_version=OPSET,
            do_constant_folding=True,
            dynamo=False,
        )
    onnx.checker.check_model(str(folder / WEIGHTS))
    # MatMul only: their activations are quantized at run time.
    quantize_dynamic(
        with_byte_rows(folder),
        str(folder / WEIGHTS_INT8),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )


def export_blocks(folder: Path) -> None:
    """Writes model_q8.onnx, the file for WebGPU, of model.onnx: products in blocks of 32 weights of 8 bits with a scale each (MatMulNBits), embeddings in rows of int8 with a scale each."""
    quantizer = MatMulNBitsQuantizer(with_byte_rows(folder), bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=INT8_ACTIVATIONS)
    quantizer.process()
    quantizer.model.save_model_to_file(str(folder / WEIGHTS_Q8))


def export_half_bytes(folder: Path) -> None:
    """Writes model_q4.onnx of model.onnx: products and embeddings in blocks of 32 weights of 4 bits with a scale each (MatMulNBits, GatherBlockQuantized)."""
    model = onnx.load(str(folder / WEIGHTS))
    tables = float_tables(model.graph)
    others = [node.name for node in model.graph.node if node.op_type == "Gather" and node.input[0] not in tables]
    quantizer = MatMulNBitsQuantizer(
        model, bits=4, block_size=BLOCK, is_symmetric=True, accuracy_level=INT8_ACTIVATIONS, op_types_to_quantize=("MatMul", "Gather"), nodes_to_exclude=others
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(folder / WEIGHTS_Q4))


def float_tables(graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
    return {value.name: value for value in graph.initializer if value.data_type == onnx.TensorProto.FLOAT and len(value.dims) == 2 and value.dims[0] >= LEAST_ROWS}


def with_byte_rows(folder: Path) -> onnx.ModelProto:
    """model.onnx with embeddings in int8: each Gather of a float table [rows, width] becomes one of int8 rows times one of their scales; small tables stay."""
    model = onnx.load(str(folder / WEIGHTS))
    graph = model.graph
    tables = float_tables(graph)
    nodes = []
    for node in graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None:
            nodes.append(node)
            continue
        values = numpy_helper.to_array(table)
        name, ids, out = table.name, node.input[1], node.output[0]
        graph.initializer.remove(table)
        packed, scales = whole_bytes(values)
        constants = {name + "_row_bytes": packed, name + "_row_scales": scales}
        nodes += [
            onnx.helper.make_node("Gather", [name + "_row_bytes", ids], [out + "_row_bytes"], axis=0),
            onnx.helper.make_node("Cast", [out + "_row_bytes"], [out + "_row_floats"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Gather", [name + "_row_scales", ids], [out + "_row_scale"], axis=0),
            onnx.helper.make_node("Mul", [out + "_row_floats", out + "_row_scale"], [out]),
        ]
        graph.initializer.extend(numpy_helper.from_array(content, constant) for constant, content in constants.items())
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def whole_bytes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows [rows, width] -> int8 [rows, width] and scales [rows, 1]."""
    scales = np.abs(values).max(axis=1, keepdims=True).clip(1e-12) / 127
    return np.rint(values / scales).astype(np.int8), scales.astype(np.float32)


def copy_side_files(source: Path, folder: Path) -> None:
    for name in SIDE_FILES:
        if (source / name).exists():
            shutil.copyfile(source / name, folder / name)
