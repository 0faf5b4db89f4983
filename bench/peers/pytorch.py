"""PyTorch's side of the training benchmark: `pytorch.py eager|compile|sgemm TASK`; see ../serve.ts for the protocol."""

import json
import sys
import time

import torch

BATCHES = 32


def trainer(net, batch, compiled):
    """Returns run(steps), which trains and returns the last step's loss."""
    layers = []
    for inputs, outputs in zip(net, net[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=compiled)
    images = torch.randint(0, 256, (BATCHES, batch, net[0]), dtype=torch.uint8)
    labels = torch.randint(0, net[-1], (BATCHES, batch))

    def objective(pixels, y):
        # From the pixels as they are stored, as in our step.
        x = pixels.float().mul_(1 / (255 * 0.3)).sub_(0.5 / 0.3)
        return torch.nn.functional.cross_entropy(model(x), y)

    if compiled:
        objective = torch.compile(objective)

    def run(steps):
        for step in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = objective(images[step % BATCHES], labels[step % BATCHES])
            loss.backward()
            optimizer.step()
        return loss.item()

    return run


def sgemm(size):
    """Returns run(steps), where a step is one product of two square matrices."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    out = torch.empty(size, size)

    def run(steps):
        for _ in range(steps):
            torch.mm(a, b, out=out)
        return out[0, 0].item()

    return run


def main():
    mode, task = sys.argv[1], json.loads(sys.argv[2])
    torch.manual_seed(0)
    torch.set_num_threads(task["threads"])
    run = sgemm(task["net"][0]) if mode == "sgemm" else trainer(task["net"], task["batch"], mode == "compile")
    print(json.dumps({"about": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        loss = run(int(line))
        elapsed = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"ms": elapsed, "loss": loss}, allow_nan=False), flush=True)


main()
