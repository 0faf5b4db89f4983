"""PyTorch's side of the benchmarks: `pytorch.py MODE TASK`; see ../serve.ts for the protocol.

MODE is `eager`, `compile` or `channels-last`, which train a network, `sgemm` or `convolution`.
"""

import json
import sys
import time

import torch
from pytorch_nets import build

BATCHES = 32


def trainer(task, mode):
    """Returns run(steps), which trains and returns the last step's loss, and the number of parameters."""
    layout = torch.channels_last if mode == "channels-last" else torch.contiguous_format
    device = task.get("device", "cpu")
    if device not in ("cpu", "cuda"):
        raise SystemExit(f"PyTorch has no device {device}")
    model = build(task["model"], task["sampleShape"], task["classes"]).to(device, memory_format=layout).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=mode == "compile")
    shape = (task["batch"], *task["sampleShape"])
    # Stored in the layout that the network wants.
    images = [torch.randint(0, 256, shape, dtype=torch.uint8).to(device, memory_format=layout) for _ in range(BATCHES)]
    labels = torch.randint(0, task["classes"], (BATCHES, task["batch"])).to(device)

    def objective(pixels, y):
        # From the pixels as they are stored, as in our step.
        x = pixels.float().mul_(1 / (255 * 0.3)).sub_(0.5 / 0.3)
        return torch.nn.functional.cross_entropy(model(x), y)

    if mode == "compile":
        objective = torch.compile(objective)

    def run(steps):
        for step in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = objective(images[step % BATCHES], labels[step % BATCHES])
            loss.backward()
            optimizer.step()
        return loss.item()

    return run, sum(parameter.numel() for parameter in model.parameters())


def sgemm(size):
    """Returns run(steps), where a step is one product of two square matrices."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    out = torch.empty(size, size)

    def run(steps):
        for _ in range(steps):
            torch.mm(a, b, out=out)
        return out[0, 0].item()

    return run


def convolution(task):
    """Returns run(steps), where a step is a convolution or one of its gradients."""
    layout = torch.channels_last if task["channelsLast"] else torch.contiguous_format
    x, w = (torch.rand(task[name]).to(memory_format=layout) for name in ("x", "w"))
    stride, padding, group = [[task[name]] * 2 for name in ("stride", "padding")] + [task["group"]]

    def forward():
        return torch.conv2d(x, w, None, stride, padding, 1, group)

    dy = torch.rand_like(forward())
    mask = [task["what"] == what for what in ("dx", "dw", "db")]

    def backward():
        options = (None, stride, padding, [1, 1], False, [0, 0], group, mask)
        return next(d for d in torch.ops.aten.convolution_backward(dy, x, w, *options) if d is not None)

    step = forward if task["what"] == "y" else backward

    def run(steps):
        for _ in range(steps):
            result = step()
        return result.flatten()[0].item()

    return run


def main():
    mode, task = sys.argv[1], json.loads(sys.argv[2])
    torch.manual_seed(0)
    torch.set_num_threads(task["threads"])
    about = {"about": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}
    if mode == "sgemm":
        run = sgemm(task["size"])
    elif mode == "convolution":
        run = convolution(task)
    else:
        run, about["parameters"] = trainer(task, mode)
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        start, used = time.perf_counter(), time.process_time()
        loss = run(int(line))
        elapsed = 1e3 * (time.perf_counter() - start)
        busy = 1e3 * (time.process_time() - used)
        print(json.dumps({"ms": elapsed, "cpuMs": busy, "loss": loss}, allow_nan=False), flush=True)


main()
