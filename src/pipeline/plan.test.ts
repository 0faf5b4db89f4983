/** What a plan offers names content: files of other steps by their keys, wherever the store is. */
import { describe, expect, test } from "vitest";
import { dataSetOf } from "../data/index.js";
import { fitRecipe } from "../distill/data-fit.js";
import { networkOptions } from "../distill/networks.js";
import { hardTargets } from "../losses/index.js";
import { planExperiment } from "./experiment.js";
import { openPlanner, type Planner } from "./plan.js";
import { referencesIn } from "./references.js";

const data = { name: "digits" } as const;
const loaded = await dataSetOf(data).load(data);
const identity = {
	fingerprint: loaded.fingerprint,
	sampleShape: loaded.sampleShape,
	train: loaded.train.count,
	classes: loaded.classes.length,
	notices: [],
};
const network = fitRecipe(networkOptions.parse({ hidden: [4], epochs: 1 }), identity).recipe;

function planner(): Planner {
	return openPlanner({ ...identity, placeOn: () => Promise.resolve(undefined) });
}

/** Two nets, a third that they teach together, all judged, one of them as it is shipped. */
async function experiment(): Promise<Planner> {
	const plan = planner();
	const taught = { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false } as const;
	await planExperiment(
		{
			data,
			networks: {
				one: { network, loss: hardTargets },
				two: { network, loss: hardTargets, member: 1 },
				student: { network, loss: taught, teachers: ["one", "two"] },
			},
			ensembles: { both: ["one", "two"] },
			shipped: { small: { network: "student", precision: "float16" } },
		},
		{ seed: 1, threads: 1, planner: plan, data: identity },
	);
	return plan;
}

test("steps are offered with the keys of those that they build on, and with no path", async () => {
	const { steps } = await experiment();
	const known = new Map(steps.map(({ key, label }) => [key, label]));
	const read = steps.map(({ label, options, inputs }) => {
		const references = referencesIn(options);
		expect(new Set(references.map(({ step }) => step))).toEqual(new Set(inputs));
		expect(JSON.stringify(options)).not.toContain("/");
		return [label, references.map(({ step, file }) => `${known.get(step) ?? ""}: ${file}`)];
	});
	const [one, two, student] = ["one", "two", "student"].map((name) => `seed 1, ${name}: model.onnx`);
	expect(Object.fromEntries(read)).toEqual({
		"seed 1, one": [],
		"seed 1, two": [],
		"seed 1, student": [one, two],
		"seed 1, small": [student],
		"seed 1, evaluation": [one, two, student, "seed 1, small: model.onnx", one, two],
	});
});

test("keys are those that stores have: another one would have all be done again", async () => {
	const { steps } = await experiment();
	expect(Object.fromEntries(steps.map(({ label, key }) => [label, key]))).toEqual({
		"seed 1, one": "347f2eb2c0fcd8617dcca2a5775ab5c5e5789728f264a766508d724cf75550a1",
		"seed 1, two": "117e86e1ec226e763c76b0b142ac94626ee06f60edb4635d8f6e92172d672eae",
		"seed 1, student": "efc0e18ab9c78da23e7ee1ec616f32d2cd300c9bf43bc80287cad9ab1fa0771a",
		"seed 1, small": "c7392d30333f2d582931ec0a3b3e69a6c6314595bc2bc986fe0e15163d0a10b5",
		"seed 1, evaluation": "481e55c791b67da1295613dd13f6bde0957b1d71e90261ee6dd8ea856e182f2e",
	});
});

describe("a reference that cannot be right is a defect, seen when it is planned", () => {
	test.each([
		["to a step that is not in the plan", "network", "expected a step of the plan before it"],
		["where such a step reads no file", "seed", "expected a file that such a step reads"],
	])("%s", async (_, where, message) => {
		const nowhere = { step: "f".repeat(64), file: "model.onnx" };
		const from = { ...network, family: "file", file: nowhere, head: "keep" };
		const options = {
			data,
			network,
			loss: hardTargets,
			seed: 1,
			threads: 1,
			[where]: where === "seed" ? nowhere : from,
		};
		const added = planner().add("train", "one", options, { cores: 1 });
		await expect(added).rejects.toThrow(message);
	});
});
