/** The page and the browser's bundle, measured: bytes, time until the page answers, answers a second while drawing, training. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { build, preview } from "vite";
import { digits } from "../dist/data/digits.js";
import { createInlineLoader } from "../dist/data/loader.js";
import { readModelFile } from "../dist/onnx/file.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import { distillStudent } from "../dist/workflows/distill/distill-student.js";
import { parseRecipe } from "../dist/workflows/distill/recipe.js";
import { recipes } from "../dist/workflows/distill/recipes.js";

const root = join(import.meta.dirname, "..");
const page = join(root, "web");

// Imported, it does not load under jiti on Node 20.
const { chromium } = createRequire(import.meta.url)("playwright-core") as typeof import("playwright-core");

/** Bytes as they are, and packed with gzip. */
export interface Bytes {
	readonly raw: number;
	readonly gzip: number;
}

/** What is measured. */
export interface WebFigures {
	/** A bundle of `limbeck/predict/web` alone: its scripts, with those of onnxruntime-web; and the WebAssembly that they load. */
	readonly predict: { readonly scripts: Bytes; readonly wasm: Bytes };
	/** The scripts and styles of the page, without what only distilling loads. */
	readonly pageScripts: Bytes;
	/** From the start of the navigation until both networks have answered, ms: medians over fresh browser profiles. */
	readonly interactiveMs: number;
	/** Answers of both networks a second while a stroke goes on, and frames a second in the same time. */
	readonly answersASecond: number;
	readonly framesASecond: number;
	/** Training in the tab with as many threads as are said, samples a second. */
	readonly training: { readonly threads: number; readonly samplesASecond: number };
	/** Steps in the tab with WebAssembly, and with WebGPU on Chromium's software adapter, samples a second; the latter's bytes. */
	readonly webgpu: { readonly wasm: number; readonly webgpu: number; readonly bytes: Bytes };
	/** The largest difference of a weight from Node's after so many steps of the page's recipe. */
	readonly parity: { readonly steps: number; readonly difference: number };
}

/** Measures a built page (`npm run web`). */
export async function measureWeb(rounds: number, onRound: (text: string) => void): Promise<WebFigures> {
	const server = await preview({ root: page, logLevel: "error", preview: { port: 0, host: "localhost" } });
	const address = server.httpServer.address();
	const url = `http://localhost:${String(typeof address === "object" ? address?.port : "")}/`;
	const executablePath = process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium";
	const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
	try {
		const times: number[] = [];
		const answers: number[] = [];
		const frames: number[] = [];
		for (let round = 0; round < rounds; round++) {
			const context = await browser.newContext({ serviceWorkers: "block" });
			const opened = await context.newPage();
			await opened.goto(url);
			await opened.locator("html[data-ready]").waitFor();
			times.push(Number(await opened.evaluate("performance.getEntriesByName('ready')[0].startTime")));
			const drawn = await whileDrawing(opened);
			answers.push(drawn.answers);
			frames.push(drawn.frames);
			await context.close();
			onRound(`round ${round + 1} of ${rounds}`);
		}
		const opened = await browser.newPage();
		await opened.goto(url);
		const training = await trainingSpeed(opened);
		const parity = await differenceFromNode(opened);
		return {
			predict: await predictBundle(),
			pageScripts: await pageBytes(),
			interactiveMs: median(times),
			answersASecond: median(answers),
			framesASecond: median(frames),
			training,
			parity,
			webgpu: await webGpu(url),
		};
	} finally {
		await browser.close();
		await server.close();
	}
}

/** Counts, in the page, frames and changes of the bars while a pointer draws circles for two seconds, moving every frame. */
const drawing = `new Promise((resolve) => {
	const pad = document.querySelector("#pad");
	const box = pad.getBoundingClientRect();
	const send = (kind, angle) => pad.dispatchEvent(new PointerEvent(kind, {
		pointerId: 1, button: 0, buttons: 1, bubbles: true,
		clientX: box.left + box.width * (0.5 + 0.3 * Math.cos(angle)), clientY: box.top + box.height * (0.5 + 0.3 * Math.sin(angle)),
	}));
	pad.setPointerCapture = () => undefined;
	let answers = 0;
	let frames = 0;
	new MutationObserver(() => answers++).observe(document.querySelector("#bars"), { subtree: true, childList: true, characterData: true });
	send("pointerdown", 0);
	const start = performance.now();
	const step = (now) => {
		frames++;
		send("pointermove", frames / 20);
		if (now - start < 2000) return requestAnimationFrame(step);
		send("pointerup", 0);
		const seconds = (now - start) / 1000;
		resolve({ answers: answers / seconds, frames: frames / seconds });
	};
	requestAnimationFrame(step);
})`;

function whileDrawing(opened: Page): Promise<{ readonly answers: number; readonly frames: number }> {
	return opened.evaluate<{ answers: number; frames: number }>(drawing);
}

async function trainingSpeed(opened: Page): Promise<WebFigures["training"]> {
	await opened.locator("#start").click();
	const done = opened.locator("#progress", { hasText: "Done in" });
	await done.waitFor({ timeout: 300_000 });
	const [, seconds = ""] = /Done in ([\d.]+) s/.exec((await done.textContent()) ?? "") ?? [];
	const epochs = Number(await opened.locator("[name=epochs]").inputValue());
	const [, threads = ""] = /(\d+) thread/.exec((await opened.locator("#threads").textContent()) ?? "") ?? [];
	return { threads: Number(threads), samplesASecond: (7000 * epochs) / Number(seconds) };
}

/** In the page: keeps the speed of the last steps that were told of. */
const rememberSpeed = `new MutationObserver(() => {
	const [, speed] = /([\\d,]+) samples a second/.exec(document.querySelector("#progress").textContent) ?? [];
	if (speed !== undefined) globalThis.speed = Number(speed.replaceAll(",", ""));
}).observe(document.querySelector("#progress"), { childList: true })`;

/** Trains with either engine in a Chromium that has a software adapter. */
async function webGpu(url: string): Promise<WebFigures["webgpu"]> {
	const executablePath = process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium";
	const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
	const browser = await chromium.launch({ executablePath, args });
	try {
		const opened = await browser.newPage();
		await opened.goto(url);
		await opened.locator("html[data-ready]").waitFor();
		await opened.evaluate(`void ${rememberSpeed}`);
		const speedOf = async (engine: string): Promise<number> => {
			await opened.locator("[name=epochs]").fill("0.3");
			await opened.locator("[name=engine]").selectOption(engine);
			await opened.locator("#start").click();
			await opened.locator("#progress", { hasText: "Done in" }).waitFor({ timeout: 300_000 });
			return Number(await opened.evaluate("globalThis.speed"));
		};
		const [wasm, webgpu] = [await speedOf("wasm"), await speedOf("webgpu")];
		const files = await filesBelow(join(page, "dist"));
		return { wasm, webgpu, bytes: await bytesOf(files.filter((file) => webGpuFiles.test(file))) };
	} finally {
		await browser.close();
	}
}

/** What is loaded for WebGPU alone. */
const webGpuFiles = /asyncify|webgpu/;

/** Less than an epoch: 50 steps. */
const parityEpochs = 0.914;

async function differenceFromNode(opened: Page): Promise<WebFigures["parity"]> {
	await opened.locator("[name=epochs]").fill(String(parityEpochs));
	await opened.locator("#start").click();
	await opened.locator("#progress", { hasText: "Done in" }).waitFor();
	const [download] = await Promise.all([opened.waitForEvent("download"), opened.locator("#download").click()]);
	const inTab = await readModelFile(await download.path());
	const { digits: recipe } = recipes;
	const { model, steps } = await distillStudent(
		{
			recipe: parseRecipe({ ...recipe, student: { ...recipe.student, epochs: parityEpochs } }),
			data: await digits.load({}),
			teacher: await readModelFile(join(page, "dist/models/teacher.onnx")),
			seed: 1,
		},
		{ runtime: await nodeRuntime(), createLoader: createInlineLoader, now: () => performance.now() },
	);
	const others = new Map(inTab.graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const differences = model.graph.initializers.flatMap(({ name, tensor }) => {
		const other = others.get(name);
		if (tensor.type !== "float" || other?.type !== "float") return [];
		return Array.from(tensor.data, (value, k) => Math.abs(value - (other.data[k] ?? NaN)));
	});
	return { steps, difference: differences.reduce((most, one) => Math.max(most, one), 0) };
}

/** Bundles `limbeck/predict/web` as an application would that has nothing else. */
async function predictBundle(): Promise<WebFigures["predict"]> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-bundle-"));
	try {
		const entry = join(folder, "main.js");
		const source = join(root, "dist/predict/web.js");
		await writeFile(
			entry,
			`import { loadClassifier } from ${JSON.stringify(source)};\nglobalThis.load = loadClassifier;\n`,
		);
		const out = join(folder, "out");
		await build({
			configFile: false,
			root: folder,
			logLevel: "error",
			build: { outDir: out, target: "es2023", rolldownOptions: { input: entry } },
		});
		const files = await filesBelow(out);
		return {
			scripts: await bytesOf(files.filter((file) => file.endsWith(".js"))),
			wasm: await bytesOf(files.filter((file) => file.endsWith(".wasm"))),
		};
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** What a visit loads before anything is distilled. */
async function pageBytes(): Promise<Bytes> {
	const files = await filesBelow(join(page, "dist"));
	const later = /distil-worker|curve|packed-data|options/;
	const now = (file: string): boolean => !later.test(file) && !webGpuFiles.test(file);
	return bytesOf(files.filter((file) => /\.(?:m?js|css|html)$/.test(file) && now(file)));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function bytesOf(files: readonly string[]): Promise<Bytes> {
	const contents = await Promise.all(files.map((file) => readFile(file)));
	const total = (of: (content: Buffer) => number): number => contents.reduce((sum, one) => sum + of(one), 0);
	return { raw: total(({ length }) => length), gzip: total((content) => gzipSync(content, { level: 9 }).length) };
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
