import type { Command } from "commander";
import { z } from "zod";
import { readRecipe } from "../console/recipe-file.js";
import type { Terminal } from "../console/terminal.js";
import { type JsonSchema, parseOptions } from "../options.js";
import { wrapText } from "../report/text.js";
import { distillSchema, parseRecipe } from "../workflows/distill/recipe.js";
import { recipes } from "../workflows/distill/recipes.js";
import { parseSpecializeRecipe, specializeSchema } from "../workflows/specialize/recipe.js";
import { specializeRecipes } from "../workflows/specialize/recipes.js";
import { parseSpeechRecipe, speechRecipeSchema, speechRecipes } from "../workflows/speech/recipe.js";
import { parseStudyRecipe, studies, studySchema } from "../workflows/study/studies.js";
import { parseTrainRecipe, trainSchema } from "../workflows/train/recipe.js";
import { trainRecipes } from "../workflows/train/recipes.js";
import { type ChoiceSection, type FieldLine, type RecipeFields, recipeFields } from "./recipe-fields.js";

const recipeFlags = z.object({
	json: z.boolean().default(false),
	markdown: z.boolean().default(false),
	train: z.boolean().default(false),
	specialize: z.boolean().default(false),
	speech: z.boolean().default(false),
	study: z.boolean().default(false),
});

/** A kind of recipes. */
interface Kind {
	readonly builtIn: Readonly<Record<string, unknown>>;
	readonly parse: (input: unknown, where: string) => object;
	readonly schema: (input: unknown) => JsonSchema;
}

/** The kinds of recipes, by the commands that run them. */
const kinds = {
	distill: { builtIn: recipes, parse: parseRecipe, schema: distillSchema },
	train: { builtIn: trainRecipes, parse: parseTrainRecipe, schema: trainSchema },
	specialize: { builtIn: specializeRecipes, parse: parseSpecializeRecipe, schema: specializeSchema },
	speech: { builtIn: speechRecipes, parse: parseSpeechRecipe, schema: speechRecipeSchema },
	study: {
		builtIn: Object.fromEntries(Object.entries(studies).map(([name, { sizes }]) => [name, sizes.full])),
		parse: parseStudyRecipe,
		schema: studySchema,
	},
} as const satisfies Readonly<Record<string, Kind>>;

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
		.option("--study", "those of limbeck study, by the study's name")
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
			const kind = (["study", "speech", "specialize", "train"] as const).find((one) => chosen[one]) ?? "distill";
			const { builtIn, parse, schema: schemaOf }: Kind = kinds[kind];
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
