import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadClassifier } from "../../src/predict/index.js";
import { createDraws } from "../support/draws.js";
import { temporaryFolder } from "../support/own-data.js";
import { runIn, small } from "./case.js";
import { loadData } from "./load.js";

const classes = ["early", "late"] as const;

/** Times in seconds: of class `early` before `middle`, of class `late` after it, by up to 20 s. */
function table(middle: number, seed: number, least = 1): string {
	const count = 120;
	const draws = createDraws(seed, "times").reals(count, least, 20);
	const rows = Array.from(
		draws,
		(seconds, i) => `${String(middle + (i % 2 === 0 ? -1 : 1) * Math.round(seconds))},${classes[i % 2] ?? ""}`,
	);
	return `time,label\n${rows.join("\n")}\n`;
}

test("times in seconds keep the digits that float32 would lose, in training, evaluation and prediction", async () => {
	const folder = await temporaryFolder();
	await writeFile(join(folder, "times.csv"), table(1.6e9, 1));
	// Other times: what was subtracted from these samples is not what was from those.
	await writeFile(join(folder, "later.csv"), table(1.6e9 + 3, 2, 5));
	const trained = await runIn(folder, [
		"distill",
		"--data",
		"times.csv",
		...small,
		"--quiet",
		"--json",
		"--out",
		"out",
	]);
	expect(trained.code, trained.stderr).toBe(0);
	const model = join(folder, "out", "student.onnx");
	const evaluated = await runIn(folder, ["evaluate", "--model", model, "--data", "later.csv", "--json"]);
	expect(evaluated.code, evaluated.stderr).toBe(0);
	// The answers are JSON objects of our own.
	expect((JSON.parse(evaluated.stdout) as { accuracy: number }).accuracy).toBeGreaterThan(0.85);
	const mean = Number(/"mean":([\d.]+)/.exec((await readFile(model)).toString("latin1"))?.[1]);
	expect(Math.abs(mean - 1.6e9)).toBeLessThan(20);
	const classifier = await loadClassifier(model);
	expect((await classifier.predict(Float64Array.of(1.6e9 - 15))).label).toBe("early");
	expect((await classifier.predict(Float64Array.of(1.6e9 + 15))).label).toBe("late");
	await classifier.release();
});

test("values keep apart in text tables; ordinary ones are stored as they were", async () => {
	const folder = await temporaryFolder();
	const file = join(folder, "times.csv");
	await writeFile(file, table(1.6e15, 1));
	const large = await loadData({ name: "csv", file });
	const { samples } = large.data.train;
	expect("offsets" in samples).toBe(true);
	expect(samples.kind === "memory" && new Set(samples.data).size).toBeGreaterThan(15);
	await writeFile(file, table(2020, 1));
	const years = await loadData({ name: "csv", file });
	expect("offsets" in years.data.train.samples).toBe(false);
});
