"""What a recipe may say."""

from pathlib import Path

import pytest
import yaml
from pairs import load_pairs, read_all
from recipe import run
from recipe_keys import accepted, problems
from tiny import recipe_of, write_pairs

RECIPES = sorted((Path(__file__).parent / "recipes").rglob("*.yaml"))


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_recipe_of_the_repository_says_what_its_step_reads(file):
    assert problems(yaml.safe_load(file.read_text())) == []


DISTILLED = {"objective": "distillation", "temperature": None}
TEACHER = {"step": "teacher", "name": "t", "seed": 1, "model": "m", "student_phase": "s", "pairs": [], "output": "o", "held_out": 1, "max_length": 9, "train_negatives": 1, "batch_pairs": 1, "steps": 1, "learning_rate": 1}
TEXT_ROW = {"step": "text_row", "name": "t", "seed": 1, "model_phase": "m", "pairs": [], "pairs_a_file": 9}


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (recipe_of(Path("base"), warmup_step=3), "`warmup_step` is no key of it, `warmup_steps` is"),
        (recipe_of(Path("base"), limit=3), "`limit` is no key of it"),
        (recipe_of(Path("base"), seed=None), "`seed` is missing"),
        (recipe_of(Path("base"), temperature=None), "`temperature` is missing"),
        (recipe_of(Path("base"), learning_rate=None), "`learning_rate` is missing"),
        (recipe_of(Path("base"), codes=2), "`codes` are of pooled rows: expected `pooled: true` too"),
        (recipe_of(Path("base"), **DISTILLED, pooled=True, codes=2), "`codes` does nothing with `objective: distillation`; `pooled` does nothing with `objective: distillation`"),
        (recipe_of(Path("base"), **DISTILLED, learned_temperature=True), "`learned_temperature` does nothing with `objective: distillation`"),
        (recipe_of(Path("base"), dims=[16], pooled=True, cached_pairs=2), "`cached_pairs` has one dimension and no pooled rows: its second pass cannot cut them"),
        (recipe_of(Path("base"), cached_pairs=2), "`cached_pairs` has one dimension and no pooled rows: its second pass cannot cut them"),
        (recipe_of(Path("base"), objective_learning_rate=0.1), "`objective_learning_rate` moves nothing without `learned_temperature: true` or `codes`"),
        (recipe_of(Path("base"), objective="imitation"), "`teacher_phases` is missing"),
        (recipe_of(Path("base"), teacher_phases=["v0"]), "`teacher_phases` does nothing with `objective: contrastive`"),
        (recipe_of(Path("base"), objective="distil"), "expected `objective` to be contrastive, distillation, imitation, got 'distil'"),
        (recipe_of(Path("base"), start={"embedding_size": 16}), "expected one of `start.model` and `start.phase`"),
        (recipe_of(Path("base"), start={"phase": "one", "document_lenght": 16}), "`start.document_lenght` is no key of it, `start.document_length` is"),
        (TEACHER | {"schedule": "cosine"}, "`schedule` is no key of it"),
        (TEACHER | {"weight_decay": 0.1}, "`weight_decay` is no key of it"),
        (TEXT_ROW | {"steps": 5}, "`batch_pairs` is missing; `dims` is missing; `learning_rate` is missing; `temperature` is missing"),
        ({"step": "averages", "name": "a"}, "got 'averages'"),
    ],
)
def test_what_no_step_reads_is_refused(recipe, said):
    with pytest.raises(SystemExit) as refused:
        accepted(recipe, "one.yaml")
    assert str(refused.value).startswith("one.yaml: ") and str(refused.value).endswith(said)


def test_what_a_step_may_leave_out_is_not_missed():
    assert problems(recipe_of(Path("base"))) == problems(recipe_of(Path("base"), **DISTILLED)) == problems(TEXT_ROW | {"steps": 0}) == []
    assert problems(recipe_of(Path("base"), steps=0, temperature=None, learning_rate=None)) == []


def test_all_files_are_checked_before_the_first_one_runs(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 40)
    (tmp_path / "recipe").mkdir()
    for name, recipe in (("1.yaml", recipe_of(base, steps=0)), ("2.yaml", recipe_of(base, name="two", polled=True))):
        (tmp_path / "recipe" / name).write_text(yaml.safe_dump(recipe))
    with pytest.raises(SystemExit, match="2.yaml: `polled` is no key of it, `pooled` is"):
        run(tmp_path / "recipe", tmp_path / "runs", tmp_path)
    assert not (tmp_path / "runs/tiny").exists()


def test_a_source_to_leave_out_that_is_in_no_file_is_named(tmp_path):
    paths = [write_pairs(tmp_path / "one.jsonl", 10), write_pairs(tmp_path / "two.jsonl", 10)]
    assert {row["source"] for row in read_all(paths, ["source-1"])} == {"source-0"}
    with pytest.raises(SystemExit, match=r"expected pairs of SciFact in one.jsonl, two.jsonl, to leave out"):
        load_pairs(paths, smallest_source=2, without=("source-1", "SciFact"))
