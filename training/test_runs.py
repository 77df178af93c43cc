"""What is there already, what was begun, and what may go on."""

import shutil

import pytest
import yaml
from phase import train
from runs import is_there
from tiny import recipe_of, write_pairs


def test_what_another_recipe_made_is_not_taken_for_ones_own(tmp_path):
    recipe = {"name": "one", "steps": 10, "start": {"model": "base", "document_length": 144}, "save_steps": 50}
    output = tmp_path / "one/model"
    assert not is_there(recipe, tmp_path, output)
    # Nothing was made: another recipe may begin.
    assert not is_there(recipe | {"steps": 20}, tmp_path, output)
    output.mkdir()
    assert is_there(recipe | {"steps": 20, "save_steps": 5}, tmp_path, output)
    with pytest.raises(SystemExit) as refused:
        is_there(recipe | {"steps": 400, "start": {"model": "base", "document_length": 160}, "seed": 2}, tmp_path, output)
    assert str(refused.value) == f"one: made by another recipe (steps 20, now 400; start.document_length 144, now 160; seed none, now 2). Remove {tmp_path / 'one'} or choose another name"


def test_pairs_that_another_recipe_made_are_named(tmp_path):
    recipe = {"output": "mined.jsonl.gz", "margin": 0.95}
    output = tmp_path / "mined.jsonl.gz"
    assert not is_there(recipe, tmp_path, output)
    output.touch()
    assert is_there(recipe, tmp_path, output)
    with pytest.raises(SystemExit, match=r"mined.jsonl.gz: made by another recipe \(margin 0.95, now 0.9\). Remove .*/mined.jsonl.gz or"):
        is_there(recipe | {"margin": 0.9}, tmp_path, output)


def test_what_was_made_before_recipes_were_kept_is_taken_as_it_is(tmp_path):
    (tmp_path / "v0/model").mkdir(parents=True)
    assert is_there({"name": "v0", "export": "v0"}, tmp_path, tmp_path / "v0/model")


def test_a_phase_goes_on_by_its_own_recipe_alone(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 200)
    folder = train(recipe_of(base), tmp_path / "runs", tmp_path)
    assert yaml.safe_load((folder.parent / "recipe.yaml").read_text()) == recipe_of(base)
    shutil.rmtree(folder)
    with pytest.raises(SystemExit, match=r"tiny: made by another recipe \(learning_rate 0.001, now 0.01\)"):
        train(recipe_of(base, learning_rate=1e-2), tmp_path / "runs", tmp_path)
    assert train(recipe_of(base, logging_steps=5), tmp_path / "runs", tmp_path) == folder
