import type { Command } from "commander";
import { z } from "zod";
import { parseRecipe, recipeSchema } from "../distill/recipe.js";
import { recipes } from "../distill/recipes.js";
import { choiceName, choicesOf, fieldsOf, isRecord, type JsonSchema, parseOptions } from "../options.js";
import { wrapText } from "../report/text.js";
import { readRecipe } from "./recipe-file.js";
import type { Terminal } from "./terminal.js";

const recipeFlags = z.object({ json: z.boolean().default(false) });

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
		.option("--json", "print the JSON schema, or the given recipe, as one JSON object on stdout")
		.addHelpText(
			"after",
			`
Examples:
  limbeck recipe                      the fields and their defaults
  limbeck recipe mnist                the same with the values of a recipe
  limbeck recipe --json > schema.json for an editor that completes JSON
  limbeck recipe mnist --json > mine.json, then: limbeck distill mine.json`,
		)
		.action(async (name: string | undefined, raw: unknown) => {
			const { json } = parseOptions(recipeFlags, raw, "limbeck recipe");
			const recipe = parseRecipe(name === undefined ? {} : await readRecipe(name), `recipe ${name ?? ""}`);
			const schema = recipeSchema();
			if (json) terminal.print(JSON.stringify(name === undefined ? schema : recipe, undefined, "\t"));
			else terminal.print(describeFields(schema, recipe, Math.min(terminal.width, 120)));
		});
}

/**
 * Every field of a schema as lines of text: those of the whole, those of each object in it, then those of the entries
 * that fields let choose among.
 */
function describeFields(root: JsonSchema, values: unknown, width: number): string {
	const objects = fieldsOf(root).filter(([, field]) => field.properties !== undefined);
	const sections = [
		fieldList("  ", root, values, width),
		...objects.map(([name, field]) => {
			const fields = fieldList(`  ${name}.`, field, valueOf(values, name), width);
			return `${name}: ${field.description ?? ""}\n${fields}`;
		}),
		...choicesIn(root).map(({ paths, field }) => {
			const entries = choicesOf(field).map((entry) => {
				const fields = fieldList("    ", entry, {}, width);
				return `  "name": "${choiceName(entry) ?? ""}"${fields === "" ? "" : `\n${fields}`}`;
			});
			return [...wrapText(`${paths.join(", ")}: one of`, width), ...entries].join("\n");
		}),
	];
	return sections.join("\n\n");
}

/** The fields of one object that are no objects themselves, a paragraph each. */
function fieldList(prefix: string, schema: JsonSchema, current: unknown, width: number): string {
	const indent = " ".repeat(6);
	return fieldsOf(schema)
		.filter(([name, field]) => field.properties === undefined && !(name === "name" && field.const !== undefined))
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
	const { type, items, minItems = 0, maxItems } = field;
	if (field.oneOf !== undefined) return undefined;
	if (field.enum !== undefined) return field.enum.map((value) => JSON.stringify(value)).join(", ");
	if (field.const !== undefined) return JSON.stringify(field.const);
	if (type === "integer") return `a whole number${range(field)}`;
	if (type === "number") return `a number${range(field)}`;
	if (type === "boolean") return "true or false";
	if (type === "array" && typeof items === "object" && !Array.isArray(items)) {
		const length = maxItems === undefined ? `${minItems} or more` : `${minItems} to ${maxItems}`;
		return `a list of ${length}, each ${allowed(items) ?? "a value"}`;
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
		fieldsOf(schema).flatMap(([name, field]) =>
			field.oneOf === undefined ? all(field, `${prefix}${name}.`) : [{ paths: [`${prefix}${name}`], field }],
		);
	const byEntries = new Map<string, Choice>();
	for (const { paths, field } of all(root, "")) {
		const key = JSON.stringify(field.oneOf);
		byEntries.set(key, { paths: [...(byEntries.get(key)?.paths ?? []), ...paths], field });
	}
	return [...byEntries.values()];
}
