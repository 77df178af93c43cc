"""The page's own encoder at its smallest: trained on random weights, and its two files."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx_colbert import WEIGHTS_INT8, WEIGHTS_Q4
from phase import train
from pylate import models
from query_encoder import Texts, narrowed, strongest, train_query_encoder, vocabulary_kept
from query_encoder import rows_of as whole_rows
from query_graph import QueryGraph, SmallEmbedding, as_bytes, codes_of_bytes, packed, rounded, write_onnx
from text_row import TextRow
from tiny import recipe_of, write_pairs

# [CLS], the prefix, three words, [SEP]
IDS = [2, 5, 8, 9, 10, 3]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_pairs(folder / "pairs.jsonl", 400)
    return folder


@pytest.fixture(scope="module")
def model(base, pairs, tmp_path_factory) -> Path:
    return train(recipe_of(base), tmp_path_factory.mktemp("runs"), pairs)


def recipe(model: Path, **changes) -> dict:
    return {
        "step": "query_encoder",
        "name": "small",
        "seed": 1,
        "model": str(model),
        "pairs": ["pairs.jsonl"],
        "texts": 2000,
        "held_out": 50,
        "passage_characters": 40,
        "passage_pieces": 2,
        "least_seen": 1,
        "layers": [1],
        "feed_forward": 48,
        "embedding_size": 16,
        "block": 16,
        "batch_texts": 16,
        "text_weight": 2,
        "steps": 30,
        "learning_rate": 3e-3,
        "warmup_steps": 1,
        "save_steps": 15,
        "logging_steps": 1,
        "dims": [16, 8],
        **changes,
    }


def rows_of(file: Path, ids: list[list[int]]) -> np.ndarray:
    """Of texts of which the longest is first; shorter ones are padded."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    length = len(ids[0])
    padded, mask = ([[*row, *[0] * (length - len(row))] for row in some] for some in (ids, [[1] * len(row) for row in ids]))
    return session.run(None, {"input_ids": np.array(padded, np.int64), "attention_mask": np.array(mask, np.int64)})[0]


def test_a_query_encoder_learns_its_models_rows_and_goes_on_to_the_same_weights(model, pairs, tmp_path, capsys):
    query = train_query_encoder(recipe(model), tmp_path / "whole", pairs)
    before, after = [float(line.rsplit(" ", 1)[1]) for line in capsys.readouterr().out.splitlines() if "cosine" in line and "training" in line]
    assert after > before + 0.05
    rows = rows_of(query / WEIGHTS_Q4, [IDS])[0]
    assert rows.shape == (6, 16)
    shutil.copytree(tmp_path / "whole", tmp_path / "cut")
    shutil.rmtree(tmp_path / "cut/small/query")
    shutil.rmtree(tmp_path / "cut/small/checkpoints/checkpoint-30")
    again = train_query_encoder(recipe(model), tmp_path / "cut", pairs)
    np.testing.assert_array_equal(rows_of(again / WEIGHTS_Q4, [IDS])[0], rows)


def test_a_step_goes_on_from_what_another_trained(model, pairs, tmp_path, capsys):
    train_query_encoder(recipe(model), tmp_path, pairs)
    # Texts that lack words have no say in which ids have rows.
    write_pairs(tmp_path / "few.jsonl", 40, seed=1)
    train_query_encoder(recipe(model, name="more", from_phase="small", pairs=["few.jsonl"], steps=2, learning_rate=1e-9), tmp_path, tmp_path)
    cosines = [float(line.rsplit(" ", 1)[1]) for line in capsys.readouterr().out.splitlines() if "training" in line]
    first_before, first_after, before, after = cosines
    assert before == pytest.approx(first_after, abs=0.02) and after == pytest.approx(before, abs=1e-3) and before > first_before + 0.05


@pytest.mark.parametrize("with_text_row", [False, True])
@pytest.mark.parametrize(("file", "operator", "nearest"), [(WEIGHTS_INT8, "DynamicQuantizeMatMul", 0.99), (WEIGHTS_Q4, "MatMulNBits", 0.999)])
def test_a_file_has_torchs_rows_with_padding_and_without(model, tmp_path, with_text_row, file, operator, nearest):
    whole = models.ColBERT(str(model), device="cpu")
    dense = TextRow.of(whole[1], whole.query_prefix_id) if with_text_row else whole[1]
    backbone = whole[0].auto_model
    table = backbone.embeddings.word_embeddings.weight
    embedding = SmallEmbedding(table, np.ones(len(table), np.int64), unknown=1, kept=list(range(len(table))), size=16, block=16)
    graph = QueryGraph(backbone, dense, [0, 1], 16, embedding, block=16).eval()
    write_onnx(graph, tmp_path)
    short = [2, 5, 30, 3]
    both, alone = rows_of(tmp_path / file, [IDS, short]), rows_of(tmp_path / file, [short])[0]
    np.testing.assert_allclose(np.linalg.norm(both, axis=-1), 1, atol=1e-5)
    with torch.no_grad():
        expected = [graph(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.long))[0].numpy() for ids in (IDS, short)]
    for rows, theirs in ((both[0], expected[0]), (both[1, :4], expected[1]), (alone, expected[1])):
        assert (rows * theirs).sum(1).min() > nearest
    assert np.allclose(both[0, 0], both[0, 1]) == with_text_row
    assert operator in {node.op_type for node in onnx.load(str(tmp_path / file)).graph.node}


def test_a_whole_small_bert_has_the_rows_of_the_one_it_is_made_of(model):
    """But for what codes of 4 bits and bytes of activations lose."""
    whole = models.ColBERT(str(model), device="cpu").eval()
    backbone = whole[0].auto_model
    table = backbone.embeddings.word_embeddings.weight
    embedding = SmallEmbedding(table, np.ones(len(table), np.int64), unknown=1, kept=list(range(len(table))), size=table.shape[1], block=16)
    graph = QueryGraph(narrowed(backbone, strongest(whole, [IDS], 64)), whole[1], [0, 1], 16, embedding, block=16).eval()
    ids, mask = torch.tensor([IDS]), torch.ones(1, len(IDS), dtype=torch.long)
    with torch.no_grad():
        assert (graph(ids, mask) * torch.nn.functional.normalize(whole_rows(whole, ids, mask), dim=-1)).sum(-1).min() > 0.9


def test_the_strongest_values_are_kept_and_the_rest_is_cut(model):
    whole = models.ColBERT(str(model), device="cpu").eval()
    backbone = whole[0].auto_model
    with torch.no_grad():
        backbone.encoder.layer[1].output.dense.weight[:, 7] = 0
    kept = strongest(whole, [IDS], 63)
    assert [len(values) for values in kept] == [63, 63] and 7 not in kept[1]
    ids, mask = torch.tensor([IDS]), torch.ones(1, len(IDS), dtype=torch.long)
    expected = backbone(ids, mask).last_hidden_state
    # What meets a column of zeros is not missed, what is cut in the first layer is.
    torch.testing.assert_close(narrowed(backbone, [torch.arange(64), kept[1]])(ids, mask).last_hidden_state, expected, rtol=0, atol=1e-5)
    assert (narrowed(backbone, kept)(ids, mask).last_hidden_state - expected).abs().max() > 1e-4


def test_codes_are_the_nearest_and_packed_two_a_byte():
    values = torch.randn(50, 32, generator=torch.Generator().manual_seed(0))
    codes, scales = rounded(values, 4, 16)
    assert codes.min() == 0 and codes.max() <= 15 and scales.shape == (50, 2)
    coded = (codes - 8) * scales.repeat_interleave(16, 1)
    # Half a step, or a whole one at the end that has no code.
    assert ((coded - values).abs() <= scales.abs().repeat_interleave(16, 1) * 1.001).all() and 0.02 < (coded - values).std() < 0.12
    torch.testing.assert_close(rounded(coded, 4, 16)[0], codes)
    bytes_ = packed(codes.numpy(), 4)
    assert bytes_.shape == (50, 16)
    np.testing.assert_array_equal(codes_of_bytes(4)[bytes_].reshape(50, 32), codes.numpy())
    whole = packed(codes.numpy(), 8)
    np.testing.assert_array_equal(codes_of_bytes(8)[whole].reshape(50, 32), codes.numpy())


def test_activations_are_rounded_a_text_at_a_time():
    values = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 100.0])[:, None, None]
    coded = as_bytes(values)
    steps = (values.amax((1, 2)) - values.amin((1, 2))) / 255
    assert ((coded - values).abs() <= steps[:, None, None] * 0.501).all() and (coded != values).any()


def test_every_word_of_ascii_has_a_row_and_others_where_texts_have_them():
    tokens = ["[PAD]", "[UNK]", "[unused0]", "word", "##s", "[", "é", "日", "[CLS]"]
    tokenizer = SimpleNamespace(convert_ids_to_tokens=lambda ids: [tokens[id] for id in ids])
    kept, words = vocabulary_kept(tokenizer, np.array([0, 9, 9, 0, 0, 0, 0, 7, 9]), least_seen=5, others=[1, 2, 8])
    assert words == [3, 4, 5, 7] and kept == [1, 2, 3, 4, 5, 7, 8]


def test_words_of_texts_become_others_the_same_each_time():
    ids = [[2, 5, *range(10, 60), 3]] * 40
    texts = Texts(ids, list(range(8, 200)), share=0.2, seed=1)
    changed = np.array([texts[at] for at in range(40)]) != np.array(ids)
    assert texts[3] == texts[3] != texts[4] and 0.15 < changed[:, 2:-1].mean() < 0.25
    assert not changed[:, [0, 1, -1]].any()


def test_an_id_that_is_seldom_seen_shares_the_row_of_unknown_words():
    table = torch.randn(10, 6, generator=torch.Generator().manual_seed(0))
    embedding = SmallEmbedding(table, np.arange(10), unknown=1, kept=[1, 4, 7, 8, 9], size=6, block=6)
    given = embedding(torch.tensor([[4, 0, 1, 9]]))[0]
    assert torch.cdist(given, table).argmin(1).tolist() == [4, 1, 1, 9]


def test_a_model_with_query_expansion_is_refused(base, pairs, tmp_path):
    whole = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, do_query_expansion=True)
    whole.save(str(tmp_path / "expanding"))
    with pytest.raises(SystemExit, match="expected a model without query expansion"):
        train_query_encoder(recipe(tmp_path / "expanding"), tmp_path, pairs)


def test_texts_too_few_of_any_length_say_so(model, tmp_path):
    lengths = [1, 5, 9, 13]
    lines = [{"query": " ".join(f"word{n}" for n in range(at, at + lengths[at % 4])), "passage": f"word{at}"} for at in range(60)]
    (tmp_path / "pairs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(SystemExit, match="at least 61 texts of one kind .* the largest kind has (58|59|60)"):
        train_query_encoder(recipe(model, held_out=2, batch_texts=61), tmp_path / "runs", tmp_path)


def test_a_query_encoder_without_texts_enough_says_so(model, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 10)
    with pytest.raises(SystemExit, match="at least 66 different texts, got 30"):
        train_query_encoder(recipe(model), tmp_path / "runs", tmp_path)
