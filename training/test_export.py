"""Exports, and folders made of them again."""

import numpy as np
import onnx
import onnxruntime
import pytest
from export_onnx import export_model
from from_onnx import checked, convert
from onnx_colbert import LEAST_ROWS, with_byte_rows
from phase import train
from pylate import models
from text_row import TextRow
from tiny import recipe_of, write_pairs


def test_a_graph_with_rows_of_bytes_gathers_the_rows_of_the_table(tmp_path):
    table = np.random.default_rng(0).standard_normal((LEAST_ROWS, 32)).astype(np.float32)
    node = onnx.helper.make_node("Gather", ["table", "ids"], ["output"], axis=0)
    ids, output = (onnx.helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in (("ids", onnx.TensorProto.INT64, ["n"]), ("output", onnx.TensorProto.FLOAT, ["n", 32])))
    graph = onnx.helper.make_graph([node], "rows", [ids], [output], [onnx.numpy_helper.from_array(table, "table")])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10), str(tmp_path / "model.onnx"))
    with_bytes = with_byte_rows(tmp_path)
    onnx.checker.check_model(with_bytes)
    session = onnxruntime.InferenceSession(with_bytes.SerializeToString(), providers=["CPUExecutionProvider"])
    asked = np.array([5, 0, LEAST_ROWS - 1, 5])
    (rows,) = session.run(None, {"ids": asked})
    assert 0 < np.sqrt(((rows - table[asked]) ** 2).mean()) < 0.02
    assert all(value.data_type != onnx.TensorProto.FLOAT or value.dims[1] == 1 for value in with_bytes.graph.initializer)


def test_a_file_of_half_bytes_has_rows_near_the_models(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 40)
    model = train(recipe_of(base, steps=0), tmp_path / "runs", tmp_path)
    export_model(str(model), tmp_path / "export", half_bytes=True)
    ids = np.array([[2, 5, 8, 9, 10, 3]])
    rows = {}
    for name in ("model.onnx", "model_q4.onnx"):
        session = onnxruntime.InferenceSession(str(tmp_path / "export" / name), providers=["CPUExecutionProvider"])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        rows[name] = session.run(None, {value.name: inputs[value.name] for value in session.get_inputs()})[0][0]
    assert 0.9 < (rows["model_q4.onnx"] * rows["model.onnx"]).sum(1).min() < 0.99999
    assert "GatherBlockQuantized" in {node.op_type for node in onnx.load(str(tmp_path / "export/model_q4.onnx")).graph.node}


@pytest.mark.parametrize("file", ["model.onnx", "model_q8.onnx"])
@pytest.mark.parametrize("has_text_row", [False, True])
def test_an_export_becomes_a_pylate_folder_again(base, tmp_path, file, has_text_row):
    write_pairs(tmp_path / "pairs.jsonl", 40)
    model = models.ColBERT(str(train(recipe_of(base, steps=0), tmp_path / "runs", tmp_path)), device="cpu")
    if has_text_row:
        model[1] = TextRow.of(model[1], model.query_prefix_id)
        model.save(str(tmp_path / "model"))
    export_model(str(tmp_path / ("model" if has_text_row else "runs/tiny/model")), tmp_path / "export")
    for other in {"model.onnx", "model_q8.onnx"} - {file}:
        (tmp_path / "export" / other).unlink()
    checked(*convert(tmp_path / "export", tmp_path / "again"))
    texts = ["word1 word2", "word3"]
    ours, theirs = (some.encode(texts, is_query=True) for some in (models.ColBERT(str(tmp_path / "again"), device="cpu"), model))
    for again, rows in zip(ours, theirs, strict=True):
        assert (again * rows).sum(1).min() > 0.99
