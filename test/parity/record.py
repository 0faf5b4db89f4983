"""Records short PyTorch trainings, for test/parity/pytorch.test.ts to repeat.

With PyTorch 2.13: python test/parity/record.py [FOLDER] && npm run format
The cases are written in Limbeck's own options; this file says what they are in PyTorch's.
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

INPUTS, HIDDEN, TEACHER_HIDDEN, CLASSES, BATCH, STEPS = 12, 8, 7, 5, 6, 10
MEAN, STD = 0.13, 0.31

ACTIVATIONS = {
    "relu": F.relu,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "elu": F.elu,
    "leaky-relu": F.leaky_relu,
    "softplus": F.softplus,
}

SGD = {"name": "sgd", "learningRate": 0.1, "momentum": 0.9}
ADAM = {"name": "adam", "learningRate": 0.01}
HARD = {"name": "cross-entropy"}
SOFT = {"name": "soft-targets", "temperature": 4, "hardWeight": 0.3}

CASES = [
    {"name": "SGD with momentum", "optimizer": SGD},
    {"name": "SGD without momentum", "optimizer": {**SGD, "momentum": 0}},
    {"name": "SGD with Nesterov momentum", "optimizer": {**SGD, "nesterov": True}},
    {"name": "SGD with weight decay", "optimizer": {**SGD, "weightDecay": 0.05}},
    {"name": "SGD with clip_grad_norm_", "optimizer": SGD, "clipNorm": 0.5},
    {"name": "SGD with renorm", "optimizer": SGD, "maxNorm": 0.7},
    {"name": "Adam", "optimizer": ADAM},
    {"name": "Adam with L2 penalty", "optimizer": {**ADAM, "weightDecay": 0.05}},
    {"name": "AdamW", "optimizer": {"name": "adamw", "learningRate": 0.01, "weightDecay": 0.1}},
    {"name": "AdamW with warm-up and cosine", "optimizer": {"name": "adamw", "learningRate": 0.02}, "warmupSteps": 3},
    {"name": "soft targets, SGD", "optimizer": SGD, "loss": SOFT},
    {"name": "soft targets, Adam", "optimizer": ADAM, "loss": SOFT},
    {"name": "logit matching", "optimizer": SGD, "loss": {"name": "logit-matching"}},
    *({"name": name, "optimizer": SGD, "activation": name} for name in ACTIVATIONS if name != "relu"),
]


def draw_layers(generator, hidden):
    shapes = {
        "hidden1.weight": (hidden, INPUTS),
        "hidden1.bias": (hidden,),
        "logits.weight": (CLASSES, hidden),
        "logits.bias": (CLASSES,),
    }
    return {name: torch.randn(shape, generator=generator) * 0.4 for name, shape in shapes.items()}


def logits_of(weights, x, activation):
    hidden = activation(F.linear(x, weights["hidden1.weight"], weights["hidden1.bias"]))
    return F.linear(hidden, weights["logits.weight"], weights["logits.bias"])


def loss_of(loss, student, teacher, labels):
    if loss["name"] == "cross-entropy":
        return F.cross_entropy(student, labels)
    if loss["name"] == "logit-matching":
        difference = (student - student.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
        return 0.5 * difference.square().mean()
    temperature, weight = loss["temperature"], loss["hardWeight"]
    soft = F.kl_div(
        F.log_softmax(student / temperature, 1),
        F.log_softmax(teacher / temperature, 1),
        log_target=True,
        reduction="batchmean",
    )
    return (1 - weight) * temperature**2 * soft + weight * F.cross_entropy(student, labels)


def optimizer_of(options, weights):
    # Limbeck decays matrices only.
    decay = options.get("weightDecay", 0.01 if options["name"] == "adamw" else 0)
    groups = [
        {"params": [w for w in weights.values() if w.ndim >= 2], "weight_decay": decay},
        {"params": [w for w in weights.values() if w.ndim < 2], "weight_decay": 0},
    ]
    rate = options["learningRate"]
    if options["name"] == "sgd":
        return torch.optim.SGD(groups, rate, options["momentum"], nesterov=options.get("nesterov", False))
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options["name"]](groups, rate)


def rate_at(case, step):
    """The base rate, or with warm-up: a linear rise, then half a cosine to 0."""
    base = case["optimizer"]["learningRate"]
    if "warmupSteps" not in case:
        return base
    warmup = case["warmupSteps"]
    progress = max(0, step - warmup) / (STEPS - warmup)
    return base * min(1, (step + 1) / warmup) * (1 + math.cos(math.pi * progress)) / 2


def train(case, start, teacher, pixels, labels):
    activation = ACTIVATIONS[case.get("activation", "relu")]
    weights = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
    optimizer = optimizer_of(case["optimizer"], weights)
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(case, step)
        x = (pixels[step].float() / 255 - MEAN) / STD
        loss = loss_of(
            case.get("loss", HARD), logits_of(weights, x, activation), logits_of(teacher, x, F.relu), labels[step]
        )
        optimizer.zero_grad()
        loss.backward()
        if "clipNorm" in case:
            torch.nn.utils.clip_grad_norm_(list(weights.values()), case["clipNorm"])
        optimizer.step()
        if "maxNorm" in case:
            with torch.no_grad():
                for w in weights.values():
                    if w.ndim >= 2:
                        w.copy_(torch.renorm(w, 2, 0, case["maxNorm"]))
        losses.append(loss.item())
    return losses, weights


def plain(tensors):
    return {name: [float(f"{x:.9g}") for x in tensor.flatten().tolist()] for name, tensor in tensors.items()}


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    student, teacher = draw_layers(generator, HIDDEN), draw_layers(generator, TEACHER_HIDDEN)
    pixels = torch.randint(0, 256, (STEPS, BATCH, INPUTS), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, CLASSES, (STEPS, BATCH), generator=generator)
    cases = []
    for case in CASES:
        losses, weights = train(case, student, teacher, pixels, labels)
        full = {"name": case["name"], "activation": "relu", "loss": HARD, **case}
        cases.append({**full, "losses": losses, "weights": plain(weights)})
    recorded = {
        "pytorch": torch.__version__.split("+")[0],
        "steps": STEPS,
        "batch": BATCH,
        "classes": CLASSES,
        "normalization": {"mean": MEAN, "std": STD},
        "student": {"hidden": HIDDEN, "weights": plain(student)},
        "teacher": {"hidden": TEACHER_HIDDEN, "weights": plain(teacher)},
        "pixels": pixels.flatten().tolist(),
        "labels": labels.flatten().tolist(),
        "cases": cases,
    }
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
    target = folder / "pytorch.json"
    target.write_text(json.dumps(recorded) + "\n")


main()
