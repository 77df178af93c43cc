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
from recipe_keys import accepted
from teacher import score, teach
from text_row import with_text_row

# Keys whose values name what another step makes.
REFERENCES = ("start", "pairs", "phases", "model_phase", "teacher_phases", "student_phase", "from_phase", "general_texts", "query_texts")


def renamed(value, names: dict[str, str]):
    if isinstance(value, dict):
        return {names.get(key, key): renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def trial(recipes: list[dict], steps: int) -> list[dict]:
    """Recipes with so many steps each. What is trained so, and what is made of it, has a name of its own (`<name>-10-steps`): nobody takes it for the whole."""
    names, tried = {}, []
    for recipe in recipes:
        trains = recipe.get("step") not in ("import", "average", "mine", "score", "package") and recipe.get("steps") != 0
        one = recipe | {key: renamed(recipe[key], names) for key in REFERENCES if key in recipe} | ({"steps": steps} if trains else {})
        if trains or one != recipe:
            if "name" in recipe:
                one["name"] = names[recipe["name"]] = f"{recipe['name']}-{steps}-steps"
            if "output" in recipe:
                name, point, kind = recipe["output"].partition(".")
                one["output"] = names[recipe["output"]] = f"{name}-{steps}-steps{point}{kind}"
        tried.append(one)
    return tried


def run(steps_from: Path, runs: Path, data: Path, steps: int | None = None) -> None:
    """Steps are a folder's YAML files by name, or one file; `step` says which kind one is."""
    files = [steps_from] if steps_from.is_file() else sorted(steps_from.glob("*.yaml"))
    if not files:
        raise SystemExit(f"recipe: expected a YAML file or a folder of them, found none in {steps_from}")
    runs.mkdir(parents=True, exist_ok=True)
    recipes = [accepted(yaml.safe_load(file.read_text()), file) for file in files]
    for file, recipe in zip(files, recipes if steps is None else trial(recipes, steps), strict=True):
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path, help="a YAML file, or a folder of them")
    parser.add_argument("runs", type=Path, help="where checkpoints, models and made pairs go")
    parser.add_argument("--data", type=Path, required=True, help="folder of JSONL pairs, gzip or plain")
    parser.add_argument("--steps", type=int, help="of each training, to try a recipe: under names of its own")
    options = parser.parse_args()
    run(options.recipe, options.runs, options.data, options.steps)


if __name__ == "__main__":
    main()
