/** What every engine must do, over the same small graphs. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { modelOf } from "../../src/models/family.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { type DataType, dataTypes, isPacked, type Tensor, type TensorOf, tensorArrays } from "../../src/onnx/tensor.js";
import { createGraph } from "../../src/ops/index.js";
import { bindingRuntime, nativeRuntime } from "../../src/runtime/node.js";
import type { Runtime, Session, SessionOptions } from "../../src/runtime/runtime.js";
import { webRuntime } from "../../src/runtime/web.js";
import { endlessModel } from "../support/endless.js";

/** An engine, and why it does not do what only some can. */
interface Engine {
	readonly open: () => Promise<Runtime>;
	/** Settings of all its sessions here. */
	readonly settings?: SessionOptions;
	/** Why it cannot end a run that has begun. */
	readonly cannotStop?: string;
	/** Why it cannot write a profile. */
	readonly cannotProfile?: string;
	/** Why it keeps denormal numbers. */
	readonly cannotFlush?: string;
	/** Types of elements that it cannot take, and why. */
	readonly cannotTake?: Readonly<Partial<Record<DataType, string>>>;
}

const engines: Readonly<Record<string, Engine>> = {
	native: { open: nativeRuntime, cannotStop: "its runs block the event loop" },
	"native in the background": { open: nativeRuntime, settings: { background: true } },
	binding: {
		open: bindingRuntime,
		cannotStop: "its runs block the event loop",
		cannotTake: "Float16Array" in globalThis ? { float16: "its native part does not know Float16Array" } : {},
	},
	web: {
		open: () => webRuntime({ threads: 1 }),
		cannotStop: "its runs block the event loop",
		cannotProfile: "there are no files",
		cannotFlush: "WebAssembly has no such setting",
	},
};

const float = (dims: readonly number[], ...values: readonly number[]): TensorOf<"float"> => ({
	type: "float",
	dims,
	data: Float32Array.from(values),
});

function encoded(g: Graph, outputs: Readonly<Record<string, Value>>): Uint8Array {
	return encodeModel(modelOf(g.toOnnx("test", Object.entries(outputs))));
}

/** sum = a + b and product = a b, of vectors of any length. */
function sumAndProduct(): Uint8Array {
	const g = createGraph();
	const [a, b] = ["a", "b"].map((name) => g.input(name, { type: "float", dims: [1] }));
	if (a === undefined || b === undefined) throw new TypeError("expected two inputs");
	const any = new Map(["a", "b", "sum", "product"].map((name) => [name, "n"]));
	const graph = g.toOnnx("test", [
		["sum", g.op("Add", [a, b])],
		["product", g.op("Mul", [a, b])],
	]);
	const free = <T extends { readonly name: string }>(one: T): T => (any.has(one.name) ? { ...one, dims: ["n"] } : one);
	return encodeModel(
		modelOf({ ...graph, inputs: graph.inputs.map(free), outputs: graph.outputs.map(free), valueInfos: [] }),
	);
}

for (const [name, { open, settings = {}, cannotStop, cannotProfile, cannotFlush, cannotTake = {} }] of Object.entries(
	engines,
)) {
	describe(`the engine "${name}"`, async () => {
		const runtime = await open();
		const sessionOf = async (model: Uint8Array, more: SessionOptions = {}): Promise<Session> => {
			const session = await runtime.createSession(model, { threads: 1, ...settings, ...more });
			onTestFinished(() => session.release());
			return session;
		};

		it("has a name and a version", () => {
			expect(runtime.name).not.toBe("");
			expect(runtime.version).toMatch(/^\d+\.\d+\.\d+/);
			expect(runtime.writesInPlace).toBe(name.startsWith("native"));
		});

		it("gives every output by name, and leaves earlier ones as they are", async () => {
			const session = await sessionOf(sumAndProduct());
			const first = await session.run({ a: float([3], 1, 2, 3), b: float([3], 4, 5, 6) });
			const second = await session.run({ a: float([1], 7), b: float([1], 8), c: float([1], 9) });
			expect(first).toEqual({ sum: float([3], 5, 7, 9), product: float([3], 4, 10, 18) });
			expect(second).toEqual({ sum: float([1], 15), product: float([1], 56) });
		});

		it("writes into the caller's own arrays", async () => {
			const session = await sessionOf(sumAndProduct());
			const sum = float([2], -1, -1);
			const outputs = await session.run({ a: float([2], 1, 2), b: float([2], 3, 4) }, { into: { sum } });
			expect(outputs["sum"]).toBe(sum);
			expect(outputs).toEqual({ sum: float([2], 4, 6), product: float([2], 3, 8) });
		});

		it("takes turns between two sets of arrays, also inside larger buffers", async () => {
			const session = await sessionOf(sumAndProduct());
			const buffer = new ArrayBuffer(64);
			const sets = [0, 8].map(
				(offset) => ({ type: "float", dims: [2], data: new Float32Array(buffer, offset, 2) }) as const,
			);
			sets[0]?.data.set([1, 1]);
			for (let i = 0; i < 20; i++) {
				const [from, to] = i % 2 === 0 ? sets : sets.toReversed();
				if (from === undefined || to === undefined) throw new TypeError("expected two sets");
				await session.run({ a: from, b: float([2], 1, 2) }, { into: { sum: to } });
			}
			expect(sets[0]).toEqual(float([2], 21, 41));
		});

		const unpacked = Object.keys(dataTypes).filter((type) => !isPacked(type as DataType));
		it.skip.each(unpacked.filter((type) => type in cannotTake))("takes and gives %s", () => undefined);
		it.each(unpacked.filter((type) => !(type in cannotTake)))("takes and gives %s", async (key) => {
			// A key of the table.
			const type = key as Exclude<DataType, "int4" | "uint4">;
			const g = createGraph();
			const data = new tensorArrays[type](6);
			data.fill((type === "int64" || type === "uint64" ? 1n : 1) as never);
			const x = { type, dims: [2, 3], data } as Tensor;
			const session = await sessionOf(encoded(g, { y: g.op("Reshape", [g.input("x", x), g.integers([3, 2])]) }));
			expect(await session.run({ x })).toEqual({ y: { ...x, dims: [3, 2] } });
		});

		it("takes scalars, empty tensors and many dimensions", async () => {
			const g = createGraph();
			const s = g.input("s", { type: "float", dims: [] });
			const session = await sessionOf(encoded(g, { out: g.op("Mul", [s, s]) }));
			expect(await session.run({ s: float([], 3) })).toEqual({ out: float([], 9) });
			const deep = createGraph();
			const many = deep.input("x", { type: "float", dims: Array<number>(20).fill(1) });
			const flat = await sessionOf(encoded(deep, { y: deep.op("Neg", [many]) }));
			expect(await flat.run({ x: float(many.dims, 2) })).toEqual({ y: float(many.dims, -2) });
			const any = await sessionOf(sumAndProduct());
			const into = { sum: float([0]) };
			expect((await any.run({ a: float([0]), b: float([0]) }, { into }))["product"]).toEqual(float([0]));
		});

		it.skipIf(cannotFlush !== undefined)(`makes zero of denormal numbers (${cannotFlush ?? "yes"})`, async () => {
			const session = await sessionOf(sumAndProduct());
			const { product } = await session.run({ a: float([1], 2 ** -65), b: float([1], 2 ** -65) });
			// As bits: this thread may take a denormal number for zero.
			const bits = new Uint32Array((product?.data as Float32Array).buffer, 0, 1);
			expect(bits[0]).toBe(0);
		});

		it("refuses what is no model, and inputs and outputs that do not fit, in ONNX Runtime's words", async () => {
			const refusal = { category: "model", expected: "a graph that ONNX Runtime runs" };
			await expect(runtime.createSession(Uint8Array.of(1, 2, 3), settings)).rejects.toMatchObject(refusal);
			const session = await sessionOf(sumAndProduct());
			await expect(session.run({ a: float([2], 1, 2) })).rejects.toMatchObject({
				category: "model",
				message: expect.stringMatching(/input ['"]?b/) as string,
			});
			const uneven = session.run({ a: float([2], 1, 2), b: float([3], 1, 2, 3) });
			await expect(uneven).rejects.toMatchObject({
				...refusal,
				got: expect.stringMatching(/Add|Mul|broadcast/) as string,
			});
			const fed = { a: float([2], 1, 2), b: float([2], 3, 4) };
			const narrow = session.run(fed, { into: { sum: float([1], 0) } });
			await expect(narrow).rejects.toMatchObject({ category: "model" });
			expect(await session.run(fed)).toMatchObject({ sum: float([2], 4, 6) });
		});

		it("takes the settings of memory and threads", async () => {
			const session = await sessionOf(sumAndProduct(), { planMemory: false, arena: false, threads: 2 });
			expect(await session.run({ a: float([1], 2), b: float([1], 3) })).toMatchObject({ sum: float([1], 5) });
		});

		it("does not begin what was stopped before, nor runs once it is released", async () => {
			const session = await sessionOf(sumAndProduct());
			const fed = { a: float([1], 2), b: float([1], 3) };
			await expect(session.run(fed, { stop: AbortSignal.abort() })).rejects.toMatchObject({ category: "interrupted" });
			await session.release();
			await expect(session.run(fed)).rejects.toThrow();
		});

		it.skipIf(cannotStop !== undefined)(`ends a run that has begun (${cannotStop ?? "yes"})`, async () => {
			const session = await sessionOf(endlessModel());
			const stop = new AbortController();
			const turns: string[] = [];
			setTimeout(() => {
				turns.push("the event loop is free");
				stop.abort();
			}, 50);
			const run = session.run({ x: float([], 1) }, { stop: stop.signal });
			await expect(run).rejects.toMatchObject({ category: "interrupted" });
			expect(turns).toHaveLength(1);
		});

		it.skipIf(cannotProfile !== undefined)(`writes how long operators took (${cannotProfile ?? "yes"})`, async () => {
			const folder = await mkdtemp(join(tmpdir(), "limbeck-profile-"));
			onTestFinished(() => rm(folder, { recursive: true }));
			const session = await runtime.createSession(sumAndProduct(), { ...settings, profile: join(folder, "p") });
			await session.run({ a: float([1], 2), b: float([1], 3) });
			await session.release();
			const [file = ""] = await readdir(folder);
			expect(await readFile(join(folder, file), "utf8")).toContain("kernel_time");
		});
	});
}
