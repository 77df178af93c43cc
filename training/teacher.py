"""Teachers, checked against the student before they may teach: a cross-encoder trained from the recipe's own base on the mined pairs (`teach`), or ColBERTs that were trained before (`score`).

`teach` trains (sentence-transformers' CrossEncoder, binary cross-entropy over passage and negatives), then re-ranks held-out pairs. Only a teacher that beats the
student there writes scores; otherwise the row says that it did not, and no distillation can run.
"""

import gzip
import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import torch
from datasets import Dataset
from pairs import read_pairs
from pylate import models
from rows import max_sims, query_ids
from runs import Progress, found, go_on, is_there, phase_model, trainer_arguments
from sentence_transformers.cross_encoder import CrossEncoder, CrossEncoderTrainer, CrossEncoderTrainingArguments
from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss
from start import packaged

# Lists: late interaction encodes a passage once of all lists scored at once.
SCORED_AT_ONCE = 2048


def reciprocal_gain(position: int) -> float:
    """nDCG with one right answer at `position`, from 0."""
    return 1 / math.log2(position + 2)


def ndcg_of_lists(scores: list[list[float]]) -> float:
    """Mean nDCG of lists whose first score is the right answer's. Ties count against it."""
    return sum(reciprocal_gain(sum(other >= row[0] for other in row[1:])) for row in scores) / len(scores)


def late_scores(model: models.ColBERT, rows: list[dict], recipe: dict) -> list[list[float]]:
    """MaxSim of each row's passage, then of its negatives."""
    return max_sims(model, recipe, [row["query"] for row in rows], [[row["passage"], *row["negatives"]] for row in rows])


def teacher_scores(model: CrossEncoder, rows: list[dict]) -> list[list[float]]:
    pairs = [(row["query"], text) for row in rows for text in (row["passage"], *row["negatives"])]
    scores = iter(model.predict(pairs, show_progress_bar=False, activation_fn=torch.nn.Identity()).tolist())
    return [[next(scores) for _ in range(1 + len(row["negatives"]))] for row in rows]


def held_and_rest(recipe: dict, runs: Path, data: Path) -> tuple[list[dict], list[dict]]:
    """
    Mined pairs: those a teacher is judged by, and those it may score. Judged with the passages that mining dropped: by the negatives alone the student
    makes no mistake, since its own scores chose them. They are those that mining held back, where it did: of others the student may have been trained on the answers.
    """
    rows = [row for name in recipe["pairs"] for row in read_pairs(found(name, runs, data))]
    random.Random(recipe["seed"]).shuffle(rows)
    held, rest = ([row for row in rows if row.get("held", False) == is_held] for is_held in (True, False))
    if not held:
        held, rest = rest[: recipe["held_out"]], rest[recipe["held_out"] :]
    return [{**row, "negatives": row["negatives"] + row.get("dropped", [])} for row in held[: recipe["held_out"]]], rest


def train(recipe: dict, rows: list[dict], output: Path) -> CrossEncoder:
    model = CrossEncoder(packaged(recipe["model"]), num_labels=1, max_length=recipe["max_length"], device="cpu")
    labelled = [
        {"query": row["query"], "passage": text, "label": float(at == 0)}
        for row in rows
        for at, text in enumerate((row["passage"], *row["negatives"][: recipe["train_negatives"]]))
    ]
    checkpoints = output / "checkpoints"
    arguments = CrossEncoderTrainingArguments(**trainer_arguments(recipe, checkpoints))
    loss = BinaryCrossEntropyLoss(model, pos_weight=torch.tensor(float(recipe["train_negatives"])))
    trainer = CrossEncoderTrainer(model=model, args=arguments, train_dataset=Dataset.from_list(labelled), loss=loss, callbacks=[Progress()])
    go_on(trainer, checkpoints)
    return model


def teach(recipe: dict, runs: Path, data: Path) -> Path | None:
    """Returns the file of scored pairs; nothing when the student is the better judge."""
    output = runs / recipe["output"]
    if is_there(recipe, runs, output, runs / recipe["name"] / "checkpoints"):
        return output
    student_folder = phase_model(runs, recipe["student_phase"])
    held, rest = held_and_rest(recipe, runs, data)
    model = train(recipe, rest, runs / recipe["name"])
    student = models.ColBERT(student_folder, device="cpu")
    ours, theirs = ndcg_of_lists(late_scores(student, held, recipe)), ndcg_of_lists(teacher_scores(model, held))
    print(f"teacher: nDCG on {len(held)} held-out lists {theirs:.4f}, the student's {ours:.4f}", flush=True)
    report = {"teacher": theirs, "student": ours, "lists": len(held), "used": theirs > ours}
    (runs / recipe["name"] / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    if not report["used"]:
        print("teacher: it does not beat the student, and is not used")
        return None
    return write_scored(rest, lambda some: teacher_scores(model, some), output)


def score(recipe: dict, runs: Path, data: Path) -> Path | None:
    """
    Scores of ColBERTs that were trained before: the mean of their MaxSims, each averaged over the query's tokens. `load_pairs` scales a list's to 0..1.
    recipe: `teacher_phases`, `student_phase`, `held_out`, `limit`. The teachers' prompts are their own: none.
    """
    output = runs / recipe["output"]
    if is_there(recipe, runs, output):
        return output
    student_folder, *folders = (phase_model(runs, phase) for phase in (recipe["student_phase"], *recipe["teacher_phases"]))
    held, rest = held_and_rest(recipe, runs, data)
    teachers = [models.ColBERT(folder, device="cpu") for folder in folders]

    def scores(some: list[dict]) -> list[list[float]]:
        each = []
        for teacher in teachers:
            lengths = [len(ids) for ids in query_ids(teacher, [row["query"] for row in some])]
            each.append([[score / length for score in row] for row, length in zip(late_scores(teacher, some, {"bf16": recipe.get("bf16", True)}), lengths, strict=True)])
        return [[sum(values) / len(teachers) for values in zip(*lists, strict=True)] for lists in zip(*each, strict=True)]

    student = models.ColBERT(student_folder, device="cpu")
    ours, theirs = ndcg_of_lists(late_scores(student, held, recipe)), ndcg_of_lists(scores(held))
    print(f"score: nDCG on {len(held)} held-out lists {theirs:.4f}, the student's {ours:.4f}", flush=True)
    if theirs <= ours:
        print("score: the teachers do not beat the student, and are not used")
        return None
    return write_scored(rest[: recipe.get("limit")], scores, output)


def write_scored(rows: list[dict], scores: Callable[[list[dict]], list[list[float]]], output: Path) -> Path:
    unfinished = output.with_suffix(".unfinished")
    with gzip.open(unfinished, "wt", encoding="utf-8") as file:
        for at in range(0, len(rows), SCORED_AT_ONCE):
            some = rows[at : at + SCORED_AT_ONCE]
            for row, row_scores in zip(some, scores(some), strict=True):
                file.write(json.dumps({**row, "scores": row_scores}, ensure_ascii=False) + "\n")
            print(f"scored: {at + len(some)} of {len(rows)} lists", flush=True)
    unfinished.rename(output)
    return output
