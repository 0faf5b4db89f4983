/** What the recipes of several workflows have in common. */
import { z } from "zod";
import { dataOptions } from "../data/options.js";
import { learningShape, withFamily } from "../distill/networks.js";
import { withTeacherFamily } from "../distill/teachers/options.js";
import { isRecord } from "../options.js";
import { applySettings } from "../settings.js";
import { taskOf } from "../tasks/index.js";
import { defaultTask, taskNames } from "../tasks/names.js";

/** What a recipe learns from. */
export const dataField = dataOptions.prefault({}).describe("what the networks learn from: see `limbeck data list`");

/** The runs of a recipe. */
export const seedFields = {
	seed: z.int().min(0).max(0xffffffff).default(1).describe("first seed"),
	seeds: z.int().min(1).max(1000).default(1).describe("how many seeds, one run each"),
};

/** What a recipe is called. */
export const nameField = z.string().min(1).default("custom").describe("what the report calls this recipe");

/** The fields of recipes that hold networks, and what fills in the families that are left out there. */
const networkFields: Readonly<Record<string, (written: unknown) => unknown>> = {
	teacher: withTeacherFamily,
	student: withFamily,
	chain: withFamilyEach,
	network: withFamily,
	generalist: withFamily,
	convolutional: withFamily,
	students: withFamilyEach,
};

/** The fields of recipes that hold an objective, and which of a task's is meant there. */
const objectiveFields = { distillation: "distilled", loss: "alone" } as const;

/** A recipe as written, with its settings applied, no family left out beside a file, and the objectives of its task. */
export function changedRecipe(schema: z.ZodObject, input: unknown, settings: readonly string[]): unknown {
	return withObjectives(withFamilies(applySettings(withFamilies(input), settings, schema)), schema);
}

/** A recipe as written, with the objectives that its data's task means where none is named. */
function withObjectives(recipe: unknown, schema: z.ZodObject): unknown {
	if (!isRecord(recipe) || !isRecord(recipe["data"])) return recipe;
	const name = taskNames.find((one) => isRecord(recipe["data"]) && one === recipe["data"]["task"]);
	if (name === undefined || name === defaultTask) return recipe;
	const { objectives } = taskOf({ task: name });
	const fields = Object.entries(objectiveFields).flatMap(([field, which]) => {
		const written = recipe[field] ?? {};
		if (!Object.hasOwn(schema.shape, field) || !isRecord(written)) return [];
		return [[field, { name: objectives[which].name, ...written }] as const];
	});
	return { ...recipe, ...Object.fromEntries(fields) };
}

/** A built-in recipe without the objective that it has for its own data, where others of another task are learned from. */
export function forTask(recipe: unknown, task: string | undefined): unknown {
	if (task === undefined || task === defaultTask || !isRecord(recipe)) return recipe;
	const kept = Object.entries(recipe).filter(([field]) => !Object.hasOwn(objectiveFields, field));
	return Object.fromEntries(kept);
}

function withFamilyEach(written: unknown): unknown {
	return Array.isArray(written) ? written.map(withFamily) : written;
}

function withFamilies(recipe: unknown): unknown {
	if (!isRecord(recipe)) return recipe;
	const fields = Object.entries(recipe);
	return Object.fromEntries(
		fields.map(([field, value]) => [
			field,
			Object.hasOwn(networkFields, field) ? networkFields[field]?.(value) : value,
		]),
	);
}

/** How a network is trained, as written, with what is written of another in the fields left out. */
export function trainingOf(other: unknown, written: unknown = {}): unknown {
	if (!isRecord(written) || !isRecord(other)) return written;
	const training = Object.entries(other).filter(([field]) => Object.hasOwn(learningShape, field));
	return { ...Object.fromEntries(training), ...written };
}
