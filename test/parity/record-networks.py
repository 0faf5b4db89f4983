"""Records short PyTorch trainings of whole networks, for test/parity/networks.test.ts to repeat.

With PyTorch 2.13, torchvision and onnx: python test/parity/record-networks.py [FOLDER] && npm run format
Each network is exported by torch.onnx with its weights left out (they would be megabytes): both sides fill them in from
one formula. What is recorded are the losses, and of every weight after the last step its norm, its change and some elements; PyTorch
computes in double precision. Rates are low: at 0.001 the deep networks amplify rounding, so that after ten steps PyTorch
itself differs by percents between single and double precision.
"""

import gzip
import io
import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
# Operators of torchvision that need its native part, which these networks do not.
register_fake = torch.library.register_fake
torch.library.register_fake = lambda name, *rest, **options: (
    (lambda f: f) if name.startswith("torchvision::") else register_fake(name, *rest, **options)
)
from torchvision.models import mobilenet_v2, resnet18  # noqa: E402
from torchvision.models.vision_transformer import VisionTransformer  # noqa: E402

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
STEPS, BATCH, CLASSES = 10, 8, 10
MEAN, STD = 0.45, 0.25
SAMPLED = 4


class SignalNet(nn.Module):
    """A one-dimensional CNN."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(2, 16, 7, padding=3),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(16, 24, 5, stride=2, dilation=2, groups=2),
            nn.LeakyReLU(0.1),
            nn.AvgPool1d(3, stride=2, padding=1),
        )
        self.head = nn.Linear(24 * 6, CLASSES)

    def forward(self, x):
        return self.head(torch.flatten(self.features(x), 1))


NETWORKS = {
    "resnet18": (lambda: resnet18(num_classes=CLASSES), (3, 64, 64), 5e-5),
    "mobilenet-v2": (lambda: mobilenet_v2(num_classes=CLASSES, dropout=0), (3, 64, 64), 2e-6),
    "vit": (
        lambda: VisionTransformer(
            image_size=32, patch_size=8, num_layers=3, num_heads=3, hidden_dim=48, mlp_dim=96, num_classes=CLASSES
        ),
        (3, 32, 32),
        0.02,
    ),
    "signal": (SignalNet, (2, 64), 0.02),
}


def hashed(salt, count):
    """`count` well-mixed numbers of 32 bits (the finaliser of MurmurHash3)."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(salt * 0x9E3779B1 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def fill(salt, shape, bound):
    """float32 values, uniform on [−bound, bound)."""
    count = math.prod(shape)
    return ((hashed(salt, count).astype(np.float64) / 2**31 - 1) * bound).astype(np.float32).reshape(shape)


def initial(name, tensor, salt):
    """How a weight starts: a constant, or the bound of the formula."""
    if name.endswith("running_mean"):
        return {"constant": 0}
    if name.endswith("running_var"):
        return {"constant": 1}
    if tensor.dim() == 1 and name.endswith("weight"):
        return {"constant": 0.5}
    if tensor.dim() == 1:
        return {"salt": salt, "bound": 0.05}
    return {"salt": salt, "bound": round(math.sqrt(6 / math.prod(tensor.shape[1:])), 6)}


def filled(spec, shape):
    if "constant" in spec:
        return np.full(shape, spec["constant"], dtype=np.float32)
    return fill(spec["salt"], shape, spec["bound"])


def blocks(shape):
    """Bytes of images whose blocks of 8×8 are of one colour, or of signals whose runs of 8 are of one value."""
    fine = [STEPS * BATCH, *shape]
    coarse = [*fine[:2], *(size // 8 for size in shape[1:])]
    values = (hashed(7, math.prod(coarse)) & np.uint32(255)).reshape(coarse)
    for axis in range(2, len(fine)):
        values = values.repeat(8, axis)
    return values


def export(model, shape):
    target = io.BytesIO()
    torch.onnx.export(
        model,
        (torch.zeros(2, *shape),),
        target,
        dynamo=False,
        training=torch.onnx.TrainingMode.TRAINING,
        do_constant_folding=False,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=17,
    )
    return onnx.load_from_string(target.getvalue())


def record(name, make, shape, rate):
    torch.manual_seed(0)
    model = make()
    exported = export(model, shape)
    state = {key: value for key, value in model.state_dict().items() if value.dtype == torch.float32}
    weights = {key: initial(key, value, salt + 1) for salt, (key, value) in enumerate(state.items())}
    missing = set(weights) - {one.name for one in exported.graph.initializer}
    assert not missing, missing
    for one in exported.graph.initializer:
        if one.name in weights:
            one.CopyFrom(onnx.numpy_helper.from_array(np.zeros(tuple(one.dims), np.float32), one.name))
    (FOLDER / f"{name}.onnx.gz").write_bytes(gzip.compress(exported.SerializeToString(), 9, mtime=0))

    with torch.no_grad():
        for key, value in state.items():
            value.copy_(torch.from_numpy(filled(weights[key], tuple(value.shape))))
    model.train()
    model.double()
    state = model.state_dict()
    pixels = blocks(shape).astype(np.float64)
    images = torch.from_numpy((pixels / 255 - MEAN) / STD).reshape(STEPS, BATCH, *shape)
    labels = torch.from_numpy((hashed(8, STEPS * BATCH) % np.uint32(CLASSES)).astype(np.int64).reshape(STEPS, BATCH))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[step]), labels[step])
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    after = {}
    for key in weights:
        value = state[key]
        flat = value.flatten()
        places = [at * (flat.numel() - 1) // max(1, SAMPLED - 1) for at in range(SAMPLED)]
        change = flat - torch.from_numpy(filled(weights[key], tuple(value.shape))).flatten()
        after[key] = {
            "norm": float(flat.norm()),
            "change": float(change.norm()),
            "elements": [float(flat[at]) for at in places],
        }
    return {"name": name, "shape": list(shape), "rate": rate, "weights": weights, "losses": losses, "after": after}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


records = [record(name, *spec) for name, spec in NETWORKS.items()]
settings = {"steps": STEPS, "batch": BATCH, "classes": CLASSES, "mean": MEAN, "std": STD}
(FOLDER / "networks.json").write_text(json.dumps({**settings, "networks": rounded(records)}) + "\n")
for one in records:
    print(one["name"], one["losses"])
