/** The page in a real Chromium: it draws, distils as Node does, and works without a network. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { digits } from "../../src/data/digits.js";
import { createInlineLoader } from "../../src/data/loader.js";
import { classificationMetrics } from "../../src/metrics/index.js";
import { readModelFile } from "../../src/onnx/file.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { createPredictor } from "../../src/train/predict.js";
import { distillStudent } from "../../src/workflows/distill/distill-student.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import { recipes } from "../../src/workflows/distill/recipes.js";
import { chromiumPath, hasChromium, launchChromium, launchChromiumWithWebGpu } from "../support/chromium.js";
import { runtime } from "../support/graphs.js";
import { keepPictures } from "../support/screenshots.js";
import { weightsOf } from "../support/training.js";
import { buildPage, type PageServer, servePage } from "./page.js";

const steps = 50;
/** A little less than `steps` steps of 128 on 7,000 digits are: the last one is begun. */
const epochs = 0.914;

describe.skipIf(!hasChromium)(`the page in Chromium (${chromiumPath})`, () => {
	let folder = "";
	let browser: Browser | undefined;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "limbeck-web-"));
		await buildPage(folder);
		browser = await launchChromium();
	});
	afterAll(async () => {
		await browser?.close();
		await rm(folder, { recursive: true, force: true });
	});

	async function open(
		isolated: boolean,
		on = browser,
	): Promise<{ page: Page; context: BrowserContext; server: PageServer }> {
		if (on === undefined) throw new TypeError("expected a browser");
		const server = await servePage(folder, isolated);
		onTestFinished(server.close);
		const context = await on.newContext();
		onTestFinished(() => context.close());
		const page = await context.newPage();
		page.on("pageerror", (error) => {
			throw error;
		});
		await page.goto(server.url);
		await page.locator("html[data-ready]").waitFor();
		return { page, context, server };
	}

	it("answers a drawing, and a higher temperature flattens both answers", async () => {
		const { page } = await open(true);
		const bars = page.locator("#bars .bar span");
		expect(await bars.allTextContents()).toEqual(Array<string>(20).fill("0.0 %"));
		await drawOne(page);
		const sharp = await percentages(page);
		for (const shares of sharp) expect(sum(shares)).toBeCloseTo(100, 0);
		await page.locator("#temperature").fill("20");
		const flat = await percentages(page);
		for (const [k, shares] of flat.entries()) {
			expect(sum(shares)).toBeCloseTo(100, 0);
			expect(Math.max(...shares)).toBeLessThan(Math.max(...(sharp[k] ?? [])) - 10);
		}
		await keepPictures(page, "page");
		await page.locator("#clear").click();
		await expect.poll(() => bars.first().textContent()).toBe("0.0 %");
	});

	it(`distils to the weights that Node has after ${String(steps)} steps, within 1e-4`, async () => {
		const { page } = await open(true);
		expect(await page.evaluate("crossOriginIsolated")).toBe(true);
		await page.locator("[name=epochs]").fill(String(epochs));
		await page.locator("#start").click();
		await page.locator("#result:not([hidden])").waitFor();
		const { model: inTab } = await downloaded(page);

		const { digits: recipe } = recipes;
		const { model: onNode, steps: taken } = await distillStudent(
			{
				recipe: parseRecipe({ ...recipe, student: { ...recipe.student, epochs } }),
				data: await digits.load({}),
				teacher: await readModelFile(join(folder, "dist/models/teacher.onnx")),
				seed: 1,
			},
			{ runtime, createLoader: createInlineLoader, now: () => 0 },
		);
		expect(taken).toBe(steps);
		expect(inTab.metadata).toEqual(onNode.metadata);
		const wanted = weightsOf(onNode);
		const got = weightsOf(inTab);
		expect([...got.keys()]).toEqual([...wanted.keys()]);
		for (const [name, weights] of wanted) {
			const difference = weights.reduce(
				(most, value, k) => Math.max(most, Math.abs(value - (got.get(name)?.[k] ?? NaN))),
				0,
			);
			expect(difference, name).toBeLessThan(1e-4);
		}

		// The student that was just distilled answers what is drawn.
		await drawOne(page);
		const [, own] = await percentages(page);
		await page.locator("[name=student][value=shipped]").check();
		await expect.poll(async () => (await percentages(page))[1]).not.toEqual(own);
	});

	it("keeps the student when it is stopped, and goes on to the very weights of a training that was not", async () => {
		const { page } = await open(true);
		await page.locator("[name=epochs]").fill("6");
		const ended = page.locator("#result:not([hidden])");
		await page.evaluate(stopAtFirstStep);
		await page.locator("#start").click();
		await ended.waitFor();
		const told = (await page.locator("#progress").textContent()) ?? "";
		const [, at = "", errors = ""] = /^Stopped after ([\d.]+) of 6 epochs, in [\d.]+ s: (\d+) error/.exec(told) ?? [];
		expect(Number(at), told).toBeGreaterThan(0);
		expect(Number(at)).toBeLessThan(6);
		const { model, bytes: stopped } = await downloaded(page);
		// Rounding may differ from Node's, and with it the answer about a sample on the edge.
		expect(Math.abs((await validationErrors(model)) - Number(errors))).toBeLessThanOrEqual(1);
		const row = page.locator("#facts tr", { hasText: `Student, ${at} of 6 epochs in this tab` });
		expect(await row.textContent()).toContain(`${errors}\u00a0of\u00a01,000 validation digits`);
		await drawOne(page);
		expect(await page.locator("[name=student][value=own]").isChecked()).toBe(true);

		await page.locator("#go-on").click();
		await ended.waitFor();
		expect(await page.locator("#progress").textContent()).toMatch(/^Done in/);
		const { bytes: goneOn } = await downloaded(page);
		await page.locator("#start").click();
		await ended.waitFor();
		const { bytes: whole } = await downloaded(page);
		expect(goneOn.equals(whole)).toBe(true);
		expect(stopped.equals(whole)).toBe(false);
	});

	it("distils with WebGPU to the weights of WebAssembly, within what rounding does to Adam", async ({ skip }) => {
		const withGpu = await launchChromiumWithWebGpu();
		onTestFinished(() => withGpu.close());
		const { page } = await open(true, withGpu);
		skip((await page.evaluate("navigator.gpu?.requestAdapter() ?? null")) === null, "Chromium has no WebGPU adapter");
		await page.locator("#engines").waitFor();
		await page.locator("[name=epochs]").fill("0.1");
		await page.locator("[name=hidden]").fill("32");
		const [onGpu, inWasm] = [await distilled(page, "webgpu"), await distilled(page, "wasm")];
		const wanted = weightsOf(inWasm);
		const differences = [...weightsOf(onGpu)].flatMap(([name, weights]) =>
			Array.from(weights, (value, k) => Math.abs(value - (wanted.get(name)?.[k] ?? NaN))),
		);
		// Adam divides a gradient by its size: where it is nothing but rounding, a step may go the other way, by the rate.
		const { learningRate } = recipes.digits.student.optimizer;
		expect(Math.max(...differences)).toBeLessThan(learningRate);
		const far = differences.filter((one) => one > 1e-5).length;
		expect(far).toBeLessThan(differences.length / 100);
		expect(await keptFiles(page)).toContainEqual(expect.stringContaining("asyncify"));
	});

	it("works without a network and isolated, on a host that sends no headers", async () => {
		const { page, server } = await open(false);
		// The service worker has all files, and has loaded the page again.
		await expect.poll(() => page.evaluate("crossOriginIsolated"), { timeout: 20_000 }).toBe(true);
		expect(await keptFiles(page)).not.toContainEqual(expect.stringMatching(/asyncify|webgpu/));
		await server.close();
		await page.reload();
		await page.locator("html[data-ready]").waitFor();
		await drawOne(page);
		for (const shares of await percentages(page)) expect(sum(shares)).toBeCloseTo(100, 0);
		await page.locator("[name=epochs]").fill("0.1");
		await page.locator("#start").click();
		await page.locator("#result:not([hidden])").waitFor();
	});
});

it("the build carries the digits as they are", async () => {
	const { packData, readPackedData } = await import("../../web/src/packed-data.js");
	const data = await digits.load({});
	const { train, validation, ...rest } = readPackedData(packData(data));
	expect(rest).toEqual({ ...rest, name: data.name, classes: data.classes, fingerprint: data.fingerprint });
	for (const [split, wanted] of [
		[train, data.train],
		[validation, data.validation],
	] as const) {
		expect(split.labels).toEqual(wanted.labels);
		expect(split.samples).toMatchObject({ kind: "memory", type: "uint8" });
		expect(Buffer.compare(bytesOf(split.samples), bytesOf(wanted.samples))).toBe(0);
	}
	expect(() => readPackedData(packData(data).subarray(0, -1))).toThrow("packed data: expected");
});

function bytesOf(samples: { readonly kind: string; readonly data?: unknown }): Uint8Array {
	if (samples.data instanceof Uint8Array) return samples.data;
	throw new TypeError(`expected bytes, got ${samples.kind}`);
}

/** Draws a 1 with the mouse, and waits until it is answered. */
async function drawOne(page: Page): Promise<void> {
	const pad = page.locator("#pad");
	await pad.scrollIntoViewIfNeeded();
	const box = await pad.boundingBox();
	if (box === null) throw new TypeError("expected a drawing area");
	await page.mouse.move(box.x + 0.55 * box.width, box.y + 0.2 * box.height);
	await page.mouse.down();
	await page.mouse.move(box.x + 0.45 * box.width, box.y + 0.8 * box.height, { steps: 5 });
	await page.mouse.up();
	await page.locator("#answer", { hasText: "The teacher sees" }).waitFor();
}

/** In the page: presses Stop as soon as a step is told of. */
const stopAtFirstStep = `{
	const progress = document.querySelector("#progress");
	const seen = new MutationObserver(() => {
		if (!progress.textContent.startsWith("Step")) return;
		seen.disconnect();
		document.querySelector("#stop").click();
	});
	seen.observe(progress, { childList: true });
}`;

/** The student that the page offers. */
async function downloaded(page: Page): Promise<{ readonly bytes: Buffer; readonly model: OnnxModel }> {
	const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
	const path = await download.path();
	return { bytes: await readFile(path), model: await readModelFile(path) };
}

/** Distils with an engine, and takes the student. */
async function distilled(page: Page, engine: "wasm" | "webgpu"): Promise<OnnxModel> {
	await page.locator("[name=engine]").selectOption(engine);
	await page.locator("#start").click();
	await page.locator("#result:not([hidden])").waitFor({ timeout: 120_000 });
	return (await downloaded(page)).model;
}

/** The paths of the files that the service worker keeps. */
async function keptFiles(page: Page): Promise<readonly string[]> {
	const urls = await page.evaluate<string[]>(`caches.keys().then(async ([name]) => {
		const requests = await (await caches.open(name)).keys();
		return requests.map(({ url }) => url);
	})`);
	return urls.map((url) => new URL(url).pathname);
}

/** Errors of a student on the validation split, on Node. */
async function validationErrors(model: OnnxModel): Promise<number> {
	const { sampleShape, normalization, validation, classes } = await digits.load({});
	const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where: "student" });
	onTestFinished(() => predictor.release());
	return classificationMetrics(await predictor.logits(validation), validation.labels, classes.length).errors;
}

/** What the bars say: the teacher's percentages and the student's. */
async function percentages(page: Page): Promise<readonly (readonly number[])[]> {
	const texts = await page.locator("#bars .bar span").allTextContents();
	const numbers = texts.map((text) => Number.parseFloat(text));
	return [0, 1].map((column) => numbers.filter((_, k) => k % 2 === column));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, one) => total + one, 0);
}
