/**
 * A kernel that is standardised before it is used (Qiao et al. 2019), as torch.onnx writes it: BatchNormalization in its
 * inference form, with mean and variance that are computed from the kernel. Its gradient flows through all three.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Graph, zeros } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { importModel } from "../../src/import/index.js";
import { placeModel } from "../../src/models/apply.js";
import { readModelFile } from "../../src/onnx/file.js";
import type { TrainingForms } from "../../src/ops/operator.js";
import { expectGradients } from "../support/gradient-check.js";
import { real } from "../support/graphs.js";
import { ownCases } from "./case.js";

const model = importModel(await readModelFile(join(ownCases, "networks/scaled_std_conv.dynB.onnx")));
const wanted = ["net.c.weight", "net.c.gain"];

function initial(name: string): ReturnType<typeof real> {
	const tensor = model.graph.initializers.find((one) => one.name === name)?.tensor;
	if (tensor?.type !== "float") throw new TypeError(`expected floats ${name}, got ${String(tensor?.type)}`);
	return real("float", tensor.dims, tensor.data);
}

/** Everything is trained, no running average is carried. */
const training: TrainingForms = {
	dropoutMask: (like) => like,
	batchStatistics: true,
	trains: () => true,
	carries: () => false,
	trainsAll: true,
	setState: ({ name }) => expect.unreachable(name),
};

test.each([undefined, training])(
	"the gradient of a standardised kernel is central differences', training form %#",
	async (form) => {
		const build = (g: Graph, values: readonly Value[]): Value => {
			const parameters = new Map(
				wanted.flatMap((name, index) => {
					const value = values[index];
					return value === undefined ? [] : [[name, value] as const];
				}),
			);
			const input = g.constant(zeros({ type: "float", dims: [1, 3, 16, 16] }));
			const placed = placeModel(g, model, { input, parameters, ...(form === undefined ? {} : { training: form }) });
			// The kernel that the convolution uses: behind it are the kinks of a Relu.
			return placed.inner("view_2", "kernel");
		};
		await expectGradients({ at: wanted.map(initial), build });
	},
);
