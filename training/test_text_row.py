"""A row for the whole text: where it stands, what it is, and that it is learned."""

import json
import shutil

import numpy as np
import onnxruntime
import pytest
import torch
from onnx_colbert import ColbertGraph, export, export_blocks
from phase import train
from pylate import models
from pylate.models import Dense
from rows import encode
from text_row import TextRow, batch_max_sims, chosen_pairs, encode_whole, mean_state, neighbours, with_text_row
from tiny import WORDS, recipe_of, write_pairs

QUERY_PREFIX, DOCUMENT_PREFIX = 5, 6


def text_row_recipe(**changes) -> dict:
    named = {"name": "text-row", "seed": 3, "model_phase": "tiny", "pairs": ["pairs.jsonl"], "pairs_a_file": 400, "batch_pairs": 16, "steps": 60, "learning_rate": 1e-2}
    return {**named, "temperature": 0.03, "dims": [16, 8], "save_steps": 30, "logging_steps": 10, **changes}


@pytest.fixture(scope="module")
def trained(base, tmp_path_factory):
    """A model without text row, one with it, and where they are."""
    folder = tmp_path_factory.mktemp("text-row")
    write_pairs(folder / "pairs.jsonl", 400)
    runs = folder / "runs"
    plain = train(recipe_of(base, steps=0), runs, folder)
    whole = with_text_row(text_row_recipe(), runs, folder)
    return models.ColBERT(str(plain), device="cpu").eval(), models.ColBERT(str(whole), device="cpu").eval(), runs


def test_the_row_stands_at_the_first_position_and_at_the_prefix_of_queries_alone():
    layer = TextRow(8, 4, QUERY_PREFIX)
    states = torch.randn(2, 5, 8)
    ids = torch.tensor([[2, QUERY_PREFIX, 9, 9, 3], [2, DOCUMENT_PREFIX, QUERY_PREFIX, 3, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
    with torch.no_grad():
        rows = layer({"token_embeddings": states, "attention_mask": mask, "input_ids": ids})["token_embeddings"]
        words = layer.linear(states)
        text = layer.text(torch.stack([states[0].mean(0), states[1, :4].mean(0)]))
    assert torch.allclose(rows[:, 0], text, atol=1e-6)
    assert torch.allclose(rows[0, 1], text[0], atol=1e-6)
    assert torch.equal(rows[1, 1:], words[1, 1:])
    assert torch.equal(rows[0, 2:], words[0, 2:])


def test_other_rows_stay_the_models_own_and_the_folder_is_read_back(trained):
    plain, whole, _ = trained
    assert isinstance(whole[1], TextRow) and isinstance(whole[1], Dense)
    text = ["word1 word2 word3 word4 word5"]
    for is_query, replaced in ((True, 2), (False, 1)):
        before, after = (encode(model, text, is_query, bf16=False)[0] for model in (plain, whole))
        assert np.allclose(before[replaced:], after[replaced:], atol=1e-6)
        assert all(np.dot(before[at], after[at]) < 0.99 for at in range(replaced))
    query = encode(whole, text, True, bf16=False)[0]
    assert np.allclose(query[0], query[1], atol=1e-6)


def test_it_is_learned_and_what_was_killed_goes_on_to_the_same_weights(trained):
    _, whole, runs = trained
    state = json.loads((runs / "text-row/checkpoints/checkpoint-60/trainer_state.json").read_text())
    losses = [entry["loss"] for entry in state["log_history"] if "loss" in entry]
    assert losses[-1] < 0.97 * losses[0]
    with_text_row(text_row_recipe(name="killed"), runs, runs.parent)
    again = runs / "killed"
    for made in (again / "model", again / "checkpoints/checkpoint-60"):
        shutil.rmtree(made)
    with_text_row(text_row_recipe(name="killed"), runs, runs.parent)
    there = models.ColBERT(str(again / "model"), device="cpu")
    assert torch.equal(there[1].text.weight, whole[1].text.weight)


def test_without_steps_the_projection_is_the_principal_components_of_all_means(trained):
    plain, _, runs = trained
    recipe = text_row_recipe(name="untrained", steps=0)
    for name in ("batch_pairs", "learning_rate", "temperature", "dims"):
        del recipe[name]
    layer = models.ColBERT(str(with_text_row(recipe, runs, runs.parent)), device="cpu")[1]
    pairs = chosen_pairs(runs.parent / "pairs.jsonl", recipe)
    means = np.concatenate([encode_whole(plain, [row[field] for row in pairs], is_query, True)[1] for field, is_query in (("query", True), ("passage", False))])
    weight = layer.text.weight.detach().numpy()
    left = means - means @ weight.T @ weight
    best = np.linalg.svd(means, compute_uv=False)[len(weight) :]
    assert np.isclose((left**2).sum(), (best**2).sum(), rtol=1e-3, atol=1e-4)
    assert not layer.text.bias.any()


@pytest.mark.parametrize("dim", [16, 8])
def test_max_sims_of_a_batch_are_those_of_its_pairs_at_each_prefix(trained, dim):
    plain, _, _ = trained
    queries = encode(plain, ["word1 word2", "word9 word8 word7"], True, bf16=False)
    documents = encode(plain, ["word1 word2 word3 word4", "word9 word8 word50"], False, bf16=False)
    found = batch_max_sims(queries, documents, [dim])[0]

    def cut(rows: np.ndarray) -> np.ndarray:
        return rows[:, :dim] / np.linalg.norm(rows[:, :dim], axis=1, keepdims=True)

    expected = [[(cut(query) @ cut(document).T).max(1).sum() for document in documents] for query in queries]
    assert np.allclose(found, expected, atol=0.03)  # bfloat16


def test_batches_are_neighbours_of_one_size():
    rng = np.random.default_rng(0)
    means = np.concatenate([rng.normal(at, 0.1, (20, 4)) for at in (0, 10, 20, 30)]).astype(np.float32)
    batches = neighbours(means, 20, np.random.default_rng(1))
    assert [len(some) for some in batches] == [20] * 4
    assert sorted(int(some[0]) // 20 for some in batches) == [0, 1, 2, 3]
    assert all(len(set((some // 20).tolist())) == 1 for some in batches)


def test_pairs_too_few_for_a_batch_say_so(trained):
    _, _, runs = trained
    with pytest.raises(SystemExit, match="expected pairs for a batch of 500"):
        with_text_row(text_row_recipe(name="few", batch_pairs=500), runs, runs.parent)


def test_exports_have_the_row_in_every_file_with_padding_or_without(trained, tmp_path):
    _, whole, _ = trained
    export(ColbertGraph(whole[0].auto_model, [whole[1]]), tmp_path, token_types=True)
    export_blocks(tmp_path)
    features = whole.tokenize([" ".join(WORDS[:9]), "word3"], is_query=True)
    inputs = {name: value.numpy() for name, value in features.items()}
    inputs.setdefault("token_type_ids", np.zeros_like(inputs["input_ids"]))
    expected = encode(whole, [" ".join(WORDS[:9]), "word3"], True, bf16=False)
    for name, least in (("model.onnx", 0.99999), ("model_int8.onnx", 0.97), ("model_q8.onnx", 0.97)):
        (rows,) = onnxruntime.InferenceSession(str(tmp_path / name)).run(None, inputs)
        for got, wanted in zip(rows, expected, strict=True):
            assert (got[: len(wanted)] * wanted).sum(1).min() > least, name
            assert np.allclose(got[0], got[1], atol=1e-6)


def test_means_leave_padding_out():
    states = torch.arange(12.0).reshape(1, 4, 3)
    assert torch.equal(mean_state(states, torch.tensor([[1, 1, 0, 0]]))[0, 0], torch.tensor([1.5, 2.5, 3.5]))
