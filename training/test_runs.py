"""What is there already, what was begun, and what may go on."""

import shutil
from types import SimpleNamespace

import pytest
import torch
import yaml
from average import average
from mine import mine
from objectives import contrastive
from package import steps_of
from phase import train
from pylate import models
from query_encoder import train_query_encoder
from query_table import train_table
from runs import ObjectiveState, is_there
from safetensors.torch import save_file
from teacher import score, teach
from text_row import with_text_row
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


def test_a_checkpoint_whose_saving_was_cut_short_is_left_out(base, tmp_path, capsys):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    recipe = recipe_of(base, learned_temperature=True)
    whole = train(recipe, tmp_path / "runs", tmp_path)
    expected = models.ColBERT(str(whole), device="cpu").state_dict()
    shutil.rmtree(whole)
    last = whole.parent / "checkpoints/checkpoint-10"
    for file in ("complete", "objective.safetensors"):
        (last / file).unlink()
    # As a kill leaves a file that is being written.
    (last / "trainer_state.json").write_text('{"epoch"')
    again = models.ColBERT(str(train(recipe, tmp_path / "runs", tmp_path)), device="cpu").state_dict()
    assert "checkpoint-10: left out" in capsys.readouterr().out and (last / "complete").exists()
    for name, value in expected.items():
        torch.testing.assert_close(value, again[name], rtol=0, atol=0, msg=name)


def test_what_an_objective_learned_is_loaded_whole_or_not_at_all(base, tmp_path):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16)
    state = ObjectiveState(contrastive(model, {"temperature": 0.05, "learned_temperature": True}, [16, 8]))
    (tmp_path / "checkpoint-5").mkdir()
    state.on_save(SimpleNamespace(output_dir=str(tmp_path)), SimpleNamespace(global_step=5), None)
    state.load(tmp_path / "checkpoint-5")
    save_file({}, str(tmp_path / "checkpoint-5/objective.safetensors"))
    with pytest.raises(SystemExit, match="expected .*log_scale, got nothing: another objective"):
        state.load(tmp_path / "checkpoint-5")


MISSING = {"name": "two", "seed": 1, "output": "o.jsonl.gz", "pairs": ["pairs.jsonl"], "model_phase": "one", "student_phase": "one", "held_out": 1, "limit": 1}


@pytest.mark.parametrize(
    "step",
    [
        lambda runs, data: train(recipe_of("base", start={"phase": "one"}), runs, data),
        lambda runs, _data: average({"name": "two", "phases": {"one": 0.5, "other": 0.5}}, runs),
        lambda runs, data: mine(MISSING, runs, data),
        lambda runs, data: teach(MISSING, runs, data),
        lambda runs, data: score({**MISSING, "teacher_phases": ["one"]}, runs, data),
        lambda runs, data: with_text_row(MISSING, runs, data),
        lambda runs, data: train_table(MISSING, runs, data),
        lambda runs, data: train_query_encoder(MISSING, runs, data),
        lambda runs, data: steps_of(MISSING, runs, data, runs),
    ],
    ids=["phase", "average", "mine", "teacher", "score", "text_row", "table", "query_encoder", "package"],
)
def test_a_model_that_no_step_made_is_named(tmp_path, step):
    write_pairs(tmp_path / "pairs.jsonl", 20)
    (tmp_path / "runs").mkdir()
    with pytest.raises(SystemExit, match=r"expected the model of 'one' in .*runs/one/model, found none: run its recipe first"):
        step(tmp_path / "runs", tmp_path)
