/** Runs over data in memory, in processes of their own. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type * as Node from "../../src/node.js";
import { createDraws } from "../support/draws.js";
import { temporaryFolder } from "../support/own-data.js";

// The built ones: they start processes from files, which type checking must not need.
const { distill, fromMemory, parseRecipe, parseTrainRecipe, planDistill, planTrain } = (await import(
	new URL("../../dist/node.js", import.meta.url).href
)) as typeof Node;

const count = 60;
const floats = Float32Array.from(createDraws(7, "memory").reals(count * 4, -3, 3));
const labels = Array.from({ length: count }, (_, k) => ["cat", "dog", "owl"][(k * 7) % 3] ?? "");

async function* streamed(named: readonly string[]): AsyncGenerator<Node.LabelledSample> {
	for (const [row, label] of named.entries()) {
		yield await Promise.resolve({ sample: floats.subarray(row * 4, (row + 1) * 4), label });
	}
}

test("the same data again are found in the store, and other data are trained on", async () => {
	const folder = await temporaryFolder();
	const store = join(folder, "store");
	const how = { out: join(folder, "out"), store, threads: 1 };
	const network = { hidden: [4], jitter: 0, epochs: 2 };
	const given = (named: readonly string[]): Promise<Node.DataChoice> =>
		fromMemory({ shape: [4], samples: streamed(named) }, { store });
	const recipeOf = async (named: readonly string[]) =>
		parseRecipe({ data: await given(named), teacher: network, student: network });
	const report = await distill(await recipeOf(labels), how);
	expect(report.student).toMatchObject({ accuracy: expect.any(Number) as number });
	const again = await planDistill(await recipeOf(labels), how);
	expect(again.map(({ cached }) => cached)).toEqual(again.map(() => true));
	const others = await planDistill(await recipeOf(labels.toReversed()), how);
	expect(others.map(({ cached }) => cached)).toEqual(others.map(() => false));
	// Another workflow takes them as well.
	const plan = await planTrain(parseTrainRecipe({ data: await given(labels), network }), how);
	expect(plan.map(({ kind }) => kind)).toEqual(["train", "evaluate"]);

	// What somebody did to the files since then is undone.
	const arrays = join(store, "data/arrays");
	const written = await readdir(arrays);
	const before = await Promise.all(written.map((name) => readFile(join(arrays, name))));
	for (const name of written) await writeFile(join(arrays, name), "other");
	await given(labels);
	await given(labels.toReversed());
	expect(await Promise.all(written.map((name) => readFile(join(arrays, name))))).toEqual(before);
});
