"""Trains one phase of a recipe, or goes on where it was killed. Run by recipe.py."""

import random
from pathlib import Path

import torch
from codes import Codes, codes_of, int8
from objectives import ScaledMaxSim, contrastive, distillation, imitation
from pairs import load_pairs
from pylate import models, utils
from rows import encode, pool
from runs import ObjectiveState, Progress, found, go_on, is_there, phase_model, trainer_arguments
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from start import open_model
from torch import Tensor, nn
from transformers import set_seed

# Names of what an objective learns beside the model: the temperature, the codec.
BESIDE_THE_MODEL = r"(^|\.)(log_scale|codes)(\.|$)"


class TrimmedCollator(utils.ColBERTCollator):
    """PyLate pads every text to the longest that is allowed; here to the longest of the batch, which trains alike in half the time."""

    def __init__(self, model):
        super().__init__(model.tokenize)
        self.trims_queries = not model.do_query_expansion

    def __call__(self, features):
        batch = super().__call__(features)
        masks = [name for name in batch if name.endswith("_attention_mask")]
        queries = [name for name in masks if name.startswith("query")]
        # Documents of all columns are scored together, and share a length.
        for group, trims in ((queries, self.trims_queries), ([name for name in masks if name not in queries], True)):
            length = max((int(batch[name].sum(1).max()) for name in group), default=0)
            for name in group if trims else ():
                column = name.removesuffix("attention_mask")
                for key in [key for key in batch if key.startswith(column)]:
                    batch[key] = batch[key][:, :length]
        return batch


def starting_codes(recipe: dict, model: models.ColBERT, texts: list[str]) -> Codes | None:
    """recipe: `codes`, dimensions of a subspace; fitted on the texts' pooled rows."""
    if not recipe.get("codes"):
        return None
    rows = encode(model, texts, is_query=False, bf16=recipe.get("bf16", True))
    return codes_of([pool(row) for row in rows], recipe["codes"], recipe["seed"])


@torch.no_grad()
def learned(loss: nn.Module, temperature: float, codes: Codes | None, words: Tensor | None) -> list[str]:
    """How far what an objective learns beside the model has come. words: the codewords it began with, int8 values"""
    scales = [metric.log_scale for metric in loss.modules() if isinstance(metric, ScaledMaxSim) and metric.log_scale.requires_grad]
    said = [f"temperature {float((-scale).exp()):.4f} ({temperature:.4f} before)" for scale in scales]
    if codes is not None:
        changed = (int8(codes.words) != words).any(-1)
        said.append(f"{int(changed.sum())} of {changed.numel()} codewords of int8 changed")
    return said


def fit(model: models.ColBERT, datasets: dict, codes: Codes | None, recipe: dict, runs: Path) -> None:
    """Trains the model in place, with checkpoints."""
    dims = recipe.get("dims", [model[len(model) - 1].out_features])
    match recipe.get("objective", "contrastive"):
        case "contrastive":
            loss = contrastive(model, recipe, dims, codes)
        case "distillation":
            loss = distillation(model, dims)
        case "imitation":
            teachers = [models.ColBERT(phase_model(runs, phase), device="cpu") for phase in recipe["teacher_phases"]]
            loss = imitation(model, teachers, recipe, dims, codes)
        case kind:
            raise SystemExit(f"{recipe['name']}: expected `objective` to be contrastive, distillation or imitation, got {kind!r}")
    objective = ObjectiveState(loss)
    words = int8(codes.words).detach() if codes is not None else None
    checkpoints = runs / recipe["name"] / "checkpoints"
    arguments = SentenceTransformerTrainingArguments(
        **trainer_arguments(recipe, checkpoints),
        num_train_epochs=recipe.get("epochs", 1),
        gradient_accumulation_steps=recipe.get("accumulated_batches", 1),
        lr_scheduler_type=recipe.get("schedule", "linear"),
        weight_decay=recipe.get("weight_decay", 0),
        learning_rate_mapping={BESIDE_THE_MODEL: recipe["objective_learning_rate"]} if "objective_learning_rate" in recipe else None,
        # A batch holds no text twice: equal passages are no negatives of each other.
        batch_sampler="batch_sampler" if recipe.get("objective") == "distillation" else "no_duplicates",
        multi_dataset_batch_sampler="proportional",
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=datasets,
        loss=loss,
        data_collator=TrimmedCollator(model),
        callbacks=[Progress(), objective],
    )
    go_on(trainer, checkpoints, objective)
    if said := learned(loss, recipe.get("temperature", 1), codes, words):
        print(f"{recipe['name']}: {', '.join(said)}", flush=True)


def train(recipe: dict, runs: Path, data: Path) -> Path:
    """Returns the folder of the trained model, of the start itself with no steps; a finished phase is not trained again."""
    output = runs / recipe["name"]
    final = output / "model"
    if is_there(recipe, runs, final, output / "checkpoints"):
        return final
    set_seed(recipe["seed"])
    batch = recipe["batch_pairs"]
    is_distillation = recipe.get("objective") == "distillation"
    datasets = load_pairs(
        [found(name, runs, data) for name in recipe["pairs"]],
        smallest_source=batch,
        without=tuple(recipe.get("without_sources", ())),
        prompts=(recipe.get("query_prompt", ""), recipe.get("document_prompt", "")),
        negatives=recipe.get("negatives", 0),
        scored=is_distillation,
    )
    print(f"{recipe['name']}: {sum(len(rows) for rows in datasets.values())} pairs of {len(datasets)} sources", flush=True)
    config = dict(recipe["start"])
    if config.get("phase"):
        config = {"model": phase_model(runs, config["phase"]), **{key: value for key, value in config.items() if key != "phase"}}
    sample = random.Random(recipe["seed"])
    texts = [row["documents"][0] if is_distillation else row["document"] for rows in datasets.values() for row in rows.select(range(min(40, len(rows))))]
    texts = sample.sample(texts, min(600, len(texts)))
    model = open_model(config, texts)
    codes = starting_codes(recipe, model, texts)
    if recipe.get("steps") != 0:
        fit(model, datasets, codes, recipe, runs)
    # Written under another name first: a folder that is there is whole.
    unfinished = output / "model.unfinished"
    # Exports take them from the folder.
    model.prompts = {"query": recipe.get("query_prompt", ""), "document": recipe.get("document_prompt", "")}
    model.save(str(unfinished))
    if codes is not None:
        codes.save(output / "codec.safetensors")
    unfinished.rename(final)
    return final
