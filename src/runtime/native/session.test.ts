import { spawnSync } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, onTestFinished } from "vitest";
import { endlessModel } from "../../../test/support/endless.js";
import { counted } from "../../../test/support/native-engine.js";
import { modelOf } from "../../models/family.js";
import { encodeModel } from "../../onnx/encode.js";
import type { Tensor } from "../../onnx/tensor.js";
import { createGraph } from "../../ops/index.js";
import type { Session } from "../runtime.js";
import { openBackground } from "./background.js";
import { openEngine, stackBytes } from "./engine.js";
import { createNativeSession } from "./session.js";

/** sum = a + b, of vectors of three. */
function sum(): Uint8Array {
	const g = createGraph();
	const dims = [3];
	const value = g.op("Add", [g.input("a", { type: "float", dims }), g.input("b", { type: "float", dims })]);
	return encodeModel(modelOf(g.toOnnx("test", [["sum", value]])));
}

const vector = (...values: readonly number[]): Tensor => ({
	type: "float",
	dims: [values.length],
	data: Float32Array.from(values),
});

it("releases everything that it makes, whatever becomes of a run", async () => {
	const { engine, open } = counted(await openEngine());
	const session = await createNativeSession(engine, sum(), { threads: 1 });
	expect([...open.values()]).toEqual(["CreateSessionFromArray"]);
	const fed = { a: vector(1, 2, 3), b: vector(4, 5, 6) };
	await session.run(fed);
	await session.run(fed, { into: { sum: vector(0, 0, 0) }, stop: new AbortController().signal });
	await expect(session.run({ a: vector(1, 2, 3) })).rejects.toThrow("input b: expected a tensor, got none");
	await expect(session.run({ ...fed, b: vector(1, 2) })).rejects.toThrow("invalid dimensions");
	await expect(session.run({ ...fed, b: { type: "int4", dims: [1], data: Int8Array.of(1) } })).rejects.toThrow("int4");
	await expect(session.run({ ...fed, b: { ...vector(1), dims: [3] } })).rejects.toThrow("3 elements for [3], got 1");
	expect([...open.values()]).toEqual(["CreateSessionFromArray"]);
	await session.release();
	await expect(createNativeSession(engine, Uint8Array.of(1))).rejects.toThrow("loading a graph");
	expect([...open.values()]).toEqual([]);
});

it("releases a session only when the runs in the background are done", async () => {
	const { engine, open } = counted(await openEngine());
	const background = openBackground({ ...engine, stackBytes });
	onTestFinished(() => background.close());
	const session = await createNativeSession(engine, sum(), {}, background);
	const runs = Array.from({ length: 50 }, (_, i) => session.run({ a: vector(i, 0, 0), b: vector(0, i, 1) }));
	await session.release();
	expect(open.size).toBe(0);
	expect((await Promise.all(runs)).map(({ sum: tensor }) => tensor)).toEqual(runs.map((_, i) => vector(i, i, 1)));
});

setFlagsFromString("--expose-gc");
// What the flag adds to a context.
const collect = runInNewContext("gc") as () => void;

it("keeps the library, and the memory of a run, while they are in use", async () => {
	const engine = await openEngine();
	const background = openBackground({ ...engine, stackBytes });
	onTestFinished(() => background.close());
	const both: readonly Session[] = [
		await createNativeSession(engine, sum(), {}),
		await createNativeSession(engine, sum(), {}, background),
	];
	for (const session of both) {
		for (let i = 0; i < 20; i++) {
			const run = session.run({ a: vector(i, 1, 2), b: vector(1, 2, i) }, { into: { sum: vector(0, 0, 0) } });
			collect();
			expect((await run)["sum"]).toEqual(vector(i + 1, 3, i + 2));
		}
		await session.release();
	}
});

it("ends a run in the background when the process ends, which would wait for it", () => {
	const program = `
		import { nodeRuntime } from ${JSON.stringify(new URL("../../../dist/runtime/node.js", import.meta.url))};
		import { buffer } from "node:stream/consumers";
		const runtime = await nodeRuntime();
		const session = await runtime.createSession(await buffer(process.stdin), { threads: 1, background: true });
		setTimeout(() => process.exit(3), 50);
		await session.run({ x: { type: "float", dims: [], data: Float32Array.of(1) } });
	`;
	// One that waits is killed, and then has no status.
	const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
		input: endlessModel(),
		timeout: 60_000,
		killSignal: "SIGKILL",
	});
	expect(status).toBe(3);
});
