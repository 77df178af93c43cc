"""The steps of a recipe, in order, or one of them; those that are done are passed over, one that was killed goes on at its checkpoint.

Usage: python training/recipe.py <folder of YAML files, or one> <runs folder> --data <folder of pairs>
"""

import argparse
from pathlib import Path

import yaml
from average import average
from from_onnx import import_export
from mine import mine
from package import package
from phase import train
from query_encoder import train_query_encoder
from query_table import train_table
from teacher import score, teach
from text_row import with_text_row


def run(steps_from: Path, runs: Path, data: Path, steps: int | None = None) -> None:
    """Steps are a folder's YAML files by name, or one file; `step` says which kind one is."""
    files = [steps_from] if steps_from.is_file() else sorted(steps_from.glob("*.yaml"))
    if not files:
        raise SystemExit(f"recipe: expected a YAML file or a folder of them, found none in {steps_from}")
    runs.mkdir(parents=True, exist_ok=True)
    for file in files:
        recipe = yaml.safe_load(file.read_text())
        trains = recipe.get("step") not in ("import", "average", "mine", "score", "package") and recipe.get("steps") != 0
        if steps is not None and trains:
            recipe["steps"] = steps
        match recipe.get("step", "phase"):
            case "phase":
                train(recipe, runs, data)
            case "import":
                import_export(recipe, runs, data)
            case "average":
                average(recipe, runs)
            case "mine":
                mine(recipe, runs, data)
            case "table":
                train_table(recipe, runs, data)
            case "package":
                package(recipe, runs, data)
            case "text_row":
                with_text_row(recipe, runs, data)
            case "query_encoder":
                train_query_encoder(recipe, runs, data)
            case "teacher" | "score" as step:
                if {"teacher": teach, "score": score}[step](recipe, runs, data) is None:
                    print(f"recipe: ends before what follows {file.name}, which needs a teacher")
                    return
            case kind:
                raise SystemExit(f"{file}: expected `step` to be phase, import, average, mine, teacher, score, table, text_row, package or query_encoder, got {kind!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path, help="a YAML file, or a folder of them")
    parser.add_argument("runs", type=Path, help="where checkpoints, models and made pairs go")
    parser.add_argument("--data", type=Path, required=True, help="folder of JSONL pairs, gzip or plain")
    parser.add_argument("--steps", type=int, help="of each training, to try a recipe")
    options = parser.parse_args()
    run(options.recipe, options.runs, options.data, options.steps)


if __name__ == "__main__":
    main()
