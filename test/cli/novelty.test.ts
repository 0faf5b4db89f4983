import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSamples } from "../../src/data/open-samples.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import { randomStream } from "../../src/random.js";
import { hasChromium, startChromium } from "../support/chromium.js";
import { startLimbeck } from "../support/command-line.js";
import { keepPictures, widths } from "../support/screenshots.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const folder = await mkdtemp(join(tmpdir(), "limbeck-novelty-"));
const model = join(folder, "out", "model.onnx");
const inbox = join(folder, "inbox");
/** A name that would run, or start a formula, where it is not written as text. */
const hostile = '=1+1,"<img src=x onerror=alert(1)>".png';

/** What these tests read of novelty.json. */
interface Report {
	readonly samples: readonly { readonly name: string; readonly verdict: string; readonly group?: number }[];
	readonly groups: readonly {
		readonly count: number;
		readonly expected: number;
		readonly candidate: boolean;
		readonly pictures: object[];
	}[];
}

const png = (pixels: Uint8Array): Promise<Buffer> =>
	sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
		.png()
		.toBuffer();

/** A network that has never seen a 4, and a folder with digits of all classes and noise. */
beforeAll(async () => {
	const train = ["train", "--model", "mlp:64,64", "--set", "network.epochs=6", "--set", "data.withhold=[4]"];
	const args = [...train, "--quiet", "--out", join(folder, "out")];
	expect((await startLimbeck(args, join(folder, "store")).result).code).toBe(0);
	await mkdir(join(inbox, "deeper"), { recursive: true });
	const test = await loadTestSet({ name: "digits" });
	for (let at = 0; at < test.count; at += 10) {
		const { data } = readSamples(test, test.sampleShape, Uint32Array.of(at));
		const label = test.labels[at] ?? 0;
		await writeFile(
			join(inbox, at % 20 === 0 ? "deeper" : "", `digit-${String(at)}-${String(label)}.png`),
			await png(Uint8Array.from(data)),
		);
	}
	for (let at = 0; at < 10; at++) {
		const words = randomStream(1, "test/noise").words(at, new Uint32Array(784));
		await writeFile(join(inbox, `noise-${String(at)}.png`), await png(Uint8Array.from(words, (word) => word >>> 24)));
	}
	await writeFile(join(inbox, hostile), await png(new Uint8Array(784)));
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function sifted(...args: readonly string[]) {
	const out = await temporaryFolder();
	const result = await runCli(["novelty", ...args, "--out", out]);
	const read = async (name: string): Promise<string> => readFile(join(out, name), "utf8");
	return { ...result, read, out };
}

describe("limbeck novelty", () => {
	it("tells what is usual, what is garbage, and what of the rest belongs together", async () => {
		const { code, stdout, read, out } = await sifted("--model", model, "--data", inbox);
		expect(code).toBe(0);
		const { samples, groups } = JSON.parse(await read("novelty.json")) as Report;
		expect(samples).toHaveLength(211);
		const share = (of: RegExp, verdict: string): number => {
			const own = samples.filter(({ name }) => of.test(name));
			return own.filter((one) => one.verdict === verdict).length / own.length;
		};
		expect(share(/^noise/, "garbage")).toBe(1);
		expect(share(/digit-\d+-[^4].png$/, "known")).toBeGreaterThan(0.7);
		expect(share(/digit-\d+-4.png$/, "known")).toBeLessThan(share(/digit-\d+-[^4].png$/, "known") - 0.2);
		expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(
			samples.filter(({ verdict }) => verdict === "unknown").length,
		);
		for (const { candidate, count, expected } of groups)
			if (candidate) expect(count).toBeGreaterThanOrEqual(2 * expected);
		expect(samples.filter(({ name }) => name.startsWith("deeper")).length).toBe(100);
		expect(stdout).toContain("211 samples of");
		// Of the known digits that are rejected, validation has some as well.
		expect(groups.some(({ expected }) => expected > 0)).toBe(true);
		const page = await read("novelty.html");
		expect(page).toContain("data:image/png;base64,");
		expect(page).not.toContain("<img src=x");
		if (hasChromium) {
			const shown = await (await startChromium()).newPage();
			await shown.goto(pathToFileURL(join(out, "novelty.html")).href);
			await keepPictures(shown, "novelty");
			await shown.setViewportSize({ width: widths[1], height: 900 });
			expect(await shown.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(widths[1]);
		}
		const lines = (await read("novelty.csv")).trimEnd().split("\r\n");
		expect(lines).toHaveLength(212);
		expect(lines.some((line) => line.startsWith(`"${hostile.replaceAll('"', '""')}",`))).toBe(true);
	});

	it("sifts other data than pictures, and prints the report as JSON", async () => {
		const test = await loadTestSet({ name: "digits" });
		const { data } = readSamples(
			test,
			test.sampleShape,
			Uint32Array.from({ length: 60 }, (_, at) => 30 * at),
		);
		const rows = Array.from({ length: 60 }, (_, at) =>
			Array.from(data.subarray(784 * at, 784 * (at + 1)), (byte) => (byte / 255).toFixed(4)).join(","),
		);
		const table = join(folder, "new.csv");
		await writeFile(table, `${rows.join("\n")}\n`);
		const about = ["data.header=false", "data.unlabelled=true", "data.shape=[1,28,28]"].flatMap((one) => [
			"--set",
			one,
		]);
		const { code, stdout } = await sifted("--model", model, "--data", table, ...about, "--json");
		expect(code).toBe(0);
		const { samples } = JSON.parse(stdout) as Report;
		expect(samples.map(({ name }) => Number(name)).toSorted((a, b) => a - b)).toEqual([...rows.keys()]);
		expect(samples.filter(({ verdict }) => verdict === "known").length).toBeGreaterThan(30);
	});

	it.each([
		["no model", ["--model", "none.onnx", "--data", inbox], "none.onnx"],
		["a folder without specialists", ["--model", folder, "--data", inbox], "specialists.json"],
		["a detector that asks specialists", ["--model", model, "--data", inbox, "--by", "dustbin"], "limbeck specialize"],
		["other classes", ["--model", model, "--data", inbox, "--known", "cifar-100"], "cifar-100"],
		[
			"samples of another shape",
			["--model", model, "--data", inbox, "--set", "data.size=20"],
			"samples [1, 28, 28], as the model's own data have",
		],
	])("refuses %s, and says what to do", async (_, args, told) => {
		const { code, stderr } = await sifted(...args);
		expect(code).toBeGreaterThan(1);
		expect(stderr).toContain(told);
	});
});
