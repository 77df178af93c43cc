"""Random weights in ColBERT-Zero's full shape, to measure what a model of this size costs. It finds nothing.

Usage: python training/random_colbert_zero.py <folder with tokenizer and config files> <output folder>

ModernBERT-base: 22 layers, 768 wide, 12 heads, local attention 128, global every third layer, 149 million parameters;
projection 768 -> 128. Tokenizer, prompts and lengths come from the given folder.
"""

import argparse
import json
from pathlib import Path

import torch
from onnx_colbert import ColbertGraph, copy_side_files, export
from pylate.models import Dense
from transformers import ModernBertConfig, ModernBertModel

SEED = 20261123
DIM = 128
VOCABULARY = 50368


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tokenizer", type=Path, help="folder with tokenizer.json and PyLate's config")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()

    # The prefix tokens were added to the vocabulary: it must hold every id that the tokenizer gives.
    tokenizer = json.loads((arguments.tokenizer / "tokenizer.json").read_text())
    last = max(token["id"] for token in tokenizer["added_tokens"])
    torch.manual_seed(SEED)
    config = ModernBertConfig(
        vocab_size=max(VOCABULARY, last + 1),
        hidden_size=768,
        intermediate_size=1152,
        num_hidden_layers=22,
        num_attention_heads=12,
        max_position_embeddings=8192,
        local_attention=128,
        global_attn_every_n_layers=3,
        attn_implementation="eager",
    )
    backbone = ModernBertModel(config)
    projection = Dense(config.hidden_size, DIM, bias=False)
    arguments.output.mkdir(parents=True, exist_ok=True)
    copy_side_files(arguments.tokenizer, arguments.output)
    (arguments.output / "config.json").write_text(json.dumps({**config.to_dict(), "architectures": ["ModernBertModel"]}, indent=2, default=str))
    export(ColbertGraph(backbone, [projection]), arguments.output, token_types=False)
    parameters = sum(p.numel() for p in backbone.parameters()) + projection.linear.weight.numel()
    print(f"{parameters / 1e6:.1f} million parameters in {arguments.output}")


if __name__ == "__main__":
    main()
