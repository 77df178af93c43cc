"""The page's own encoder: fewer layers and a smaller vocabulary, trained to give the full model's query rows. Documents stay encoded by the full model.

A layer of the student starts as the layer of the full model that `layers` names (as DistilBERT does: Sanh et al., 2019, section 3), word embeddings as the best product of [ids, embedding_size]
and [embedding_size, width] (Lan et al., 2020, section 3.1), ids weighed by how often they are seen. What is minimised is 1 - cosine of each token's row to the full model's, at
several prefixes of the rows: MaxSim is linear in the query's rows, so no documents are needed. Ids of ASCII have a row each; others that are seen less than `least_seen` times share
the row of [UNK]. The tokenizer stays the full model's, and the graph maps its ids. `random_words` of the texts' words become any other, so that rows of words that no text has are learned too: the full
model has something to say about any of them (without it, and with rows for words of the texts alone, Cranfield's terms were lost: docs/decisions/0014).

The ONNX files go to <runs>/<name>/query: put that folder into the model's own, as `query/`, and pages download it instead of the full model.
"""

import copy
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import yaml
from batches import BatchTrainer, OneKind
from onnx_colbert import BLOCK, ColbertGraph, export, export_blocks
from pairs import read_pairs
from pylate import models
from rows import query_ids
from runs import Progress, found, go_on, is_there, trainer_arguments
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import TrainingArguments, set_seed

# Batches hold texts of about one length: padding is work too.
TOKENS_OF_A_KIND = 4


class SmallEmbedding(nn.Module):
    """ids -> rows of a smaller vocabulary [rows, embedding_size] -> [width]."""

    def __init__(self, table: Tensor, counts: np.ndarray, unknown: int, kept: list[int], size: int):
        """table: the full model's word embeddings [vocabulary, width]; counts: [vocabulary]; kept: ids that have a row"""
        super().__init__()
        row_of = np.full(len(table), kept.index(unknown), np.int32)
        row_of[kept] = np.arange(len(kept))
        self.register_buffer("row_of", torch.from_numpy(row_of))
        words = table[kept].detach().float()
        values, basis = torch.linalg.eigh(words.T @ (words * torch.from_numpy(counts[kept] + 1).float()[:, None]))
        basis = basis[:, -size:]
        self.explained = float(values[-size:].sum() / values.sum())
        self.rows = nn.Embedding.from_pretrained(words @ basis, freeze=False)
        self.widen = nn.Linear(size, words.shape[1], bias=False)
        self.widen.weight.data.copy_(basis)

    def forward(self, ids: Tensor) -> Tensor:
        return self.widen(self.rows(self.row_of[ids].long()))


def small_backbone(backbone: nn.Module, layers: list[int], positions: int, embedding: SmallEmbedding) -> nn.Module:
    """A copy of a BERT backbone with those layers alone, as many positions as a query has, and no dropout."""
    if backbone.config.model_type != "bert":
        raise SystemExit(f"query_encoder: expected a BERT backbone, got {backbone.config.model_type}: its layers are named otherwise")
    small = copy.deepcopy(backbone)
    small.encoder.layer = nn.ModuleList(small.encoder.layer[at] for at in layers)
    small.config.num_hidden_layers = len(layers)
    embeddings = small.embeddings
    embeddings.word_embeddings = embedding
    embeddings.position_embeddings = nn.Embedding.from_pretrained(embeddings.position_embeddings.weight[:positions].detach().clone(), freeze=False)
    embeddings.register_buffer("position_ids", torch.arange(positions)[None], persistent=False)
    embeddings.register_buffer("token_type_ids", torch.zeros(1, positions, dtype=torch.long), persistent=False)
    small.config.max_position_embeddings = positions
    for module in small.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return small


class QueryEncoder(nn.Module):
    """The student, with its teacher beside it: not a part of what is trained and saved."""

    def __init__(self, teacher: models.ColBERT, backbone: nn.Module, dims: list[int]):
        super().__init__()
        self.graph = ColbertGraph(backbone, [copy.deepcopy(teacher[at]) for at in range(1, len(teacher))])
        self.teacher = (teacher,)
        self.dims = dims

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            theirs = self.teacher[0]({"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": torch.zeros_like(input_ids)})["token_embeddings"].float()
        ours = self.graph(input_ids, attention_mask).float()
        kept = attention_mask.bool()
        apart = [1 - nn.functional.cosine_similarity(ours[kept][:, :dim], theirs[kept][:, :dim]).mean() for dim in self.dims]
        return {"loss": sum(apart) / len(apart)}


class Texts(Dataset):
    """Token ids of each text, a share of them replaced by any of `words`: the same ones each time a text is asked for."""

    def __init__(self, ids: list[list[int]], words: list[int], share: float, seed: int):
        self.ids = ids
        self.words = words
        self.known = frozenset(words)
        self.share = share
        self.seed = seed

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, at: int) -> list[int]:
        rng = random.Random(f"{self.seed} {at}")
        # Special tokens and the prefix are no words.
        return [rng.choice(self.words) if id in self.known and rng.random() < self.share else id for id in self.ids[at]]


def vocabulary_kept(tokenizer, counts: np.ndarray, least_seen: int, others: list[int]) -> tuple[list[int], list[int]]:
    """Ids that have a row, and those among them that are words."""
    tokens = tokenizer.convert_ids_to_tokens(range(len(counts)))
    words = [id for id, token in enumerate(tokens) if not re.fullmatch(r"\[.+\]", token) and (token.isascii() or counts[id] >= least_seen)]
    return sorted({*words, *others}), words


def collate(some: list[list[int]]) -> dict[str, Tensor]:
    length = max(map(len, some))
    ids = torch.tensor([[*row, *[0] * (length - len(row))] for row in some])
    return {"input_ids": ids, "attention_mask": torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in some])}


def read_texts(recipe: dict, runs: Path, data: Path) -> list[str]:
    """Queries, and what passages begin with: words that no query has. Each once."""
    without = recipe.get("without_sources", [])
    texts = {}
    for name in recipe["pairs"]:
        for row in read_pairs(found(name, runs, data), without):
            texts[row["query"]] = texts[row["passage"][: recipe["passage_characters"]]] = True
    texts.pop("", None)
    texts = list(texts)
    random.Random(recipe["seed"]).shuffle(texts)
    return texts[: recipe["texts"]]


@torch.no_grad()
def cosine(encoder: QueryEncoder, ids: list[list[int]]) -> float:
    """Mean of rows' cosines to the full model's, of texts that were kept apart."""
    return 1 - float(np.mean([encoder(**collate(ids[first : first + 64]))["loss"] for first in range(0, len(ids), 64)]))


def train_query_encoder(recipe: dict, runs: Path, data: Path) -> Path:
    """Returns the folder of ONNX files."""
    output = runs / recipe["name"]
    final = output / "query"
    if is_there(recipe["name"], final):
        return final
    set_seed(recipe["seed"])
    teacher = models.ColBERT(recipe.get("model") or str(runs / recipe["model_phase"] / "model"), device="cpu").eval()
    texts = read_texts(recipe, runs, data)
    ids = [some for first in range(0, len(texts), 512) for some in query_ids(teacher, texts[first : first + 512])]
    held, ids = ids[: recipe["held_out"]], ids[recipe["held_out"] :]
    if len(ids) < recipe["batch_texts"]:
        raise SystemExit(f"query_encoder: expected at least {recipe['batch_texts'] + recipe['held_out']} different texts, got {len(texts)}. Lower batch_texts or held_out")
    backbone = teacher[0].auto_model
    table = backbone.embeddings.word_embeddings.weight
    counts = np.zeros(len(table), np.int64)
    for id, count in Counter(id for row in ids for id in row).items():
        counts[id] = count
    unknown, prefix = teacher.tokenizer.unk_token_id, query_ids(teacher, [""])[0]
    kept, words = vocabulary_kept(teacher.tokenizer, counts, recipe["least_seen"], [unknown, *prefix])
    embedding = SmallEmbedding(table, counts, unknown, kept, recipe["embedding_size"])
    print(f"{recipe['name']}: {len(ids)} texts, {len(kept)} of {len(table)} ids kept, {embedding.explained:.1%} of their embeddings' variance in {recipe['embedding_size']} dimensions", flush=True)
    encoder = QueryEncoder(teacher, small_backbone(backbone, recipe["layers"], teacher.query_length, embedding), recipe["dims"])
    print(f"{recipe['name']}: {sum(weight.numel() for weight in encoder.parameters()) / 1e6:.2f} million weights, cosine before training {cosine(encoder, held):.4f}", flush=True)
    sampler = OneKind([len(row) // TOKENS_OF_A_KIND for row in ids], recipe["batch_texts"], recipe["steps"], recipe["seed"])
    arguments = TrainingArguments(
        **trainer_arguments({**recipe, "batch_pairs": recipe["batch_texts"]}, output / "checkpoints"), lr_scheduler_type=recipe.get("schedule", "cosine"), remove_unused_columns=False
    )
    go_on(BatchTrainer(sampler, model=encoder, args=arguments, train_dataset=Texts(ids, words, recipe.get("random_words", 0), recipe["seed"]), data_collator=collate, callbacks=[Progress()]), output / "checkpoints")
    encoder.eval()
    print(f"{recipe['name']}: cosine after training {cosine(encoder, held):.4f}", flush=True)
    unfinished = output / "query.unfinished"
    unfinished.mkdir(exist_ok=True)
    half_rows = recipe.get("half_rows", False)
    export(encoder.graph, unfinished, token_types=False, tokens=min(24, teacher.query_length), half_rows=half_rows)
    export_blocks(unfinished, half_rows, recipe.get("block", BLOCK))
    (output / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    unfinished.rename(final)
    return final
