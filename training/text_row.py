"""A row for the whole text, in place of [CLS]'s, whose own says little: the mean of all hidden states under a projection of its own, which is their principal components, or trained from there, everything else frozen.

In queries it stands at the prefix as well, so that it counts twice in MaxSim. Neither the engine nor the index knows of it: a text has as many rows as before, and pooling leaves the first alone. A
single vector and late interaction of one model find different things, and their sum more than either (docs/decisions/0013).

Trained, pairs are encoded once. The score of a query and a document is what MaxSim gives without the rows that are replaced, fixed, and twice the text rows' cosine; what is minimised is the contrastive
loss over batches of neighbours: a file's pairs, halved along the first principal component of their documents' means until a batch is left, so that negatives are hard.
"""

import json
import random
from pathlib import Path

import numpy as np
import torch
from pairs import check_left_out, read_pairs
from pylate import models
from pylate.models import Dense
from rows import encoded
from runs import Progress, found, go_on, is_there, phase_model, trainer_arguments
from safetensors.torch import load_model
from sentence_transformers.util import import_from_string
from start import principal_components
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments, set_seed

# [CLS] and the prefix.
REPLACED_OF_QUERIES = 2


def mean_state(states: Tensor, mask: Tensor) -> Tensor:
    """Hidden states [batch, tokens, width], mask [batch, tokens] -> [batch, 1, width]."""
    # Three axes to the end: a projection of two becomes a Gemm, which quantizers leave in float32.
    weight = mask[..., None].to(states.dtype)
    return (states * weight).sum(1, keepdim=True) / weight.sum(1, keepdim=True)


class TextRow(Dense):
    """PyLate's Dense layer, but for position 0, and position 1 of queries, which become the text's row."""

    def __init__(self, in_features: int, out_features: int, query_prefix_id: int, **rest):
        super().__init__(in_features, out_features, **rest)
        self.query_prefix_id = query_prefix_id
        self.text = nn.Linear(in_features, out_features)

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        text = self.text(mean_state(features["token_embeddings"], features["attention_mask"]))
        is_query = (features["input_ids"][:, 1:2] == self.query_prefix_id)[..., None]
        rows = super().forward(features)["token_embeddings"]
        features["token_embeddings"] = torch.cat([text, torch.where(is_query, text, rows[:, 1:2]), rows[:, 2:]], dim=1)
        return features

    def get_config_dict(self) -> dict:
        return {**super().get_config_dict(), "query_prefix_id": self.query_prefix_id}

    @staticmethod
    def load(input_path: str) -> "TextRow":
        folder = Path(input_path)
        config = json.loads((folder / "config.json").read_text())
        layer = TextRow(**{**config, "activation_function": import_from_string(config["activation_function"])()})
        load_model(layer, str(folder / "model.safetensors"))
        return layer

    @staticmethod
    def of(dense: Dense, query_prefix_id: int) -> "TextRow":
        """With the weights of a layer that has none for a text's row."""
        config = dense.get_config_dict()
        layer = TextRow(**{**config, "activation_function": dense.activation_function}, query_prefix_id=query_prefix_id)
        layer.load_state_dict(dense.state_dict(), strict=False)
        return layer


class Scores(nn.Module):
    """The contrastive loss of a batch, at several prefixes of the rows (Kusupati et al., 2022)."""

    def __init__(self, text: nn.Linear, temperature: float, dims: list[int]):
        super().__init__()
        self.text = text
        self.dims = dims
        self.log_scale = nn.Parameter(-torch.tensor(temperature).log())

    def forward(self, queries: Tensor, documents: Tensor, late: Tensor, tokens: Tensor) -> dict[str, Tensor]:
        """queries, documents: means [batch, width]; late: MaxSim without what is replaced [dims, batch, batch]; tokens: how many of each query's are in it [batch]"""
        ours, theirs = self.text(queries), self.text(documents)
        losses = []
        for at, dim in enumerate(self.dims):
            cosine = nn.functional.normalize(ours[:, :dim], dim=-1) @ nn.functional.normalize(theirs[:, :dim], dim=-1).T
            scores = (late[at] + REPLACED_OF_QUERIES * cosine) / (tokens[:, None] + REPLACED_OF_QUERIES)
            losses.append(nn.functional.cross_entropy(scores * self.log_scale.exp().clamp(max=100), torch.arange(len(scores))))
        return {"loss": sum(losses) / len(losses)}


class Batches(Dataset):
    def __init__(self, batches: list[dict[str, Tensor]]):
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, at: int) -> dict[str, Tensor]:
        return self.batches[at]


def encode_whole(model: models.ColBERT, texts: list[str], is_query: bool, bf16: bool) -> tuple[list[np.ndarray], np.ndarray]:
    """Unit rows [tokens, dim] of each text, in half precision, and the means of their hidden states [texts, width]."""
    rows: list[np.ndarray] = [None] * len(texts)
    means = np.zeros((len(texts), model[1].in_features), np.float32)
    for some, features, own in encoded(model, texts, is_query, bf16):
        means[some] = mean_state(features["hidden_states"].float(), features["attention_mask"])[:, 0].numpy()
        for at, row in zip(some, own, strict=True):
            rows[at] = row.astype(np.float16)
    return rows, means


def neighbours(means: np.ndarray, batch: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Indices of means [texts, width] in batches of texts that are near each other; what is no whole batch is left out, at random."""

    def cut(members: np.ndarray) -> list[np.ndarray]:
        half = len(members) // batch // 2 * batch
        if half == 0:
            return [members]
        centred = means[members] - means[members].mean(0)
        component = np.linalg.eigh(centred.T @ centred)[1][:, -1]
        order = members[np.argsort(centred @ component, kind="stable")]
        return [*cut(order[:half]), *cut(order[half:])]

    whole = len(means) // batch * batch
    return cut(rng.permutation(len(means))[:whole]) if whole else []


def batch_max_sims(queries: list[np.ndarray], documents: list[np.ndarray], dims: list[int]) -> Tensor:
    """MaxSim of every pair at each prefix of the rows: [dims, queries, documents]."""
    first_document, first_query = (np.cumsum([0, *map(len, some)])[:-1] for some in (documents, queries))
    found = []
    for dim in dims:
        ours, theirs = (nn.functional.normalize(torch.from_numpy(np.concatenate(some)).float()[:, :dim], dim=-1).bfloat16() for some in (queries, documents))
        best = np.maximum.reduceat((ours @ theirs.T).float().numpy(), first_document, axis=1)
        found.append(torch.from_numpy(np.add.reduceat(best, first_query, axis=0)))
    return torch.stack(found)


def encode_pairs(model: models.ColBERT, pairs: list[dict], recipe: dict) -> list[tuple[list[np.ndarray], np.ndarray]]:
    """Rows and means, as encode_whole gives them, of queries and of documents."""
    texts = [[recipe.get(f"{kind}_prompt", "") + row[field] for row in pairs] for kind, field in (("query", "query"), ("document", "passage"))]
    return [encode_whole(model, some, is_query, recipe.get("bf16", True)) for some, is_query in zip(texts, (True, False), strict=True)]


def batches_of(encoded_pairs: list[tuple[list[np.ndarray], np.ndarray]], recipe: dict) -> list[dict[str, Tensor]]:
    """Of encoded pairs whose texts are all different."""
    (query_rows, queries), (document_rows, documents) = encoded_pairs
    batches = []
    for chosen in neighbours(documents, recipe["batch_pairs"], np.random.default_rng(recipe["seed"])):
        kept = [query_rows[at][REPLACED_OF_QUERIES:] for at in chosen]
        batches.append(
            {
                "queries": torch.from_numpy(queries[chosen]),
                "documents": torch.from_numpy(documents[chosen]),
                "late": batch_max_sims(kept, [document_rows[at][1:] for at in chosen], recipe["dims"]),
                "tokens": torch.tensor([len(rows) for rows in kept]),
            }
        )
    return batches


def chosen_pairs(path: Path, recipe: dict, left_out: set[str] | None = None) -> list[dict]:
    """Pairs of one file, at most `pairs_a_file`, no text twice. left_out as read_pairs has it."""
    pairs = list(read_pairs(path, recipe.get("without_sources", []), left_out))
    random.Random(recipe["seed"]).shuffle(pairs)
    seen, chosen = set(), []
    for row in pairs:
        texts = {row["query"], row["passage"]}
        if not seen & texts:
            seen |= texts
            chosen.append(row)
        if len(chosen) == recipe["pairs_a_file"]:
            break
    return chosen


def train(text: nn.Linear, batches: list[dict[str, Tensor]], recipe: dict, checkpoints: Path) -> None:
    if not batches:
        raise SystemExit(f"{recipe['name']}: expected pairs for a batch of {recipe['batch_pairs']}, got fewer. Lower batch_pairs or raise pairs_a_file")
    arguments = TrainingArguments(
        **{**trainer_arguments({**recipe, "batch_pairs": 1}, checkpoints), "bf16": False, "remove_unused_columns": False}, lr_scheduler_type=recipe.get("schedule", "cosine")
    )
    scores = Scores(text, recipe["temperature"], recipe["dims"])
    go_on(Trainer(model=scores, args=arguments, train_dataset=Batches(batches), data_collator=lambda some: some[0], callbacks=[Progress()]), checkpoints)


def with_text_row(recipe: dict, runs: Path, data: Path) -> Path:
    """
    Returns the folder of the model with its text row.

    recipe: `model_phase`; `pairs`, `pairs_a_file`; `steps`, 0 for the principal components as they are; else `batch_pairs`, `learning_rate`, `temperature`, `dims` as a phase has them
    """
    output = runs / recipe["name"]
    final = output / "model"
    if is_there(recipe, runs, final, output / "checkpoints"):
        return final
    set_seed(recipe["seed"])
    # Several times faster on a CPU in BF16 than torch's own attention.
    model = models.ColBERT(phase_model(runs, recipe["model_phase"]), device="cpu", model_kwargs={"attn_implementation": "eager"}).eval()
    layer = TextRow.of(model[1], model.query_prefix_id)
    batches, moment = [], torch.zeros(layer.in_features, layer.in_features)
    paths, left_out = [found(name, runs, data) for name in recipe["pairs"]], set()
    chosen = [chosen_pairs(path, recipe, left_out) for path in paths]
    check_left_out(paths, recipe.get("without_sources", []), left_out)
    for name, pairs in zip(recipe["pairs"], chosen, strict=True):
        both = encode_pairs(model, pairs, recipe)
        for _, means in both:
            moment += torch.from_numpy(means.T @ means)
        if recipe["steps"] > 0:
            batches += batches_of(both, recipe)
        print(f"{recipe['name']}: {len(pairs)} pairs of {name} encoded", flush=True)
    with torch.no_grad():
        # Without the mean taken off, as a model begins (start.py).
        layer.text.weight.copy_(principal_components(moment, layer.out_features))
        layer.text.bias.zero_()
    if recipe["steps"] > 0:
        train(layer.text, batches, recipe, output / "checkpoints")
    model[1] = layer
    unfinished = output / "model.unfinished"
    model.save(str(unfinished))
    unfinished.rename(final)
    return final
