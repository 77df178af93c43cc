"""The recipe at its smallest: ten steps of each training on random weights. `python -m pytest training`; needs training/requirements.txt."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml

from average import average
from batches import OneKind
from codes import INT8_SCALE, Codes, codes_of
from evaluate import interval
from export_onnx import export_model
from from_onnx import checked, convert
from mine import candidates, mine
from onnx_colbert import LEAST_ROWS, with_byte_rows
from objectives import Matryoshka, ScaledMaxSim, contrastive, distillation, imitation
from pairs import load_pairs, read_pairs
from phase import train
from pooling import POOL_FACTOR, ROUND_UP_FROM, pooled, target_row_count
from pylate import losses, models
from query_table import Start, max_sim, train_table
from recipe import run
from rows import encode, pool
from safetensors.torch import load_file
from text_row import TextRow
from teacher import held_and_rest, late_scores, ndcg, score
from tiny import WORDS, recipe_of, write_pairs
from transformers import PreTrainedTokenizerFast

SHARED = Path(__file__).parents[2] / "shared/models/zero-shape-tiny"


def losses_of(folder: Path) -> list[float]:
    state = json.loads((folder / "checkpoints/checkpoint-10/trainer_state.json").read_text())
    return [entry["loss"] for entry in state["log_history"] if "loss" in entry]


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


def test_rows_are_coded_as_the_nearest_codewords_and_the_gradient_goes_through():
    torch.manual_seed(0)
    documents = torch.nn.functional.normalize(torch.randn(60, 16), dim=-1)
    codes = codes_of([documents.numpy()], 2, seed=1)
    rows = documents.clone().requires_grad_()
    coded = codes.documents(rows)
    words = (codes.words.detach() * INT8_SCALE).round() / INT8_SCALE
    turned = documents @ codes.turn.weight.detach().T
    for row in range(3):
        for subspace in range(8):
            part = turned[row, 2 * subspace : 2 * subspace + 2]
            nearest = words[subspace][((words[subspace] - part) ** 2).sum(-1).argmin()]
            torch.testing.assert_close(coded[row, 2 * subspace : 2 * subspace + 2].detach(), nearest)
    gradient = torch.randn(60, 16)
    (coded * gradient).sum().backward()
    torch.testing.assert_close(rows.grad, gradient @ codes.turn.weight.detach())
    assert codes.words.grad.abs().sum() > 0
    # A query's scores with coded rows are whole numbers at the scale of both.
    scores = codes.queries(documents[:4]) @ coded.detach().T * INT8_SCALE**2
    torch.testing.assert_close(scores, scores.round(), rtol=0, atol=2e-3)


def test_codes_are_learned_with_the_model():
    torch.manual_seed(0)
    codes = Codes(8, 2)
    rows = torch.nn.functional.normalize(torch.randn(200, 8), dim=-1)
    codes.fit(rows, seed=0)
    error = lambda: ((codes.documents(rows).detach() - codes.turn(rows).detach()) ** 2).sum(-1).mean()  # noqa: E731
    codes.words.data.add_(0.2 * torch.randn_like(codes.words))
    before, steps = error(), torch.optim.Adam(codes.parameters(), lr=0.01)
    for _ in range(60):
        steps.zero_grad()
        ((codes.documents(rows) - codes.turn(rows).detach()) ** 2).sum().backward()
        steps.step()
    assert error() < 0.7 * before


def test_matryoshka_is_the_mean_of_the_loss_at_each_prefix(base, tmp_path):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=16, do_query_expansion=False).eval()
    features = [model.tokenize([f"word{n} word{n + 1}" for n in range(4)], is_query=True), model.tokenize([f"word{n} word9" for n in range(4)], is_query=False)]
    contrast = losses.Contrastive(model)
    both = Matryoshka(model, contrast, [16, 8])(features)
    each = [Matryoshka(model, contrast, [dim])(features) for dim in (16, 8)]
    torch.testing.assert_close(both, (each[0] + each[1]) / 2)
    torch.testing.assert_close(each[0], contrast(features))
    assert not torch.isclose(each[0], each[1])


def test_constants_of_pooling_are_the_engines():
    engine = (Path(__file__).parents[1] / "src/codec/pool.ts").read_text()
    assert f"const POOL_FACTOR = {POOL_FACTOR};" in engine
    assert f"const ROUND_UP_FROM = {ROUND_UP_FROM};" in engine


def test_rows_are_pooled_as_the_engine_pools_them():
    assert [target_row_count(tokens) for tokens in (5, 16, 40, 102, 103, 200)] == [5, 16, 16, 16, 32, 48]
    torch.manual_seed(0)
    rows = torch.nn.functional.normalize(torch.randn(2, 60, 8), dim=-1).requires_grad_()
    mask = torch.ones(2, 60, dtype=torch.bool)
    mask[1, 50:] = False
    units, lengths = pooled(rows, mask)
    # 16 different rows, the first one's own among them; what is not kept stays as it was.
    assert [len(torch.unique(units[n][mask[n]].detach(), dim=0)) for n in (0, 1)] == [16, 16]
    torch.testing.assert_close(units[:, 0], rows[:, 0])
    torch.testing.assert_close(units[1, 50:], rows[1, 50:])
    # Long enough to meet its members nearly at 1.
    scaled = units * lengths[..., None]
    assert (scaled * rows).sum(-1)[mask].mean() > (units * rows).sum(-1)[mask].mean()
    (units * lengths[..., None]).sum().backward()
    assert torch.isfinite(rows.grad).all() and (rows.grad[0].abs().sum(-1) > 0).all()


def test_a_pooled_loss_is_the_mean_with_that_of_all_rows_and_leaves_the_metric_as_it_was(base):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=64, do_query_expansion=False).eval()
    documents = [" ".join(WORDS[(n * 31 + k * 7) % 200] for k in range(40)) for n in range(4)]
    features = [model.tokenize([text[:20] for text in documents], is_query=True), model.tokenize(documents, is_query=False)]
    all_rows = contrastive(model, {"temperature": 0.05}, [16])(features)
    both = contrastive(model, {"temperature": 0.05, "pooled": True}, [16])
    assert not torch.isclose(both(features), all_rows)
    assert both.metric.document_lengths is None
    # Documents of as few rows as are kept anyway: nothing is pooled.
    short = [features[0], model.tokenize([text[:40] for text in documents], is_query=False)]
    torch.testing.assert_close(both(short), contrastive(model, {"temperature": 0.05}, [16])(short))


def test_maxsim_is_divided_by_the_tokens_that_count():
    queries = torch.nn.functional.normalize(torch.randn(1, 4, 8), dim=-1)
    mask = torch.tensor([[True, True, True, False]])
    documents = queries[:, None].clone()
    score = ScaledMaxSim(0.5, False, True)(queries, documents, queries_mask=mask, documents_mask=torch.ones(1, 1, 4, dtype=torch.bool))
    torch.testing.assert_close(score, torch.tensor([[2.0]]))


def test_cached_batches_give_the_gradients_of_whole_ones(base):
    torch.manual_seed(0)
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=16, do_query_expansion=False).eval()
    recipe = {"temperature": 0.05}

    def gradients(more: dict) -> list[torch.Tensor]:
        model.zero_grad()
        features = [model.tokenize([f"word{n} word{n + 1}" for n in range(6)], is_query=True), model.tokenize([f"word{n} word9" for n in range(6)], is_query=False)]
        contrastive(model, {**recipe, **more}, [16])(features).backward()
        return [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]

    # PyLate 1.6.0 caches those of the loss's sum: larger by the batch, which Adam does not see.
    for whole, cached in zip(gradients({}), gradients({"cached_pairs": 2}), strict=True):
        torch.testing.assert_close(whole, cached / 6, rtol=1e-3, atol=1e-5)


def test_mining_leaves_answers_out_and_drops_what_scores_like_one(base, tmp_path, capsys):
    pairs = list(read_pairs(write_pairs(tmp_path / "pairs.jsonl", 60)))
    # The same answer under other words, and two answers of one query.
    pairs.append({**pairs[0], "passage": pairs[0]["passage"] + " word1"})
    for pair, others in zip(pairs, candidates(pairs, 5), strict=True):
        assert not {text for text in others} & {other["passage"] for other in pairs if other["query"] == pair["query"]}
    train(recipe_of(base), tmp_path / "runs", tmp_path)
    made = mine(
        {"output": "mined.jsonl.gz", "model_phase": "tiny", "pairs": ["pairs.jsonl"], "depth": 10, "margin": 0.999, "negatives": 2},
        tmp_path / "runs",
        tmp_path,
    )
    rows = list(read_pairs(made))
    assert rows and all(len(row["negatives"]) == 2 and row["passage"] not in row["negatives"] for row in rows)
    assert all(not set(row["dropped"]) & {row["passage"], *row["negatives"]} for row in rows) and any(row["dropped"] for row in rows)
    held, _ = held_and_rest({"pairs": ["mined.jsonl.gz"], "seed": 1, "held_out": len(rows)}, tmp_path / "runs", tmp_path)
    student = models.ColBERT(str(tmp_path / "runs/tiny/model"), device="cpu")
    # What mining dropped counts: by the negatives alone, which it chose, the student would make no mistake.
    assert ndcg(late_scores(student, held, {})) < ndcg(late_scores(student, rows, {})) == 1
    assert "dropped as false negatives" in capsys.readouterr().out


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


def test_ndcg_counts_ties_against_the_answer():
    assert ndcg([[2.0, 1.0], [2.0, 3.0]]) == pytest.approx((1 + 0.6309) / 2, abs=1e-4)
    assert ndcg([[1.0, 1.0]]) == pytest.approx(0.6309, abs=1e-4)


def test_all_steps_of_a_recipe_run_and_a_weak_teacher_ends_it(base, tmp_path, capsys):
    write_pairs(tmp_path / "pairs.jsonl", 300)
    steps = tmp_path / "recipe"
    steps.mkdir()
    common = {"batch_pairs": 8, "steps": 10, "learning_rate": 1e-3, "warmup_steps": 1, "logging_steps": 1, "seed": 1}
    files = {
        "1.yaml": recipe_of(base),
        "2.yaml": {"step": "mine", "output": "mined.jsonl.gz", "model_phase": "tiny", "pairs": ["pairs.jsonl"], "depth": 10, "margin": 5.0, "negatives": 3},
        "3.yaml": recipe_of(base, name="tiny-2", pairs=["mined.jsonl.gz"], start={"phase": "tiny"}, negatives=2),
        "4.yaml": {"step": "teacher", "name": "teacher", "model": str(base), "student_phase": "tiny-2", "pairs": ["mined.jsonl.gz"], "output": "scored.jsonl.gz", "held_out": 40, "max_length": 64, "train_negatives": 2, **common},
        "5.yaml": recipe_of(base, name="tiny-3", objective="distillation", pairs=["scored.jsonl.gz"], start={"phase": "tiny-2"}, negatives=3),
    }
    for name, content in files.items():
        (steps / name).write_text(yaml.safe_dump(content))
    run(steps, tmp_path / "runs", tmp_path)
    report = json.loads((tmp_path / "runs/teacher/report.json").read_text())
    assert (tmp_path / "runs/tiny-3/model").exists() == report["used"]
    assert (tmp_path / "runs/tiny-2/model").exists()
    assert ("needs a teacher" in capsys.readouterr().out) != report["used"]


def test_trained_models_score_pairs_when_they_judge_better_than_the_student(base, tmp_path, capsys):
    write_pairs(tmp_path / "pairs.jsonl", 200, negatives=lambda rng: [" ".join(rng.choice(WORDS) for _ in range(20)) for _ in range(3)])
    for name, steps in (("good", 10), ("poor", 1)):
        train(recipe_of(base, name=name, steps=steps, learning_rate=1e-2 if name == "poor" else 1e-3), tmp_path, tmp_path)
    recipe = {"step": "score", "seed": 1, "pairs": ["pairs.jsonl"], "held_out": 40, "limit": 50, "temperature": 0.05, "bf16": False}
    output = score({**recipe, "output": "scored.jsonl.gz", "teacher_phases": ["good", "good"], "student_phase": "poor"}, tmp_path, tmp_path)
    (scored, *others) = read_pairs(output)
    assert len(others) == 49 and len(scored["scores"]) == 4
    teacher = models.ColBERT(str(tmp_path / "good/model"), device="cpu")
    query, document = (encode(teacher, [scored[field]], is_query=is_query, bf16=False)[0] for field, is_query in (("query", True), ("passage", False)))
    assert scored["scores"][0] == pytest.approx(max_sim_of(query, document) / len(query) / 0.05, abs=1e-3)
    assert score({**recipe, "output": "none.jsonl.gz", "teacher_phases": ["poor"], "student_phase": "good"}, tmp_path, tmp_path) is None
    assert not (tmp_path / "none.jsonl.gz").exists() and "do not beat" in capsys.readouterr().out


def max_sim_of(query: np.ndarray, document: np.ndarray) -> float:
    return float((query @ document.T).max(1).sum())


def test_intervals_of_a_difference_hold_it_and_shrink_with_more_queries():
    rng = np.random.default_rng(0)
    theirs = [rng.random(400).tolist()]
    ours = [[value + 0.1 * rng.standard_normal() + 0.02 for value in theirs[0]]]
    low, high = interval(ours, theirs)
    assert low < np.mean(ours) - np.mean(theirs) < high
    few = interval([ours[0][:40]], [theirs[0][:40]])
    assert 2 * (high - low) < few[1] - few[0] and interval(ours, ours) == (0, 0)


def test_one_step_is_tried_with_fewer_steps_than_its_epochs_have(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 400)
    recipe = {key: value for key, value in recipe_of(base, epochs=5).items() if key != "steps"}
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(recipe))
    run(tmp_path / "one.yaml", tmp_path / "runs", tmp_path, steps=10)
    assert len(losses_of(tmp_path / "runs/tiny")) == 10


@pytest.mark.skipif(not SHARED.exists(), reason="needs the tokenizer of zero-shape-tiny")
@pytest.mark.parametrize("phase", ["1-unsupervised", "2-supervised", "3-distillation"])
def test_the_full_size_recipe_runs_ten_steps_on_random_weights(phase, tmp_path):
    from transformers import ModernBertConfig, ModernBertModel

    tokenizer = PreTrainedTokenizerFast.from_pretrained(str(SHARED))
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


def test_batches_of_a_table_hold_one_source_each():
    sources = [at % 3 for at in range(100)]
    batches = list(OneKind(sources, 8, steps=30, seed=1))
    assert len(batches) == 30
    assert len({at for batch in batches[:12] for at in batch}) == 96  # a pass
    assert all(len({sources[at] for at in batch}) == 1 and len(batch) == 8 for batch in batches)


def test_pooled_rows_of_a_table_are_those_of_the_loss():
    rows = torch.nn.functional.normalize(torch.randn(1, 90, 8, generator=torch.Generator().manual_seed(2)), dim=-1)
    unit, lengths = pooled(rows, torch.ones(1, 90, dtype=torch.bool))
    expected = {tuple(row) for row in (unit[0] * lengths[0][:, None]).numpy().round(4).tolist()}
    assert {tuple(row) for row in pool(rows[0].numpy()).round(4).tolist()} == expected
    queries = torch.randn(2, 3, 8)
    scores = max_sim(queries, torch.stack([rows[0], rows[0] * 2]), torch.tensor([[True] * 90, [True] * 5 + [False] * 85]))
    torch.testing.assert_close(scores[1, 2, 1], (rows[0, :5] * 2 @ queries[1, 2]).max())


def test_rows_of_a_table_are_pylates(base):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=32, do_query_expansion=False, skiplist_words=["word3"]).eval()
    texts = ["word1 word2", "word5", "word1 word3 word9 word4"]
    for is_query in (True, False):
        ours, theirs = encode(model, texts, is_query, False), model.encode(texts, is_query=is_query)
        assert [len(rows) for rows in ours] == ([5, 4, 7] if is_query else [5, 4, 6])
        for mine, expected in zip(ours, theirs, strict=True):
            torch.testing.assert_close(torch.from_numpy(mine), torch.as_tensor(expected), rtol=0, atol=1e-5)


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
