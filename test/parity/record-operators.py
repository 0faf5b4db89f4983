"""Records operators and their gradients in PyTorch, for test/parity/operators.test.ts to repeat.

With PyTorch 2.13: python test/parity/record-operators.py [FOLDER] && npm run format
Each row is an operator of ONNX with the attributes and inputs of one node, and what it is in PyTorch. Inputs are drawn
as floats; PyTorch computes in doubles.
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(0)


def draw(*dims, low=-2.0, high=2.0):
    """A real input, differentiated."""
    values = torch.rand(dims, generator=generator, dtype=torch.float64) * (high - low) + low
    return {"dims": list(dims), "reals": plain(values)}


def given(values, dims=None):
    """A real input with these elements, differentiated: kinks, ties, zeros."""
    return {"dims": [len(values)] if dims is None else dims, "reals": [float(x) for x in values]}


def integers(values, dims=None):
    return {"dims": [len(values)] if dims is None else dims, "integers": values}


def lengths(values):
    return {"dims": [len(values)], "int32": values}


def booleans(values, dims):
    return {"dims": dims, "booleans": values}


def plain(tensor):
    return [float(f"{x:.7g}") for x in tensor.flatten().tolist()]


def row(function, *inputs, **attributes):
    """One node: `function` is given a tensor for each input, None for an absent one."""
    return {"function": function, "inputs": inputs, "attributes": attributes}


def unary(function, low=-2.0, high=2.0, kinks=(), **attributes):
    """A function of one variable, at drawn elements and at its kinks."""
    return [
        row(function, draw(2, 3, low=low, high=high), **attributes),
        *([row(function, given(kinks), **attributes)] if kinks else []),
    ]


def pairs(function, low=-2.0, high=2.0, **attributes):
    """A function of two variables: of one shape, and stretched both ways."""
    shapes = [((2, 3), (2, 3)), ((2, 1, 3), (2, 1))]
    return [row(function, draw(*a), draw(*b, low=low, high=high), **attributes) for a, b in shapes]


def reduction(function, low=-2.0, high=2.0, ties=()):
    """`function` takes x, the axes as a tuple, and keepdim."""
    domain = {"low": low, "high": high}
    return [
        row(lambda x: function(x, (0, 1), True), draw(2, 3, **domain)),
        row(lambda x, _: function(x, (0, 2), False), draw(2, 3, 2, **domain), integers([-1, 0]), keepdims=0),
        *([row(lambda x: function(x, (0,), True), given(ties))] if ties else []),
    ]


def total(function):
    """A reduction over several axes, from one over a single axis."""

    def over(x, axes, keep):
        for axis in sorted(axes, reverse=True):
            x = function(x, axis, keep)
        return x

    return over


def largest(*operands):
    return torch.stack(torch.broadcast_tensors(*operands)).amax(0)


def grid_samples():
    """Images read by every kind of interpolation and padding; then kinks: elements, edges and mirrors."""

    def sample(mode, padding, align):
        name = {"linear": "bilinear", "nearest": "nearest", "cubic": "bicubic"}[mode]
        return lambda x, grid: F.grid_sample(x, grid, name, padding, bool(align))

    def node(x, grid, mode, padding, align):
        attributes = {"mode": mode, "padding_mode": padding, "align_corners": align}
        return row(sample(mode, padding, align), x, grid, **attributes)

    paddings = ("zeros", "border", "reflection")
    settings = [(mode, padding, align) for mode in ("linear", "nearest", "cubic") for padding in paddings for align in (0, 1)]
    return [
        *(node(draw(1, 2, 3, 4), draw(1, 2, 3, 2, low=-2.5, high=2.5), *setting) for setting in settings),
        *(node(draw(1, 1, 3, 3), given([-1, 0, 1, 0, 0, 1, 0, -1], [1, 2, 2, 2]), "linear", padding, 1) for padding in paddings),
        *(node(draw(1, 1, 2, 3, 2), draw(1, 1, 2, 2, 3, low=-1.5, high=1.5), "linear", padding, 0) for padding in paddings),
    ]


def scatters():
    """What meets at an index, twice at some, with zeros and ties; by slices as well."""
    names = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}
    places = [0, 2, 0, 1, 1, 1]
    tied = [0.5, 0.5, 0, 2, 0, 0]

    def rows(reduction, name):
        def elements(x, at, u):
            return x.scatter_reduce(1, at.long(), u, name)

        def slices(x, at, u):
            return x.scatter_reduce(0, at.long().expand(-1, 2), u, name)

        return [
            row(elements, draw(2, 3), integers(places, [2, 3]), draw(2, 3), axis=1, reduction=reduction),
            row(elements, given(tied, [2, 3]), integers(places, [2, 3]), given([0.5, 0, 0.5, 0, 0, 2], [2, 3]), axis=1, reduction=reduction),
        ], [row(slices, draw(3, 2), integers([2, 0, 2], [3, 1]), draw(3, 2), reduction=reduction)]

    made = [rows(reduction, name) for reduction, name in names.items()]
    put = row(lambda x, at, u: x.scatter(1, at.long(), u), draw(2, 3), integers([0, 2, 1, 0], [2, 2]), draw(2, 2), axis=1)
    put_slices = row(lambda x, at, u: x.index_copy(0, at.long().flatten(), u), draw(3, 2), integers([2, 0], [2, 1]), draw(2, 2))
    return [put, *(one for elements, _ in made for one in elements)], [put_slices, *(one for _, slices in made for one in slices)]


def resizes():
    """Images of other sizes, as PyTorch's interpolate makes them."""

    def node(size, mode, align=False, **attributes):
        name = {"linear": "bilinear", "cubic": "bicubic"}[mode]
        smooth = attributes.get("antialias", 0) == 1

        def resized(x, *_):
            return F.interpolate(x, size=tuple(size), mode=name, align_corners=align, antialias=smooth)

        x = draw(1, 2, 4, 5)
        coordinates = "align_corners" if align else "pytorch_half_pixel"
        named = {"mode": mode, "coordinate_transformation_mode": coordinates, **attributes}
        return row(resized, x, None, None, integers([1, 2, *size]), **named)

    sizes = ([7, 3], [2, 9])
    return [
        *(node(size, mode, align) for mode in ("linear", "cubic") for size in sizes for align in (False, True)),
        # PyTorch excludes what is outside; ONNX Runtime can do so in cubic interpolation only.
        *(node(size, "cubic", antialias=1, exclude_outside=1, cubic_coeff_a=-0.5) for size in sizes),
    ]


# ONNX's order of the gates as PyTorch's: input, output, forget, cell → input, forget, cell, output; update, reset → reset, update.
GATES = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}


def recurrent_layer(kind, directions, hidden):
    """A layer of PyTorch as a function of ONNX's inputs."""

    def reordered(x):
        parts = x.chunk(len(GATES[kind]), 0)
        return torch.cat([parts[gate] for gate in GATES[kind]])

    def run(x, w, r, b, lens=None, *states):
        layer = getattr(torch.nn, kind)(x.shape[2], hidden, bidirectional=directions == 2).double()
        weights = {}
        for index in range(directions):
            suffix = "_l0" + ("_reverse" if index == 1 else "")
            own, other = b[index].chunk(2)
            named = {"weight_ih": w[index], "weight_hh": r[index], "bias_ih": own, "bias_hh": other}
            weights.update({name + suffix: reordered(value) for name, value in named.items()})
        given = x if lens is None else torch.nn.utils.rnn.pack_padded_sequence(x, lens.long(), enforce_sorted=False)
        start = () if len(states) == 0 else ((states if kind == "LSTM" else states[0]),)
        y, last = torch.func.functional_call(layer, weights, (given, *start))
        if lens is not None:
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])
        by_direction = y.reshape(*y.shape[:2], directions, hidden).transpose(1, 2)
        return (by_direction, *last) if kind == "LSTM" else (by_direction, last)

    return run


def recurrent(kind, **attributes):
    """Forwards; both ways from given states; both ways with sequences of several lengths."""
    rows = 3 * len(GATES[kind])

    def weights(directions):
        return draw(directions, rows, 2), draw(directions, rows, 3), draw(directions, 2 * rows)

    def states(directions):
        return [draw(directions, 2, 3) for _ in range(2 if kind == "LSTM" else 1)]

    def node(directions, *rest):
        named = {"hidden_size": 3, "direction": "bidirectional" if directions == 2 else "forward", **attributes}
        return row(recurrent_layer(kind, directions, 3), draw(4, 2, 2), *weights(directions), *rest, **named)

    return [node(1), node(2, None, *states(2)), node(2, lengths([2, 4])), node(2, lengths([4, 1]), *states(2))]


def turned(x, cosines, sines, places, interleaved):
    """Pairs of a head's elements, turned by their angles."""
    cos, sin = (cache[places.long()][:, None] if places is not None else cache[:, None] for cache in (cosines, sines))
    first, second = (x[..., 0::2], x[..., 1::2]) if interleaved else x.chunk(2, -1)
    real, imaginary = first * cos - second * sin, first * sin + second * cos
    return torch.stack((real, imaginary), -1).flatten(-2) if interleaved else torch.cat((real, imaginary), -1)


def attention(q, k, v, mask=None, **options):
    return F.scaled_dot_product_attention(q, k, v, None if mask is None else mask, **options)


def transforms():
    """Fourier transforms of PyTorch, complex numbers as pairs."""

    def whole(x, *_):
        return torch.view_as_real(torch.fft.fft(torch.view_as_complex(x), dim=1))

    def real(x, length, _):
        return torch.view_as_real(torch.fft.rfft(x[..., 0], int(length), dim=1))

    def back(x, *_):
        return torch.fft.irfft(torch.view_as_complex(x), 7, dim=1)[..., None]

    axis = integers([1], [])
    return [
        row(whole, draw(2, 5, 2), None, axis),
        row(lambda x, *_: torch.view_as_real(torch.fft.ifft(torch.view_as_complex(x), dim=1)), draw(2, 6, 2), None, axis, inverse=1),
        row(real, draw(2, 6, 1), integers([6], []), axis, onesided=1),
        row(real, draw(2, 6, 1), integers([9], []), axis, onesided=1),
        row(back, draw(2, 4, 2), integers([7], []), axis, inverse=1, onesided=1),
    ]


def windowed(x, step, window, *_):
    spectrum = torch.stft(x[..., 0], len(window), int(step), len(window), window, center=False, return_complex=True)
    return torch.view_as_real(spectrum.transpose(1, 2))


def reversed_parts(x, lens):
    parts = [torch.cat((x[:length, index].flip(0), x[length:, index])) for index, length in enumerate(lens.tolist())]
    return torch.stack(parts, 1)


def deformed(x, w, offset, bias=None, mask=None):
    """A convolution of stride 1 without padding, at points that are moved: two numbers a tap, down and right."""
    batch, _, height, width = x.shape
    outputs, _, rows, columns = w.shape
    *_, down, right = offset.shape
    groups = offset.shape[1] // (2 * rows * columns)
    moves = offset.reshape(batch * groups, rows * columns, 2, down, right)
    taps = [(row_, column) for row_ in range(rows) for column in range(columns)]
    read = []
    for tap, (row_, column) in enumerate(taps):
        y = moves[:, tap, 0] + torch.arange(down)[:, None] + row_
        z = moves[:, tap, 1] + torch.arange(right)[None, :] + column
        grid = torch.stack((2 * z / (width - 1) - 1, 2 * y / (height - 1) - 1), -1)
        image = x.reshape(batch * groups, -1, height, width)
        read.append(F.grid_sample(image, grid, "bilinear", "zeros", True))
    columns_ = torch.stack(read, 2)
    if mask is not None:
        columns_ = columns_ * mask.reshape(batch * groups, 1, rows * columns, down, right)
    columns_ = columns_.reshape(batch, x.shape[1], rows * columns, down, right)
    y = torch.einsum("bctij,oct->boij", columns_, w.flatten(2))
    return y if bias is None else y + bias[:, None, None]


# By ONNX's names; the rows are alike for every operator, so add yours.
OPERATORS = {
    # Arithmetic
    "Add": pairs(torch.add),
    "Sub": pairs(torch.sub),
    "Mul": pairs(torch.mul),
    "Div": pairs(torch.div, low=0.5),
    "Mod": pairs(torch.fmod, low=0.3, high=0.9, fmod=1),
    "Pow": [
        row(torch.pow, draw(2, 3, low=0.2), draw(3)),
        row(torch.pow, given([0, 0, 0, -1.5, -1.5]), integers([0, 1, 2, 2, 3])),
        *(row(torch.pow, given([0, -1.5, 1.5]), integers([exponent], [])) for exponent in (0, 1, 2, 3)),
    ],
    "Sum": [row(lambda a, b, c: a + b + c, draw(2, 3), draw(3), draw(2, 1))],
    "Mean": [row(lambda a, b, c: (a + b + c) / 3, draw(2, 3), draw(3), draw(2, 1))],
    "Max": [*pairs(torch.maximum), row(largest, draw(2, 3), draw(3), draw(2, 1))],
    "Min": [*pairs(torch.minimum), row(lambda *x: -largest(*(-a for a in x)), draw(2, 3), draw(3), draw(2, 1))],
    "Clip": [
        row(lambda x, low, high: torch.clamp(x, low, high), draw(2, 4), given([-1], []), given([0.7], [])),
        row(lambda x, low: torch.clamp(x, low), draw(2, 4), given([-0.5], [])),
        row(lambda x, _, high: torch.clamp(x, max=high), draw(2, 4), None, given([0.5], [])),
        # Relu6 as exporters write it; its limits do not train.
        row(lambda x, *_: F.relu6(x), given([-1, 0, 3, 6, 7]), {"fixed": True, **given([0], [])}, {"fixed": True, **given([6], [])}),
    ],
    "Neg": unary(torch.neg),
    "Identity": unary(lambda x: x.clone()),
    "Where": [row(torch.where, booleans([True, False], [2, 1]), draw(2, 3), draw(3))],
    # Functions of one variable
    "Exp": unary(torch.exp),
    "Log": unary(torch.log, low=0.1),
    "Sqrt": unary(torch.sqrt, low=0.1),
    "Reciprocal": unary(torch.reciprocal, low=0.3),
    "Abs": unary(torch.abs, kinks=[0]),
    "Sign": unary(torch.sign),
    "Floor": unary(torch.floor),
    "Ceil": unary(torch.ceil),
    "Round": unary(torch.round, kinks=[-1.5, -0.5, 0.5, 2.5]),
    "Erf": unary(torch.erf),
    "Sin": unary(torch.sin),
    "Cos": unary(torch.cos),
    "Tan": unary(torch.tan, low=-1, high=1),
    "Asin": unary(torch.asin, low=-0.9, high=0.9),
    "Acos": unary(torch.acos, low=-0.9, high=0.9),
    "Atan": unary(torch.atan),
    "Sinh": unary(torch.sinh),
    "Cosh": unary(torch.cosh),
    "Asinh": unary(torch.asinh),
    "Acosh": unary(torch.acosh, low=1.2, high=4),
    "Atanh": unary(torch.atanh, low=-0.9, high=0.9),
    # Activations
    "Relu": unary(F.relu, kinks=[0]),
    "LeakyRelu": [*unary(F.leaky_relu, kinks=[0]), *unary(lambda x: F.leaky_relu(x, 0.3), alpha=0.3)],
    "PRelu": [
        row(lambda x, slope: F.prelu(x, slope.flatten()), draw(2, 3, 2), draw(3, 1)),
        row(F.prelu, given([-1, 0, 1]), given([0.25])),
    ],
    "ThresholdedRelu": unary(lambda x: F.threshold(x, 0.5, 0), kinks=[0.5], alpha=0.5),
    "Elu": [*unary(F.elu, kinks=[0]), *unary(lambda x: F.elu(x, 0.5), kinks=[0], alpha=0.5)],
    "Selu": unary(F.selu, kinks=[0]),
    "Celu": [*unary(F.celu, kinks=[0]), *unary(lambda x: F.celu(x, 0.5), alpha=0.5)],
    "HardSigmoid": unary(F.hardsigmoid, low=-4, high=4, kinks=[-3, 3], alpha=1 / 6, beta=0.5),
    "HardSwish": unary(F.hardswish, low=-4, high=4, kinks=[-3, 3]),
    "Tanh": unary(torch.tanh),
    "Sigmoid": [*unary(torch.sigmoid), *unary(torch.sigmoid, kinks=[-100, 100])],
    "Softplus": [*unary(F.softplus), *unary(F.softplus, kinks=[-50, 50])],
    "Softsign": unary(F.softsign),
    "Mish": unary(F.mish),
    "Gelu": [*unary(F.gelu), *unary(lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")],
    "QuickGelu": unary(lambda x: x * torch.sigmoid(1.702 * x)),
    # Along axes
    "ReduceSum": reduction(torch.sum),
    "ReduceMean": reduction(torch.mean),
    "ReduceMax": reduction(torch.amax, ties=[1, 2, 2, 0]),
    "ReduceMin": reduction(torch.amin, ties=[1, 0, 2, 0, 0]),
    "ReduceL1": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 1, axes, keep), ties=[0, 1, -1]),
    "ReduceL2": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep), ties=[0, 0]),
    "ReduceSumSquare": reduction(lambda x, axes, keep: x.square().sum(axes, keep)),
    "ReduceProd": [
        *reduction(total(torch.prod)),
        *(row(lambda x: x.prod(0, True), given(values)) for values in ([2, 0, -3], [0, 2, 0])),
    ],
    "ReduceLogSum": reduction(lambda x, axes, keep: x.sum(axes, keep).log(), low=0.2),
    "ReduceLogSumExp": reduction(torch.logsumexp),
    "Softmax": [row(lambda x: F.softmax(x, 1), draw(2, 3, 2), axis=1), row(lambda x: F.softmax(x, -1), given([1000, 0, -1000]))],
    "LogSoftmax": [
        row(lambda x: F.log_softmax(x, 1), draw(2, 3, 2), axis=1),
        row(lambda x: F.log_softmax(x, -1), given([1000, 0, -1000])),
    ],
    "CumSum": [row(lambda x, _: torch.cumsum(x, 1), draw(2, 3), integers([1], []))],
    # Products
    "MatMul": [row(torch.matmul, draw(2, 2, 3), draw(3, 2))],
    "Gemm": [
        row(lambda a, b, c: F.linear(a, b, c), draw(2, 3), draw(4, 3), draw(4), transB=1),
        row(lambda a, b, c: 0.5 * a.T @ b + 2 * c, draw(3, 2), draw(3, 2), draw(1, 2), transA=1, alpha=0.5, beta=2.0),
    ],
    # Later ones, so that what was drawn before stays
    "GridSample": grid_samples(),
    "ScatterElements": (SCATTERS := scatters())[0],
    "ScatterND": SCATTERS[1],
    "Resize": resizes(),
    "LSTM": recurrent("LSTM"),
    "GRU": recurrent("GRU", linear_before_reset=1),
    "RNN": recurrent("RNN"),
    "Swish": [*unary(F.silu), *unary(lambda x: x * torch.sigmoid(0.5 * x), alpha=0.5)],
    "Shrink": [
        *unary(F.hardshrink, kinks=[-0.5, 0.5]),
        *unary(lambda x: F.softshrink(x, 0.7), kinks=[-0.7, 0.7], bias=0.7, lambd=0.7),
    ],
    "RMSNormalization": [
        row(lambda x, scale: F.rms_norm(x, (3,), scale, 1e-5), draw(2, 2, 3), draw(3)),
        row(lambda x, scale: F.rms_norm(x, (2, 3), scale, 0.1), draw(2, 2, 3), draw(2, 3), axis=1, epsilon=0.1),
    ],
    "LayerNormalization": [row(lambda x, *weights: F.layer_norm(x, (3,), *weights), draw(2, 2, 3), draw(3), draw(3))],
    "GroupNormalization": [
        row(lambda x, *weights, groups=groups: F.group_norm(x, groups, *weights), draw(2, 4, 3), draw(4), draw(4), num_groups=groups)
        for groups in (1, 2, 4)
    ],
    "LpPool": [
        row(lambda x: F.lp_pool2d(x, 2, (2, 2)), draw(1, 2, 4, 6), kernel_shape=[2, 2], strides=[2, 2]),
        # The root of PyTorch's windows is of the sign of their sum.
        row(lambda x: F.lp_pool1d(x, 3, 3, 2), draw(1, 2, 7, low=0.1), kernel_shape=[3], strides=[2], p=3),
    ],
    "RotaryEmbedding": [
        row(
            lambda x, *rest: turned(x, *rest, None, False),
            *(draw(*dims) for dims in ((1, 2, 3, 4), (1, 3, 2), (1, 3, 2))),
        ),
        row(
            lambda x, *rest: turned(x, *rest, True),
            *(draw(*dims) for dims in ((2, 2, 3, 4), (5, 2), (5, 2))),
            integers([0, 1, 2, 4, 0, 4], [2, 3]),
            interleaved=1,
        ),
    ],
    "Attention": [
        row(attention, draw(1, 2, 3, 4), draw(1, 2, 5, 4), draw(1, 2, 5, 3)),
        row(attention, draw(1, 2, 3, 4), draw(1, 2, 5, 4), draw(1, 2, 5, 3), draw(3, 5)),
        row(attention, draw(1, 2, 3, 4), draw(1, 2, 3, 4), draw(1, 2, 3, 4), booleans([True, False, True, True, True, False, False, True, True], [3, 3])),
        row(lambda *x: attention(*x, is_causal=True, scale=0.7), draw(1, 4, 3, 2), draw(1, 4, 3, 2), draw(1, 4, 3, 2), is_causal=1, scale=0.7),
        row(lambda *x: attention(*x, enable_gqa=True), draw(1, 4, 3, 2), draw(1, 2, 3, 2), draw(1, 2, 3, 2)),
    ],
    "Einsum": [
        row(lambda *x, equation=equation: torch.einsum(equation, *x), *(draw(*dims) for dims in shapes), equation=equation)
        for equation, shapes in {
            "bij,bjk->bik": ((2, 2, 3), (2, 3, 2)),
            "ii->i": ((3, 3),),
            "bii->b": ((2, 3, 3),),
            "ii,i->": ((3, 3), (3,)),
            "ijj,jk->ik": ((2, 3, 3), (3, 2)),
            "i,j,ij->ij": ((2,), (3,), (2, 3)),
        }.items()
    ],
    "DFT": transforms(),
    "STFT": [row(windowed, draw(2, 12, 1), integers([3], []), draw(5))],
    "Col2Im": [
        row(
            lambda x, *_: F.fold(x, (4, 6), (2, 3), dilation=(2, 1), padding=(1, 0), stride=(2, 1)),
            draw(2, 12, 8),
            integers([4, 6]),
            integers([2, 3]),
            dilations=[2, 1],
            pads=[1, 0, 1, 0],
            strides=[2, 1],
        )
    ],
    "MaxUnpool": [
        row(
            lambda x, places: F.max_unpool2d(x, places, 2),
            draw(1, 1, 2, 2),
            integers([5, 7, 13, 8], [1, 1, 2, 2]),
            kernel_shape=[2, 2],
            strides=[2, 2],
        )
    ],
    "Det": [
        row(torch.linalg.det, draw(2, 3, 3)),
        row(torch.linalg.det, draw(4, 4)),
    ],
    "CumProd": [
        row(lambda x, _: torch.cumprod(x, 1), draw(2, 5), integers([1], [])),
        row(lambda x, _: torch.cumprod(x, 1), given([2, 0, 3, 0, 5], [1, 5]), integers([1], [])),
    ],
    "AffineGrid": [
        row(lambda theta, size, align=align: F.affine_grid(theta, size.tolist(), bool(align)), draw(2, 2, 3), integers([2, 1, 3, 4]), align_corners=align)
        for align in (0, 1)
    ],
    "ReverseSequence": [row(reversed_parts, draw(4, 3, 2), integers([2, 4, 1]))],
    "DeformConv": [
        row(deformed, draw(2, 4, 4, 5), draw(2, 4, 2, 3), draw(2, 24, 3, 3), draw(2), draw(2, 12, 3, 3), offset_group=2),
        row(deformed, draw(1, 2, 3, 3), draw(1, 2, 2, 2), draw(1, 8, 2, 2, low=-0.4, high=-0.1)),
    ],
    "GlobalLpPool": [
        row(lambda x, p=p: torch.linalg.vector_norm(x, p, (2, 3), True), draw(1, 2, 3, 2), p=p) for p in (1, 2, 3)
    ],
    "CenterCropPad": [row(lambda x, _: F.pad(x[1:3], (1, 2)), draw(5, 4), integers([2, 7]))],
}


def attribute(value):
    kinds = {int: "int", float: "float", str: "string", list: "ints"}
    return {"kind": kinds[type(value)], "value": value}


def tensor_of(spec):
    if spec is None:
        return None
    if "reals" in spec:
        x = torch.tensor(spec["reals"], dtype=torch.float32).double().reshape(spec["dims"])
        return x.requires_grad_(not spec.get("fixed", False))
    values = spec.get("integers", spec.get("booleans", spec.get("int32")))
    return torch.tensor(values).reshape(spec["dims"])


def coefficients(count):
    """The gradient of the outputs' elements, which the test knows too."""
    return torch.tensor([0.5 + (7 * i % 11) / 10 for i in range(count)], dtype=torch.float64)


def record(operator, node):
    tensors = [tensor_of(spec) for spec in node["inputs"]]
    result = node["function"](*tensors)
    outputs = result if isinstance(result, tuple) else (result,)
    loss = sum((y.flatten() * coefficients(y.numel())).sum() for y in outputs)
    loss.backward()
    gradients = [plain(x.grad) for x in tensors if x is not None and x.requires_grad]
    assert all(math.isfinite(value) for gradient in gradients for value in gradient), operator
    return {
        "operator": operator,
        "attributes": {name: attribute(value) for name, value in node["attributes"].items()},
        "inputs": node["inputs"],
        "outputs": [{"dims": list(y.shape), "reals": plain(y)} for y in outputs],
        "gradients": gradients,
    }


def main():
    torch.set_num_threads(1)
    rows = [record(operator, node) for operator, nodes in OPERATORS.items() for node in nodes]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
    target = folder / "operators.json"
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in rows)
    version = torch.__version__.split("+")[0]
    target.write_text(f'{{"pytorch": "{version}", "rows": [\n{lines}\n]}}\n')


main()
