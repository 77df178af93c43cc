"""Rows of texts, as the engine has them."""

from collections.abc import Iterator

import numpy as np
import torch
from pooling import LENGTH_POWER, clusters, target_row_count
from pylate import models
from pylate.losses.contrastive import extract_skiplist_mask
from torch import Tensor, nn


def pool(rows: np.ndarray) -> np.ndarray:
    """Unit rows [tokens, dim] -> cluster means [rows, dim] with the length that the engine's codes have."""
    _, cluster = np.unique(clusters(rows, target_row_count(len(rows))), return_inverse=True)
    member = np.eye(cluster.max() + 1, dtype=np.float32)[cluster]
    mean = (member.T @ rows) / member.sum(0)[:, None]
    return mean / np.linalg.norm(mean, axis=1, keepdims=True).clip(1e-6) ** LENGTH_POWER


def kept_tokens(model: models.ColBERT, features: dict[str, Tensor], is_query: bool) -> Tensor:
    """Mask of tokens [batch, tokens] that have a row, as PyLate's `encode` keeps them: of queries with expansion all, attended to or not."""
    if not is_query:
        return extract_skiplist_mask([features, features], model.skiplist)[1]
    return torch.ones_like(features["input_ids"], dtype=torch.bool) if model.do_query_expansion else features["attention_mask"].bool()


def query_ids(model: models.ColBERT, texts: list[str]) -> list[list[int]]:
    """Of each token that has a row."""
    features = model.tokenize(texts, is_query=True)
    return [ids[mask].tolist() for ids, mask in zip(features["input_ids"], kept_tokens(model, features, True), strict=True)]


@torch.no_grad()
def encoded(model: models.ColBERT, texts: list[str], is_query: bool, bf16: bool) -> Iterator[tuple[list[int], dict[str, Tensor], list[np.ndarray]]]:
    """
    Batches of texts of about one length: which ones, their features with `hidden_states` [batch, tokens, width], and unit rows [tokens, dim] of each, documents without what is skipped. PyLate's own
    `encode` pads to the longest that is allowed: three times the work.
    """
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for first in range(0, len(order), 64):
        some = order[first : first + 64]
        features = model.tokenize([texts[at] for at in some], is_query=is_query)
        if not (is_query and model.do_query_expansion):
            length = int(features["attention_mask"].sum(1).max())
            features = {name: value[:, :length] for name, value in features.items()}
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            features = model[0](features)
            features["hidden_states"] = features["token_embeddings"]
            for layer in list(model)[1:]:
                features = layer(features)
        kept = kept_tokens(model, features, is_query)
        embeddings = nn.functional.normalize(features["token_embeddings"].float(), dim=-1)
        yield some, features, [row[mask].numpy() for row, mask in zip(embeddings, kept, strict=True)]


def encode(model: models.ColBERT, texts: list[str], is_query: bool, bf16: bool) -> list[np.ndarray]:
    """Unit rows [tokens, dim] of each text, documents without what is skipped."""
    rows: list[np.ndarray] = [None] * len(texts)
    for some, _, own in encoded(model, texts, is_query, bf16):
        for at, row in zip(some, own, strict=True):
            rows[at] = row
    return rows


def max_sims(model: models.ColBERT, recipe: dict, queries: list[str], texts: list[list[str]]) -> list[list[float]]:
    """
    MaxSim (Khattab and Zaharia, 2020, section 3.2) of each query with its own list of texts, float rows. A text is encoded once, however many lists have it.
    recipe: `query_prompt`, `document_prompt` (none), `bf16` (true), of `encode`
    """
    model.eval()
    bf16, document_prompt = recipe.get("bf16", True), recipe.get("document_prompt", "")
    each = list(dict.fromkeys(text for some in texts for text in some))
    rows_of = dict(zip(each, encode(model, [document_prompt + text for text in each], is_query=False, bf16=bf16), strict=True))
    query_rows = encode(model, [recipe.get("query_prompt", "") + query for query in queries], is_query=True, bf16=bf16)
    return [[float((rows @ rows_of[text].T).max(1).sum()) for text in some] for rows, some in zip(query_rows, texts, strict=True)]
