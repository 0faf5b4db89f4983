"""PyTorch's side of the combination benchmark: gradient descent (Adam) on logits; see ../serve.ts for the protocol."""

import json
import sys
import time

import numpy
import torch

TOLERANCE = 1e-4
MOST_STEPS = 2000
RATE = 0.1


def main():
    task = json.loads(sys.argv[1])
    torch.set_num_threads(task["threads"])
    cases, classes, size, slots = task["cases"], task["classes"], task["size"], task["mostActive"]

    def read(name, kind, *shape):
        return torch.from_numpy(numpy.fromfile(f"{task['folder']}/{name}", dtype=kind).reshape(shape))

    generalist = read("generalist", numpy.float32, cases, classes)
    members = read("members", numpy.int64, cases, slots * size)
    answers = read("answers", numpy.float32, cases, slots, size + 1)
    active = read("active", numpy.int64, cases)
    wanted = read("wanted", numpy.float32, cases, classes)
    mask = (torch.arange(slots)[None] < active[:, None]).float()

    def descend(steps, until=None):
        z = generalist.log().requires_grad_()
        # Plain gradient descent needs many times the steps.
        optimizer = torch.optim.Adam([z], lr=RATE, betas=(0.9, 0.99))
        for step in range(steps):
            q = torch.softmax(z, 1)
            if until is not None and step % 5 == 0 and (q.detach() - wanted).abs().max() < until:
                return q, step
            inside = q.gather(1, members).view(cases, slots, size)
            outside = (1 - inside.sum(2)).clamp_min(1e-12)
            own = -(answers[:, :, :-1] * inside.clamp_min(1e-30).log()).sum(2) - answers[:, :, -1] * outside.log()
            loss = -(generalist * torch.log_softmax(z, 1)).sum() + (mask * own).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        return torch.softmax(z, 1), steps

    _, steps = descend(MOST_STEPS, TOLERANCE)
    off = (descend(steps)[0] - wanted).abs().max().item()
    about = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {steps} steps, off by {off:.1e}"
    print(json.dumps({"about": about}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            q, _ = descend(steps)
        elapsed = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"ms": elapsed, "loss": float(q[0, 0])}, allow_nan=False), flush=True)


main()
