"""Trains one phase of a recipe, or goes on where it was killed. Run by recipe.py."""

import random
import time
from pathlib import Path

import yaml
from objectives import contrastive, distillation
from pairs import load_pairs
from pylate import utils
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from start import open_model
from transformers import Trainer, TrainerCallback, set_seed
from transformers.trainer_utils import get_last_checkpoint


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


class Progress(TrainerCallback):
    """A line every few steps: loss, rate, time left."""

    def __init__(self):
        self.began = None

    def on_train_begin(self, _args, state, _control, **_):
        self.began = (time.time(), state.global_step)

    def on_log(self, _args, state, _control, logs=None, **_):
        if not logs or "loss" not in logs:
            return
        began, first = self.began
        rate = (state.global_step - first) / (time.time() - began)
        left = (state.max_steps - state.global_step) / rate
        print(f"step {state.global_step} of {state.max_steps}: loss {float(logs['loss']):.4f}, {rate * 60:.1f} steps a minute, {left / 60:.0f} min left", flush=True)


def found(name: str, runs: Path, data: Path) -> Path:
    """Pairs that an earlier step of the recipe made, or those that were there before."""
    made = runs / name
    path = made if made.exists() else data / name
    if not path.exists():
        raise SystemExit(f"phase: expected pairs in {made} or {path}, found neither. Run the recipe's earlier steps, or name their folder with --data")
    return path


def trainer_arguments(recipe: dict, checkpoints: Path) -> dict:
    """What every trainer of a recipe is told."""
    return {
        "output_dir": str(checkpoints),
        "max_steps": recipe.get("steps", -1),
        "per_device_train_batch_size": recipe["batch_pairs"],
        "learning_rate": recipe["learning_rate"],
        "warmup_steps": recipe.get("warmup_steps", 0),
        "bf16": recipe.get("bf16", True),
        "use_cpu": recipe.get("use_cpu", True),
        "seed": recipe["seed"],
        "save_steps": recipe.get("save_steps", 50),
        "save_total_limit": 2,
        "logging_steps": recipe.get("logging_steps", 10),
        "disable_tqdm": True,
        "report_to": [],
    }


def go_on(trainer: Trainer, checkpoints: Path) -> None:
    """Trains, from the last checkpoint where there is one."""
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(checkpoints)) if checkpoints.exists() else None)


def train(recipe: dict, runs: Path, data: Path) -> Path:
    """Returns the folder of the trained model; a finished phase is not trained again."""
    output = runs / recipe["name"]
    final = output / "model"
    if final.exists():
        print(f"{recipe['name']}: is there already, in {final}")
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
        limit=recipe.get("limit"),
        scored=is_distillation,
    )
    print(f"{recipe['name']}: {sum(len(rows) for rows in datasets.values())} pairs of {len(datasets)} sources", flush=True)
    config = dict(recipe["start"])
    if config.get("phase"):
        config = {"model": str(runs / config["phase"] / "model"), **{key: value for key, value in config.items() if key != "phase"}}
    sample = random.Random(recipe["seed"])
    texts = [row["documents"][0] if is_distillation else row["document"] for rows in datasets.values() for row in rows.select(range(min(40, len(rows))))]
    model = open_model(config, sample.sample(texts, min(600, len(texts))))
    dims = recipe.get("dims", [model[len(model) - 1].out_features])
    loss = distillation(model, dims) if is_distillation else contrastive(model, recipe, dims)
    checkpoints = output / "checkpoints"
    arguments = SentenceTransformerTrainingArguments(
        **trainer_arguments(recipe, checkpoints),
        num_train_epochs=recipe.get("epochs", 1),
        gradient_accumulation_steps=recipe.get("accumulated_batches", 1),
        lr_scheduler_type=recipe.get("schedule", "linear"),
        weight_decay=recipe.get("weight_decay", 0),
        # A batch holds no text twice: equal passages are no negatives of each other.
        batch_sampler="batch_sampler" if is_distillation else "no_duplicates",
        multi_dataset_batch_sampler="proportional",
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=datasets,
        loss=loss,
        data_collator=TrimmedCollator(model),
        callbacks=[Progress()],
    )
    go_on(trainer, checkpoints)
    # Written under another name first: a folder that is there is whole.
    unfinished = output / "model.unfinished"
    model.save(str(unfinished))
    (output / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    unfinished.rename(final)
    return final
