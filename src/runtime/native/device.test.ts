import { describe, expect, it, onTestFinished } from "vitest";
import { noWebGpu } from "../../../test/support/devices.js";
import { runtime } from "../../../test/support/graphs.js";
import { counted } from "../../../test/support/native-engine.js";
import { modelOf } from "../../models/family.js";
import { encodeModel } from "../../onnx/encode.js";
import type { TensorOf } from "../../onnx/tensor.js";
import { createGraph } from "../../ops/index.js";
import { chosenDevice, deviceNames } from "../devices.js";
import { bindingRuntime } from "../node.js";
import type { Session } from "../runtime.js";
import { openEngine } from "./engine.js";
import { createNativeSession } from "./session.js";

const vector = (...values: readonly number[]): TensorOf<"float"> => ({
	type: "float",
	dims: [values.length],
	data: Float32Array.from(values),
});

/** sum = a + b, and the place of the largest, which WebGPU has no kernel for as integers are added. */
function sum(): Uint8Array {
	const g = createGraph();
	const [a, b] = [g.input("a", { type: "float", dims: [3] }), g.input("b", { type: "float", dims: [3] })];
	const i = g.input("i", { type: "int64", dims: [3] });
	return encodeModel(
		modelOf(
			g.toOnnx("sum", [
				["sum", g.op("Add", [a, b])],
				["twice", g.op("Add", [i, i])],
			]),
		),
	);
}

const whole: TensorOf<"int64"> = { type: "int64", dims: [3], data: BigInt64Array.of(1n, 2n, 3n) };

describe.skipIf(noWebGpu !== undefined)(`on WebGPU (${noWebGpu ?? "it works here"})`, () => {
	const sessionOf = async (background: boolean): Promise<Session> => {
		const session = await runtime.createSession(sum(), { device: "webgpu", background });
		onTestFinished(() => session.release());
		return session;
	};

	it.each([false, true])("tensors stay in its memory from run to run, in the background: %s", async (background) => {
		const session = await sessionOf(background);
		const { memory } = session.device ?? {};
		if (memory === undefined) throw new TypeError("expected memory of a device");
		expect(["a", "b", "sum", "i"].map((name) => memory.holds(name))).toEqual([true, true, true, false]);
		let [from, to] = [memory.allocate(vector(0, 0, 0)), memory.allocate(vector(0, 0, 0))];
		memory.upload(vector(1, 2, 3), from);
		for (let run = 0; run < 4; run++) {
			const outputs = await session.run({ a: from, b: vector(1, 10, 100), i: whole }, { into: { sum: to } });
			expect(Object.keys(outputs)).toEqual(["twice"]);
			[from, to] = [to, from];
		}
		expect(memory.download(from)).toEqual(vector(5, 42, 403));
		const { sum: own } = await session.run({ a: from, b: from, i: whole });
		expect(own).toEqual(vector(10, 84, 806));
	});

	it("names the operators that it has no kernel for", async () => {
		expect((await sessionOf(false)).device).toMatchObject({ name: "webgpu", elsewhere: { Add: 1 } });
	});

	it("refuses tensors of another session, and released ones", async () => {
		const [one, other] = [await sessionOf(false), await sessionOf(false)];
		const tensor = one.device?.memory?.allocate(vector(0, 0, 0));
		if (tensor === undefined) throw new TypeError("expected memory of a device");
		const b = vector(1, 1, 1);
		await expect(other.run({ a: tensor, b, i: whole })).rejects.toThrow("expected one of this session");
		one.device?.memory?.release(tensor);
		await expect(one.run({ a: tensor, b, i: whole })).rejects.toThrow("that is not released");
	});

	it("releases all that it made", async () => {
		const { engine, open } = counted(await openEngine());
		const session = await createNativeSession(engine, sum(), { device: "webgpu" });
		const made = (): readonly string[] => [...open.values()].toSorted();
		const before = ["CreateAllocator", "CreateSessionFromArray"];
		expect(made()).toEqual(before);
		const tensors = [1, 2, 3].map(() => session.device?.memory?.allocate(vector(0, 0, 0)));
		const [a, b, to] = tensors;
		if (a === undefined || b === undefined || to === undefined) throw new TypeError("expected memory of a device");
		session.device?.memory?.upload(vector(1, 2, 3), a);
		session.device?.memory?.upload(vector(1, 2, 3), b);
		await session.run({ a, b, i: whole }, { into: { sum: to } });
		const tensor = "CreateTensorAsOrtValue";
		expect(made()).toEqual([...before, tensor, tensor, tensor]);
		session.device?.memory?.release(b);
		expect(made()).toEqual([...before, tensor, tensor]);
		await session.release();
		expect(made()).toEqual([]);
	});
});

describe("a device", () => {
	const works =
		(...names: readonly string[]) =>
		(name: string) =>
			Promise.resolve(names.includes(name) ? undefined : "no such thing");

	it("is the first that works where none is named, and the processor where none does", async () => {
		expect(await chosenDevice("auto", works("webgpu", "dml"))).toBe("dml");
		expect(await chosenDevice("auto", works())).toBeUndefined();
		expect(await chosenDevice("cpu", works("cuda"))).toBeUndefined();
		expect(await chosenDevice("webgpu", works("webgpu"))).toBe("webgpu");
	});

	it("that does not work is refused, with what would mend it", async () => {
		await expect(chosenDevice("coreml", works())).rejects.toThrow(
			"device coreml: expected a device that ONNX Runtime can use here, got no such thing. It needs macOS. `limbeck doctor` lists the devices that work here.",
		);
	});

	it.runIf(process.platform === "linux")("of another system is refused in ONNX Runtime's words", async () => {
		expect(await runtime.deviceRefusal("coreml")).toContain("not supported in this build");
		expect(await runtime.deviceRefusal("dml")).toContain("not supported in this build");
		await expect(runtime.createSession(sum(), { device: "coreml" })).rejects.toMatchObject({
			category: "environment",
			where: "device coreml",
		});
	});

	it("is refused by an engine that uses none", async () => {
		const binding = await bindingRuntime();
		for (const name of deviceNames) expect(await binding.deviceRefusal(name)).toContain("own binding");
		await expect(binding.createSession(sum(), { device: "webgpu" })).rejects.toThrow("own binding");
	});
});
