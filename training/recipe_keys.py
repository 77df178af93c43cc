"""What a recipe may say, by step. Anything else is refused before anything runs: an option that nothing reads costs hours of a training that is not what its file says."""

import inspect
from difflib import get_close_matches

from pylate import models

TRAINER = {"warmup_steps", "bf16", "use_cpu", "save_steps", "logging_steps"}
PROMPTS = {"query_prompt", "document_prompt"}
# Of each step: keys that it needs, keys that it may have.
KEYS: dict[str, tuple[set[str], set[str]]] = {
    "phase": (
        {"name", "seed", "pairs", "start", "batch_pairs"},
        {"objective", "steps", "epochs", "learning_rate", "schedule", "weight_decay", "accumulated_batches", "negatives", "without_sources", "dims", "temperature", "learned_temperature", "mean_over_tokens"}
        | {"objective_learning_rate", "pooled", "codes", "cached_pairs", "teacher_phases", *PROMPTS, *TRAINER},
    ),
    "import": ({"name", "export"}, set()),
    "average": ({"name", "phases"}, set()),
    "mine": ({"output", "model_phase", "pairs", "depth", "margin", "negatives"}, {"without_sources", "limit", "held", "bf16", *PROMPTS}),
    "teacher": ({"name", "seed", "model", "student_phase", "pairs", "output", "held_out", "max_length", "train_negatives", "batch_pairs", "steps", "learning_rate"}, PROMPTS | TRAINER),
    "score": ({"output", "seed", "pairs", "teacher_phases", "student_phase", "held_out"}, {"limit", "bf16", *PROMPTS}),
    "table": ({"name", "seed", "pairs", "documents", "queries", "batch_pairs", "steps", "learning_rate", "temperature"}, {"model", "model_phase", "document_length", "without_sources", *TRAINER}),
    "text_row": ({"name", "seed", "model_phase", "pairs", "pairs_a_file", "steps"}, {"batch_pairs", "learning_rate", "temperature", "dims", "schedule", "without_sources", *PROMPTS, *TRAINER}),
    "package": ({"name", "model_phase", "query_length", "document_length", "dim", "subspace", "rounds", "other_codecs", "general_texts", "query_texts", "golden_texts"}, set()),
    "query_encoder": (
        {"name", "seed", "pairs", "texts", "held_out", "passage_characters", "least_seen", "layers", "feed_forward", "embedding_size", "block", "batch_texts", "text_weight", "steps", "learning_rate", "dims"},
        {"model", "model_phase", "from_phase", "without_sources", "passage_pieces", "random_words", "schedule", *TRAINER},
    ),
}
# What a phase's objective needs, and what it does not read.
OBJECTIVES: dict[str, tuple[set[str], set[str]]] = {
    "contrastive": ({"temperature"}, {"teacher_phases"}),
    "distillation": (set(), {"temperature", "learned_temperature", "objective_learning_rate", "mean_over_tokens", "pooled", "codes", "cached_pairs", "teacher_phases"}),
    "imitation": ({"temperature", "teacher_phases"}, {"learned_temperature", "mean_over_tokens", "cached_pairs"}),
}
# Of `start`: an earlier phase, or where a model begins; and what PyLate's model takes.
START = {"phase", "model", "projection", *inspect.signature(models.ColBERT.__init__).parameters} - {"self", "model_name_or_path", "device"}


def unknown(keys: set[str], known: set[str], where: str = "") -> list[str]:
    near = {key: get_close_matches(key, known, 1) for key in sorted(keys - known)}
    return [f"`{where}{key}` is no key of it" + (f", `{where}{meant[0]}` is" if meant else "") for key, meant in near.items()]


def one_of(recipe: dict, first: str, second: str, where: str = "") -> list[str]:
    return [] if (first in recipe) != (second in recipe) else [f"expected one of `{where}{first}` and `{where}{second}`"]


def problems_of_phase(recipe: dict) -> list[str]:
    objective, dims = recipe.get("objective", "contrastive"), recipe.get("dims", [])
    if objective not in OBJECTIVES:
        return [f"expected `objective` to be {', '.join(OBJECTIVES)}, got {objective!r}"]
    needed, unread = OBJECTIVES[objective]
    needed = needed | {"learning_rate"} if recipe.get("steps") != 0 else set()
    problems = [f"`{key}` is missing" for key in sorted(needed - recipe.keys())]
    problems += [f"`{key}` does nothing with `objective: {objective}`" for key in sorted(unread & recipe.keys())]
    if recipe.get("codes") and not recipe.get("pooled"):
        problems.append("`codes` are of pooled rows: expected `pooled: true` too")
    if "objective_learning_rate" in recipe and not (recipe.get("learned_temperature") or recipe.get("codes")):
        problems.append("`objective_learning_rate` moves nothing without `learned_temperature: true` or `codes`")
    if "cached_pairs" in recipe and (recipe.get("pooled") or len(dims) > 1):
        problems.append("`cached_pairs` has one dimension and no pooled rows: its second pass cannot cut them")
    return problems + one_of(recipe["start"], "model", "phase", "start.") + unknown(recipe["start"].keys(), START, "start.")


def problems(recipe: dict) -> list[str]:
    """What is wrong with it, in words."""
    step = recipe.get("step", "phase")
    if step not in KEYS:
        return [f"expected `step` to be {', '.join(KEYS)}, got {step!r}"]
    needed, known = KEYS[step]
    if step == "text_row" and recipe.get("steps", 0) > 0:
        needed = needed | {"batch_pairs", "learning_rate", "temperature", "dims"}
    found = [f"`{key}` is missing" for key in sorted(needed - recipe.keys())] + unknown(recipe.keys(), needed | known | {"step"})
    if step in ("table", "query_encoder"):
        found += one_of(recipe, "model", "model_phase")
    return found or (problems_of_phase(recipe) if step == "phase" else [])


def accepted(recipe: dict | None, file) -> dict:
    """The recipe as it is. Raises SystemExit that names the file and all that is wrong with it."""
    found = problems(recipe) if isinstance(recipe, dict) else ["expected keys and values"]
    if found:
        raise SystemExit(f"{file}: {'; '.join(found)}")
    return recipe
