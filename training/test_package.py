"""The folder that ships, made by the product's own commands of a model with random weights."""

import json

import pytest
from package import ROOT, package
from phase import train
from text_row import with_text_row
from tiny import recipe_of, write_pairs

pytestmark = pytest.mark.skipif(not (ROOT / "dist/cli/main.js").exists(), reason="npm ci && npm run build first")


def recipe(**changes) -> dict:
    named = {"name": "shipped", "model_phase": "tiny-row", "query_length": 16, "document_length": 32, "dim": 16, "subspace": 2}
    rounds = [{"passages": 100, "queries": 1000}, {"passages": 120, "queries": 1000}]
    texts = {"general_texts": ["pairs.jsonl"], "query_texts": ["pairs.jsonl"], "golden_texts": "golden-texts.json"}
    return {**named, "rounds": rounds, "other_codecs": [{"dim": 8, "subspace": 2, "passages": 100}], **texts, **changes}


def test_a_folder_is_made_whole_and_goes_on_after_what_failed(base, tmp_path, capfd):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    runs = tmp_path / "runs"
    train(recipe_of(base, steps=0), runs, tmp_path)
    row = {"name": "tiny-row", "seed": 1, "model_phase": "tiny", "pairs": ["pairs.jsonl"], "pairs_a_file": 100, "batch_pairs": 16, "steps": 2, "learning_rate": 1e-2, "temperature": 0.03, "dims": [16, 8]}
    with_text_row(row, runs, tmp_path)
    texts = tmp_path / "golden-texts.json"
    with pytest.raises(FileNotFoundError):
        package(recipe(golden_texts=str(texts)), runs, tmp_path)
    unfinished = runs / "shipped/package.unfinished"
    codec = (unfinished / "codec-16x2.llc").stat()
    assert not (runs / "shipped/package").exists()

    texts.write_text(json.dumps({kind: [{"text": "word1 word2", "input_ids": []}] for kind in ("queries", "documents")}))
    capfd.readouterr()
    folder = package(recipe(golden_texts=str(texts)), runs, tmp_path)
    assert [line for line in capfd.readouterr().out.splitlines() if line.startswith("shipped: ")] == ["shipped: golden"]
    assert (folder / "codec-16x2.llc").stat().st_mtime_ns == codec.st_mtime_ns
    names = {path.name for path in folder.iterdir()}
    assert json.loads((folder / "special_tokens_map.json").read_text())["sep_token"] == "[SEP]"
    assert names >= {"model_int8.onnx", "model_q8.onnx", "codec-16x2.llc", "codec-8x2.llc", "queries-16x2.llq", "tokenizer.json", "config.json", "config_sentence_transformers.json"}
    assert json.loads((folder / "onnx_config.json").read_text())["model_name"] == "shipped"
    assert "model.onnx" not in names and (runs / "shipped/model.onnx").exists()
    golden = json.loads((runs / "shipped/golden.json").read_text())
    assert golden["dim"] == 16 and golden["queries"][0]["rows"] == 5  # [CLS], prefix, two words, [SEP]


def test_a_command_that_fails_is_named(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 40)
    runs = tmp_path / "runs"
    train(recipe_of(base, steps=0), runs, tmp_path)
    with pytest.raises(SystemExit, match="fit-codec .*pairs.jsonl .* --dim 24"):
        package(recipe(model_phase="tiny", dim=24), runs, tmp_path)
