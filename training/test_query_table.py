"""The query table in the loop."""

import shutil
from pathlib import Path

import pytest
import torch
from batches import OneKind
from phase import train
from pooling import pooled
from pylate import models
from query_table import Start, max_sim, train_table
from rows import encode, pool, query_ids
from safetensors.torch import load_file
from tiny import WORDS, losses_of, recipe_of, write_pairs

EXPANDED = {"none": {"do_query_expansion": False}, "expansion": {"do_query_expansion": True}, "attended": {"do_query_expansion": True, "attend_to_expansion_tokens": True}}


def table_recipe(model: Path, **changes) -> dict:
    return {
        "name": "table",
        "seed": 1,
        "model": str(model),
        "pairs": ["pairs.jsonl"],
        # Four batches a pass: a run of ten steps goes on in its second pass.
        "documents": 64,
        "queries": 400,
        "batch_pairs": 16,
        "steps": 10,
        "learning_rate": 1e-2,
        "temperature": 0.05,
        "save_steps": 5,
        "logging_steps": 1,
        **changes,
    }


def test_a_query_table_learns_from_its_model_and_goes_on_to_the_same_rows(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    model = train(recipe_of(base), tmp_path / "runs", tmp_path)
    table = train_table(table_recipe(model), tmp_path / "whole", tmp_path)
    values = losses_of(table.parent)
    assert sum(values[-3:]) < sum(values[:3])
    start, trained = load_file(table.parent / "start.safetensors"), load_file(table)
    assert trained["rows"].shape == (7 + len(WORDS), 16)
    torch.testing.assert_close(trained["rows"].norm(dim=-1), torch.ones(7 + len(WORDS)))
    assert trained["weights"][[2, 3, 5]].tolist() == [0, 0, 0]  # [CLS], [SEP], the prefix
    word = 7 + 11
    assert not torch.allclose(start["rows"][word], trained["rows"][word], atol=1e-3)
    (tmp_path / "cut/table").mkdir(parents=True)
    train_table(table_recipe(model), tmp_path / "cut", tmp_path)
    (tmp_path / "cut/table/table.safetensors").unlink()
    shutil.rmtree(tmp_path / "cut/table/checkpoints/checkpoint-10")
    again = load_file(train_table(table_recipe(model), tmp_path / "cut", tmp_path))
    for name, value in trained.items():
        torch.testing.assert_close(value, again[name], rtol=0, atol=0, msg=name)


def test_a_table_without_a_source_of_a_batch_says_so(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 20)
    model = train(recipe_of(base, steps=1), tmp_path / "runs", tmp_path)
    with pytest.raises(SystemExit, match=r"expected a source of at least 16 among 20 documents, the largest has 10"):
        train_table(table_recipe(model), tmp_path / "runs", tmp_path)


def test_a_table_starts_where_the_commands_fit_starts():
    start = Start(8, 4)
    rows = torch.nn.functional.normalize(torch.randn(6, 4, generator=torch.Generator().manual_seed(1)), dim=-1).numpy()
    start.add([3, 4, 3], rows[:3])
    start.add([3], rows[3:4])
    pairs = [float(rows[a] @ rows[b]) for a in (0, 2, 3) for b in (0, 2, 3) if a != b]
    assert start.agreement()[3] == pytest.approx((sum(pairs) + 10 * 0.75) / (6 + 10), abs=1e-6)
    assert start.agreement()[7] == pytest.approx(0.75)


@pytest.mark.parametrize("expansion", EXPANDED)
def test_a_seldom_ids_row_alone_is_the_one_that_a_query_of_it_has(base, expansion):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=32, **EXPANDED[expansion]).eval()
    rows = Start(len(model.tokenizer), 16).rows(model)
    torch.testing.assert_close(torch.from_numpy(rows[7 + 3]), torch.as_tensor(model.encode(["word3"], is_query=True)[0][2]), rtol=0, atol=1e-5)


def test_batches_of_a_table_hold_one_source_each():
    sources = [at % 3 for at in range(100)]
    batches = list(OneKind(sources, 8, steps=30, seed=1))
    assert len(batches) == 30
    assert len({at for batch in batches[:12] for at in batch}) == 96  # a pass
    assert all(len({sources[at] for at in batch}) == 1 and len(batch) == 8 for batch in batches)


def test_batches_larger_than_any_kind_say_so():
    with pytest.raises(SystemExit, match="at least 8 texts of one kind .* the largest kind has 5"):
        OneKind([0, 1, 2] * 5, 8, steps=30, seed=1)


def test_pooled_rows_of_a_table_are_those_of_the_loss():
    rows = torch.nn.functional.normalize(torch.randn(1, 90, 8, generator=torch.Generator().manual_seed(2)), dim=-1)
    unit, lengths = pooled(rows, torch.ones(1, 90, dtype=torch.bool))
    expected = {tuple(row) for row in (unit[0] * lengths[0][:, None]).numpy().round(4).tolist()}
    assert {tuple(row) for row in pool(rows[0].numpy()).round(4).tolist()} == expected
    queries = torch.randn(2, 3, 8)
    scores = max_sim(queries, torch.stack([rows[0], rows[0] * 2]), torch.tensor([[True] * 90, [True] * 5 + [False] * 85]))
    torch.testing.assert_close(scores[1, 2, 1], (rows[0, :5] * 2 @ queries[1, 2]).max())


@pytest.mark.parametrize("expansion", EXPANDED)
def test_rows_are_pylates(base, expansion):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=32, skiplist_words=["word3"], **EXPANDED[expansion]).eval()
    texts = ["word1 word2", "word5", "word1 word3 word9 word4"]
    lengths = [5, 4, 7] if expansion == "none" else [16, 16, 16]
    assert [len(ids) for ids in query_ids(model, texts)] == lengths
    for is_query in (True, False):
        ours, theirs = encode(model, texts, is_query, False), model.encode(texts, is_query=is_query)
        assert [len(rows) for rows in ours] == (lengths if is_query else [5, 4, 6])
        for mine, expected in zip(ours, theirs, strict=True):
            torch.testing.assert_close(torch.from_numpy(mine), torch.as_tensor(expected), rtol=0, atol=1e-5)
