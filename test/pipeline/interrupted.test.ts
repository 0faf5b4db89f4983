/** A signal that is aborted, with whatever reason, ends the work of every public function with one kind of error. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type * as Node from "../../src/node.js";
import type { loadClassifier as LoadClassifier } from "../../src/predict/web.js";
import { temporaryFolder } from "../support/own-data.js";

// The built ones: they start processes from files.
const dist = join(import.meta.dirname, "../../dist");
const limbeck = (await import(join(dist, "node.js"))) as typeof Node;
const { loadClassifier } = (await import(join(dist, "predict/web.js"))) as {
	readonly loadClassifier: typeof LoadClassifier;
};

interface Options {
	readonly out: string;
	readonly store: string;
	readonly signal: AbortSignal;
}

const runs: Readonly<Record<string, (options: Options) => Promise<unknown>>> = {
	distill: (options) => limbeck.distill(limbeck.parseRecipe({}), options),
	planDistill: (options) => limbeck.planDistill(limbeck.parseRecipe({}), options),
	train: (options) => limbeck.train(limbeck.parseTrainRecipe({}), options),
	specialize: (options) => limbeck.specialize(limbeck.parseSpecializeRecipe({}), options),
	speech: (options) => limbeck.speech(limbeck.parseSpeechRecipe({ data: { name: "fsdd" } }), options),
	study: (options) =>
		limbeck.study(
			limbeck.parseStudyRecipe({ name: "temperature", widths: [8], temperatures: [2, 4] }, "recipe"),
			options,
		),
	exportModel: ({ out, signal }) =>
		limbeck.exportModel({
			source: { file: join(import.meta.dirname, "../cases/case.ts") },
			to: join(out, "export"),
			data: { name: "digits" },
			preprocess: "outside",
			threads: 1,
			signal,
		}),
	"loadClassifier in browsers": ({ signal }) => loadClassifier("http://127.0.0.1:9/model.onnx", { signal }),
};

describe.each(Object.entries(runs))("%s", (_, run) => {
	it.each([
		["no reason", undefined],
		["an error", new RangeError("enough")],
		["a text", "enough"],
	])("stopped with %s, before anything has begun", async (_reason, reason) => {
		const folder = await temporaryFolder();
		const stop = new AbortController();
		stop.abort(reason);
		const options = { out: join(folder, "out"), store: join(folder, "store"), signal: stop.signal };
		await expect(run(options)).rejects.toMatchObject({ name: "LimbeckError", category: "interrupted" });
	});
});

it("train, stopped while it trains", async () => {
	const folder = await temporaryFolder();
	const stop = new AbortController();
	const recipe = limbeck.parseTrainRecipe({ network: { hidden: [8], epochs: 1000 } });
	const running = limbeck.train(recipe, {
		out: join(folder, "out"),
		store: join(folder, "store"),
		threads: 1,
		signal: stop.signal,
		onEvent: () => {
			stop.abort(new RangeError("enough"));
		},
	});
	await expect(running).rejects.toMatchObject({ name: "LimbeckError", category: "interrupted" });
});
