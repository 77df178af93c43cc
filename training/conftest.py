"""What tests of this folder share."""

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from tiny import tokenizer_of_words
from transformers import BertConfig, BertModel


@pytest.fixture(scope="session")
def base(tmp_path_factory) -> Path:
    """A BERT of two layers with random weights, and a vocabulary of our words."""
    folder = tmp_path_factory.mktemp("base")
    tokenizer = tokenizer_of_words()
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, initializer_range=0.3)
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
