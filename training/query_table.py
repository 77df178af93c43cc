"""The query table in the loop: row and weight of each vocabulary id, trained to rank as the model's own query rows do, with documents frozen.

The instant stage scores a query by sum over its tokens of weight x idf x MaxSim with the token's row of this table (docs/decisions/0008). Rows start as `latelight fit-table` has them,
means of what the model gives an id in many queries. What is minimised is the KL divergence from the model's scores over a batch's documents to the table's (Hinton et al.,
2015), so the model is its own teacher and no answer is asked for. Documents' rows are pooled as the engine pools them. `latelight fit-table --rows` codes what comes out.
"""

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from batches import BatchTrainer, OneKind
from pairs import read_all
from pylate import models
from rows import encode, pool, query_ids
from runs import Progress, found, go_on, is_there, phase_model, trainer_arguments
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import TrainingArguments, set_seed

# As src/encoder/fit-query-table.ts has them.
ALONE_COUNTS, OFTEN = 2, 50
EXPECTED_AGREEMENT, EXPECTED_PAIRS = 0.75, 10


class Start:
    """Means of an id's rows over many queries, and how much they agree (docs/decisions/0008)."""

    def __init__(self, vocabulary: int, dim: int):
        self.sums = np.zeros((vocabulary, dim), np.float32)
        self.counts = np.zeros(vocabulary, np.int64)

    def add(self, ids: list[int], rows: np.ndarray) -> None:
        np.add.at(self.sums, ids, rows[: len(ids)])
        np.add.at(self.counts, ids, 1)

    def agreement(self) -> np.ndarray:
        squared = (self.sums**2).sum(1)
        return ((squared - self.counts + EXPECTED_PAIRS * EXPECTED_AGREEMENT) / (self.counts * (self.counts - 1) + EXPECTED_PAIRS)).clip(0, 1)

    def rows(self, model: models.ColBERT) -> np.ndarray:
        """Ids that are seen seldom get the row of the id alone as well."""
        features = model.tokenize([""], is_query=True)
        empty, attended = (features[name][0].tolist() for name in ("input_ids", "attention_mask"))
        length = len(empty) + (not model.do_query_expansion)  # an id more, or in place of one of the expansion
        sums, at = self.sums.copy(), 2  # after [CLS] and the prefix
        seldom = [id for id in range(len(self.counts)) if self.counts[id] <= OFTEN]
        with torch.no_grad():
            for first in range(0, len(seldom), 512):
                some = seldom[first : first + 512]
                ids = torch.tensor([[*empty[:at], id, *empty[at:]][:length] for id in some])
                mask = torch.tensor([*attended[:at], 1, *attended[at:]][:length]).expand_as(ids)
                features = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
                alone = nn.functional.normalize(model(features)["token_embeddings"][:, at], dim=-1)
                sums[some] += ALONE_COUNTS * alone.float().numpy()
        return sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-6)


class Rows(Dataset):
    """A query's ids and rows, its document's pooled rows, and the source whose idf counts."""

    def __init__(self, items: list[tuple[list[int], np.ndarray, np.ndarray, int]]):
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, at: int):
        return self.items[at]


def collate(items: list[tuple], idf: Tensor) -> dict[str, Tensor]:
    def padded(rows: list[np.ndarray]) -> tuple[Tensor, Tensor]:
        length = max(len(row) for row in rows)
        full = np.zeros((len(rows), length, rows[0].shape[1]), np.float32)
        mask = np.zeros((len(rows), length), bool)
        for at, row in enumerate(rows):
            full[at, : len(row)], mask[at, : len(row)] = row, True
        return torch.from_numpy(full), torch.from_numpy(mask)

    queries, query_mask = padded([item[1] for item in items])
    documents, document_mask = padded([item[2] for item in items])
    ids = torch.zeros(query_mask.shape, dtype=torch.long)
    for at, item in enumerate(items):
        ids[at, : len(item[0])] = torch.tensor(item[0])
    return {"ids": ids, "idf": idf[items[0][3]][ids], "queries": queries, "query_mask": query_mask, "documents": documents, "document_mask": document_mask}


def max_sim(queries: Tensor, documents: Tensor, document_mask: Tensor) -> Tensor:
    """[queries, tokens, dim], [documents, rows, dim] -> each token's best [queries, tokens, documents]."""
    products = torch.einsum("qtd,nrd->qtnr", queries, documents)
    return products.masked_fill(~document_mask, -math.inf).amax(-1)


class QueryTable(nn.Module):
    def __init__(self, rows: np.ndarray, weights: np.ndarray, special: list[int], temperature: float):
        super().__init__()
        self.rows = nn.Parameter(torch.from_numpy(rows))
        self.logits = nn.Parameter(torch.logit(torch.from_numpy(weights).float(), eps=1e-2))
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))
        self.temperature = temperature
        known = torch.ones(len(rows))
        # They stand in every query and say nothing without a context.
        known[special] = 0
        self.register_buffer("known", known)

    def weights(self) -> Tensor:
        return torch.sigmoid(self.logits) * self.known

    def forward(self, ids, idf, queries, query_mask, documents, document_mask) -> dict[str, Tensor]:
        with torch.no_grad():
            theirs = (max_sim(queries, documents, document_mask) * query_mask[..., None]).sum(1) / query_mask.sum(1, keepdim=True)
        weights = self.weights()[ids] * idf * query_mask
        ours = max_sim(nn.functional.normalize(self.rows[ids], dim=-1), documents, document_mask)
        ours = torch.einsum("qt,qtn->qn", weights, ours) / weights.sum(1, keepdim=True).clamp(min=1e-6)
        asked = weights.sum(1) > 0
        divergence = nn.functional.kl_div(
            (ours * self.log_scale.exp())[asked].log_softmax(-1), (theirs / self.temperature)[asked].softmax(-1), reduction="batchmean"
        )
        return {"loss": divergence}


def idf_of(texts_of: list[list[list[int]]], vocabulary: int) -> Tensor:
    """[sources, vocabulary], as `latelight index` weighs an index's ids (docs/decisions/0008)."""
    rows = []
    for texts in texts_of:
        frequency = np.zeros(vocabulary, np.int64)
        for ids in texts:
            frequency[np.unique(ids)] += 1
        rows.append(np.log((len(texts) + 1) / (frequency + 0.5)) / math.log(len(texts) + 1))
    return torch.from_numpy(np.stack(rows).astype(np.float32)).clamp(0, 1)


def read_rows(recipe: dict, model: models.ColBERT, runs: Path, data: Path) -> tuple[Start, list[tuple], Tensor]:
    """Where the table starts, what it learns from (see Rows), and the idf of each source. Sources smaller than a batch are left out."""
    pairs = list(read_all([found(name, runs, data) for name in recipe["pairs"]], recipe.get("without_sources", [])))
    random.Random(recipe["seed"]).shuffle(pairs)
    sampled = pairs[: recipe["documents"]]
    sizes = Counter(row["source"] for row in sampled)
    sources = {name: at for at, name in enumerate(sorted(name for name, size in sizes.items() if size >= recipe["batch_pairs"]))}
    if not sources:
        raise SystemExit(f"query_table: expected a source of at least {recipe['batch_pairs']} among {len(sampled)} documents, the largest has {max(sizes.values(), default=0)}. Lower batch_pairs or raise documents")
    used = [row for row in sampled if row["source"] in sources]
    print(f"{recipe['name']}: {len(used)} documents of {len(sources)} sources", flush=True)

    bf16 = recipe.get("bf16", True)
    # Every document's own query is among them.
    queries = list(dict.fromkeys(row["query"] for row in [*used, *pairs[: recipe["queries"]]]))
    ids = dict(zip(queries, [some for first in range(0, len(queries), 512) for some in query_ids(model, queries[first : first + 512])], strict=True))
    rows = dict(zip(queries, encode(model, queries, True, bf16), strict=True))
    start = Start(len(model.tokenizer), model[len(model) - 1].out_features)
    for text in queries:
        start.add(ids[text], rows[text])
    items, texts_of = [], [[] for _ in sources]
    for first in range(0, len(used), 1024):
        some = used[first : first + 1024]
        passages = [row["passage"] for row in some]
        tokens = model.tokenizer(passages, truncation=True, max_length=model.document_length)["input_ids"]
        for row, document, text in zip(some, encode(model, passages, False, bf16), tokens, strict=True):
            source = sources[row["source"]]
            texts_of[source].append(text)
            items.append((ids[row["query"]], rows[row["query"]], pool(document), source))
        print(f"{recipe['name']}: {first + len(some)} of {len(used)} documents encoded", flush=True)
    return start, items, idf_of(texts_of, len(model.tokenizer))


def train_table(recipe: dict, runs: Path, data: Path) -> Path:
    """Returns the file of rows [vocabulary, dim] and weights [vocabulary], 0 to 1."""
    output = runs / recipe["name"]
    final = output / "table.safetensors"
    if is_there(recipe, runs, final, output / "checkpoints"):
        return final
    set_seed(recipe["seed"])
    folder = recipe.get("model") or phase_model(runs, recipe["model_phase"])
    model = models.ColBERT(folder, device="cpu", document_length=recipe.get("document_length", 256)).eval()
    start, items, idf = read_rows(recipe, model, runs, data)
    special = query_ids(model, [""])[0]
    table = QueryTable(start.rows(model).astype(np.float32), start.agreement().astype(np.float32), special, recipe["temperature"])
    save(table, output / "start.safetensors")
    arguments = TrainingArguments(**{**trainer_arguments(recipe, output / "checkpoints"), "bf16": False, "remove_unused_columns": False})
    trainer = BatchTrainer(
        OneKind([item[3] for item in items], recipe["batch_pairs"], recipe["steps"], recipe["seed"]), model=table, args=arguments, train_dataset=Rows(items), data_collator=lambda some: collate(some, idf), callbacks=[Progress()]
    )
    go_on(trainer, output / "checkpoints")
    save(table, final)
    return final


@torch.no_grad()
def save(table: QueryTable, path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    save_file({"rows": nn.functional.normalize(table.rows, dim=-1).contiguous(), "weights": table.weights().contiguous()}, str(unfinished))
    unfinished.rename(path)
