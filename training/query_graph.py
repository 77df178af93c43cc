"""A small BERT ColBERT for queries: what is trained in torch, and the ONNX files of the very same weights.

Weights are codes of 4 bits (those of the two projections to rows: 8) with a scale a block, in training as in the files (straight-through rounding: Bengio et al., 2013, section 4), so that nothing is
lost when they are written. The file for WebGPU computes with the codes (MatMulNBits). WebAssembly has no quick kernel for 4 bits, but one for int8: there the graph says how codes become int8 with a
scale a column, onnxruntime works that out once, when the session opens, and products are as quick as those of a file of twice the bytes. Word embeddings are the product of a row of codes, looked up, and
one matrix; ids without a row share [UNK]'s.

Operators of com.microsoft (one for attention, one for a sum and its norm) leave some ten nodes a layer of the fifty that a traced BERT has: with twelve tokens, nodes cost as much as sums do.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import torch
from codes import straight_through
from onnx import helper, numpy_helper
from onnx_colbert import INT8_ACTIVATIONS, OPSET, WEIGHTS_INT8, WEIGHTS_Q4
from torch import Tensor, nn

MICROSOFT = "com.microsoft"
HALF, WHOLE = 4, 8
# Positions, and scales: 11 bits of precision, where codes have 4.
SMALL_FLOAT = np.float16


def rounded(values: Tensor, bits: int, block: int) -> tuple[Tensor, Tensor]:
    """
    Values [..., width] -> codes of the same shape, 0 to 2^bits - 1, and scales [..., blocks] such that a value is (code - 2^(bits - 1)) x scale. As MatMulNBits has it: the largest of a block in size is code 0, so that
    all codes have a use.
    """
    zero = 2 ** (bits - 1)
    blocks = values.unflatten(-1, (-1, block))
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scales = torch.where(largest == 0, 1.0, largest / -zero)
    return (blocks / scales).round().clamp(-zero, zero - 1).add(zero).flatten(-2), scales.squeeze(-1)


def as_coded(values: Tensor, bits: int, block: int) -> Tensor:
    """The values that codes stand for; the gradient goes straight through."""
    with torch.no_grad():
        codes, scales = rounded(values, bits, block)
        coded = ((codes - 2 ** (bits - 1)).unflatten(-1, (-1, block)) * scales[..., None]).flatten(-2)
    return straight_through(values, coded)


def as_bytes(values: Tensor) -> Tensor:
    """Activations [batch, tokens, width] as DynamicQuantizeLinear rounds those of a text: 256 steps from the least to the largest, zero among them."""
    with torch.no_grad():
        least, largest = (bound.float() for bound in values.flatten(1).aminmax(dim=1))
        step = (largest.clamp(min=0) - least.clamp(max=0)).div(255).clamp(min=1e-12)[:, None, None].to(values.dtype)
        coded = (values / step).round() * step
    return straight_through(values, coded)


class CodedLinear(nn.Module):
    """A linear layer whose weights [out, in] are coded along what goes in, and what goes in in bytes: WebAssembly's products have both."""

    def __init__(self, weight: Tensor, bias: Tensor | None, block: int, bits: int = HALF):
        super().__init__()
        if weight.shape[1] % block:
            raise ValueError(f"query_graph: expected widths of whole blocks of {block}, got a product over {weight.shape[1]}")
        self.weight = nn.Parameter(weight.detach().float().clone())
        self.bias = None if bias is None else nn.Parameter(bias.detach().float().clone())
        self.block, self.bits = block, bits

    def forward(self, values: Tensor) -> Tensor:
        return nn.functional.linear(as_bytes(values), as_coded(self.weight, self.bits, self.block), self.bias)


class SmallEmbedding(nn.Module):
    """ids -> rows of a smaller vocabulary [rows, size] -> [width]."""

    def __init__(self, table: Tensor, counts: np.ndarray, unknown: int, kept: list[int], size: int, block: int):
        """table: the full model's word embeddings [vocabulary, width]; counts: [vocabulary]; kept: ids that have a row"""
        super().__init__()
        row_of = np.full(len(table), kept.index(unknown), np.int16)
        row_of[kept] = np.arange(len(kept))
        self.register_buffer("row_of", torch.from_numpy(row_of))
        words = table[kept].detach().float()
        values, basis = torch.linalg.eigh(words.T @ (words * torch.from_numpy(counts[kept] + 1).float()[:, None]))
        self.explained = float(values[-size:].sum() / values.sum())
        # Turned at random: else the first component sets the scale of a row, and the others are lost in it.
        turned = basis[:, -size:] @ nn.init.orthogonal_(torch.empty(size, size))
        self.rows = nn.Embedding.from_pretrained(words @ turned, freeze=False)
        self.widen = CodedLinear(turned, None, block)

    def forward(self, ids: Tensor) -> Tensor:
        rows = self.rows(self.row_of[ids].long())
        return self.widen(as_coded(rows, HALF, rows.shape[-1]))


class SmallLayer(nn.Module):
    """A layer of BERT (Devlin et al., 2019): one product for query, key and value, of which the first is divided by the root of a head's width."""

    def __init__(self, layer: nn.Module, heads: int, block: int):
        super().__init__()
        own, out = layer.attention.self, layer.attention.output
        self.heads = heads
        shrink = (own.query.out_features // heads) ** -0.5
        self.qkv = CodedLinear(torch.cat([own.query.weight * shrink, own.key.weight, own.value.weight]), torch.cat([own.query.bias * shrink, own.key.bias, own.value.bias]), block)
        self.out = CodedLinear(out.dense.weight, out.dense.bias, block)
        self.up = CodedLinear(layer.intermediate.dense.weight, layer.intermediate.dense.bias, block)
        self.down = CodedLinear(layer.output.dense.weight, layer.output.dense.bias, block)
        self.norms = nn.ModuleList(copy.deepcopy(norm) for norm in (out.LayerNorm, layer.output.LayerNorm))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """states [batch, tokens, width]; mask [batch, 1, 1, tokens], 0 or minus very much"""
        query, key, value = self.qkv(states).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        seen = ((query @ key.transpose(-1, -2)).float() + mask).softmax(-1).to(value.dtype)
        states = self.norms[0](states + self.out((seen @ value).transpose(1, 2).flatten(-2)))
        return self.norms[1](states + self.down(nn.functional.gelu(self.up(states))))


class QueryGraph(nn.Module):
    """Token ids [batch, tokens] of queries to unit rows [batch, tokens, dim]. Position 0 and the prefix have the row of the whole text, where the full model has one (text_row.py)."""

    def __init__(self, backbone: nn.Module, dense: nn.Module, layers: list[int], positions: int, embedding: SmallEmbedding, block: int):
        super().__init__()
        config, embeddings = backbone.config, backbone.embeddings
        if config.model_type != "bert" or config.hidden_act != "gelu":
            raise SystemExit(f"query_encoder: expected a BERT backbone with GELU, got {config.model_type} with {config.hidden_act}: its layers are named otherwise")
        if not isinstance(dense.activation_function, nn.Identity) or dense.linear.bias is not None:
            raise SystemExit("query_encoder: expected one Dense layer without bias and activation, got another")
        self.words = embedding
        self.positions = nn.Parameter((embeddings.position_embeddings.weight[:positions] + embeddings.token_type_embeddings.weight[0]).detach().clone())
        self.norm = copy.deepcopy(embeddings.LayerNorm)
        self.layers = nn.ModuleList(SmallLayer(backbone.encoder.layer[at], config.num_attention_heads, block) for at in layers)
        self.row = CodedLinear(dense.linear.weight, None, block, WHOLE)
        self.text = CodedLinear(dense.text.weight, dense.text.bias, block, WHOLE) if hasattr(dense, "text") else None

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states = self.norm(self.words(input_ids) + self.positions[: input_ids.shape[1]])
        mask = (attention_mask[:, None, None].float() - 1) * 1e4
        for layer in self.layers:
            states = layer(states, mask)
        rows = self.row(states)
        if self.text is not None:
            weight = attention_mask[..., None].to(states.dtype)
            text = self.text((states * weight).sum(1, keepdim=True) / weight.sum(1, keepdim=True))
            rows = torch.cat([text, text, rows[:, 2:]], dim=1)
        return nn.functional.normalize(rows.float(), dim=-1)


def packed(codes: np.ndarray, bits: int) -> np.ndarray:
    """Codes [..., width] -> bytes, two codes of 4 bits each: the first one low."""
    codes = codes.astype(np.uint8)
    return codes if bits == WHOLE else codes[..., ::2] | codes[..., 1::2] << 4


def codes_of_bytes(bits: int) -> np.ndarray:
    """Inverts `packed`: int32 [256, codes of a byte]."""
    both = np.arange(256, dtype=np.int32)[:, None]
    return both if bits == WHOLE else np.concatenate([both & 15, both >> 4], axis=-1)


@dataclass
class GraphWriter:
    """Nodes and constants as they come, by number."""

    product: Callable[["GraphWriter", CodedLinear, str], str]
    nodes: list = field(default_factory=list)
    constants: list = field(default_factory=list)
    # Names of constants by what they hold: the same one is there once.
    names: dict[tuple, str] = field(default_factory=dict)

    def constant(self, value: np.ndarray) -> str:
        value = np.ascontiguousarray(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self.names:
            self.names[key] = f"c{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(value, self.names[key]))
        return self.names[key]

    def floats(self, value: Tensor) -> str:
        return self.constant(value.detach().numpy().astype(np.float32))

    def small_floats(self, value: Tensor) -> str:
        """Half the bytes; floats again when the session opens, since not every GPU has those."""
        return self.add("Cast", [self.constant(value.detach().numpy().astype(SMALL_FLOAT))], to=onnx.TensorProto.FLOAT)

    def add(self, operator: str, inputs: list[str], outputs: int = 1, domain: str = "", **attributes) -> str | list[str]:
        names = [f"n{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name=f"{operator}{len(self.nodes)}", domain=domain, **attributes))
        return names if outputs > 1 else names[0]

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def scalar(self, value: float) -> str:
        return self.constant(np.float32(value))

    def halves(self, pairs: str) -> str:
        """Bytes [..., width / 2] -> their codes less 8, as floats [..., width / 2, 2]."""
        floats = self.add("Cast", [pairs], to=onnx.TensorProto.FLOAT)
        high = self.add("Floor", [self.add("Mul", [floats, self.scalar(1 / 16)])])
        low = self.add("Sub", [floats, self.add("Mul", [high, self.scalar(16)])])
        both = self.add("Concat", [self.add("Unsqueeze", [part, self.integers(-1)]) for part in (low, high)], axis=-1)
        return self.add("Sub", [both, self.scalar(8)])

    def norm(self, sums: list[str], norm: nn.LayerNorm) -> str:
        """The norm of one value, or of the sum of two."""
        constants = [self.floats(norm.weight), self.floats(norm.bias)]
        if len(sums) == 1:
            return self.add("LayerNormalization", [*sums, *constants], axis=-1, epsilon=norm.eps)
        return self.add("SkipLayerNormalization", [*sums, *constants], domain=MICROSOFT, epsilon=norm.eps)

    def model(self) -> onnx.ModelProto:
        """Of what was added, the last of which is `output`."""
        tokens = ["batch", "tokens"]
        self.nodes[-1].output[0] = "output"
        inputs = [helper.make_tensor_value_info(name, onnx.TensorProto.INT64, tokens) for name in ("input_ids", "attention_mask")]
        output = helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, [*tokens, None])
        graph = helper.make_graph(self.nodes, "query", inputs, [output], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)])
        model.ir_version = 8
        return model


def block_product(graph: GraphWriter, layer: CodedLinear, values: str) -> str:
    """Computes with the codes; what WebGPU has a kernel for."""
    codes, scales = rounded(layer.weight.detach(), layer.bits, layer.block)
    out, width = codes.shape
    stored = packed(codes.unflatten(-1, (-1, layer.block)).numpy(), layer.bits)
    inputs = [values, graph.constant(stored), graph.small_floats(scales)]
    product = graph.add("MatMulNBits", inputs, domain=MICROSOFT, K=width, N=out, bits=layer.bits, block_size=layer.block, accuracy_level=INT8_ACTIVATIONS)
    return product if layer.bias is None else graph.add("Add", [product, graph.floats(layer.bias)])


def int8_product(graph: GraphWriter, layer: CodedLinear, values: str) -> str:
    """
    Computes in int8, activations rounded as they come (DynamicQuantizeMatMul); codes become int8 [in, out] with a scale a column when the session opens. onnxruntime keeps every value on the way there
    until it has worked out all of the graph, so weights are never floats: what each code of a block becomes is rounded, and looked up. Codes as indices, of four bytes, are the largest of those values.
    """
    codes, scales = rounded(layer.weight.detach(), layer.bits, layer.block)
    out, width = codes.shape
    # The codes of two columns share a byte: what they become lies as the product has it.
    together = WHOLE // layer.bits
    columns = (out // together, together)
    stored = graph.constant(packed(codes.T.unflatten(0, (-1, layer.block)).numpy(), layer.bits))  # [blocks, block, out / together]
    code = graph.add("Gather", [graph.constant(codes_of_bytes(layer.bits)), graph.add("Cast", [stored], to=onnx.TensorProto.INT32)])
    scale = graph.small_floats(scales.T)  # [blocks, out]
    # Code 0 is a block's largest value, so a column's is that of its largest scale.
    zero = 2 ** (layer.bits - 1)
    largest = graph.add("ReduceMax", [graph.add("Abs", [scale])], axes=[0], keepdims=1)
    column = graph.add("Mul", [largest, graph.scalar(zero / 127)])
    steps = graph.add("Reshape", [graph.add("Div", [scale, column]), graph.integers(width // layer.block, 1, *columns)])
    numbers = graph.constant(np.arange(-zero, zero, dtype=np.float32)[:, None, None])
    becomes = graph.add("QuantizeLinear", [graph.add("Mul", [numbers, steps]), graph.scalar(1), graph.constant(np.int8(0))])  # [blocks, codes, *columns]
    weights = graph.add("Reshape", [graph.add("GatherElements", [becomes, code], axis=1), graph.integers(width, out)])
    inputs = [values, weights, graph.add("Reshape", [column, graph.integers(out)]), ""]
    return graph.add("DynamicQuantizeMatMul", inputs if layer.bias is None else [*inputs, graph.floats(layer.bias)], domain=MICROSOFT)


def add_row_numbers(graph: GraphWriter, row_of: Tensor) -> str:
    """Numbers of rows [batch, tokens]. Two bytes each: onnxruntime-web's WebGPU builds have no Cast of int16."""
    pairs = row_of.numpy().astype("<u2").view(np.uint8).reshape(-1, 2)
    parts = graph.add("Cast", [graph.add("Gather", [graph.constant(pairs), "input_ids"])], to=onnx.TensorProto.FLOAT)
    numbers = graph.add("ReduceSum", [graph.add("Mul", [parts, graph.constant(np.array([1, 256], np.float32))]), graph.integers(-1)], keepdims=0)
    return graph.add("Cast", [numbers], to=onnx.TensorProto.INT64)


def add_words(graph: GraphWriter, words: SmallEmbedding) -> str:
    codes, scales = rounded(words.rows.weight.detach(), HALF, words.rows.embedding_dim)
    at = add_row_numbers(graph, words.row_of)
    halves = graph.halves(graph.add("Gather", [graph.constant(packed(codes.numpy(), HALF)), at]))
    scale = graph.add("Gather", [graph.small_floats(scales), at])
    rows = graph.add("Mul", [graph.add("Reshape", [halves, graph.integers(0, 0, words.rows.embedding_dim)]), scale])
    return graph.product(graph, words.widen, rows)


def add_layer(graph: GraphWriter, layer: SmallLayer, states: str, mask: str) -> str:
    width = layer.out.weight.shape[0]
    query, key, value = graph.add("Split", [graph.product(graph, layer.qkv, states), graph.integers(width, width, width)], outputs=3, axis=-1)
    seen = graph.add("MultiHeadAttention", [query, key, value, "", "", mask], domain=MICROSOFT, num_heads=layer.heads, scale=1.0)
    states = graph.norm([states, graph.product(graph, layer.out, seen)], layer.norms[0])
    up = graph.add("Gelu", [graph.product(graph, layer.up, states)], domain=MICROSOFT)
    return graph.norm([states, graph.product(graph, layer.down, up)], layer.norms[1])


def add_rows(graph: GraphWriter, encoder: QueryGraph, states: str) -> str:
    rows = graph.product(graph, encoder.row, states)
    if encoder.text is None:
        return rows
    weight = graph.add("Unsqueeze", [graph.add("Cast", ["attention_mask"], to=onnx.TensorProto.FLOAT), graph.integers(-1)])
    total, count = (graph.add("ReduceSum", [value, graph.integers(1)], keepdims=1) for value in (graph.add("Mul", [states, weight]), weight))
    text = graph.product(graph, encoder.text, graph.add("Div", [total, count]))
    rest = graph.add("Slice", [rows, graph.integers(2), graph.integers(np.iinfo(np.int64).max), graph.integers(1)])
    return graph.add("Concat", [text, text, rest], axis=1)


def onnx_of(encoder: QueryGraph, product: Callable[[GraphWriter, CodedLinear, str], str]) -> onnx.ModelProto:
    graph = GraphWriter(product)
    length = graph.add("Shape", ["input_ids"], start=1, end=2)
    positions = graph.add("Slice", [graph.small_floats(encoder.positions), graph.integers(0), length, graph.integers(0)])
    states = graph.norm([graph.add("Add", [add_words(graph, encoder.words), positions])], encoder.norm)
    seen = graph.add("Mul", [graph.add("Sub", [graph.add("Cast", ["attention_mask"], to=onnx.TensorProto.FLOAT), graph.scalar(1)]), graph.scalar(1e4)])
    # [batch, 1, tokens, tokens], the first two of which are spread by the operator itself.
    square = graph.add("Concat", [graph.add("Shape", ["input_ids"], start=0, end=1), graph.integers(1), length, length], axis=0)
    mask = graph.add("Expand", [graph.add("Unsqueeze", [seen, graph.integers(1, 2)]), square])
    for layer in encoder.layers:
        states = add_layer(graph, layer, states, mask)
    rows = add_rows(graph, encoder, states)
    squares = graph.add("ReduceSum", [graph.add("Mul", [rows, rows]), graph.integers(-1)], keepdims=1)
    graph.add("Div", [rows, graph.add("Max", [graph.add("Sqrt", [squares]), graph.scalar(1e-12)])])
    return graph.model()


def write_onnx(encoder: QueryGraph, folder: Path) -> None:
    """Writes model_int8.onnx, for WebAssembly, and model_q4.onnx, for WebGPU: the names that a model folder has for what the two open."""
    for name, product in ((WEIGHTS_INT8, int8_product), (WEIGHTS_Q4, block_product)):
        onnx.save(onnx_of(encoder, product), str(folder / name))
