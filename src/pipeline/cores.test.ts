import { expect, test } from "vitest";
import { networkOptions } from "../distill/networks.js";
import { coresOf } from "./cores.js";

test.each([
	["a small fully connected net", { hidden: [30] }, 1],
	["a large one", { hidden: [4000, 4000] }, 4],
	["a large batch", { hidden: [30], batch: 16_384 }, 4],
	["a small acoustic model", { family: "acoustic", layers: 2, units: 30 }, 1],
	["a large one", { family: "acoustic", layers: 2, units: 4000 }, 4],
	["convolutions", { family: "cnn", channels: [2] }, 4],
	["a file", { family: "file", file: "a.onnx" }, 4],
])("%s: cores of four", (_, network, cores) => {
	expect(coresOf({ ...networkOptions.parse(network), epochs: 1, jitter: 0 }, [1, 28, 28], 4)).toBe(cores);
});
