/** What a call costs beside the work of its graph: ours through the C API, and onnxruntime-node's binding, in turn. */

import { modelOf } from "../dist/models/family.js";
import { encodeModel } from "../dist/onnx/encode.js";
import type { Tensor } from "../dist/onnx/tensor.js";
import { createGraph } from "../dist/ops/index.js";
import { bindingRuntime, nativeRuntime } from "../dist/runtime/node.js";
import type { Session } from "../dist/runtime/runtime.js";
import { medianOf } from "./median.js";

/** Vectors that a call takes, and as many that it gives, and their length. */
interface Shape {
	readonly vectors: number;
	readonly length: number;
}

const shapes: readonly Shape[] = [
	{ vectors: 1, length: 4 },
	{ vectors: 16, length: 4 },
	{ vectors: 16, length: 65_536 },
];

/** What a way of calling costs. */
interface CallFigures extends Shape {
	readonly how: string;
	/** Medians over the rounds, µs a call. */
	readonly wall: number;
	readonly processor: number;
}

interface Way {
	readonly session: Session;
	readonly into?: Readonly<Record<string, Tensor>>;
}

/** Measures every way of calling graphs that do next to nothing, one call after the other. */
export async function measureCalls(rounds: number): Promise<readonly CallFigures[]> {
	const figures: CallFigures[] = [];
	for (const shape of shapes) {
		const ways = await waysOf(shape);
		const feeds = vectorsOf(shape, "x");
		const times = new Map(Object.keys(ways).map((how) => [how, [] as { wall: number; processor: number }[]]));
		const calls = Math.round(2 ** 21 / (1024 + shape.vectors * shape.length));
		for (let round = 0; round < rounds; round++) {
			for (const [how, way] of Object.entries(ways)) times.get(how)?.push(await timed(way, feeds, calls));
		}
		for (const { session } of Object.values(ways)) await session.release();
		for (const [how, all] of times) {
			const [wall, processor] = [medianOf(all.map((one) => one.wall)), medianOf(all.map((one) => one.processor))];
			figures.push({ ...shape, how, wall, processor });
		}
	}
	return figures;
}

async function waysOf(shape: Shape): Promise<Readonly<Record<string, Way>>> {
	const model = negations(shape);
	const [native, binding] = [await nativeRuntime(), await bindingRuntime()];
	const into = vectorsOf(shape, "y");
	return {
		"onnxruntime-node": { session: await binding.createSession(model, { threads: 1 }) },
		"C API": { session: await native.createSession(model, { threads: 1 }) },
		"C API, into the caller's arrays": { session: await native.createSession(model, { threads: 1 }), into },
		"the same in the background": {
			session: await native.createSession(model, { threads: 1, background: true }),
			into,
		},
	};
}

/** y = −x, of each vector. */
function negations({ vectors, length }: Shape): Uint8Array {
	const g = createGraph();
	const outputs = Array.from({ length: vectors }, (_, index) => {
		const x = g.input(`x${String(index)}`, { type: "float", dims: [length] });
		return [`y${String(index)}`, g.op("Neg", [x])] as const;
	});
	return encodeModel(modelOf(g.toOnnx("calls", outputs)));
}

function vectorsOf({ vectors, length }: Shape, prefix: string): Readonly<Record<string, Tensor>> {
	return Object.fromEntries(
		Array.from({ length: vectors }, (_, index) => [
			`${prefix}${String(index)}`,
			{ type: "float", dims: [length], data: new Float32Array(length).fill(index) },
		]),
	);
}

async function timed(
	{ session, into }: Way,
	feeds: Readonly<Record<string, Tensor>>,
	calls: number,
): Promise<{ readonly wall: number; readonly processor: number }> {
	const [began, used] = [performance.now(), process.cpuUsage()];
	for (let call = 0; call < calls; call++) await session.run(feeds, into === undefined ? {} : { into });
	const { user, system } = process.cpuUsage(used);
	return { wall: (1000 * (performance.now() - began)) / calls, processor: (user + system) / calls };
}
