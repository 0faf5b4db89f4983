/** What the recipes of several workflows have in common. */
import { z } from "zod";
import { dataOptions } from "../data/options.js";
import { learningShape, withFamily } from "../distill/networks.js";
import { withTeacherFamily } from "../distill/teachers/options.js";
import { isRecord } from "../options.js";
import { applySettings } from "../settings.js";

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
	chain: (written) => (Array.isArray(written) ? written.map(withFamily) : written),
	network: withFamily,
};

/** A recipe as written, with its settings applied and no family left out beside a file. */
export function changedRecipe(schema: z.ZodObject, input: unknown, settings: readonly string[]): unknown {
	return withFamilies(applySettings(withFamilies(input), settings, schema));
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
