"""What is minimised: MaxSim at several dimensions, pooled, coded, and in batches that are cached."""

from pathlib import Path

import pytest
import torch
from codes import INT8_SCALE, Codes, codes_of
from objectives import Matryoshka, ScaledMaxSim, contrastive
from pooling import BLOCK_ROWS, LENGTH_POWER, POOL_FACTOR, ROUND_UP_FROM, pooled, target_row_count
from pylate import losses, models
from query_table import ALONE_COUNTS, EXPECTED_AGREEMENT, EXPECTED_PAIRS, OFTEN
from tiny import WORDS


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


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("codec/pool.ts", f"const POOL_FACTOR = {POOL_FACTOR};"),
        ("codec/pool.ts", f"const ROUND_UP_FROM = {ROUND_UP_FROM};"),
        ("codec/encode-rows.ts", f"Math.hypot(...mean)) ** -{LENGTH_POWER};"),
        ("format/layout.ts", f"const BLOCK_ROWS = {BLOCK_ROWS};"),
        ("encoder/fit-query-table.ts", f"const ALONE_COUNTS = {ALONE_COUNTS};"),
        ("encoder/fit-query-table.ts", f"const OFTEN = {OFTEN};"),
        ("encoder/fit-query-table.ts", f"const EXPECTED_AGREEMENT = {EXPECTED_AGREEMENT};"),
        ("encoder/fit-query-table.ts", f"const EXPECTED_PAIRS = {EXPECTED_PAIRS};"),
    ],
)
def test_constants_of_pooling_and_of_the_query_table_are_the_engines(file, line):
    assert line in (Path(__file__).parents[1] / "src" / file).read_text()


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

    for whole, cached in zip(gradients({}), gradients({"cached_pairs": 4}), strict=True):
        torch.testing.assert_close(whole, cached, rtol=1e-3, atol=1e-5)
