import { inMemory } from "../../dist/data/samples.js";
import { readModelFile } from "../../dist/onnx/file.js";
import { elementCount } from "../../dist/onnx/tensor.js";
import { nodeRuntime } from "../../dist/runtime/node.js";
import { createPredictor } from "../../dist/train/predict.js";
import type { Trainer } from "../serve.js";
import type { ScoringTask } from "../targets.js";

/** Batches of random images, one after the other. */
const batches = 4;

/** Limbeck's predictor; a step is one batch, from bytes to logits. */
export async function prepare({ model, sampleShape, classes, batch, threads }: ScoringTask): Promise<Trainer> {
	const runtime = await nodeRuntime();
	const predictor = await createPredictor(runtime, await readModelFile(model), {
		sampleShape,
		classes,
		normalization: { mean: 0.5, std: 0.3 },
		where: model,
		batch,
		threads,
	});
	const size = batch * elementCount(sampleShape);
	const images = Uint8Array.from({ length: batches * size }, (_, index) => (index * 2654435761) >>> 24);
	return {
		about: `onnxruntime-node ${runtime.version}`,
		async run(steps) {
			let last = 0;
			for (let done = 0; done < steps; done += batches) {
				const some = Math.min(batches, steps - done);
				const samples = inMemory(images.subarray(0, some * size));
				last = (await predictor.logits({ count: some * batch, samples })).at(-1) ?? Number.NaN;
			}
			return last;
		},
	};
}
