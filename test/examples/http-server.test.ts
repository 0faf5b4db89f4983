/** examples/http-server as its README starts it. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { buildModel, families } from "../../src/models/index.js";
import { writeModelFile } from "../../src/onnx/file.js";
import { loadClassifier } from "../../src/predict/index.js";
import { withClassifierMetadata } from "../../src/predict/metadata.js";
import { storedBytes, syntheticData } from "../support/synthetic.js";

const root = join(import.meta.dirname, "../..");
const data = syntheticData(4, 4);

async function serve(model: string): Promise<string> {
	const args = ["--import", "jiti/register", "examples/http-server/main.ts", model];
	const server = spawn(process.execPath, args, { cwd: root, env: { ...process.env, PORT: "0" } });
	onTestFinished(() => void server.kill());
	for await (const text of server.stdout) {
		const [url] = /http:\S+/.exec(String(text)) ?? [];
		if (url !== undefined) return url;
	}
	throw new TypeError("expected a server that tells its address");
}

it("answers as the classifier does, and refuses bodies of other sizes", async () => {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-example-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "student.onnx");
	const spec = { family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) } as const;
	const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 };
	await writeModelFile(path, withClassifierMetadata(buildModel(spec, task), data));
	const classifier = await loadClassifier(path);
	onTestFinished(() => classifier.release());
	const url = await serve(path);

	const about: unknown = await (await fetch(url)).json();
	expect(about).toEqual({ classes: data.classes, sampleShape: data.sampleShape, bytes: 64 });
	const post = (body: Uint8Array<ArrayBuffer>): Promise<Response> => fetch(`${url}/predict`, { method: "POST", body });
	const sample = Uint8Array.from(storedBytes(data.validation).subarray(0, 64));
	const answered = await post(sample);
	expect(answered.status).toBe(200);
	const { label, probabilities } = (await answered.json()) as { label: string; probabilities: Record<string, number> };
	const wanted = await classifier.predict(sample);
	expect(label).toBe(wanted.label);
	expect(Object.keys(probabilities)).toEqual(data.classes);
	for (const [k, one] of Object.values(probabilities).entries())
		expect(one).toBeCloseTo(wanted.probabilities[k] ?? 0, 6);

	expect(await post(sample.slice(1))).toMatchObject({ status: 400 });
	expect(await post(new Uint8Array(2 ** 20))).toMatchObject({ status: 413 });
	expect(await fetch(`${url}/other`)).toMatchObject({ status: 404 });
	// It still answers.
	expect((await post(sample)).status).toBe(200);
});
