import { join } from "node:path";
import { expect, test } from "vitest";
import { runtime } from "../../../test/support/graphs.js";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { syntheticData } from "../../../test/support/synthetic.js";
import { openSamples } from "../../data/open-samples.js";
import { buildModel } from "../../models/index.js";
import { writeModelFile } from "../../onnx/file.js";
import type { Runtime } from "../../runtime/runtime.js";
import { createPredictor } from "../../train/predict.js";
import { openObservers } from "./observe.js";

const data = syntheticData(1100);
const { sampleShape, classes, train } = data;

/** Leaves an untrained network in a file. */
async function network(name: string, outputs: number) {
	const mlp = {
		family: "mlp",
		activation: "relu",
		initializer: "he-normal",
		inputDropout: 0,
		hiddenDropout: 0,
	} as const;
	const model = buildModel({ ...mlp, hidden: [5] }, { sampleShape, classes: outputs, seed: outputs });
	const file = join(await temporaryFolder(), name);
	await writeModelFile(file, model);
	return { model, file };
}

/** The real runtime, and how many of its sessions are open. */
function watched(): { readonly runtime: Runtime; readonly open: () => number } {
	let open = 0;
	const createSession: Runtime["createSession"] = async (...args) => {
		const session = await runtime.createSession(...args);
		open++;
		const release = session.release.bind(session);
		return Object.assign(session, {
			release: () => {
				open--;
				return release();
			},
		});
	};
	return { runtime: { ...runtime, createSession }, open: () => open };
}

test("more samples than a batch are observed in order, and everything is released", async () => {
	const { model, file } = await network("generalist.onnx", classes.length);
	const specialists = [{ file: (await network("specialist.onnx", 3)).file, classes: [0, 2] }];
	const { runtime: own, open } = watched();
	const { observe, release } = await openObservers({ generalist: file, specialists, seed: 1 }, data, { runtime: own });
	const seen = await observe(train);
	expect(open()).toBeGreaterThan(0);
	await release();
	expect(open()).toBe(0);
	// A file that says nothing of it takes pixels from 0 to 1.
	const normalization = { mean: 0, std: 1 };
	const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where: "test", openSamples });
	const logits = await predictor.logits(train);
	await predictor.release();
	expect(seen.flatMap((one) => Array.from(one.logits))).toEqual([...logits]);
	for (const { logits: row, answers } of seen) {
		const best = [...Array.from(row).keys()].reduce((a, b) => ((row[b] ?? 0) > (row[a] ?? 0) ? b : a));
		expect(answers.map((answer) => answer.classes)).toEqual([0, 2].includes(best) ? [[0, 2]] : []);
	}
});

test("where a specialist cannot be opened, what was opened before it is released", async () => {
	const { file } = await network("generalist.onnx", classes.length);
	const { runtime: own, open } = watched();
	const specialists = [{ file: join(file, "../absent.onnx"), classes: [0] }];
	const opening = openObservers({ generalist: file, specialists, seed: 1 }, data, { runtime: own });
	await expect(opening).rejects.toThrow("absent.onnx");
	expect(open()).toBe(0);
});
