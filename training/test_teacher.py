"""Hard negatives, teachers and how both are judged."""

import json

import numpy as np
import pytest
from evaluate import interval, key_of, read_lines
from mine import candidates, held_queries, mine
from pairs import load_pairs, read_pairs
from phase import train
from pylate import models
from rows import encode
from teacher import held_and_rest, late_scores, ndcg_of_lists, score
from tiny import WORDS, recipe_of, write_pairs


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
    assert ndcg_of_lists(late_scores(student, held, {})) < ndcg_of_lists(late_scores(student, rows, {})) == 1
    assert "dropped as false negatives" in capsys.readouterr().out


def test_lists_that_mining_held_back_judge_and_train_nothing(base, tmp_path):
    write_pairs(tmp_path / "pairs.jsonl", 60)
    train(recipe_of(base, steps=0), tmp_path / "runs", tmp_path)
    recipe = {"output": "mined.jsonl.gz", "model_phase": "tiny", "pairs": ["pairs.jsonl"], "depth": 10, "margin": 5.0, "negatives": 2, "held": 12}
    made = mine(recipe, tmp_path / "runs", tmp_path)
    rows = list(read_pairs(made))
    judging = {row["query"] for row in rows if row.get("held")}
    assert len(judging) == 12 and judging == held_queries(rows[::-1], 12)
    trained = load_pairs([made], smallest_source=100, negatives=2)["others"]
    assert set(trained["query"]) == {row["query"] for row in rows} - judging
    held, rest = held_and_rest({"pairs": [made.name], "seed": 1, "held_out": 10}, tmp_path / "runs", tmp_path)
    assert len(held) == 10 and {row["query"] for row in held} < judging
    assert {row["query"] for row in rest} == set(trained["query"])


def test_ndcg_counts_ties_against_the_answer():
    assert ndcg_of_lists([[2.0, 1.0], [2.0, 3.0]]) == pytest.approx((1 + 0.6309) / 2, abs=1e-4)
    assert ndcg_of_lists([[1.0, 1.0]]) == pytest.approx(0.6309, abs=1e-4)


def test_trained_models_score_pairs_when_they_judge_better_than_the_student(base, tmp_path, capsys):
    write_pairs(tmp_path / "pairs.jsonl", 200, negatives=lambda rng: [" ".join(rng.choice(WORDS) for _ in range(20)) for _ in range(3)])
    for name, steps in (("good", 10), ("poor", 1)):
        train(recipe_of(base, name=name, steps=steps, learning_rate=1e-2 if name == "poor" else 1e-3), tmp_path, tmp_path)
    recipe = {"step": "score", "seed": 1, "pairs": ["pairs.jsonl"], "held_out": 40, "limit": 50, "bf16": False}
    output = score({**recipe, "output": "scored.jsonl.gz", "teacher_phases": ["good", "good"], "student_phase": "poor"}, tmp_path, tmp_path)
    (scored, *others) = read_pairs(output)
    assert len(others) == 49 and len(scored["scores"]) == 4
    teacher = models.ColBERT(str(tmp_path / "good/model"), device="cpu")
    query, document = (encode(teacher, [scored[field]], is_query=is_query, bf16=False)[0] for field, is_query in (("query", True), ("passage", False)))
    assert scored["scores"][0] == pytest.approx(max_sim_of(query, document) / len(query), abs=1e-4)
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


def test_a_line_of_a_set_ends_where_json_lines_end(tmp_path):
    rows = [{"_id": "1", "text": "one\u2028two\u0085three"}, {"_id": "2", "text": "four"}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n", encoding="utf-8")
    assert read_lines(tmp_path / "corpus.jsonl") == rows


def test_figures_are_kept_by_weights_prompts_and_lengths(base, tmp_path):
    model = models.ColBERT(str(base), device="cpu", embedding_size=16, query_length=16, document_length=32)
    keys = []
    for name, prompts in (("one", {}), ("same", {}), ("prompted", {"query": "ask: ", "document": ""})):
        model.prompts = {"query": "", "document": ""} | prompts
        model.save(str(tmp_path / name))
        keys += [key_of(str(tmp_path / name), length) for length in (256, 300)]
    assert keys[:2] == keys[2:4] and len(set(keys)) == 4
