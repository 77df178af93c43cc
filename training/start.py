"""The model a recipe starts from: a dense encoder's backbone, with a projection to rows of the model's dimension."""

from pathlib import Path

import torch
from pylate import models


def packaged(name: str) -> str:
    """A folder; `package:<module>` is the model folder inside an installed Python package, for machines without a hub."""
    if not name.startswith("package:"):
        return name
    from importlib.util import find_spec

    found = find_spec(name.removeprefix("package:"))
    if found is None or found.origin is None:
        raise ValueError(f"start: expected the package {name.removeprefix('package:')}, which is not installed: pip install -r training/requirements.txt")
    return str(Path(found.origin).parent / "model")


def open_model(config: dict, texts: list[str]) -> models.ColBERT:
    """
    config: `model` and what PyLate's ColBERT takes; `projection: pca` starts the projection at the first principal components of the
    backbone's rows of `texts` instead of at random.
    """
    options = dict(config)
    projection = options.pop("projection", "random")
    model = models.ColBERT(model_name_or_path=packaged(options.pop("model")), device="cpu", **options)
    if projection == "pca":
        start_at_components(model, texts)
    return model


@torch.no_grad()
def start_at_components(model: models.ColBERT, texts: list[str]) -> None:
    """Principal components without the mean taken off: rows are compared by angle."""
    transformer, dense = model[0], model[1]
    rows = []
    for at in range(0, len(texts), 64):
        features = model.tokenize(texts[at : at + 64], is_query=False)
        states = transformer(features)["token_embeddings"]
        rows.append(torch.nn.functional.normalize(states[features["attention_mask"].bool()].float(), dim=-1))
    gram = sum(chunk.T @ chunk for chunk in rows)
    dense.linear.weight.copy_(principal_components(gram, dense.out_features))


def principal_components(gram: torch.Tensor, dim: int) -> torch.Tensor:
    """The first [dim, width], largest first, of rows whose products [width, width] these are."""
    return torch.linalg.eigh(gram).eigenvectors.flip(-1)[:, :dim].T
