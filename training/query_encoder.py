"""The page's own encoder: fewer layers, narrower ones, a smaller vocabulary and weights of 4 bits (query_graph.py), trained to give the full model's query rows. Documents stay encoded by the full model.

A layer of the student starts as the layer of the full model that `layers` names (as DistilBERT does: Sanh et al., 2019, section 3), with the `feed_forward` values that move its output most; word embeddings start as
the best product of [ids, embedding_size] and [embedding_size, width] (Lan et al., 2020, section 3.1), ids weighed by how often they are seen. What is minimised is 1 - cosine of each token's row to the full
model's, at several prefixes of the rows: MaxSim is linear in the query's rows, so no documents are needed. [CLS] and the prefix count `text_weight` times: in a query of a few words they are a larger share than in these texts.

Ids of ASCII have a row each; others that are seen less than `least_seen` times share the row of [UNK]. The tokenizer stays the full model's, and the graph maps its ids. `random_words` of the texts' words
become any other, so that rows of words that no text has are learned too: the full model has something to say about any of them (without it, and with rows for words of the texts alone, Cranfield's terms were
lost: docs/decisions/0014).

The ONNX files go to <runs>/<name>/query: put that folder into the model's own, as `query/`, and pages download it instead of the full model.
"""

import copy
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from batches import BatchTrainer, OneKind
from onnx_colbert import WEIGHTS_INT8, WEIGHTS_Q4
from pairs import read_all
from pylate import models
from query_graph import QueryGraph, SmallEmbedding, write_onnx
from rows import query_ids
from runs import Progress, found, go_on, is_there, phase_model, trainer_arguments
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import TrainingArguments, set_seed

# Batches hold texts of about one length: padding is work too.
TOKENS_OF_A_KIND = 4
# [CLS] and the prefix: where the text's row is.
FIRST_ROWS = 2
# Both round activations, as training does: blocks more finely, and int8 weights a second time.
FILES = {WEIGHTS_INT8: 0.99, WEIGHTS_Q4: 0.98}
# In a step's folder, for another that goes on from it (`from_phase`).
TRAINED = "query.safetensors"
# Texts that say which values of a feed-forward part are strong.
STRENGTH_TEXTS = 512


@torch.no_grad()
def strongest(teacher: models.ColBERT, ids: list[list[int]], count: int) -> list[Tensor]:
    """Of each layer's feed-forward values [width], the `count` that move its output most: mean square of the value x squared length of the column that it meets (as He et al., 2014, order nodes)."""
    layers = teacher[0].auto_model.encoder.layer
    squares = [torch.zeros(layer.output.dense.in_features) for layer in layers]

    def add(at: int, values: Tensor) -> None:
        squares[at] += values.float().square().sum((0, 1))

    hooks = [layer.intermediate.register_forward_hook(lambda _module, _inputs, values, at=at: add(at, values)) for at, layer in enumerate(layers)]
    # One text at a time: padding would count.
    for row in ids:
        rows_of(teacher, **collate([row]))
    for hook in hooks:
        hook.remove()
    strengths = [sums * layer.output.dense.weight.square().sum(0) for sums, layer in zip(squares, layers, strict=True)]
    return [strength.topk(min(count, len(strength))).indices.sort().values for strength in strengths]


@torch.no_grad()
def narrowed(backbone: nn.Module, kept: list[Tensor]) -> nn.Module:
    """A copy of a BERT backbone whose feed-forward parts have those of their values alone."""
    narrow = copy.deepcopy(backbone)
    for layer, values in zip(narrow.encoder.layer, kept, strict=True):
        up, down = layer.intermediate.dense, layer.output.dense
        up.weight, up.bias, down.weight = (nn.Parameter(some) for some in (up.weight[values], up.bias[values], down.weight[:, values]))
        up.out_features = down.in_features = len(values)
    return narrow


def rows_of(teacher: models.ColBERT, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """The full model's rows [batch, tokens, dim], of any length."""
    return teacher({"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": torch.zeros_like(input_ids)})["token_embeddings"].float()


class QueryEncoder(nn.Module):
    """The student, with its teacher beside it: not a part of what is trained and saved."""

    def __init__(self, teacher: models.ColBERT, graph: QueryGraph, dims: list[int], text_weight: float):
        super().__init__()
        self.graph = graph
        self.teacher = (teacher,)
        self.dims = dims
        self.text_weight = text_weight

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            theirs = rows_of(self.teacher[0], input_ids, attention_mask)
        ours = self.graph(input_ids, attention_mask)
        weight = attention_mask.float()
        weight[:, :FIRST_ROWS] *= self.text_weight
        apart = [1 - nn.functional.cosine_similarity(ours[..., :dim], theirs[..., :dim], dim=-1) for dim in self.dims]
        return {"loss": (sum(apart) * weight).sum() / weight.sum() / len(apart)}


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


def ids_with_rows(row_of: Tensor, unknown: int) -> list[int]:
    """Of a small vocabulary [ids] of row numbers."""
    return [id for id, row in enumerate(row_of.tolist()) if id == unknown or row != row_of[unknown]]


def collate(some: list[list[int]]) -> dict[str, Tensor]:
    length = max(map(len, some))
    ids = torch.tensor([[*row, *[0] * (length - len(row))] for row in some])
    return {"input_ids": ids, "attention_mask": torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in some])}


def read_texts(recipe: dict, runs: Path, data: Path) -> list[str]:
    """Queries, and pieces of passages from their beginnings: words that no query has. Each once."""
    length, texts = recipe["passage_characters"], {}
    for row in read_all([found(name, runs, data) for name in recipe["pairs"]], recipe.get("without_sources", [])):
        pieces = [row["passage"][at * length : (at + 1) * length].strip() for at in range(recipe.get("passage_pieces", 1))]
        texts.update(dict.fromkeys([row["query"], *pieces], True))
    texts.pop("", None)
    texts = list(texts)
    random.Random(recipe["seed"]).shuffle(texts)
    return texts[: recipe["texts"]]


@torch.no_grad()
def cosine(encoder: QueryEncoder, ids: list[list[int]]) -> float:
    """Mean of rows' cosines to the full model's, of texts that were kept apart."""
    return 1 - float(np.mean([encoder(**collate(ids[first : first + 64]))["loss"] for first in range(0, len(ids), 64)]))


@torch.no_grad()
def written(graph: QueryGraph, folder: Path, ids: list[list[int]]) -> dict[str, float]:
    """Writes the ONNX files. Mean cosines of their rows to torch's, by file. Raises SystemExit where they compute something else."""
    write_onnx(graph, folder)
    nearness = {}
    for name, least in FILES.items():
        session = onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
        cosines = []
        for row in ids:
            inputs = collate([row])
            (rows,) = session.run(None, {key: value.numpy() for key, value in inputs.items()})
            cosines.append((rows * graph(**inputs).numpy()).sum(-1).mean())
        nearness[name] = float(np.mean(cosines))
        if nearness[name] < least:
            raise SystemExit(f"query_encoder: expected a mean cosine of {least} between {name} and what was trained, got {nearness[name]:.4f}")
    return nearness


def train_query_encoder(recipe: dict, runs: Path, data: Path) -> Path:
    """Returns the folder of ONNX files."""
    output = runs / recipe["name"]
    final = output / "query"
    if is_there(recipe, runs, final, output / "checkpoints"):
        return final
    set_seed(recipe["seed"])
    teacher = models.ColBERT(recipe.get("model") or phase_model(runs, recipe["model_phase"]), device="cpu").eval()
    if teacher.do_query_expansion:
        raise SystemExit(f"{recipe['name']}: expected a model without query expansion, whose rows of mask tokens a small encoder is not trained to give. Train the model with do_query_expansion: false")
    earlier = runs / recipe["from_phase"] / TRAINED if "from_phase" in recipe else None
    if earlier and not earlier.exists():
        raise SystemExit(f"recipe: expected the query encoder of '{recipe['from_phase']}' in {earlier}, found none: run its recipe first")
    texts = read_texts(recipe, runs, data)
    ids = [some for first in range(0, len(texts), 512) for some in query_ids(teacher, texts[first : first + 512])]
    held, ids = ids[: recipe["held_out"]], ids[recipe["held_out"] :]
    if len(ids) < recipe["batch_texts"]:
        raise SystemExit(f"query_encoder: expected at least {recipe['batch_texts'] + recipe['held_out']} different texts, got {len(texts)}. Lower batch_texts or held_out")
    sampler = OneKind([len(row) // TOKENS_OF_A_KIND for row in ids], recipe["batch_texts"], recipe["steps"], recipe["seed"])
    backbone = teacher[0].auto_model
    table = backbone.embeddings.word_embeddings.weight
    counts = np.zeros(len(table), np.int64)
    for id, count in Counter(id for row in ids for id in row).items():
        counts[id] = count
    unknown, prefix = teacher.tokenizer.unk_token_id, query_ids(teacher, [""])[0]
    kept, words = vocabulary_kept(teacher.tokenizer, counts, recipe["least_seen"], [unknown, *prefix])
    before = load_file(str(earlier)) if earlier else None
    if before:
        # What these texts have seldom had a row there, or has none.
        kept = ids_with_rows(before["words.row_of"], unknown)
        words = sorted({*words} & {*kept})
    embedding = SmallEmbedding(table, counts, unknown, kept, recipe["embedding_size"], recipe["block"])
    print(f"{recipe['name']}: {len(ids)} texts, {len(kept)} of {len(table)} ids kept, {embedding.explained:.1%} of their embeddings' variance in {recipe['embedding_size']} dimensions", flush=True)
    narrow = narrowed(backbone, strongest(teacher, ids[:STRENGTH_TEXTS], recipe["feed_forward"]))
    graph = QueryGraph(narrow, teacher[1], recipe["layers"], teacher.query_length, embedding, recipe["block"])
    encoder = QueryEncoder(teacher, graph, recipe["dims"], recipe["text_weight"])
    if before:
        graph.load_state_dict(before)
    print(f"{recipe['name']}: {sum(weight.numel() for weight in encoder.parameters()) / 1e6:.2f} million weights, cosine before training {cosine(encoder, held):.4f}", flush=True)
    arguments = TrainingArguments(
        **trainer_arguments({**recipe, "batch_pairs": recipe["batch_texts"]}, output / "checkpoints"), lr_scheduler_type=recipe.get("schedule", "cosine"), remove_unused_columns=False
    )
    go_on(BatchTrainer(sampler, model=encoder, args=arguments, train_dataset=Texts(ids, words, recipe.get("random_words", 0), recipe["seed"]), data_collator=collate, callbacks=[Progress()]), output / "checkpoints")
    encoder.eval()
    print(f"{recipe['name']}: cosine after training {cosine(encoder, held):.4f}", flush=True)
    save_file(encoder.graph.state_dict(), str(output / TRAINED))
    unfinished = output / "query.unfinished"
    unfinished.mkdir(exist_ok=True)
    for name, nearness in written(encoder.graph, unfinished, held[:200]).items():
        print(f"{recipe['name']}: cosine of {name} to what was trained {nearness:.4f}", flush=True)
    unfinished.rename(final)
    return final
