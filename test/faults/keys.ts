/** Promises about what a step's key depends on. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildModel, families } from "../../src/models/index.js";
import { writeModelFile } from "../../src/onnx/file.js";
import type { PlanLine } from "../../src/pipeline/run-types.js";
import type * as distillModule from "../../src/workflows/distill/plan.js";
import { parseRecipe, type RecipeInput } from "../../src/workflows/distill/recipe.js";
import { createDraws } from "../support/draws.js";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";

// Steps run in processes of the built package, which type checking must not need.
const built = new URL("../../dist/workflows/distill/plan.js", import.meta.url).href;

/** What a plan is made of. */
interface Planned {
	/** Names of files in the try's folder. */
	readonly teacher: string;
	readonly data: string;
	readonly teacherSeed: number;
	/** A value in the data. */
	readonly value: number;
	readonly mean: number;
	readonly epochs: number;
}

const usual: Planned = { teacher: "teacher.onnx", data: "data.csv", teacherSeed: 1, value: 0.5, mean: 0, epochs: 1 };

type Change = (draws: ReturnType<typeof createDraws>) => Partial<Planned>;

/** A change, and whether the training of the student is another one after it. */
const changes: Readonly<Record<string, readonly [isOther: boolean, change: Change]>> = {
	"the model's bytes": [true, (draws) => ({ teacherSeed: draws.integer(2, 1e6) })],
	preprocessing: [true, (draws) => ({ mean: draws.integer(1, 1e6) / 1e6 })],
	"an option": [true, (draws) => ({ epochs: draws.integer(2, 1e5) })],
	"a value of the data": [true, (draws) => ({ value: draws.integer(1, 1e6) })],
	"the model's name alone": [false, (draws) => ({ teacher: `${String(draws.integer(1, 1e6))}.onnx` })],
	"the data's name alone": [false, (draws) => ({ data: `${String(draws.integer(1, 1e6))}.csv` })],
};

/** Writes the files under new names, gives them theirs, and plans. @returns the plan's steps by their labels. */
async function planOf(folder: string, planned: Planned): Promise<ReadonlyMap<string, PlanLine>> {
	const { planDistill } = (await import(built)) as typeof distillModule;
	const [model, data] = [join(folder, planned.teacher), join(folder, planned.data)];
	const spec = { family: "mlp", ...families.mlp.options.parse({ hidden: [4] }) } as const;
	const task = { sampleShape: [2], classes: 3, seed: planned.teacherSeed };
	await writeModelFile(`${model}.new`, buildModel(spec, task));
	await rename(`${model}.new`, model);
	const rows = Array.from(
		{ length: 60 },
		(_, i) => `${String(i === 0 ? planned.value : i / 7)},${String(-i)},${String(i % 3)}`,
	);
	await writeFile(data, ["a,b,label", ...rows, ""].join("\n"));
	const recipe: RecipeInput = {
		data: { name: "csv", file: data },
		teacher: { family: "file", file: model, input: { mean: planned.mean } },
		student: { family: "mlp", hidden: [3], epochs: planned.epochs },
	};
	const plan = await planDistill(parseRecipe(recipe), { out: join(folder, "out"), store: join(folder, "store") });
	return new Map(plan.map((line) => [line.label, line]));
}

async function changed({ seed, folder: parent }: Attempt): Promise<Outcome> {
	const folder = join(parent, "place");
	await mkdir(folder);
	const names = Object.keys(changes);
	const name = names[(seed - 1) % names.length] ?? "";
	const [isOther, change] = changes[name] ?? [false, () => ({})];
	const before = await planOf(folder, usual);
	const after = await planOf(folder, { ...usual, ...change(createDraws(seed, "changes")) });
	const label = "seed 1, student";
	const [one, other] = [before.get(label)?.key, after.get(label)?.key];
	if (one === undefined || other === undefined)
		return { kind: "broken", why: `no ${label} in ${[...before.keys()].join()}` };
	return expectation((one !== other) === isOther, `${name}: ${isOther ? "the same" : "another"} key`, name);
}

export const keyPromises = {
	R9: {
		promise: "complete keys",
		fault: "change model bytes, preprocessing, options, data: another key; rename a file: the same",
		tries: { short: Object.keys(changes).length, long: 60 },
		tryOnce: changed,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
