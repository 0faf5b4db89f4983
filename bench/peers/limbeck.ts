import { z } from "zod";
import { sampleIndices } from "../../dist/data/order.js";
import { buildModel } from "../../dist/models/index.js";
import { selectTrainable } from "../../dist/models/trainable.js";
import { encodeModel } from "../../dist/onnx/encode.js";
import { elementCount, type Tensor } from "../../dist/onnx/tensor.js";
import { devices } from "../../dist/runtime/devices.js";
import { nodeRuntime } from "../../dist/runtime/node.js";
import { executionOf, longestCall, stateBytesOf } from "../../dist/train/plan.js";
import { type HeldState, initialState, runChunk } from "../../dist/train/state.js";
import { stateMemoryFor } from "../../dist/train/state-memory.js";
import { buildTrainingGraph, feeds } from "../../dist/train/training-graph.js";
import { trainingShape } from "../../dist/train/training-options.js";
import type { Task, Trainer } from "../serve.js";

/** Random images that batches are gathered from, as the peers do. */
const batchesOfData = 32;

/** Limbeck's own training step: chunks as long as the trainer's, of one set of batches, run by onnxruntime-node. */
export async function prepare(task: Task): Promise<Trainer> {
	const { model: spec, sampleShape, classes, batch, threads, device } = task;
	const inputs = elementCount(sampleShape);
	const model = buildModel(spec, { sampleShape, classes, seed: 1 });
	const runtime = await nodeRuntime();
	const { writesInPlace } = runtime;
	const execution = executionOf(model, { batch, sampleShape, threads, writesInPlace, device });
	const graph = buildTrainingGraph({
		model,
		target: device === undefined ? runtime.target : devices[device].target,
		stepByStep: execution.stepByStep,
		stepsATurn: execution.stepsATurn,
		sampleShape,
		classes,
		normalization: { mean: 0.5, std: 0.3 },
		loss: { name: "cross-entropy" },
		settings: z.strictObject(trainingShape).parse({
			batch,
			optimizer: { name: "sgd", learningRate: 0.01 },
			schedule: { name: "constant" },
		}),
		warmupSteps: 0,
		totalSteps: 1,
	});
	const session = await runtime.createSession(encodeModel(graph.model), { ...execution, threads, background: true });
	const memory = stateMemoryFor(session, graph, writesInPlace);
	const count = batchesOfData * batch;
	const images = Uint8Array.from({ length: count * inputs }, (_, index) => (index * 2654435761) >>> 24);
	const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
	const capacity = longestCall({ bytesPerStep: batch * inputs, stateBytes: stateBytesOf(graph) });
	const rows = sampleIndices(1, count, 0, capacity * batch);
	const chosen = new Int32Array(rows.buffer);
	const first: Tensor = { type: "float", dims: [], data: Float32Array.of(0) };
	const data: Readonly<Record<string, Tensor>> = {
		[feeds.samples]: { type: "uint8", dims: [count, ...sampleShape], data: images },
		[feeds.labels]: { type: "int32", dims: [count], data: labels },
	};
	const { spare } = memory;
	const into = spare && ((current: HeldState) => spare(current, []));
	const placed = memory.placing(data);
	let state = memory.put(initialState(graph, model, 1));
	const where = device === undefined ? "" : `, on ${device}`;
	return {
		about: `onnxruntime-node ${runtime.version}, ${threads} threads${where}`,
		parameters: selectTrainable(model).reduce((sum, { tensor }) => sum + elementCount(tensor.dims), 0),
		async run(steps) {
			let loss = Number.NaN;
			for (let left = steps; left > 0; left -= capacity) {
				const count = Math.min(left, capacity);
				const rows = { type: "int32", dims: [count, batch], data: chosen.subarray(0, count * batch) } as const;
				const steps = { type: "int64", dims: [], data: BigInt64Array.of(BigInt(count)) } as const;
				const places = { [feeds.firstStep]: first, [feeds.steps]: steps, [feeds.rows]: rows, [feeds.indices]: rows };
				const done = await runChunk(session, graph, state, { ...data, ...places }, { into, placed });
				state = done.state;
				loss = done.losses.at(-1) ?? loss;
			}
			return loss;
		},
	};
}
