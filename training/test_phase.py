"""Pairs, and one phase: what it learns, what of it is kept, where it goes on. Ten steps of each training on random weights."""

import json
import re
import shutil

import pytest
import torch
from objectives import distillation, imitation
from pairs import load_pairs, read_pairs
from phase import train
from pylate import models
from safetensors.torch import load_file
from teacher import late_scores
from tiny import WORDS, losses_of, recipe_of, write_pairs


def test_pairs_are_one_dataset_a_source_and_small_sources_come_together(tmp_path):
    path = write_pairs(tmp_path / "pairs.jsonl", 20)
    with path.open("a") as file:
        file.write(json.dumps({"query": "q", "passage": "p", "source": "rare"}) + "\n")
    sources = load_pairs([path], smallest_source=5, prompts=("ask: ", "text: "))
    assert {name: len(rows) for name, rows in sources.items()} == {"others": 1, "source-0": 10, "source-1": 10}
    assert sources["others"][0] == {"query": "ask: q", "document": "text: p"}


def test_pairs_name_the_line_that_is_wrong(tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"query": "q", "passage": "p"}\n{"query": "", "passage": "p"}\n')
    with pytest.raises(ValueError, match=r"bad.jsonl:2: expected text in `query`"):
        list(read_pairs(tmp_path / "bad.jsonl"))


def test_a_phase_learns_saves_and_is_not_trained_twice(base, tmp_path, capsys):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    folder = train(recipe_of(base), tmp_path / "runs", tmp_path)
    values = losses_of(folder.parent)
    assert sum(values[-3:]) < sum(values[:3])
    rows = models.ColBERT(str(folder), device="cpu").encode(["word1 word2"], is_query=True)
    assert rows[0].shape == (5, 16)  # [CLS], prefix, two words, [SEP]
    train(recipe_of(base), tmp_path / "runs", tmp_path)
    assert "is there already" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [{}, {"learned_temperature": True, "pooled": True, "codes": 2}], ids=["plain", "codes in the loop"])
def test_a_phase_that_was_killed_goes_on_at_its_checkpoint_to_the_same_weights(base, tmp_path, changes):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    recipe = recipe_of(base, **changes)
    whole = train(recipe, tmp_path / "whole", tmp_path)
    shutil.copytree(tmp_path / "whole", tmp_path / "cut")
    # As a kill after step 5 leaves it.
    shutil.rmtree(tmp_path / "cut/tiny/model")
    shutil.rmtree(tmp_path / "cut/tiny/checkpoints/checkpoint-10")
    again = train(recipe, tmp_path / "cut", tmp_path)
    first, second = (models.ColBERT(str(folder), device="cpu").state_dict() for folder in (whole, again))
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=0, atol=0, msg=name)
    if "codes" in changes:
        first, second = (load_file(folder.parent / "codec.safetensors") for folder in (whole, again))
        assert first["rotation"].shape == (16, 16) and first["codewords"].shape == (8, 16, 2)
        torch.testing.assert_close(first["rotation"] @ first["rotation"].T, torch.eye(16), rtol=0, atol=1e-5)
        for name, value in first.items():
            torch.testing.assert_close(value, second[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("rate", [None, 0.05])
def test_what_is_learned_beside_the_model_has_a_rate_of_its_own_and_says_how_far_it_came(base, tmp_path, capsys, rate):
    write_pairs(tmp_path / "pairs.jsonl", 200)
    recipe = recipe_of(base, learning_rate=1e-6, objective_learning_rate=rate, learned_temperature=True, pooled=True, codes=2)
    model = models.ColBERT(str(train(recipe, tmp_path / "runs", tmp_path)), device="cpu").state_dict()
    said = re.search(r"tiny: temperature (\S+) \(0.0500 before\), (\d+) of 128 codewords of int8 changed", capsys.readouterr().out)
    assert (abs(float(said[1]) - 0.05) > 1e-3) == (int(said[2]) > 20) == (rate is not None)
    if rate is None:
        assert int(said[2]) == 0
    start = models.ColBERT(str(train(recipe_of(base, name="start", steps=0), tmp_path / "runs", tmp_path)), device="cpu").state_dict()
    for name, value in start.items():
        torch.testing.assert_close(model[name], value, rtol=0, atol=2e-5, msg=name)


def test_a_model_imitates_the_scores_of_others(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    runs = tmp_path / "runs"
    teacher = models.ColBERT(str(train(recipe_of(base), runs, tmp_path)), device="cpu")
    features = lambda: [teacher.tokenize([f"word{n} word{n + 1}" for n in range(4)], is_query=True), teacher.tokenize([f"word{n} word9 word{n + 3}" for n in range(4)], is_query=False)]  # noqa: E731
    # Its own scores are as far as it can come, in as many dimensions.
    torch.testing.assert_close(imitation(teacher, [teacher], {"temperature": 0.05}, [16])(features()), torch.tensor(0.0), rtol=0, atol=1e-6)
    assert imitation(teacher, [teacher], {"temperature": 0.05}, [8])(features()) > 1e-4
    changes = {"objective": "imitation", "teacher_phases": ["tiny"], "pooled": True, "codes": 2}
    folder = train(recipe_of(base, name="imitating", **changes), runs, tmp_path)
    values = losses_of(folder.parent)
    assert sum(values[-3:]) < 0.7 * sum(values[:3])
    assert (folder.parent / "codec.safetensors").exists()


def test_a_student_with_its_teachers_ranking_and_distances_has_nothing_to_learn(base, tmp_path):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=32, do_query_expansion=False).eval()
    path = write_pairs(tmp_path / "pairs.jsonl", 12, negatives=lambda rng: [" ".join(rng.choice(WORDS) for _ in range(20)) for _ in range(3)])
    rows = list(read_pairs(path))
    # As a cross-encoder's logits, or MaxSim over a temperature, may lie.
    path.write_text("\n".join(json.dumps({**row, "scores": [7 * score - 30 for score in scores]}) for row, scores in zip(rows, late_scores(model, rows, {"bf16": False}), strict=True)))
    lists = load_pairs([path], smallest_source=100, negatives=3, scored=True)["others"]
    features = [model.tokenize(list(lists["query"]), is_query=True), model.tokenize([text for some in lists["documents"] for text in some], is_query=False)]
    labels = torch.tensor(list(lists["scores"]))
    assert distillation(model, [16])(features, labels) < 1e-6
    assert distillation(model, [16])(features, labels.flip(-1)) > 1e-2


def test_distillation_brings_the_student_nearer_to_its_teacher(base, tmp_path):
    # A teacher of the contrary: what shares the query's words is no answer. The student begins with the opposite.
    write_pairs(
        tmp_path / "pairs.jsonl",
        200,
        negatives=lambda rng: [" ".join(rng.choice(WORDS) for _ in range(20)) for _ in range(3)],
        scores=lambda _: [0.0, 6.0, 6.0, 6.0],
    )
    folder = train(recipe_of(base, objective="distillation", negatives=3, learning_rate=1e-2), tmp_path / "runs", tmp_path)
    values = losses_of(folder.parent)
    assert sum(values[-3:]) < sum(values[:3])


def test_distillation_without_scores_says_what_makes_them(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 20, negatives=lambda _: ["word1", "word2"])
    with pytest.raises(ValueError, match="recipe.s teacher step"):
        train(recipe_of(base, objective="distillation", negatives=2), tmp_path / "runs", tmp_path)
