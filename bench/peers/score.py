"""Python onnxruntime's side of the scoring benchmark: `score.py TASK`; see ../serve.ts for the protocol."""

import json
import os
import sys
import time

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy
import onnxruntime

BATCHES = 4


def main():
    task = json.loads(sys.argv[1])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task["threads"]
    session = onnxruntime.InferenceSession(task["model"], options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    shape = (BATCHES, task["batch"], *task["sampleShape"])
    images = numpy.random.default_rng(0).integers(0, 256, shape, dtype=numpy.uint8)
    scale, shift = numpy.float32(1 / (255 * 0.3)), numpy.float32(0.5 / 0.3)
    print(json.dumps({"about": f"onnxruntime {onnxruntime.__version__}"}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for step in range(int(line)):
            # From the pixels as they are stored, as ours.
            x = images[step % BATCHES].astype(numpy.float32)
            x *= scale
            x -= shift
            logits = session.run(None, {name: x})[0]
        elapsed = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"ms": elapsed, "loss": float(logits[-1, -1])}, allow_nan=False), flush=True)


main()
