"""The smallest pairs and recipes that a test can train on."""

import json
import random
from pathlib import Path

from tokenizers import BertWordPieceTokenizer
from transformers import PreTrainedTokenizerFast

WORDS = [f"word{n}" for n in range(200)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]


def tokenizer_of_words(**more) -> PreTrainedTokenizerFast:
    """BERT's tokenizer, whose vocabulary is our words."""
    vocabulary = {token: at for at, token in enumerate([*SPECIAL, *WORDS])}
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=BertWordPieceTokenizer(vocab=vocabulary)._tokenizer, **names, **more)
    assert tokenizer("word7").input_ids == [2, len(SPECIAL) + 7, 3]
    return tokenizer


def write_pairs(path: Path, count: int, seed: int = 0, **more) -> Path:
    """A query is a few words of its passage: what ten steps can begin to learn."""
    rng = random.Random(seed)
    lines = []
    for n in range(count):
        passage = [rng.choice(WORDS) for _ in range(20)]
        row = {"query": " ".join(passage[:4]), "passage": " ".join(passage), "source": f"source-{n % 2}"}
        lines.append(json.dumps({**row, **{key: value(rng) for key, value in more.items()}}))
    path.write_text("\n".join(lines) + "\n")
    return path


def losses_of(folder: Path) -> list[float]:
    """Of ten steps."""
    state = json.loads((folder / "checkpoints/checkpoint-10/trainer_state.json").read_text())
    return [entry["loss"] for entry in state["log_history"] if "loss" in entry]


def recipe_of(base: Path, **changes) -> dict:
    """A change to None takes a key out."""
    recipe = {
        "name": "tiny",
        "seed": 1,
        "pairs": ["pairs.jsonl"],
        "start": {
            "model": str(base),
            "projection": "pca",
            "embedding_size": 16,
            "query_prefix": "[unused0]",
            "document_prefix": "[unused1]",
            "query_length": 16,
            "document_length": 32,
            "do_query_expansion": False,
        },
        "batch_pairs": 8,
        "steps": 10,
        "learning_rate": 1e-3,
        "warmup_steps": 1,
        "temperature": 0.05,
        "dims": [16, 8],
        "save_steps": 5,
        "logging_steps": 1,
    }
    return {key: value for key, value in (recipe | changes).items() if value is not None}
