"""Records small PyTorch networks as torch.onnx writes them, with their parameters, for test/parity/parameters.test.ts.

With PyTorch 2.13 and onnx: python test/parity/record-parameters.py [FOLDER] && npm run format
The networks are those of which exporters lose something: layers that began equal, layers that are used twice, weights
that are shared by intent, biases of zeros, tables that are looked up.
"""

import copy
import gzip
import json
import logging
import sys
import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
TOKENS, INPUTS, WIDTH, CLASSES = 6, 4, 8, 3


class Net(nn.Module):
    """A body between two linear layers."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(INPUTS, WIDTH)
        self.body()
        self.last = nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        return self.last(self.middle(self.first(x)).mean(1))


class Copies(Net):
    """Copies of a layer, by TransformerEncoder."""

    def body(self):
        layer = nn.TransformerEncoderLayer(WIDTH, 2, 16, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def middle(self, x):
        return self.encoder(x)


class CopiesWithoutBias(Net):
    """Copies of a layer whose other parameters are fresh."""

    def body(self):
        layer = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH, bias=False))
        self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range(3)])

    def middle(self, x):
        for layer in self.layers:
            x = x + layer(x).relu()
        return x


class Loop(Net):
    """A block that is passed through three times."""

    def body(self):
        self.norm = nn.LayerNorm(WIDTH)
        self.linear = nn.Linear(WIDTH, WIDTH)

    def middle(self, x):
        for _ in range(3):
            x = x + self.linear(self.norm(x)).relu()
        return x


class SharedNorm(Net):
    """One fresh normalisation before three layers."""

    def body(self):
        self.norm = nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(3)])

    def middle(self, x):
        for layer in self.layers:
            x = x + layer(self.norm(x)).relu()
        return x


class Tied(Net):
    """Two layers with one weight, by intent."""

    def body(self):
        self.a = nn.Linear(WIDTH, WIDTH)
        self.b = nn.Linear(WIDTH, WIDTH)
        self.b.weight = self.a.weight

    def middle(self, x):
        return self.b(self.a(x).relu()).relu()


class Alias(Net):
    """A block with two names, each of which is used."""

    def body(self):
        self.a = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH))
        nn.init.zeros_(self.a[1].bias)
        self.b = self.a

    def middle(self, x):
        return self.b(self.a(x).relu()).relu()


class Fresh(nn.Module):
    """Gains of one, biases and gains of zero, statistics of fresh normalisations."""

    def __init__(self):
        super().__init__()
        self.scale_1 = nn.Parameter(torch.ones(WIDTH))
        self.scale_2 = nn.Parameter(torch.ones(WIDTH))
        self.first = nn.Linear(INPUTS, WIDTH)
        self.zero = nn.LayerNorm(WIDTH)
        nn.init.zeros_(self.zero.weight)
        self.norms = nn.ModuleList([nn.BatchNorm1d(WIDTH) for _ in range(2)])
        self.middle = nn.Linear(WIDTH, WIDTH)
        self.last = nn.Linear(WIDTH, CLASSES)
        for layer in (self.first, self.middle, self.last):
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.first(x.mean(1))
        x = x + self.zero(x)
        x = self.norms[0](x * self.scale_1).relu() * self.scale_2
        return self.last(self.norms[1](self.middle(x).relu()).tanh())


class Table(Net):
    """Attention with a bias for each distance of two tokens, of which a table has one for each head."""

    def body(self):
        self.bias_table = nn.Parameter(torch.randn(2 * TOKENS - 1, 2))
        positions = torch.arange(TOKENS)
        self.register_buffer("distances", positions[:, None] - positions[None, :] + TOKENS - 1)

    def middle(self, x):
        heads = x.unflatten(2, (2, WIDTH // 2)).transpose(1, 2)
        bias = self.bias_table[self.distances.view(-1)].view(TOKENS, TOKENS, 2).permute(2, 0, 1).unsqueeze(0)
        scores = (heads @ heads.transpose(2, 3) + bias).softmax(-1)
        return (scores @ heads).transpose(1, 2).flatten(2)


class FreshTable(Table):
    """The same with a table of zeros, which shows nothing of itself once it was looked up."""

    def body(self):
        super().body()
        nn.init.zeros_(self.bias_table)


class ZeroGains(Net):
    """Normalisations that differ in their fresh gains, zeros or ones, as their statistics do."""

    def body(self):
        self.norms = nn.ModuleList([nn.BatchNorm1d(WIDTH) for _ in range(4)])
        for norm in self.norms[1:3]:
            nn.init.zeros_(norm.weight)

    def middle(self, x):
        x = x.transpose(1, 2)
        for norm in self.norms:
            x = (x + norm(x.tanh())).relu()
        return x.transpose(1, 2)


class WithoutGain(Net):
    """A normalisation over two axes that has no gain or bias: exporters write ones and zeros."""

    def body(self):
        self.norm = nn.LayerNorm([TOKENS, WIDTH], elementwise_affine=False)

    def middle(self, x):
        return self.norm(x).relu()


class Normalised(Net):
    """Convolutions that exporters fold normalisation into, and one whose kernel is computed."""

    def body(self):
        layers = [nn.Conv1d(WIDTH, WIDTH, 3), nn.BatchNorm1d(WIDTH), nn.Conv1d(WIDTH, WIDTH, 1, bias=False), nn.BatchNorm1d(WIDTH)]
        self.layers = nn.Sequential(*layers, nn.utils.parametrizations.weight_norm(nn.Conv1d(WIDTH, WIDTH, 1)))

    def middle(self, x):
        return self.layers(x.transpose(1, 2)).transpose(1, 2)


def export(model, x, form):
    path = FOLDER / "model.onnx"
    names = {"input_names": ["input"], "output_names": ["logits"]}
    if form == "folded":
        axes = {"input": {0: "n"}, "logits": {0: "n"}}
        torch.onnx.export(model, (x,), path, dynamo=False, dynamic_axes=axes, opset_version=17, **names)
    else:
        shapes = ({0: torch.export.Dim("n", min=1, max=64)},)
        options = {"dynamo": True, "dynamic_shapes": shapes, "external_data": False, "verbose": False}
        torch.onnx.export(model, (x,), path, optimize=form == "optimized", **options, **names)
    written = onnx.load(path)
    path.unlink()
    for node in written.graph.node:
        kept = [prop for prop in node.metadata_props if prop.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    return written.SerializeToString()


def main():
    networks = {}
    for kind in (Copies, CopiesWithoutBias, Loop, SharedNorm, Tied, Alias, Fresh, Table, ZeroGains, WithoutGain, FreshTable, Normalised):
        torch.manual_seed(0)
        model = kind().eval()
        x = torch.randn(2, TOKENS, INPUTS)
        for form in ("folded", "optimized", "plain"):
            path = FOLDER / f"parameters-{kind.__name__}-{form}.onnx.gz"
            path.write_bytes(gzip.compress(export(model, x, form), mtime=0))
        # What is folded is lost for good.
        if kind not in (FreshTable, Normalised):
            networks[kind.__name__] = {name: list(one.shape) for name, one in model.named_parameters()}
    (FOLDER / "parameters.json").write_text(json.dumps(networks))


main()
