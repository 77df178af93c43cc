"""A training of a recipe as one that can be killed: what it is told, a line of progress, checkpoints, and where it goes on."""

import time
from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import Trainer, TrainerCallback

# Keys of a recipe that do not change what comes out, but for rounding on another device.
WITHOUT_EFFECT = ("save_steps", "logging_steps", "use_cpu")
# An empty file in a checkpoint, written last: without it the saving was cut short.
COMPLETE = "complete"


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


def flat(recipe: dict, before: str = "") -> dict:
    """What a recipe says, with the keys of dicts inside it after a point: `start.phase`."""
    each = {}
    for key, value in recipe.items():
        each |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return {key: value for key, value in each.items() if key not in WITHOUT_EFFECT}


def is_there(recipe: dict, runs: Path, output: Path, begun: Path | None = None) -> bool:
    """
    Says so where a step's output is there: it has its name only once it is whole. What the recipe says is written down before anything is made, and a recipe that says something else is
    refused; what has no such file was made before there was one, and is taken as it is.

    begun: there where a run that was killed goes on
    Raises SystemExit where another recipe made it, or began it.
    """
    what = recipe.get("name") or recipe["output"]
    folder = runs / recipe["name"] if "name" in recipe else None
    record = folder / "recipe.yaml" if folder else output.with_name(f"{output.name.partition('.')[0]}.recipe.yaml")
    written = yaml.safe_dump(recipe, sort_keys=False)
    is_made = output.exists()
    is_begun = is_made or (begun is not None and begun.exists())
    if is_begun and record.exists():
        before, now = flat(yaml.safe_load(record.read_text())), flat(yaml.safe_load(written))
        changed = [f"{key} {before.get(key, 'none')}, now {now.get(key, 'none')}" for key in before | now if before.get(key) != now.get(key)]
        if changed:
            made = " and ".join(str(path) for path in (folder, output) if path is not None and folder not in path.parents)
            raise SystemExit(f"{what}: made by another recipe ({'; '.join(changed)}). Remove {made} or choose another name")
    elif not is_made:
        record.parent.mkdir(parents=True, exist_ok=True)
        unfinished = record.with_suffix(".unfinished")
        unfinished.write_text(written)
        unfinished.rename(record)
    if is_made:
        print(f"{what}: is there already, in {output}")
    return is_made


def found(name: str, runs: Path, data: Path) -> Path:
    """Pairs that an earlier step of the recipe made, or those that were there before."""
    made = runs / name
    path = made if made.exists() else data / name
    if not path.exists():
        raise SystemExit(f"recipe: expected pairs in {made} or {path}, found neither. Run the recipe's earlier steps, or name their folder with --data")
    return path


def phase_model(runs: Path, name: str) -> str:
    """The folder of a model that an earlier step made. Where there is none PyLate says no more than that there is no such path, or takes a short one for a name on the hub."""
    folder = runs / name / "model"
    if not folder.exists():
        raise SystemExit(f"recipe: expected the model of '{name}' in {folder}, found none: run its recipe first")
    return str(folder)


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


class ObjectiveState(TrainerCallback):
    """
    What an objective learns beside the model (temperature, codec). sentence-transformers 5.3.0 gives it to the optimizer, but its gradients are never set back, so that they
    add up over the run, and it is in no checkpoint: both are done here.
    """

    FILE = "objective.safetensors"

    def __init__(self, objective: nn.Module):
        self.objective = objective

    def on_save(self, arguments, state, _control, **_):
        save_file(self._beside_the_model(), str(Path(arguments.output_dir) / f"checkpoint-{state.global_step}" / self.FILE))

    def on_optimizer_step(self, *_, **__):
        # The trainer sets the model's back, no more.
        self.objective.zero_grad()

    def load(self, checkpoint: Path) -> None:
        kept, expected = load_file(str(checkpoint / self.FILE)), self._beside_the_model().keys()
        if kept.keys() != expected:
            raise SystemExit(f"{checkpoint / self.FILE}: expected {', '.join(sorted(expected)) or 'nothing'}, got {', '.join(sorted(kept)) or 'nothing'}: another objective saved it. Remove the checkpoints")
        # The model's own are the trainer's to load.
        self.objective.load_state_dict(kept, strict=False)

    def _beside_the_model(self) -> dict[str, torch.Tensor]:
        """The model sits in the objective, at one depth or several."""
        return {name: value.detach().clone().contiguous() for name, value in self.objective.state_dict().items() if "model" not in name.split(".")}


class Completed(TrainerCallback):
    """The last callback: all of a checkpoint is there."""

    def on_save(self, arguments, state, _control, **_):
        (Path(arguments.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


def last_whole(checkpoints: Path) -> Path | None:
    """The last checkpoint that was saved whole; says which later ones are left out."""
    for path in sorted(checkpoints.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True):
        if (path / COMPLETE).exists():
            return path
        print(f"{path}: left out, since its saving was cut short or it was saved before there was a file `{COMPLETE}` in them. Is it whole? Then touch {path / COMPLETE}", flush=True)
    return None


def go_on(trainer: Trainer, checkpoints: Path, objective: ObjectiveState | None = None) -> None:
    """Trains, from the last checkpoint where there is one."""
    trainer.add_callback(Completed())
    last = last_whole(checkpoints)
    if last and objective:
        objective.load(last)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
