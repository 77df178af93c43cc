"""The smallest pairs and recipes that a test can train on."""

import json
import random
from pathlib import Path

WORDS = [f"word{n}" for n in range(200)]


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


def recipe_of(base: Path, **changes) -> dict:
    return {
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
        **changes,
    }
