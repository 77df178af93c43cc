"""A model between two that began at the same backbone: the weighed mean of their weights (Wortsman et al., 2022; two of them, section 3.1 of Wortsman et al., Robust fine-tuning, 2022). Run by recipe.py.

MaxSim does not change when all rows are turned, so each projection may have come out in directions of its own: the second's is turned to the first's before (orthogonal Procrustes; Schönemann, 1966).
"""

from pathlib import Path

import torch
import yaml
from pylate import models
from torch import Tensor

PROJECTION = "1.linear.weight"


def turned_to(projection: Tensor, other: Tensor) -> Tensor:
    """The rotation [dim, dim] that brings `projection` [dim, width] nearest to `other`."""
    left, _, right = torch.linalg.svd(other @ projection.T)
    return left @ right


@torch.no_grad()
def average(recipe: dict, runs: Path) -> Path:
    """recipe: `phases`, two names with their weights. Returns the folder of the model, in the directions of the first one's rows."""
    final = runs / recipe["name"] / "model"
    if final.exists():
        print(f"{recipe['name']}: is there already, in {final}")
        return final
    phases: dict[str, float] = recipe["phases"]
    if len(phases) != 2 or abs(sum(phases.values()) - 1) > 1e-6:
        raise SystemExit(f"{recipe['name']}: expected `phases` to be two names with weights that add up to 1, got {phases}")
    first, second = (models.ColBERT(str(runs / name / "model"), device="cpu") for name in phases)
    ours, theirs = first.state_dict(), second.state_dict()
    if {name: value.shape for name, value in ours.items()} != {name: value.shape for name, value in theirs.items()} or PROJECTION not in ours:
        raise SystemExit(f"{recipe['name']}: expected {' and '.join(phases)} to have weights of the same shapes and one projection, they do not")
    rotation = turned_to(theirs[PROJECTION], ours[PROJECTION])
    theirs[PROJECTION] = rotation @ theirs[PROJECTION]
    if "1.linear.bias" in theirs:
        theirs["1.linear.bias"] = rotation @ theirs["1.linear.bias"]
    weight, other = phases.values()
    first.load_state_dict({name: weight * value + other * theirs[name] if value.is_floating_point() else value for name, value in ours.items()})
    (runs / recipe["name"]).mkdir(exist_ok=True)
    (runs / recipe["name"] / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    unfinished = final.with_suffix(".unfinished")
    first.save(str(unfinished))
    unfinished.rename(final)
    return final
