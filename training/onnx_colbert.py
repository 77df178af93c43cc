"""A whole ColBERT as one ONNX graph: backbone, every Dense layer with its activation and residual, unit rows."""

import shutil
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

OPSET = 17
WEIGHTS = "model.onnx"
WEIGHTS_INT8 = "model_int8.onnx"
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
    """Token ids [batch, tokens] to unit rows [batch, tokens, dim]."""

    def __init__(self, backbone: nn.Module, dense: list[nn.Module]):
        super().__init__()
        self.backbone = backbone
        self.dense = nn.ModuleList(dense)

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        rows = self.backbone(**inputs).last_hidden_state
        for layer in self.dense:
            rows = layer(rows)
        # Not ReduceL2: the quantizer raises the opset to 21 without converting that operator's axes.
        return rows / (rows * rows).sum(dim=-1, keepdim=True).sqrt().clamp(min=1e-12)


def export(graph: ColbertGraph, folder: Path, token_types: bool) -> None:
    """Writes model.onnx and model_int8.onnx. Inputs are int64, both axes are free."""
    graph.eval()
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if token_types else [])
    ids = torch.arange(2 * 24).reshape(2, 24) % 100 + 5
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
    # MatMul only: their activations are quantized at run time. Embedding rows become int8 too (Gather).
    quantize_dynamic(
        str(folder / WEIGHTS),
        str(folder / WEIGHTS_INT8),
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )


def copy_side_files(source: Path, folder: Path) -> None:
    for name in SIDE_FILES:
        if (source / name).exists():
            shutil.copyfile(source / name, folder / name)
