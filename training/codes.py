"""The codec inside training: rows as the engine codes them (src/codec, docs/decisions/0002), the gradient straight through (Bengio et al., 2013, section 4).

A row is turned by one orthogonal matrix and cut into subspaces; each part becomes the nearest of 16 codewords of int8, queries become int8 at the same scale. In training the nearest codeword is taken; the
engine, which chooses codes by their scores, loses less. What is learned goes to `latelight fit-codec --start`.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.cluster import KMeans
from torch import Tensor, nn

CODEWORDS = 16
# int8 units of a unit row's values, as `latelight fit-codec` finds them for tables of one byte.
INT8_SCALE = 33


def straight_through(value: Tensor, replacement: Tensor) -> Tensor:
    """The replacement, with the gradient of the value."""
    return value + (replacement - value).detach()


def int8(values: Tensor) -> Tensor:
    return straight_through(values, (values * INT8_SCALE).round().clamp(-127, 127) / INT8_SCALE)


class Codes(nn.Module):
    """Rotation [dim, dim] and codewords [subspaces, 16, subspace_dim]."""

    def __init__(self, dim: int, subspace_dim: int):
        super().__init__()
        self.dim = dim
        self.turn = nn.Linear(dim, dim, bias=False)
        nn.init.orthogonal_(self.turn.weight)
        # Stays orthogonal as it learns (Lezcano-Casado, 2019).
        nn.utils.parametrizations.orthogonal(self.turn, orthogonal_map="cayley")
        self.words = nn.Parameter(torch.zeros(dim // subspace_dim, CODEWORDS, subspace_dim))

    @torch.no_grad()
    def fit(self, rows: Tensor, seed: int) -> None:
        """Starts the codewords at k-means of each subspace. rows: [rows, dim], as long as pooled rows are coded."""
        parts = self.turn(rows).view(len(rows), *self.words.shape[::2])
        for subspace in range(len(self.words)):
            means = KMeans(CODEWORDS, n_init=1, random_state=seed).fit(parts[:, subspace].numpy()).cluster_centers_
            self.words[subspace] = torch.from_numpy(means)

    def queries(self, rows: Tensor) -> Tensor:
        """[..., dim] unit rows -> turned, int8 values."""
        return int8(self.turn(rows))

    def documents(self, rows: Tensor) -> Tensor:
        """[..., dim] -> turned, each part its nearest codeword. Gradients go to the rows and to the codewords."""
        words = int8(self.words)
        parts = self.turn(rows).unflatten(-1, self.words.shape[::2])
        with torch.no_grad():
            distances = (words**2).sum(-1) - 2 * torch.einsum("...sd,swd->...sw", parts, words)
            nearest = nn.functional.one_hot(distances.argmin(-1), CODEWORDS).to(words.dtype)
        chosen = torch.einsum("...sw,swd->...sd", nearest, words)
        return (chosen + parts - parts.detach()).flatten(-2)

    @torch.no_grad()
    def save(self, path: Path) -> None:
        """`rotation` [dim, dim], rotated = rotation x row, and `codewords` [subspaces, 16, subspace_dim], in units of a row."""
        unfinished = path.with_suffix(".unfinished")
        save_file({"rotation": self.turn.weight.contiguous(), "codewords": self.words.detach().contiguous()}, str(unfinished))
        unfinished.rename(path)


def codes_of(rows: list[np.ndarray], subspace_dim: int, seed: int) -> Codes:
    """A codec that starts at pooled rows of some documents."""
    codes = Codes(rows[0].shape[1], subspace_dim)
    codes.fit(torch.from_numpy(np.concatenate(rows).astype(np.float32)), seed)
    return codes
