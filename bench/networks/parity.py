"""PyTorch's side of `npm run bench -- networks`.

`parity.py record NET WEIGHTS FOLDER` makes a network, exports it in several forms, trains it for some steps in double
and in single precision, and writes what came into FOLDER. `parity.py compare FOLDER FORM` holds what Limbeck trained
of that form (`FORM.before.onnx`, `FORM.after.onnx`) against it. Both print a JSON object.

WEIGHTS is `fresh`, as the network starts, or `random`: then norms, biases, scales and running averages have values of
their own too, so that no part of the network starts as an identity.

Forms: `legacy` (torch.onnx's old exporter, batch normalisation in training form), `static` (the new one, a batch of 2
only), `dynamic` (any batch) and `plain` (any batch, `optimize=False`, which README advises). `static` and `dynamic` hold
batch normalisation folded into the convolutions, and small kernels that are standardised as they are then, so their
reference is the network after the same folding.
"""

import copy
import hashlib
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

STEPS, BATCH, CLASSES, MOMENTUM = 3, 8, 10, 0.9
# The one at which single and double precision agree best: at low rates changes drown in the rounding of the weights, at
# high ones deep networks amplify rounding.
RATES = (0.1, 0.01, 0.001)
MEAN, STD = 0.5, 0.25
TIMED_STEPS = 4
# Trainings with weights that are moved by a rounding, and how far.
SHAKEN, ROUNDING = 2, 2.0**-23
OPSET = {"legacy": 17, "static": 18, "dynamic": 18, "plain": 18}


def pixels(shape, count):
    """Smooth random bytes, the same on both sides: they are written to a file."""
    rng = np.random.default_rng(5)
    values = rng.random((count, *shape)) * 2 - 1
    for axis in range(max(1, len(shape) - 2) + (len(shape) > 1), len(shape) + 1):
        for _ in range(2):
            values = values + np.roll(values, 1, axis)
    values = values / np.abs(values).max()
    return np.clip(127.5 + 127.5 * values, 0, 255).astype(np.uint8)


def make(net, weights):
    import torch

    from nets import NETS

    torch.manual_seed(1)
    build, shape = NETS[net]
    model = build().eval()
    if weights == "random":
        with torch.no_grad():
            for name, value in [*model.named_parameters(), *model.named_buffers()]:
                if not value.is_floating_point() or value.numel() == 0 or is_table(model, name):
                    continue
                if name.endswith("running_var"):
                    value.uniform_(0.7, 1.3)
                elif name.endswith("running_mean"):
                    value.normal_(0, 0.1)
                elif value.dim() < 2 or value.std() == 0:
                    value.add_(0.2 * torch.rand_like(value) - 0.1)
    return model, shape


def is_table(model, name):
    """Whether it is a buffer that no training changes, such as positions."""
    return name in dict(model.named_buffers()) and "running_" not in name


def as_written(name, module, written):
    """A convolution of timm's that standardises its kernel, as a file has it; whether its kernel is folded.

    Exporters name what they leave as it is like the module does. A folded kernel makes it a plain convolution; a folded
    gain is one with the scale in it."""
    import torch
    import torch.nn.functional as F

    if f"{name}.gain" not in written:
        module.gain = torch.nn.Parameter(module.gain.detach() * module.scale)
        module.scale = 1
    if f"{name}.weight" in written:
        return False
    weight = module.weight.detach()
    gain = (module.gain.detach() * module.scale).view(-1)
    flat = weight.reshape(1, len(weight), -1)
    standard = F.batch_norm(flat, None, None, weight=gain, training=True, momentum=0, eps=module.eps)
    module.weight = torch.nn.Parameter(standard.reshape_as(weight))
    del module.gain
    module.__class__ = torch.nn.Conv2d
    return True


def folded(model, example, written):
    """The network as a file has it whose initialisers have these names: batch normalisation behind a convolution or
    linear layer is part of it, and arithmetic over weights is done. With the names of the kernels that this replaces."""
    import torch
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

    model = copy.deepcopy(model).eval()
    makers, pairs, uses = {}, [], {}
    kinds = (nn.Conv1d, nn.Conv2d, nn.Linear)

    def seen(module, inputs, output):
        if not inputs or not isinstance(inputs[0], torch.Tensor):
            return
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and id(inputs[0]) in makers:
            pairs.append((makers[id(inputs[0])][0], module))
        if isinstance(module, kinds):
            makers[id(output)] = (module, output)
            uses[module] = uses.get(module, 0) + 1

    standardised = [(name, one) for name, one in model.named_modules() if type(one).__name__.startswith("ScaledStdConv")]
    replaced = [f"{name}.weight" for name, one in standardised if as_written(name, one, written)]
    hooks = [module.register_forward_hook(seen) for module in model.modules()]
    with torch.no_grad():
        model(example)
    for hook in hooks:
        hook.remove()
    for layer, norm in pairs:
        if uses[layer] > 1:
            continue
        fuse = fuse_linear_bn_eval if isinstance(layer, nn.Linear) else fuse_conv_bn_eval
        fused = fuse(copy.deepcopy(layer), norm)
        layer.weight, layer.bias = (nn.Parameter(one.detach()) for one in (fused.weight, fused.bias))
        with torch.no_grad():
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            if norm.affine:
                norm.weight.fill_(1)
                norm.bias.zero_()
        norm.folded = True
        for parameter in norm.parameters():
            parameter.requires_grad_(False)
    return model, replaced


def export(model, form, shape, path):
    import torch

    model_state = {name: value.numpy() for name, value in model.state_dict().items()}
    model = copy.deepcopy(model)
    example = torch.zeros(2, *shape)
    names = {"input_names": ["input"], "output_names": ["logits"], "opset_version": OPSET[form]}
    if form == "legacy":
        torch.onnx.export(
            model.train(),
            (example,),
            path,
            dynamo=False,
            training=torch.onnx.TrainingMode.TRAINING,
            do_constant_folding=True,
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
            **names,
        )
        restore(path, model_state)
        return
    shapes = {} if form == "static" else {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}
    torch.onnx.export(
        model.eval(), (example,), path, dynamo=True, optimize=form != "plain", external_data=False, verbose=False, **shapes, **names
    )


def restore(path, state):
    """Gives running averages in a file their values: tracing in training form has moved them."""
    import onnx

    model = onnx.load(path)
    for one in model.graph.initializer:
        if one.name.endswith(("running_mean", "running_var")):
            one.CopyFrom(onnx.numpy_helper.from_array(state[one.name], one.name))
    onnx.save(model, path)


def train(model, images, labels, rate, precision, steps=STEPS):
    """Trains a copy; its parameters and running averages afterwards, and seconds of processor time a step."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    model = copy.deepcopy(model).to(precision)
    model.train()
    for module in model.modules():
        if getattr(module, "folded", False):
            module.eval()
    wanted = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(wanted, lr=rate, momentum=MOMENTUM)
    x = ((torch.from_numpy(images).to(precision) / 255) - MEAN) / STD
    y = torch.from_numpy(labels)
    losses = []
    start = time.process_time()
    for step in range(steps):
        at = slice(step % STEPS * BATCH, (step % STEPS + 1) * BATCH)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[at]), y[at])
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    seconds = (time.process_time() - start) / steps
    used = {name for name, value in model.named_parameters() if value.grad is not None}
    return {name: value.detach().double().numpy() for name, value in state_of(model, used).items()}, losses, seconds


def state_of(model, used=None):
    """Trained parameters that the loss depends on, and running averages that training changes."""
    skipped = {
        f"{prefix}.{name}"
        for prefix, module in model.named_modules()
        if getattr(module, "folded", False)
        for name in ("weight", "bias", "running_mean", "running_var")
    }
    state = {name: value for name, value in model.named_parameters() if used is None or name in used}
    state |= {name: value for name, value in model.named_buffers() if name.endswith(("running_mean", "running_var"))}
    return {name: value for name, value in state.items() if name not in skipped}


def best_rate(model, images, labels):
    import torch

    before = {name: value.detach().numpy() for name, value in state_of(model).items()}
    worst = {}
    for rate in RATES:
        double, single = (train(model, images, labels, rate, one)[0] for one in (torch.float64, torch.float32))
        scale = scale_of([double[name] - before[name] for name in double])
        errors = [error_of(before[name], double[name] - before[name], single[name] - before[name], scale) for name in double]
        worst[rate] = max(errors) if np.isfinite(errors).all() else np.inf
    return min(worst, key=worst.get)


def scale_of(changes):
    """The size of a change of an element that is usual in the network."""
    return np.median([np.sqrt(np.mean(one**2)) for one in changes])


def error_of(before, wanted, got, scale):
    """The error of a tensor's change, relative to its size. Below the floor a change is rounding: of the weights
    themselves, or a gradient that is zero in truth."""
    floor = max(1e-3 * scale * np.sqrt(wanted.size), 3e-6 * np.linalg.norm(before))
    return np.linalg.norm(got - wanted) / max(np.linalg.norm(wanted), floor, 1e-30)


def record(net, weights, folder, forms):
    import torch

    model, shape = make(net, weights)
    images = pixels(shape, STEPS * BATCH)
    labels = np.random.default_rng(6).integers(0, CLASSES, STEPS * BATCH)
    images.tofile(folder / "pixels.bin")
    with torch.no_grad():
        x = ((torch.from_numpy(images[:BATCH]).float() / 255) - MEAN) / STD
        logits = copy.deepcopy(model)(x).numpy()
    about = {"shape": shape, "labels": labels.tolist(), "forms": {}, "steps": STEPS, "batch": BATCH, "classes": CLASSES}
    about |= {"momentum": MOMENTUM, "mean": MEAN, "std": STD, "logits": logits.flatten().tolist()}
    for form in forms:
        path = str(folder / f"{form}.onnx")
        try:
            export(model, form, shape, path)
        except Exception as error:  # What the exporter cannot write is no matter of ours; the table says so.
            about["forms"][form] = {"failed": f"{type(error).__name__}: {str(error)[:200]}"}
            continue
        reference, replaced = model, []
        if form in ("static", "dynamic"):
            reference, replaced = folded(model, torch.zeros(2, *shape), set(initializers(path)))
        kind = "-".join(["folded", *replaced]) if reference is not model else "whole"
        kind = hashlib.sha256(kind.encode()).hexdigest()[:8]
        if kind not in about:
            about[kind] = {"replaced": replaced, **record_reference(reference, images, labels, folder / kind)}
        about["forms"][form] = {"reference": kind, "rate": about[kind]["rate"]}
    (folder / "about.json").write_text(json.dumps(about))
    return {"forms": about["forms"]}


def record_reference(reference, images, labels, path):
    """Trains a network in double and in single precision, and in double precision with its weights moved by a rounding:
    what a result says that this moves is rounding."""
    import torch

    before = {name: value.detach().numpy() for name, value in state_of(reference).items()}
    rate = best_rate(reference, images, labels)
    runs = {"double": train(reference, images, labels, rate, torch.float64)}
    runs["single"] = train(reference, images, labels, rate, torch.float32)
    for seed in range(SHAKEN):
        runs[f"shaken{seed}"] = train(shaken(reference, seed), images, labels, rate, torch.float64)
    _, _, seconds = train(reference, images, labels, rate, torch.float32, steps=TIMED_STEPS)
    for what, (state, _, _) in {"before": (before, 0, 0), **runs}.items():
        np.savez(f"{path}.{what}.npz", **{name: state[name] for name in runs["double"][0]})
    return {"losses": runs["double"][1], "seconds": seconds, "rate": rate}


def shaken(model, seed):
    """A copy with every weight moved by a rounding of single precision at most."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    model = copy.deepcopy(model)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(1 + ROUNDING * (2 * torch.rand(weight.shape, generator=generator) - 1))
    return model


def initializers(path):
    import onnx

    model = onnx.load(path)
    return {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer if one.data_type == 1}


def nearest(sorted_values, wanted, tolerance):
    """Where each wanted value lies among sorted ones, and whether one is there within a relative tolerance."""
    if sorted_values.size == 0:
        return np.zeros(wanted.size, int), np.zeros(wanted.size, bool)
    right = np.clip(np.searchsorted(sorted_values, wanted), 1, max(1, sorted_values.size - 1))
    left = right - 1
    right = np.minimum(right, sorted_values.size - 1)
    closer = np.where(np.abs(sorted_values[left] - wanted) <= np.abs(sorted_values[right] - wanted), left, right)
    return closer, np.abs(sorted_values[closer] - wanted) <= tolerance * np.abs(wanted)


def distinct(sorted_values):
    """Which of sorted values are told from their neighbours in spite of rounding."""
    if sorted_values.size < 2:
        return np.ones(sorted_values.size, bool)
    gaps = np.diff(sorted_values) > 1e-5 * np.abs(sorted_values[1:])
    return np.r_[True, gaps] & np.r_[gaps, True]


def is_written(values, written):
    """Whether a tensor's values are among those of a file."""
    return np.isin(values, written).mean() > 0.9


def match_alike(silent, ours_before, left):
    """Fills in the changes of tensors whose elements are all alike, or that hold no value of their own: by their names,
    else by what fits best among tensors and parts of them, such as joined biases of queries and keys. `silent` has of
    each what it was, how it should change and where its change goes; what serves is taken out of `left`. The names of
    those that are found as parts."""
    rest, parts = {}, []
    for name, (before, wanted, got) in silent.items():
        if name in left and left[name].size == got.size and np.array_equal(ours_before[name].ravel(), before):
            got[:] = left.pop(name)
        else:
            rest[name] = before, wanted, got
    pieces = [(ours_before[name].ravel(), change, np.zeros(change.size, bool)) for name, change in left.items()]
    # Whole tensors first, the nearest ones before others: a small part of something may fit as well by chance.
    whole = [
        (np.linalg.norm(change - wanted) / max(np.linalg.norm(wanted), 1e-30), name, at)
        for name, (before, wanted, _) in rest.items()
        for at, (start, change, _) in enumerate(pieces)
        if change.size == wanted.size and np.array_equal(np.sort(start), np.sort(before))
    ]
    for distance, name, at in sorted(whole):
        _, change, used = pieces[at]
        if distance < 0.5 and name in rest and not used.any():
            _, _, got = rest.pop(name)
            got[:], used[:] = change, True
    for name, (before, wanted, got) in rest.items():
        size, ordered = got.size, np.sort(before)
        found = [
            (np.linalg.norm(change[at : at + size] - wanted), change[at : at + size], used[at : at + size], change.size > size)
            for start, change, used in pieces
            for at in range(0, start.size - size + 1, size)
            if not used[at : at + size].any() and np.array_equal(np.sort(start[at : at + size]), ordered)
        ]
        if found:
            _, change, used, is_part = min(found, key=lambda one: one[0])
            got[:], used[:] = change, True
            parts += [name] * is_part
    return parts


def compare(folder, form):
    """Each tensor's change, Limbeck's against PyTorch's: matched by value, element by element, since exporters
    transpose, join and rename; equal elements (fresh gains and biases) by name, or by what fits best."""
    about = json.loads((folder / "about.json").read_text())
    kind = about["forms"][form]["reference"]
    before, double, *peers = (
        dict(np.load(folder / f"{kind}.{what}.npz"))
        for what in ("before", "double", "single", *(f"shaken{seed}" for seed in range(SHAKEN)))
    )
    ours_before, ours_after = (initializers(folder / f"{form}.{what}.onnx") for what in ("before", "after"))
    names = list(before)
    flat = np.concatenate([before[name].ravel() for name in names])
    sizes = np.array([before[name].size for name in names])
    owner = np.repeat(np.arange(len(names)), sizes)
    ends = np.cumsum(sizes)
    parts = [slice(end - size, end) for end, size in zip(ends, sizes)]
    wanted, *rounded = (np.concatenate([state[name].ravel() for name in names]) - flat for state in (double, *peers))
    got = np.full(flat.size, np.nan)

    values, first, counts = np.unique(flat, return_index=True, return_counts=True)
    once, at_once = values[counts == 1], first[counts == 1]
    left = {}
    for name, start in ours_before.items():
        change = ours_after[name].astype(np.float64).ravel() - start.ravel()
        near, found = nearest(once, start.ravel(), 1e-6)
        votes = np.bincount(owner[at_once[near[found]]], minlength=len(names))
        taken = False
        for at in np.flatnonzero(votes > 0.3 * np.minimum(start.size, sizes)):
            order = parts[at].start + np.argsort(flat[parts[at]], kind="stable")
            clear = order[distinct(flat[order])]
            near, found = nearest(flat[clear], start.ravel(), 3e-6)
            got[clear[near[found]]] = change[found]
            taken = True
        if not taken:
            left[name] = change
    silent = [at for at, part in enumerate(parts) if not np.isfinite(got[part]).any()]
    as_parts = match_alike({names[at]: (flat[parts[at]], wanted[parts[at]], got[parts[at]]) for at in silent}, ours_before, left)

    scale = scale_of([wanted[part] for part in parts])
    rows = []
    for at, name in enumerate(names):
        part = parts[at]
        known = np.isfinite(got[part])
        error, *peer = (error_of(flat[part][known], wanted[part][known], one[part][known], scale) for one in (got, *rounded))
        # Of large tensors many elements are too near to others to be told apart.
        clear = distinct(np.sort(flat[part])).sum()
        share = min(1, known.sum() / (clear or known.size))
        rows.append({"name": name, "share": float(share), "error": float(error), "peer": float(max(peer))})
    # What the exporter has computed others from is not in the file: nothing of it can be trained.
    written = np.unique(np.concatenate([one.ravel() for one in initializers(folder / f"{form}.onnx").values()]))
    # Some equal elements are a coincidence.
    absent = [row["name"] for row in rows if row["share"] < 0.3]
    folded_away = [name for name in absent if not is_written(before[name], written)]
    absent = [name for name in absent if name not in folded_away]
    limit = min(max(1e-2, 10 * max(row["peer"] for row in rows)), 0.1)
    # Zeros may be part of anything: those that no part explains were computed away, such as a fresh table's.
    folded_away += [row["name"] for row in rows if row["name"] in as_parts and row["error"] > limit]
    rows = [row for row in rows if row["name"] not in [*folded_away, *absent]]
    worst = sorted(rows, key=lambda row: -row["error"])
    wrong = [row for row in worst if row["error"] > limit]
    return {
        "tensors": len(rows) + len(absent),
        "absent": absent,
        "folded": folded_away,
        "replaced": about[kind]["replaced"],
        "wrong": wrong[:12],
        "worst": worst[:3],
        "wrongs": len(wrong),
        "largest": worst[0]["error"] if worst else None,
        "peer": max(row["peer"] for row in rows),
        "unmatched": sorted(left),
        "seconds": about[kind]["seconds"],
    }


def main():
    warnings.filterwarnings("ignore")
    what, *rest = sys.argv[1:]
    if what == "list":
        from nets import NETS

        result = {"nets": list(NETS)}
    elif what == "record":
        net, weights, folder, *forms = rest
        result = record(net, weights, Path(folder), forms)
    else:
        result = compare(Path(rest[0]), rest[1])
    print("\n" + json.dumps(result))


main()
