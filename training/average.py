"""A model between several that began at the same backbone: the weighed mean of their weights (Wortsman et al., Model soups, 2022; with the backbone itself, Robust fine-tuning, 2022, section 3.1). Run by recipe.py.

MaxSim does not change when all rows are turned, so each projection may have come out in directions of its own: those of the others are turned to the first's before (orthogonal Procrustes; Schönemann, 1966).
"""

from pathlib import Path

import torch
from pylate import models
from runs import is_there, phase_model
from torch import Tensor

PROJECTION = "1.linear.weight"


def turned_to(projection: Tensor, other: Tensor) -> Tensor:
    """The rotation [dim, dim] that brings `projection` [dim, width] nearest to `other`."""
    left, _, right = torch.linalg.svd(other @ projection.T)
    return left @ right


@torch.no_grad()
def average(recipe: dict, runs: Path) -> Path:
    """recipe: `phases`, names with their weights. Returns the folder of the model, in the directions of the first one's rows."""
    final = runs / recipe["name"] / "model"
    if is_there(recipe, runs, final):
        return final
    phases: dict[str, float] = recipe["phases"]
    if len(phases) < 2 or abs(sum(phases.values()) - 1) > 1e-6:
        raise SystemExit(f"{recipe['name']}: expected `phases` to be two names or more with weights that add up to 1, got {phases}")
    (start, share), *others = phases.items()
    folders = {name: phase_model(runs, name) for name in phases}
    first = models.ColBERT(folders[start], device="cpu")
    ours = first.state_dict()
    mean = {key: share * value if value.is_floating_point() else value for key, value in ours.items()}
    for name, weight in others:
        theirs = models.ColBERT(folders[name], device="cpu").state_dict()
        if {key: value.shape for key, value in ours.items()} != {key: value.shape for key, value in theirs.items()} or PROJECTION not in ours:
            raise SystemExit(f"{recipe['name']}: expected {' and '.join(phases)} to have weights of the same shapes and one projection, {name} does not")
        rotation = turned_to(theirs[PROJECTION], ours[PROJECTION])
        turned = {key: rotation @ theirs[key] for key in theirs if key.startswith("1.")}
        for key, value in (theirs | turned).items():
            if value.is_floating_point():
                mean[key] = mean[key] + weight * value
    first.load_state_dict(mean)
    unfinished = final.with_suffix(".unfinished")
    first.save(str(unfinished))
    unfinished.rename(final)
    return final
