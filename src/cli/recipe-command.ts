import type { Command } from "commander";
import { z } from "zod";
import { readRecipe } from "../console/recipe-file.js";
import type { Terminal } from "../console/terminal.js";
import { LimbeckError } from "../errors.js";
import { parseOptions } from "../options.js";
import { wrapText } from "../report/text.js";
import { recipes } from "../workflows/distill/recipes.js";
import { workflows } from "../workflows/index.js";
import type { Recipes } from "../workflows/workflow.js";
import { type ChoiceSection, type FieldLine, type RecipeFields, recipeFields } from "./recipe-fields.js";

/** The kinds of recipes, by the workflows that run them. */
const kinds = Object.entries(workflows).flatMap(([name, { recipes }]) =>
	recipes === undefined ? [] : [{ name, recipes }],
);

const recipeFlags = z.object({
	json: z.boolean().default(false),
	markdown: z.boolean().default(false),
	...Object.fromEntries(kinds.map(({ name }) => [name, z.boolean().default(false)])),
});

/** The workflow whose recipes are meant where none is named. */
const standard = "distill";

/** @throws LimbeckError (`usage`) where several workflows are named. */
async function recipesOf(chosen: Readonly<Record<string, boolean>>): Promise<Recipes> {
	const named = Object.keys(chosen).filter((name) => chosen[name] === true);
	const [only, ...others] = kinds.filter(({ name }) => (named.length === 0 ? name === standard : named.includes(name)));
	if (only !== undefined && others.length === 0) return only.recipes();
	const got = named.map((name) => `--${name}`).join(" ");
	throw new LimbeckError("usage", { where: "limbeck recipe", expected: "one workflow", got });
}

/** Adds `limbeck recipe`. */
export function addRecipeCommand(program: Command, terminal: Terminal): void {
	const command = program
		.command("recipe")
		.summary("every field of a recipe, explained")
		.description("Lists every field of a recipe: its value, what it means, and what it may be.")
		.argument(
			"[recipe]",
			`show this recipe's values: ${Object.keys(recipes).join(", ")}, or a file; the defaults without it`,
		);
	for (const { name } of kinds) {
		command.option(`--${name}`, `the recipes of limbeck ${name}${name === standard ? ": the default" : ""}`);
	}
	command
		.option("--json", "print the JSON schema, or the given recipe, as one JSON object on stdout")
		.option("--markdown", "print the fields in Markdown")
		.addHelpText(
			"after",
			`
Examples:
  limbeck recipe                      the fields and their defaults
  limbeck recipe mnist                the same with the values of a recipe
  limbeck recipe --train cifar-100    those of one network's training
  limbeck recipe --specialize digits  those of a generalist and specialists
  limbeck recipe --speech             those of experiments with speech
  limbeck recipe --study temperature  those of a study
  limbeck recipe --json > schema.json for an editor that completes JSON
  limbeck recipe mnist --json > mine.json, then: limbeck distill mine.json`,
		)
		.action(async (name: string | undefined, raw: unknown) => {
			const { json, markdown, ...chosen } = parseOptions(recipeFlags, raw, "limbeck recipe");
			const { builtIn, parse, schema: schemaOf } = await recipesOf(chosen);
			const written = name === undefined ? {} : await readRecipe(name, builtIn);
			const recipe = parse(written, `recipe ${name ?? ""}`);
			const schema = schemaOf(written);
			if (json) terminal.print(JSON.stringify(name === undefined ? schema : recipe, undefined, "\t"));
			else if (markdown) terminal.print(fieldsMarkdown(recipeFields(schema, recipe)));
			else terminal.print(fieldsText(recipeFields(schema, recipe), Math.min(terminal.width, 120)));
		});
}

/** The fields as lines of text. */
function fieldsText({ fields, objects, choices }: RecipeFields, width: number): string {
	const sections = [
		fieldList("  ", fields, width),
		...objects.map(({ name, about, fields: own }) => `${name}: ${about}\n${fieldList("  ", own, width)}`),
		...choices.map((choice) => choiceText(choice, width)),
	];
	return sections.join("\n\n");
}

function choiceText({ paths, entries, shared }: ChoiceSection, width: number): string {
	const lines = entries.map(({ field, name, about, fields, like }) => {
		const own = fields.length === 0 ? "" : `\n${fieldList("    ", fields, width)}`;
		return `  "${field}": "${name}"${about === "" ? "" : `: ${about}`}${like === undefined ? own : `, as ${like}`}`;
	});
	const beside = shared.length === 0 ? [] : ["  and beside each of them", fieldList("    ", shared, width)];
	return [...wrapText(`${paths.join(", ")}: one of`, width), ...lines, ...beside].join("\n");
}

/** A paragraph for each field. */
function fieldList(prefix: string, fields: readonly FieldLine[], width: number): string {
	const indent = " ".repeat(6);
	return fields
		.flatMap(({ path, value, about, allowed }) => {
			const text = `${about}${allowed === undefined ? "" : ` (${allowed})`}`.trim();
			return [
				`${prefix}${path} ${value === undefined ? "(not set)" : `= ${value}`}`,
				...wrapText(text, width - indent.length).map((line) => `${indent}${line}`),
			];
		})
		.join("\n");
}

/** The fields as Markdown. */
function fieldsMarkdown({ fields, objects, choices }: RecipeFields): string {
	const sections = [
		markdownList(fields),
		...objects.flatMap(({ name, about, fields: own }) => [`## ${name}`, about, markdownList(own)]),
		...choices.flatMap(choiceMarkdown),
	];
	return sections.filter((section) => section !== "").join("\n\n");
}

function choiceMarkdown({ paths, entries, shared }: ChoiceSection): readonly string[] {
	const code = (text: string): string => `\`${text}\``;
	return [
		`## Choices of ${paths[0] ?? ""}`,
		...(paths.length > 1 ? [`And of ${paths.slice(1).map(code).join(", ")}.`] : []),
		...entries.flatMap(({ field, name, about, fields, like }) => [
			`### ${field}: ${name}`,
			`${about === "" ? "" : `${about}. `}${like === undefined ? "" : `As ${like}.`}`.trim(),
			markdownList(fields),
		]),
		...(shared.length > 0 ? ["### Beside each of them", markdownList(shared)] : []),
	];
}

/** The fields as a list in Markdown. */
function markdownList(fields: readonly FieldLine[]): string {
	const told = (text: string): string => text.replaceAll("<", "&lt;").replaceAll("*", "\\*");
	return fields
		.map(({ path, value, about, allowed }) => {
			const given = value === undefined ? "" : ` = \`${value}\``;
			const values = allowed === undefined ? "" : ` *(${told(allowed)})*`;
			return `- **\`${path}\`**${given}${about === "" ? "" : `: ${told(about)}`}${values}`;
		})
		.join("\n");
}
