import type { Command } from "commander";
import { z } from "zod";
import { parseRecipe, parseTrainRecipe, recipeSchema } from "../distill/recipe.js";
import { recipes, trainRecipes } from "../distill/recipes.js";
import { parseSpecializeRecipe, specializeSchema } from "../distill/specialists/recipe.js";
import { specializeRecipes } from "../distill/specialists/recipes.js";
import {
	choiceName,
	choicesOf,
	chosenOf,
	elementOf,
	fieldsOf,
	isRecord,
	type JsonSchema,
	parseOptions,
} from "../options.js";
import { wrapText } from "../report/text.js";
import { parseSpeechRecipe, speechRecipeSchema, speechRecipes } from "../speech/recipe.js";
import { readRecipe } from "./recipe-file.js";
import type { Terminal } from "./terminal.js";

const recipeFlags = z.object({
	json: z.boolean().default(false),
	train: z.boolean().default(false),
	specialize: z.boolean().default(false),
	speech: z.boolean().default(false),
});

/** The kinds of recipes, by the commands that run them. */
const kinds = {
	distill: { builtIn: recipes, parse: parseRecipe, schema: () => recipeSchema("distill") },
	train: { builtIn: trainRecipes, parse: parseTrainRecipe, schema: () => recipeSchema("train") },
	specialize: { builtIn: specializeRecipes, parse: parseSpecializeRecipe, schema: specializeSchema },
	speech: { builtIn: speechRecipes, parse: parseSpeechRecipe, schema: speechRecipeSchema },
} as const;

/** Adds `limbeck recipe`. */
export function addRecipeCommand(program: Command, terminal: Terminal): void {
	program
		.command("recipe")
		.summary("every field of a recipe, explained")
		.description("Lists every field of a recipe: its value, what it means, and what it may be.")
		.argument(
			"[recipe]",
			`show this recipe's values: ${Object.keys(recipes).join(", ")}, or a file; the defaults without it`,
		)
		.option("--train", "the recipes of limbeck train, in place of those of limbeck distill")
		.option("--specialize", "those of limbeck specialize")
		.option("--speech", "those of limbeck speech")
		.option("--json", "print the JSON schema, or the given recipe, as one JSON object on stdout")
		.addHelpText(
			"after",
			`
Examples:
  limbeck recipe                      the fields and their defaults
  limbeck recipe mnist                the same with the values of a recipe
  limbeck recipe --train cifar-100    those of one network's training
  limbeck recipe --specialize digits  those of a generalist and specialists
  limbeck recipe --speech             those of experiments with speech
  limbeck recipe --json > schema.json for an editor that completes JSON
  limbeck recipe mnist --json > mine.json, then: limbeck distill mine.json`,
		)
		.action(async (name: string | undefined, raw: unknown) => {
			const { json, ...chosen } = parseOptions(recipeFlags, raw, "limbeck recipe");
			const kind = (["speech", "specialize", "train"] as const).find((one) => chosen[one]) ?? "distill";
			const { builtIn, parse, schema: schemaOf } = kinds[kind];
			const written = name === undefined ? {} : await readRecipe(name, builtIn);
			const recipe = parse(written, `recipe ${name ?? ""}`);
			const schema = schemaOf();
			if (json) terminal.print(JSON.stringify(name === undefined ? schema : recipe, undefined, "\t"));
			else terminal.print(describeFields(schema, recipe, Math.min(terminal.width, 120)));
		});
}

/**
 * Every field of a schema as lines of text: those of the whole, those of each object in it as far as it is chosen, then
 * those of the entries that fields let choose among.
 */
function describeFields(root: JsonSchema, values: unknown, width: number): string {
	const objects = fieldsOf(root).flatMap(([name, field]) => {
		const [chosen] = chosenOf(choicesOf(field), valueOf(values, name));
		return isObject(field) && chosen?.properties !== undefined ? [{ name, field, chosen }] : [];
	});
	const sections = [
		fieldList("  ", root, values, width),
		...objects.map(({ name, field, chosen }) => {
			const fields = fieldList(`  ${name}.`, chosen, valueOf(values, name), width);
			return `${name}: ${field.description ?? ""}\n${fields}`;
		}),
		...describeChoices(choicesIn(root), width),
	];
	return sections.join("\n\n");
}

/** Whether a field holds objects that have a section of their own: fields of which each is told with its value. */
function isObject(field: JsonSchema): boolean {
	const [first] = choicesOf(field);
	return field.properties !== undefined || (first !== undefined && choiceName(first)?.isDefault === true);
}

/** What fields let choose among; an entry that an earlier field has as well is told there. */
function describeChoices(choices: readonly Choice[], width: number): readonly string[] {
	const told = new Map<string, { readonly where: string; readonly name: string }>();
	return choices.map(({ paths, field }) => {
		const where = paths.join(", ");
		const entries = choicesOf(field).map((entry) => {
			const { field: name = "name", name: chosen = "" } = choiceName(entry) ?? {};
			const title = entry.properties?.[name];
			const text = typeof title === "object" && title.description !== undefined ? `: ${title.description}` : "";
			const own = fieldList("    ", { properties: Object.fromEntries(ownFields(entry, field)) }, {}, width);
			const before = told.get(own);
			if (before === undefined) told.set(own, { where, name: chosen });
			const reference = before?.where === where ? `as ${before.name}` : `as in ${before?.where ?? ""}`;
			const fields = own === "" ? "" : before === undefined ? `\n${own}` : `, ${reference}`;
			return `  "${name}": "${chosen}"${text}${fields}`;
		});
		const shared = isObject(field) ? "" : fieldList("    ", { properties: sharedFields(field) }, {}, width);
		const beside = shared === "" ? [] : ["  and beside each of them", shared];
		return [...wrapText(`${where}: one of`, width), ...entries, ...beside].join("\n");
	});
}

/** The fields of an entry without those that most entries share: of them one is told elsewhere. */
function ownFields(entry: JsonSchema, choice: JsonSchema): ReturnType<typeof fieldsOf> {
	return fieldsOf(entry)
		.filter(([name, field]) => field.const === undefined && !isShared(name, field, choice))
		.flatMap(([name, field]) => (field.properties === undefined ? [[name, field] as const] : inside(name, field)));
}

/** The fields of an object within an entry, by their paths. */
function inside(name: string, field: JsonSchema): ReturnType<typeof fieldsOf> {
	return fieldsOf(field).map(([inner, one]) => [`${name}.${inner}`, one]);
}

/** The fields that most entries of a choice share. */
function sharedFields(choice: JsonSchema): Readonly<Record<string, JsonSchema>> {
	const all = choicesOf(choice).flatMap(fieldsOf);
	return Object.fromEntries(all.filter(([name, field]) => isShared(name, field, choice)));
}

/** Whether more than three fifths of a choice's entries have the very same field. */
function isShared(name: string, field: JsonSchema, choice: JsonSchema): boolean {
	const [all, text] = [choicesOf(choice), JSON.stringify(field)];
	return 5 * all.filter(({ properties }) => JSON.stringify(properties?.[name]) === text).length > 3 * all.length;
}

/** The fields of one object that are no objects themselves, a paragraph each. */
function fieldList(prefix: string, schema: JsonSchema, current: unknown, width: number): string {
	const indent = " ".repeat(6);
	return fieldsOf(schema)
		.filter(([, field]) => !isObject(field))
		.flatMap(([name, field]) => {
			const value = valueOf(current, name) ?? field.default;
			const values = allowed(field);
			const text = `${field.description ?? ""}${values === undefined ? "" : ` (${values})`}`.trim();
			return [
				`${prefix}${name} ${value === undefined ? "(not set)" : `= ${JSON.stringify(value)}`}`,
				...wrapText(text, width - indent.length).map((line) => `${indent}${line}`),
			];
		})
		.join("\n");
}

function valueOf(values: unknown, name: string): unknown {
	return isRecord(values) ? values[name] : undefined;
}

/** What a field may be, as a noun phrase; nothing where its entries are listed elsewhere. */
function allowed(field: JsonSchema): string | undefined {
	const { type, prefixItems, minItems = 0, maxItems } = field;
	if (field.oneOf !== undefined) return undefined;
	if (field.anyOf !== undefined) return field.anyOf.map((one) => allowed(one) ?? "a value").join(", or ");
	if (field.enum !== undefined) return field.enum.map((value) => JSON.stringify(value)).join(", ");
	if (field.const !== undefined) return JSON.stringify(field.const);
	if (type === "integer") return `a whole number${range(field)}`;
	if (type === "number") return `a number${range(field)}`;
	if (type === "boolean") return "true or false";
	if (prefixItems !== undefined) {
		const parts = prefixItems.map((item) => (typeof item === "object" ? allowed(item) : undefined) ?? "a value");
		return `a list of ${parts.join("; ")}`;
	}
	if (field.properties !== undefined) return `an object of ${Object.keys(field.properties).join(", ")}`;
	const element = elementOf(field);
	if (element !== undefined) {
		const length = maxItems === undefined ? `${minItems} or more` : `${minItems} to ${maxItems}`;
		return `a list of ${length}, each ${allowed(element) ?? "with a name and its options"}`;
	}
	return "a text";
}

/** The bounds of a number; those of all whole numbers that JSON can hold go without saying. */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
	const bounds = [
		...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? [] : [`at least ${minimum}`]),
		...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
		...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
		...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
	];
	return bounds.length === 0 ? "" : ` ${bounds.join(" and ")}`;
}

/** A field that lets choose among entries, with the paths at which it stands. */
interface Choice {
	readonly paths: readonly string[];
	readonly field: JsonSchema;
}

/** Every choice in a schema; fields with the same entries together. */
function choicesIn(root: JsonSchema): readonly Choice[] {
	const all = (schema: JsonSchema, prefix: string): readonly Choice[] =>
		choicesOf(schema)
			.flatMap(fieldsOf)
			.flatMap(([name, field]) => {
				const path = `${prefix}${name}`;
				const choice = elementOf(field) ?? field;
				const here = choice.oneOf === undefined ? [] : [{ paths: [path], field: choice }];
				return [...here, ...all(choice, `${path}.`)];
			});
	const byEntries = new Map<string, Choice>();
	for (const { paths, field } of all(root, "")) {
		const key = JSON.stringify(field.oneOf);
		const before = byEntries.get(key)?.paths ?? [];
		byEntries.set(key, { paths: [...new Set([...before, ...paths])], field });
	}
	return [...byEntries.values()];
}
