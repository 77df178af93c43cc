"""The folder that ships, of a model that was trained: ONNX files, tokenizer, config, codecs, query table; float32 ONNX and a golden file for the product's tests beside it. Run by recipe.py.

Codecs and table come from the product's own commands (`npm run build` comes first). Codes are chosen with the table's rows and the table's rows are coded with the codec, so both are fitted in rounds.
A model card is written by hand: it says what the figures mean.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from export_onnx import export_model, write
from golden import write_golden
from onnx_colbert import WEIGHTS
from runs import found, is_there, phase_model

ROOT = Path(__file__).resolve().parents[1]
COMMAND = ROOT / "bin/latelight.js"


def latelight(*arguments: str | Path) -> None:
    """Raises SystemExit with the command where it fails."""
    if not (ROOT / "dist/cli/main.js").exists():
        raise SystemExit("package: expected the command that fits codecs in dist/, found none: npm ci && npm run build")
    words = ["node", str(COMMAND), *map(str, arguments)]
    if subprocess.run(words).returncode != 0:
        raise SystemExit(f"package: failed: {' '.join(words)}")


def steps_of(recipe: dict, runs: Path, data: Path, folder: Path) -> dict[str, Callable[[], object]]:
    """What is to be done, by name, in order."""
    model = phase_model(runs, recipe["model_phase"])
    general, asked = ([found(name, runs, data) for name in recipe[kind]] for kind in ("general_texts", "query_texts"))

    def codec(passages: int, dim: int, subspace: int) -> None:
        latelight("fit-codec", *general, "--model", folder, "--passages", passages, "--dim", dim, "--subspace", subspace)

    def exported() -> None:
        export_model(model, folder, recipe["query_length"], recipe["document_length"])
        config = folder / "onnx_config.json"
        write(config, {**json.loads(config.read_text()), "model_name": recipe["name"]})
        # Four times the bytes, and nothing that ships opens it where the others are.
        (folder / WEIGHTS).rename(folder.parent / WEIGHTS)

    steps: dict[str, Callable[[], object]] = {"export": exported}
    for number, one in enumerate(recipe["rounds"], 1):
        steps[f"codec {number}"] = lambda one=one: codec(one["passages"], recipe["dim"], recipe["subspace"])
        steps[f"table {number}"] = lambda one=one: latelight("fit-table", *asked, "--model", folder, "--queries", one["queries"])
    for one in recipe["other_codecs"]:
        steps[f"codec {one['dim']}x{one['subspace']}"] = lambda one=one: codec(**one)
    texts = ROOT / recipe["golden_texts"]
    steps["golden"] = lambda: write_golden(Path(model), texts, runs / recipe["name"] / "golden.json", recipe["query_length"], recipe["document_length"])
    return steps


def package(recipe: dict, runs: Path, data: Path) -> Path:
    """
    Returns the folder. What was done when it was killed is not done again.

    recipe: `model_phase`; `query_length`, `document_length` in tokens; `dim`, `subspace` of the codec that is used by default, `rounds` of `passages` it is fitted on and `queries` of the table;
    `other_codecs` of `dim`, `subspace`, `passages`; `general_texts`, `query_texts`; `golden_texts`, an earlier golden file
    """
    final = runs / recipe["name"] / "package"
    progress = runs / recipe["name"] / "done.json"
    if is_there(recipe, runs, final, progress):
        return final
    unfinished = final.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    done = json.loads(progress.read_text()) if progress.exists() else []
    for name, step in steps_of(recipe, runs, data, unfinished).items():
        if name in done:
            continue
        print(f"{recipe['name']}: {name}", flush=True)
        step()
        done.append(name)
        written = progress.with_suffix(".unfinished")
        write(written, done)
        written.rename(progress)
    unfinished.rename(final)
    return final
