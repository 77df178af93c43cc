"""Pooling as the engine does it (src/codec/pool.ts, docs/decisions/0002), inside training: which rows go together is not learned from, what they become is."""

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from torch import Tensor

BLOCK_ROWS = 16
POOL_FACTOR = 3.77
ROUND_UP_FROM = 0.7
# A pooled row's length: with 2 it would meet its members at 1 on the mean, with 1 it is as far off as their mean. The engine's codebooks start here.
LENGTH_POWER = 1.5


def target_row_count(tokens: int) -> int:
    """Whole blocks of 16."""
    blocks = int(tokens / (BLOCK_ROWS * POOL_FACTOR) + 1 - ROUND_UP_FROM)
    return min(tokens, BLOCK_ROWS * max(1, blocks))


def clusters(rows: np.ndarray, target: int) -> np.ndarray:
    """Cluster of each of the unit rows [tokens, dim], the first row's alone. Ward linkage on squared Euclidean distance."""
    if target >= len(rows) or len(rows) < 3:
        return np.arange(len(rows))
    # Asking for a number of clusters may give fewer on ties, never more.
    rest = fcluster(linkage(rows[1:], method="ward"), t=target - 1, criterion="maxclust")
    return np.concatenate([[0], rest])


def pooled(rows: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """
    rows: unit rows [documents, tokens, dim]; mask: [documents, tokens], the rows that are kept
    Each kept row becomes its cluster's: the same MaxSim as over clusters, in the same shape. Returns unit rows and their lengths [documents, tokens].
    """
    means = []
    for document, kept in zip(rows, mask, strict=True):
        at = kept.nonzero()[:, 0]
        own = document[at]
        _, cluster = np.unique(clusters(own.detach().float().numpy(), target_row_count(len(at))), return_inverse=True)
        member = torch.nn.functional.one_hot(torch.from_numpy(cluster)).to(own.dtype)  # [tokens, clusters]
        mean = (member.T @ own) / member.sum(0)[:, None]
        means.append(document.index_copy(0, at, member @ mean))
    mean = torch.stack(means)
    length = mean.norm(dim=-1).clamp(min=1e-6)
    return mean / length[..., None], length ** (1 - LENGTH_POWER)
