// Writes src/recipe-types.ts: the types of recipes, from their schemas. `npm run recipe-types`, after a schema has changed.
// The sources are typed by that file, so it is checked in; a test says whether it is current. It is made from src/, not
// from dist/, which cannot be built where the two differ.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { entryChoice } from "../src/choices.js";
import { allowed } from "../src/cli/recipe-fields.js";
import { dataOptions } from "../src/data/options.js";
import { transformOptions } from "../src/data/transforms/index.js";
import { learningShape, networkOptions } from "../src/distill/networks.js";
import { memberOptions, teacherOptions } from "../src/distill/teachers/options.js";
import { distillationOptions, hardLossOptions } from "../src/losses/index.js";
import { partOptions } from "../src/losses/mixture.js";
import { weightScheduleOptions } from "../src/losses/weight-schedules.js";
import { optimizerOptions } from "../src/optim/optimizers.js";
import { scheduleOptions } from "../src/optim/schedules.js";
import { choiceName, elementOf, fieldsOf, type JsonSchema } from "../src/options.js";
import { wrapText } from "../src/report/text.js";
import { chosenClusterings } from "../src/specialists/clustering.js";
import { speechFields } from "../src/speech/step-options.js";
import { inputOptions } from "../src/train/preprocess.js";
import { distillOptions } from "../src/workflows/distill/recipe.js";
import { specializeOptions } from "../src/workflows/specialize/recipe.js";
import { speechRecipeOptions } from "../src/workflows/speech/recipe.js";
import { studies } from "../src/workflows/study/studies.js";
import { trainRecipeOptions } from "../src/workflows/train/recipe.js";

/** A schema whose types have a name of their own; others are called by the field that they are of. */
interface Named {
	readonly name: string;
	readonly about: string;
	readonly schema: z.ZodType;
	/** What the entries of a choice are called, after their own names; like the choice where absent. */
	readonly entry?: string;
	/** The entries of a choice that recipes may leave unnamed. */
	readonly unnamed?: readonly string[];
}

/** In the order in which they are declared. */
const named: readonly Named[] = [
	{ name: "Data", about: "what networks learn from", schema: dataOptions },
	{ name: "Corpus", about: "speech that networks learn from", schema: speechFields.data },
	{ name: "Optimizer", about: "an update rule and its options", schema: optimizerOptions },
	{ name: "Schedule", about: "a rate over the run", schema: scheduleOptions },
	{ name: "Augmentation", about: "a change of the training samples", schema: transformOptions },
	{ name: "Learning", about: "how a network is trained, and on which samples", schema: z.strictObject(learningShape) },
	{ name: "Network", about: "a network and how it is trained", schema: networkOptions, unnamed: ["file"] },
	{ name: "Preprocessing", about: "how samples are given to a model", schema: inputOptions },
	{
		name: "Member",
		about: "a teacher that may be one of several",
		schema: memberOptions,
		entry: "Teacher",
		unnamed: ["file"],
	},
	{ name: "Teacher", about: "what teaches", schema: teacherOptions, unnamed: ["file", "targets"] },
	{ name: "WeightSchedule", about: "a weight over the run", schema: weightScheduleOptions },
	{ name: "Objective", about: "what a student learns from its teacher", schema: distillationOptions },
	{ name: "LabelObjective", about: "what a network learns alone", schema: hardLossOptions, entry: "Objective" },
	{ name: "ObjectivePart", about: "an objective of a mixture", schema: partOptions },
	{ name: "Clustering", about: "how the classes of specialists are chosen", schema: chosenClusterings },
	{ name: "Recipe", about: "a distillation", schema: distillOptions },
	{ name: "TrainRecipe", about: "the training of one network", schema: trainRecipeOptions },
	{ name: "SpecializeRecipe", about: "a generalist and its specialists", schema: specializeOptions },
	{ name: "SpeechRecipe", about: "an experiment with speech", schema: speechRecipeOptions },
	...Object.entries(studies).map(([name, { options }]) => ({
		name: `${pascal(name)}StudyRecipe`,
		about: `the study ${name}`,
		schema: options,
	})),
	{ name: "StudyRecipe", about: "a study", schema: entryChoice(studies) },
];

/** Recipes as they are written, or as they are once the defaults are filled in. */
interface Side {
	readonly io: "input" | "output";
	/** What written lists are: nobody changes them. */
	readonly list: string;
	readonly objectName: (name: string) => string;
	readonly choiceName: (name: string) => string;
}

const sides: readonly Side[] = [
	{
		io: "input",
		list: "readonly ",
		objectName: (name) => `${name}Input`,
		choiceName: (name) => `${name}Input`,
	},
	{
		io: "output",
		list: "",
		objectName: (name) => (name.endsWith("Recipe") ? name : `${name}Options`),
		choiceName: (name) => (name.endsWith("Recipe") ? name : `${name}Choice`),
	},
];

const header = `/**
 * The types of recipes, made of their schemas by \`npm run recipe-types\`: change those, not this file. What is written is
 * \`…Input\`: defaults may be left out; a recipe that was parsed has them all.
 */
`;

/** The text of src/recipe-types.ts. */
export function recipeTypes(): string {
	return header + sides.map((side) => typesOf(side)).join("");
}

/** The declarations of one side. */
function typesOf(side: Side): string {
	const declared = new Declarations(side);
	for (const one of named) declared.add(one);
	return declared.texts.map((text) => `\n${text}`).join("");
}

/** The fields of an object: what makes two of them the same type. */
interface Fields {
	readonly name: string;
	/** By the name of each, its text. */
	readonly fields: ReadonlyMap<string, string>;
}

/** What a type is called, and the text above it. */
type Title = Pick<Named, "name" | "about">;

/** Types as they are declared, each structure once. */
class Declarations {
	readonly texts: string[] = [];
	private readonly choices: ReadonlyMap<string, Named>;
	private readonly names = new Map<string, string>();
	private readonly objects: Fields[] = [];
	private readonly side: Side;

	constructor(side: Side) {
		this.side = side;
		this.choices = new Map(named.map((one) => [JSON.stringify(this.schemaOf(one).oneOf), one]));
	}

	/** Declares a type with a name of its own. */
	add(one: Named): void {
		this.type(this.schemaOf(one), one);
	}

	private schemaOf({ schema }: Named): JsonSchema {
		return z.toJSONSchema(schema, { io: this.side.io });
	}

	/** What a value is, in TypeScript. @param title - of its type where it has none yet. */
	private type(schema: JsonSchema, title: Title): string {
		const { oneOf, anyOf, type, prefixItems } = schema;
		if (oneOf !== undefined) return this.choice(oneOf, title);
		if (anyOf !== undefined) return anyOf.map((one) => this.type(one, title)).join(" | ");
		if (schema.const !== undefined) return JSON.stringify(schema.const);
		if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
		if (schema.properties !== undefined) return this.object(schema, title);
		if (prefixItems !== undefined) {
			return `${this.side.list}[${prefixItems.map((item) => this.type(objectOf(item), title)).join(", ")}]`;
		}
		const element = elementOf(schema);
		if (element !== undefined) return `${this.side.list}${bracketed(this.type(element, title))}[]`;
		if (type === "integer" || type === "number") return "number";
		if (type === "string" || type === "boolean") return type;
		throw new TypeError(
			`${title.name}: expected a schema that TypeScript has a type for, got ${JSON.stringify(schema)}`,
		);
	}

	private choice(entries: readonly JsonSchema[], title: Title): string {
		const key = JSON.stringify(entries);
		const before = this.names.get(key);
		if (before !== undefined) return before;
		const { name, about, entry = name, unnamed = [] }: Omit<Named, "schema"> = this.choices.get(key) ?? title;
		const types = entries.flatMap((one) => {
			const own = choiceName(one);
			if (own === undefined) throw new TypeError(`${name}: expected an entry with a name, got ${JSON.stringify(one)}`);
			const field = objectOf(one.properties?.[own.field]);
			const type = this.object(one, { name: `${pascal(own.name)}${entry}`, about: field.description ?? about });
			const isUnnamed = this.side.io === "input" && unnamed.includes(own.name);
			return isUnnamed ? [type, `Omit<${type}, ${JSON.stringify(own.field)}>`] : [type];
		});
		const union = this.side.choiceName(name);
		this.names.set(key, union);
		this.texts.push(`${comment(about)}export type ${union} =${types.map((one) => `\n\t| ${one}`).join("")};\n`);
		return union;
	}

	private object(schema: JsonSchema, title: Title): string {
		const key = JSON.stringify([schema.properties, schema.required]);
		const before = this.names.get(key);
		if (before !== undefined) return before;
		const fields = this.fields(schema, title);
		// A few numbers that need no words have no name either.
		if (
			choiceName(schema) === undefined &&
			fieldsOf(schema).every(([, { description }]) => description === undefined)
		) {
			return `{ ${[...fields.values()].join(" ")} }`;
		}
		const name = this.side.objectName(title.name);
		if (this.objects.some((one) => one.name === name)) throw new TypeError(`${name}: expected one type of this name`);
		this.names.set(key, name);
		this.declare({ name, fields }, title.about);
		return name;
	}

	/** The fields of an object by their names, with their texts. */
	private fields({ properties = {}, required = [] }: JsonSchema, { name, about }: Title): ReadonlyMap<string, string> {
		const texts = fieldsOf({ properties }).map(([field, schema]) => {
			const { description = about } = schema;
			const type = this.type(schema, { name: `${name}${pascal(field)}`, about: description });
			const text = required.includes(field) ? `${field}: ${type};` : `${field}?: ${type} | undefined;`;
			return [field, schema.description === undefined ? text : `${fieldComment(schema)}${text}`] as const;
		});
		return new Map(texts);
	}

	/** Declares an interface; what another has already is taken from there, the largest that it contains. */
	private declare(object: Fields, about: string): void {
		const within = ({ fields }: Fields): boolean =>
			[...fields].every(([name, text]) => object.fields.get(name) === text);
		const [base] = this.objects.filter(within).toSorted((a, b) => b.fields.size - a.fields.size);
		const own = [...object.fields]
			.filter(([name]) => base?.fields.has(name) !== true)
			.map(([, text]) => indented(text));
		const head = `export interface ${object.name}${base === undefined ? "" : ` extends ${base.name}`}`;
		this.texts.push(`${comment(about)}${head} {\n${own.join("")}}\n`);
		this.objects.push(object);
	}
}

/** A field's description, what it may be, and its default. */
function fieldComment(schema: JsonSchema): string {
	const { description = "", default: standard } = schema;
	const range = hasRange(schema) ? allowed(schema) : undefined;
	return comment(
		description,
		range,
		standard === undefined ? undefined : `@defaultValue \`${JSON.stringify(standard)}\``,
	);
}

/** A comment on lines of its own. @param block - what stands apart below it. */
function comment(about: string, more?: string, block?: string): string {
	const text = `${sentence(about)}${more === undefined ? "" : ` ${sentence(more)}`}`;
	const lines = [...wrapText(text, 110), ...(block === undefined ? [] : ["", ...wrapText(block, 110)])];
	const [only, ...others] = lines.map((line) => line.replaceAll("*/", "*\\/"));
	if (only === undefined || others.length === 0) return `/** ${only ?? ""} */\n`;
	return `/**\n${[only, ...others].map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

const indented = (text: string): string => text.replaceAll(/^/gm, "\t").concat("\n");

/** Whether a type in TypeScript says less than the schema of a field. */
function hasRange({ oneOf, anyOf, type, prefixItems, ...schema }: JsonSchema): boolean {
	if (oneOf !== undefined || schema.const !== undefined || schema.enum !== undefined) return false;
	if (anyOf !== undefined) return anyOf.some((one) => hasRange(one));
	return type === "integer" || type === "number" || type === "array" || prefixItems !== undefined;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const bracketed = (type: string): string => (/[|]|^readonly /.test(type) ? `(${type})` : type);

/** A schema within another, which JSON's may be true or false as well: ours are objects. */
function objectOf(item: JsonSchema | boolean | undefined): JsonSchema {
	if (typeof item === "object") return item;
	throw new TypeError(`expected a schema, got ${String(item)}`);
}

/** A name as types are written: `soft-targets` is SoftTargets. */
function pascal(name: string): string {
	return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The file that the types are in. */
export const typesFile = join(import.meta.dirname, "../src/recipe-types.ts");

if (process.argv[1] === import.meta.filename) writeFileSync(typesFile, recipeTypes());
