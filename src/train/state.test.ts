import { expect, it } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { storedBytes, syntheticData } from "../../test/support/synthetic.js";
import { graphOptions, plainTraining } from "../../test/support/training.js";
import { buildModel, families } from "../models/index.js";
import { encodeModel } from "../onnx/encode.js";
import { feeds } from "./batch.js";
import { type ChunkResult, createStateSets, initialState, runChunk, type State } from "./state.js";
import { buildTrainingGraph } from "./training-graph.js";

it("two sets of arrays take turns, and a state that is kept has one of its own", () => {
	const carried = [{ name: "parameter/w", type: "float", dims: [2, 3] }] as const;
	const sets = createStateSets({ carried });
	const first = sets.spare([]);
	expect(first).toEqual({ "parameter/w": { type: "float", dims: [2, 3], data: new Float32Array(6) } });
	const second = sets.spare([first]);
	expect(second).not.toBe(first);
	expect(sets.spare([second])).toBe(first);
	const third = sets.spare([second, first]);
	expect([first, second]).not.toContain(third);
	expect(sets.spare([third, first])).toBe(second);
	expect(sets.spare([third, undefined])).toBe(first);
});

it("a chunk that is told to stop ends after the step that is being taken, with the losses of those that were", async () => {
	const { train, sampleShape, classes } = syntheticData();
	const [steps, batch] = [5, 4];
	const task = { sampleShape, classes: classes.length, seed: 1 };
	const model = buildModel({ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) }, task);
	const options = { ...plainTraining, ...task, model, batch, totalSteps: steps, stepByStep: true };
	const graph = buildTrainingGraph(graphOptions(options));
	const rows = Int32Array.from({ length: steps * batch }, (_, row) => row);
	const chosen = { type: "int32", dims: [steps, batch], data: rows } as const;
	const fed: State = {
		[feeds.firstStep]: { type: "float", dims: [], data: Float32Array.of(0) },
		[feeds.samples]: { type: "uint8", dims: [train.count, ...sampleShape], data: storedBytes(train) },
		[feeds.labels]: { type: "int32", dims: [train.count], data: train.labels },
		[feeds.rows]: chosen,
		[feeds.indices]: chosen,
	};
	const session = await runtime.createSession(encodeModel(graph.model));
	const sets = createStateSets(graph);
	const take = (calls: number): Promise<ChunkResult> => {
		const stop = new AbortController();
		const into = (state: State): State => {
			if (--calls === 0) stop.abort();
			return sets.spare([state]);
		};
		return runChunk(session, graph, initialState(graph, model, 1), fed, { into, stop: stop.signal });
	};
	const whole = await take(steps);
	const cut = await take(2);
	await session.release();
	expect(whole.losses).toHaveLength(steps);
	expect(cut.losses).toEqual(whole.losses.slice(0, 2));
	expect(cut.state).not.toEqual(whole.state);
});
