"""Batches of one kind each, for trainings that are not PyLate's, and the trainer that takes them."""

import random
from collections import Counter

from torch.utils.data import DataLoader, Sampler
from transformers import Trainer


class OneKind(Sampler):
    """
    Batches [batch] of items of one kind each: one source, one range of lengths. All of a run's in one pass, so that one that goes on finds its place. What is
    left of a kind after its last whole batch waits for the next round, which is shuffled anew.
    """

    def __init__(self, kinds: list[int], batch: int, steps: int, seed: int):
        self.kinds, self.batch, self.steps, self.seed = kinds, batch, steps, seed
        largest = max(Counter(kinds).values(), default=0)
        if largest < batch:
            raise SystemExit(f"batches: expected at least {batch} texts of one kind (of one source, or of about one length), the largest kind has {largest}. Ask for smaller batches, or give more texts")

    def __len__(self) -> int:
        return self.steps

    def __iter__(self):
        order, batches = random.Random(self.seed), []
        for _ in range(self.steps):
            batches = batches or self._batches(order)
            yield batches.pop()

    def _batches(self, order: random.Random) -> list[list[int]]:
        of_kind: dict[int, list[int]] = {}
        for at, kind in enumerate(self.kinds):
            of_kind.setdefault(kind, []).append(at)
        batches = []
        for members in of_kind.values():
            order.shuffle(members)
            batches += [members[first : first + self.batch] for first in range(0, len(members) - self.batch + 1, self.batch)]
        order.shuffle(batches)
        return batches


class BatchTrainer(Trainer):
    """HF's trainer, with the sampler's batches."""

    def __init__(self, sampler: OneKind, **rest):
        super().__init__(**rest)
        self.batches = sampler

    def get_train_dataloader(self):
        return DataLoader(self.train_dataset, batch_sampler=self.batches, collate_fn=self.data_collator)
