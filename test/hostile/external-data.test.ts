/**
 * ONNX Runtime never reads external data for us (S2): given bytes, it would read any file under the working directory.
 * What is handed to it is always encoded by us, with all data inside. The cases of what the reader refuses are in
 * src/onnx/file.test.ts.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { readModelFile } from "../../src/onnx/file.js";
import type { Message } from "../../src/onnx/schema.js";
import { writeModelMessage } from "../../src/onnx/wire-writer.js";
import { runtime } from "../support/graphs.js";
import { temporaryFolder } from "../support/own-data.js";

const root = join(import.meta.dirname, "../..");
const secret = Float32Array.of(3, 1, 4, 1);

const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 4 }] } } };

/** A model that answers with what lies in a file, as the value of an initialiser or of a Constant in a branch. */
function reading(location: string, place: "initializer" | "branch"): Uint8Array {
	const tensor: Message<"Tensor"> = {
		name: "w",
		dims: [4],
		dataType: 1,
		dataLocation: 1,
		externalData: [{ key: "location", value: location }],
	};
	const outer: Message<"Graph"> = { name: "g", input: [{ name: "x", type }], output: [{ name: "y", type }] };
	if (place === "initializer") {
		const node = [{ opType: "Add", input: ["x", "w"], output: ["y"] }];
		return file({ ...outer, node, initializer: [tensor] });
	}
	const constant = { opType: "Constant", output: ["k"], attribute: [{ name: "value", type: 4, t: tensor }] };
	const branch = { name: "b", node: [constant], output: [{ name: "k", type }] };
	const condition: Message<"Tensor"> = { name: "c", dims: [], dataType: 9, rawData: Uint8Array.of(1) };
	const attribute = ["then_branch", "else_branch"].map((name) => ({ name, type: 5, g: branch }));
	return file({ ...outer, node: [{ opType: "If", input: ["c"], output: ["y"], attribute }], initializer: [condition] });
}

function file(graph: Message<"Graph">): Uint8Array {
	return writeModelMessage({ irVersion: 8, opsetImport: [{ version: 17 }], graph });
}

async function answerOf(bytes: Uint8Array): Promise<readonly number[]> {
	const session = await runtime.createSession(bytes, { threads: 1 });
	try {
		const { y } = await session.run({ x: { type: "float", dims: [4], data: new Float32Array(4) } });
		return Array.from(y?.data ?? [], Number);
	} finally {
		await session.release();
	}
}

test.each(["initializer", "branch"] as const)("what ONNX Runtime gets holds all data: %s", async (place) => {
	const folder = await temporaryFolder();
	const path = join(folder, "m.onnx");
	await writeFile(path, reading("w.bin", place));
	await writeFile(join(folder, "w.bin"), new Uint8Array(secret.buffer));
	const encoded = encodeModel(await readModelFile(path));
	await rm(join(folder, "w.bin"));
	expect(Buffer.from(encoded).includes("w.bin")).toBe(false);
	expect(await answerOf(encoded)).toEqual([...secret]);
});

test.each(["initializer", "branch"] as const)(
	"a file under the working directory is out of reach: %s",
	async (place) => {
		const inside = `secret-${String(process.pid)}.bin`;
		await writeFile(inside, new Uint8Array(secret.buffer));
		onTestFinished(() => rm(inside));
		const bytes = reading(inside, place);
		// Bytes have no folder of their own.
		expect(() => decodeModel(bytes)).toThrow("expected data inside the model");
		const path = join(await temporaryFolder(), "m.onnx");
		await writeFile(path, bytes);
		await expect(readModelFile(path)).rejects.toMatchObject({ category: "model", got: "none (ENOENT)" });
	},
);

test("nothing but what we encoded is handed to ONNX Runtime", async () => {
	const calls: string[] = [];
	for (const name of await readdir(join(root, "src"), { recursive: true })) {
		if (!name.endsWith(".ts") || name.endsWith(".test.ts") || name.startsWith("runtime")) continue;
		const text = await readFile(join(root, "src", name), "utf8");
		expect(text.includes("InferenceSession"), name).toBe(false);
		calls.push(...Array.from(text.matchAll(/createSession\(\s*(?:ort, )?(\w+)/g), ([, argument]) => argument ?? ""));
	}
	// `bytes` are what encodeModel gave: in the calibration itself, and in limbeck/predict by open-model.ts.
	expect(new Set(calls)).toEqual(new Set(["encodeModel", "bytes"]));
	for (const name of ["deploy/calibrate.ts", "predict/open-model.ts"]) {
		const text = await readFile(join(root, "src", name), "utf8");
		expect(text, name).toMatch(/(?:const bytes = |createSession\(|open\w*\()encodeModel\(/);
	}
	expect(calls.length).toBeGreaterThan(3);
});
