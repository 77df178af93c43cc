"""Recipes whole: every step at its smallest, ten steps of each training on random weights. `python -m pytest training`; needs training/requirements.txt."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from average import average
from phase import train
from pylate import models
from recipe import run, trial
from rows import encode
from tiny import WORDS, losses_of, recipe_of, tokenizer_of_words, write_pairs
from transformers import ModernBertConfig, ModernBertModel


@pytest.mark.parametrize("is_good", [True, False], ids=["a good teacher", "a weak teacher"])
def test_all_steps_of_a_recipe_run_and_a_weak_teacher_ends_it(base, tmp_path, capsys, monkeypatch, is_good):
    monkeypatch.setattr("teacher.teacher_scores", lambda _model, rows: [[1.0 if is_good else -1.0] + [0.0] * len(row["negatives"]) for row in rows])
    write_pairs(tmp_path / "pairs.jsonl", 300)
    steps = tmp_path / "recipe"
    steps.mkdir()
    common = {"batch_pairs": 8, "steps": 10, "learning_rate": 1e-3, "warmup_steps": 1, "logging_steps": 1, "seed": 1}
    files = {
        "1.yaml": recipe_of(base),
        "2.yaml": {"step": "mine", "output": "mined.jsonl.gz", "model_phase": "tiny", "pairs": ["pairs.jsonl"], "depth": 10, "margin": 5.0, "negatives": 3},
        "3.yaml": recipe_of(base, name="tiny-2", pairs=["mined.jsonl.gz"], start={"phase": "tiny"}, negatives=2),
        "4.yaml": {"step": "teacher", "name": "teacher", "model": str(base), "student_phase": "tiny-2", "pairs": ["mined.jsonl.gz"], "output": "scored.jsonl.gz", "held_out": 40, "max_length": 64, "train_negatives": 2, **common},
        "5.yaml": recipe_of(base, name="tiny-3", objective="distillation", temperature=None, pairs=["scored.jsonl.gz"], start={"phase": "tiny-2"}, negatives=3),
    }
    for name, content in files.items():
        (steps / name).write_text(yaml.safe_dump(content))
    run(steps, tmp_path / "runs", tmp_path)
    report = json.loads((tmp_path / "runs/teacher/report.json").read_text())
    assert 0 < report["student"] < 1 and (report["teacher"] == 1) == is_good and report["used"] == is_good
    assert (tmp_path / "runs/tiny-3/model").exists() == is_good
    assert (tmp_path / "runs/tiny-2/model").exists()
    assert ("needs a teacher" in capsys.readouterr().out) != is_good


def test_one_step_is_tried_with_fewer_steps_than_its_epochs_have(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    recipe = {key: value for key, value in recipe_of(base, epochs=5).items() if key != "steps"}
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(recipe))
    run(tmp_path / "one.yaml", tmp_path / "runs", tmp_path, steps=10)
    assert len(losses_of(tmp_path / "runs/tiny-10-steps")) == 10
    assert not (tmp_path / "runs/tiny").exists()


def test_a_trial_has_names_of_its_own_down_to_what_is_made_of_it():
    recipes = [
        {"step": "import", "name": "v0", "export": "v0"},
        {"name": "one", "start": {"model": "base"}, "pairs": ["pairs.jsonl.gz"], "steps": 400},
        {"name": "begin", "start": {"model": "base"}, "pairs": ["pairs.jsonl.gz"], "steps": 0},
        {"step": "average", "name": "both", "phases": {"v0": 0.5, "one": 0.5}},
        {"step": "mine", "output": "mined.jsonl.gz", "model_phase": "one", "pairs": ["pairs.jsonl.gz"]},
        {"step": "score", "output": "scored.jsonl.gz", "teacher_phases": ["both", "begin"], "student_phase": "elsewhere", "pairs": ["mined.jsonl.gz"]},
        {"name": "two", "start": {"phase": "one"}, "pairs": ["scored.jsonl.gz"]},
    ]
    imported, one, begin, both, mined, scored, two = trial(recipes, 10)
    assert (imported, begin) == (recipes[0], recipes[2])
    assert (one["name"], one["steps"], one["start"]) == ("one-10-steps", 10, {"model": "base"})
    assert both == {"step": "average", "name": "both-10-steps", "phases": {"v0": 0.5, "one-10-steps": 0.5}}
    assert (mined["output"], mined["model_phase"], mined["pairs"]) == ("mined-10-steps.jsonl.gz", "one-10-steps", ["pairs.jsonl.gz"])
    assert (scored["output"], scored["teacher_phases"], scored["student_phase"], scored["pairs"]) == ("scored-10-steps.jsonl.gz", ["both-10-steps", "begin"], "elsewhere", ["mined-10-steps.jsonl.gz"])
    assert (two["name"], two["steps"], two["start"], two["pairs"]) == ("two-10-steps", 10, {"phase": "one-10-steps"}, ["scored-10-steps.jsonl.gz"])


def test_an_average_of_models_does_not_depend_on_how_their_rows_are_turned(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    for name, seed, steps in (("one", 1, 10), ("two", 2, 10), ("start", 1, 0)):
        train(recipe_of(base, name=name, seed=seed, steps=steps), tmp_path, tmp_path)
    torch.manual_seed(0)
    turned = models.ColBERT(str(tmp_path / "two/model"), device="cpu")
    turned[1].linear.weight.data = torch.linalg.qr(torch.randn(16, 16)).Q @ turned[1].linear.weight.data
    turned.save(str(tmp_path / "turned/model"))
    texts = ["word1 word2 word3", "word4"]
    rows = {}
    averages = {
        "plain": {"one": 0.5, "two": 0.3, "start": 0.2},
        "of turned": {"one": 0.5, "turned": 0.3, "start": 0.2},
        "of two": {"one": 0.5, "two": 0.5},
        "ends": {"one": 1, "two": 0, "start": 0},
    }
    for name, phases in averages.items():
        folder = average({"name": name, "phases": phases}, tmp_path)
        rows[name] = np.concatenate(encode(models.ColBERT(str(folder), device="cpu"), texts, is_query=True, bf16=False))
    np.testing.assert_allclose(rows["of turned"], rows["plain"], atol=1e-5)
    one = models.ColBERT(str(tmp_path / "one/model"), device="cpu")
    np.testing.assert_allclose(rows["ends"], np.concatenate(encode(one, texts, is_query=True, bf16=False)), atol=1e-6)
    for other in ("ends", "of two"):
        assert np.abs(rows["plain"] - rows[other]).max() > 1e-2
    with pytest.raises(SystemExit, match="add up to 1"):
        average({"name": "bad", "phases": {"one": 0.7, "two": 0.7}}, tmp_path)


@pytest.mark.parametrize("phase", ["1-unsupervised", "2-supervised", "3-distillation"])
def test_the_full_size_recipe_runs_ten_steps_on_random_weights(phase, tmp_path):
    # As ModernBERT's own, no token types.
    tokenizer = tokenizer_of_words(model_input_names=["input_ids", "attention_mask"])
    torch.manual_seed(0)
    model = ModernBertModel(ModernBertConfig(vocab_size=50368, pad_token_id=tokenizer.pad_token_id))
    assert 140e6 < sum(parameter.numel() for parameter in model.parameters()) < 160e6
    model.save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    recipe = yaml.safe_load((Path(__file__).parent / f"recipes/colbert-zero/{phase}.yaml").read_text())
    write_pairs(
        tmp_path / recipe["pairs"][0].removesuffix(".gz"),
        40,
        negatives=lambda rng: [" ".join(rng.choice(WORDS) for _ in range(5)) for _ in range(recipe.get("negatives", 0))],
        scores=lambda rng: [rng.random() for _ in range(1 + recipe.get("negatives", 0))],
    )
    # What a CPU can hold; everything else as it is written.
    small = {"batch_pairs": 2, "save_steps": 10, "logging_steps": 1, "use_cpu": True, "negatives": min(2, recipe.get("negatives", 0))}
    if "cached_pairs" in recipe:
        small["cached_pairs"] = 1
    start = {key: value for key, value in recipe["start"].items() if key != "phase"} | {"model": str(tmp_path / "base")}
    recipe |= small | {"start": start, "pairs": [recipe["pairs"][0].removesuffix(".gz")]}
    folder = train(recipe | {"steps": 10}, tmp_path / "runs", tmp_path)
    values = losses_of(folder.parent)
    assert len(values) == 10 and all(torch.isfinite(torch.tensor(values)))
