/** The page of examples/onnx-teacher-to-browser, built as its README says, in a real Chromium. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, preview } from "vite";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildModel, families } from "../../src/models/index.js";
import { writeModelFile } from "../../src/onnx/file.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { loadClassifier } from "../../src/predict/index.js";
import { withClassifierMetadata } from "../../src/predict/metadata.js";
import { chromiumPath, hasChromium, startChromium } from "../support/chromium.js";

const root = join(import.meta.dirname, "../../examples/onnx-teacher-to-browser");
const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
const task = { sampleShape: [1, 28, 28], classes: classes.length, seed: 1 } as const;

/** Builds the page, with a student where there is one, and serves it. */
async function serve(student?: OnnxModel): Promise<{ readonly url: string; readonly path: string }> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-example-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "public/model/onnx/model.onnx");
	await mkdir(dirname(path), { recursive: true });
	if (student !== undefined) await writeModelFile(path, student);
	const setting = { root, configFile: false, logLevel: "error", build: { outDir: join(folder, "dist") } } as const;
	await build({ ...setting, publicDir: join(folder, "public") });
	const server = await preview({ ...setting, preview: { port: 0, host: "localhost" } });
	onTestFinished(() => server.close());
	const address = server.httpServer.address();
	if (address === null || typeof address === "string") throw new TypeError("expected a port");
	return { url: `http://localhost:${String(address.port)}/`, path };
}

describe.skipIf(!hasChromium)(`the page in Chromium (${chromiumPath})`, () => {
	it("answers what is drawn as the classifier does on Node", async () => {
		const spec = { family: "mlp", ...families.mlp.options.parse({ hidden: [16] }) } as const;
		const data = { classes, sampleShape: task.sampleShape, normalization: { mean: 0.13, std: 0.31 } };
		const { url, path } = await serve(withClassifierMetadata(buildModel(spec, task), data));
		const page = await (await startChromium()).newPage();
		const complaints: string[] = [];
		page.on("console", (message) => {
			if (message.type() === "error") complaints.push(message.text());
		});
		await page.goto(url);
		const answer = page.locator("#answer");
		await answer.filter({ hasText: "Large and in the middle" }).waitFor();
		const pad = page.locator("#pad");
		// A touch alone makes a dot.
		await pad.click({ position: { x: 60, y: 60 } });
		await answer.filter({ hasText: "%" }).waitFor();
		await pad.hover({ position: { x: 80, y: 80 } });
		await page.mouse.down();
		await pad.hover({ position: { x: 160, y: 220 } });
		await page.mouse.up();

		const drawn = await page.evaluate<number[]>(
			`Array.from(document.querySelector("#pad").getContext("2d").getImageData(0, 0, 28, 28).data)`,
		);
		const pixels = Uint8Array.from({ length: 28 * 28 }, (_, k) => drawn[4 * k] ?? 0);
		expect(pixels.filter((value) => value > 0).length).toBeGreaterThan(20);
		const classifier = await loadClassifier(path);
		onTestFinished(() => classifier.release());
		const { label, probabilities } = await classifier.predict(pixels);
		const wanted = `${label}, ${(100 * Math.max(...probabilities)).toFixed(1)} %`;
		await expect.poll(() => answer.textContent()).toBe(wanted);
		await page.locator("#clear").click();
		expect(await answer.textContent()).toContain("Large and in the middle");
		expect(complaints).toEqual([]);
	});

	it("says what is missing where no student was made", async () => {
		const { url } = await serve();
		const page = await (await startChromium()).newPage();
		await page.goto(url);
		await page.locator("#answer", { hasText: "No student here: run main.ts first" }).waitFor();
	});
});
