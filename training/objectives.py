"""What is minimised: PyLate's losses on MaxSim, at several dimensions at once."""

import math

import torch
from codes import Codes
from pylate.losses import CachedContrastive, Contrastive, Distillation
from pylate.losses.contrastive import extract_skiplist_mask
from pylate.scores import ColBERTScores
from pooling import pooled
from torch import Tensor, nn


class ScaledMaxSim(nn.Module):
    """MaxSim (Khattab and Zaharia, 2020, section 3.2), its mean or its sum over the query's tokens, times a scale that may be learned (Radford et al., 2021, section 2.4)."""

    def __init__(self, temperature: float, learned: bool, mean: bool, codes: Codes | None = None):
        super().__init__()
        self.scores = ColBERTScores()
        self.mean = mean
        # Of pooled rows, where they have the codec's dimensions.
        self.codes = codes
        # Lengths of pooled rows [documents, columns, tokens], while a loss of such is taken: the loss hands over unit rows.
        self.document_lengths: Tensor | None = None
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)), requires_grad=learned)

    def forward(self, queries: Tensor, documents: Tensor, queries_mask: Tensor | None = None, documents_mask: Tensor | None = None) -> Tensor:
        """[queries, tokens, dim] and [documents, columns, tokens, dim] -> [queries, documents x columns]."""
        if self.document_lengths is not None:
            documents = documents * self.document_lengths[..., None]
            if self.codes is not None and self.codes.dim == documents.shape[-1]:
                with torch.autocast("cpu", enabled=False):
                    queries, documents = self.codes.queries(queries.float()), self.codes.documents(documents.float())
        scores = self.scores(queries, documents, queries_mask=queries_mask, documents_mask=documents_mask)
        if self.mean:
            scores = scores / (queries.shape[1] if queries_mask is None else queries_mask.sum(-1, keepdim=True))
        # No scale beyond 100: it would make a loss of rounding errors.
        return scores * self.log_scale.exp().clamp(max=100)


class Matryoshka(nn.Module):
    """
    A loss at several prefixes of the rows (Kusupati et al., 2022): the model runs once, and its rows are cut for each. With `metric`, each is the mean of the
    loss on all rows and on documents' rows pooled as the engine pools them.
    """

    def __init__(self, model: nn.Module, loss: nn.Module, dims: list[int], metric: ScaledMaxSim | None = None):
        super().__init__()
        self.model = model
        self.loss = loss
        self.dims = dims
        self.metric = metric

    def forward(self, sentence_features, labels: Tensor | None = None) -> Tensor:
        features = list(sentence_features)
        rows = [self.model(feature)["token_embeddings"] for feature in features]
        losses = []
        for dim in self.dims:
            cut = [row[..., :dim] for row in rows]
            losses.append(self._loss_of(cut, features, labels))
            if self.metric is not None:
                losses.append(self._pooled_loss(cut, features, labels))
        return sum(losses) / len(losses)

    def _pooled_loss(self, cut: list[Tensor], features: list[dict], labels: Tensor | None) -> Tensor:
        masks = extract_skiplist_mask(features, self.model.skiplist)
        documents = [pooled(nn.functional.normalize(row.float(), dim=-1), mask) for row, mask in zip(cut[1:], masks[1:], strict=True)]
        self.metric.document_lengths = torch.stack([lengths for _, lengths in documents], dim=1)
        try:
            return self._loss_of([cut[0], *(row for row, _ in documents)], features, labels)
        finally:
            self.metric.document_lengths = None

    def _loss_of(self, rows: list[Tensor], features: list[dict], labels: Tensor | None) -> Tensor:
        """The loss asks the model for each feature in turn: it gets these rows."""
        forward = self.model.forward
        given = iter(rows)
        try:
            self.model.forward = lambda _feature: {"token_embeddings": next(given)}
            return self.loss(features, labels)
        finally:
            self.model.forward = forward


class CachedMean(CachedContrastive):
    """PyLate 1.6.0 hands the model the gradients of the batch's sum of losses: larger than the mean's by the batch, so that max_grad_norm (1) would cut nearly every step to one length."""

    def calculate_loss_and_cache_gradients(self, reps, masks) -> Tensor:
        loss = super().calculate_loss_and_cache_gradients(reps, masks)
        batch = sum(len(chunk) for chunk in reps[0])
        self.cache = [[gradient / batch for gradient in chunks] for chunks in self.cache]
        return loss


def contrastive(model: nn.Module, recipe: dict, dims: list[int], codes: Codes | None = None) -> nn.Module:
    """
    recipe: `temperature`; `learned_temperature` (false); `mean_over_tokens` (true) instead of the sum, so that one temperature fits short and long
    queries; `pooled`: documents' rows also as the engine pools them (false); `cached_pairs`: texts embedded at once (Gao et al., 2021), for batches that memory cannot hold, at one dimension
    dims: [the model's own] without Matryoshka
    codes: pooled rows are coded with them
    """
    metric = ScaledMaxSim(recipe["temperature"], recipe.get("learned_temperature", False), recipe.get("mean_over_tokens", True), codes)
    cached_pairs = recipe.get("cached_pairs")
    if cached_pairs is not None:
        if len(dims) > 1:
            raise ValueError("objectives: expected one dimension with `cached_pairs`, whose second pass cannot cut rows; leave one of them out")
        return CachedMean(model, score_metric=metric, mini_batch_size=cached_pairs)
    loss = Contrastive(model, score_metric=metric)
    if recipe.get("pooled", False):
        return Matryoshka(model, loss, dims, metric)
    return loss if len(dims) == 1 else Matryoshka(model, loss, dims)


def distillation(model: nn.Module, dims: list[int]) -> nn.Module:
    """KL divergence from a teacher's scores to the student's (Hinton et al., 2015), both from 0 to 1 in each list: PyLate scales the student's, load_pairs the teacher's."""
    loss = Distillation(model)
    return loss if len(dims) == 1 else Matryoshka(model, loss, dims)


class Imitation(nn.Module):
    """KL divergence from given scores [queries, documents] of a batch, as `labels`, to the model's own (Hinton et al., 2015, section 2)."""

    def __init__(self, model: nn.Module, metric: ScaledMaxSim):
        super().__init__()
        self.model = model
        self.metric = metric

    def forward(self, sentence_features, labels: Tensor) -> Tensor:
        scores = in_batch_scores(self.model, list(sentence_features), self.metric)
        return nn.functional.kl_div(scores.log_softmax(-1), labels.log_softmax(-1), log_target=True, reduction="batchmean")


class Imitated(nn.Module):
    """Gives a loss the mean of teachers' scores, in float rows of all their dimensions, as `labels`. Teachers are no part of what is trained and saved."""

    def __init__(self, teachers: list[nn.Module], loss: nn.Module, temperature: float):
        super().__init__()
        self.teachers = tuple(teacher.eval() for teacher in teachers)
        self.loss = loss
        self.metric = ScaledMaxSim(temperature, learned=False, mean=True)

    def forward(self, sentence_features, labels: Tensor | None = None) -> Tensor:
        features = list(sentence_features)
        with torch.no_grad():
            scores = [in_batch_scores(teacher, [dict(feature) for feature in features], self.metric) for teacher in self.teachers]
        return self.loss(features, sum(scores) / len(scores))


def in_batch_scores(model: nn.Module, features: list[dict], metric: ScaledMaxSim) -> Tensor:
    """Of each query of a batch with every document: [queries, documents]. In float32: what coding changes is less than bfloat16 tells apart."""
    rows = [nn.functional.normalize(model(feature)["token_embeddings"].float(), dim=-1) for feature in features]
    masks = extract_skiplist_mask(features, model.skiplist)
    with torch.autocast("cpu", enabled=False):
        return metric(rows[0], torch.stack(rows[1:], dim=1), None if model.do_query_expansion else masks[0], torch.stack(masks[1:], dim=1))


def imitation(model: nn.Module, teachers: list[nn.Module], recipe: dict, dims: list[int], codes: Codes | None = None) -> nn.Module:
    """
    recipe: `temperature`, of both sides; `pooled` as `contrastive` has it. Every prefix of `dims`, and pooled and coded rows, learn the scores that teachers give to the same batch: what a model
    finds is kept, only how its rows are stored is learned.
    """
    metric = ScaledMaxSim(recipe["temperature"], learned=False, mean=True, codes=codes)
    return Imitated(teachers, Matryoshka(model, Imitation(model, metric), dims, metric if recipe.get("pooled", False) else None), recipe["temperature"])
