/** Options: one zod schema each. Here its issues become one error that teaches, and text becomes values. */
import { z } from "zod";
import { LimbeckError } from "./errors.js";
import { isRecord, parsedJson } from "./json.js";

export { isRecord, parsedJson } from "./json.js";

/**
 * Checks options against their schema and fills in defaults.
 *
 * @param where - what the options belong to, for messages: `recipe digits`.
 * @throws LimbeckError (`usage`) that lists every issue with its path.
 */
export function parseOptions<T>(schema: z.ZodType<T>, input: unknown, where: string): T {
	const result = schema.safeParse(input);
	if (result.success) return result.data;
	const issues = result.error.issues.flatMap((issue) => describeIssue(issue, input, schema));
	const [first] = issues;
	const named = issues.length === 1 && first !== undefined && first.path !== "";
	throw new LimbeckError("usage", {
		where: named ? `${where}: ${first.path}` : where,
		expected: [
			...new Set(issues.map(({ path, expected }) => (named || path === "" ? expected : `${path}: ${expected}`))),
		].join("; "),
		got: issues.map(({ got }) => got).join("; "),
		...(first?.hint === undefined ? {} : { hint: first.hint }),
	});
}

/** A file of ours, for messages about one that is something else. */
export interface AboutContent {
	readonly where: string;
	readonly expected: string;
	readonly hint?: string;
}

/**
 * Checks what a file of ours says; it may come from anybody.
 *
 * @param text - JSON.
 * @throws LimbeckError (`data`) with the first thing that is otherwise.
 */
export function parseContent<T>(schema: z.ZodType<T>, text: string, about: AboutContent): T {
	return checkedContent(schema, parsedJson(text), about);
}

/** {@link parseContent} of what was parsed. @param content - nothing where that was no JSON. */
export function checkedContent<T>(schema: z.ZodType<T>, content: unknown, about: AboutContent): T {
	const result = schema.safeParse(content);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const got = content === undefined ? "no JSON" : `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "another form"}`;
	throw new LimbeckError("data", { ...about, got });
}

interface DescribedIssue {
	/** Dotted; empty for the whole. */
	readonly path: string;
	readonly expected: string;
	readonly got: string;
	readonly hint?: string;
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodType): readonly DescribedIssue[] {
	const path = issue.path.join(".");
	if (issue.code === "unrecognized_keys") {
		const fields = fieldsAt(schema, issue.path, valueAt(input, issue.path));
		return issue.keys.map((key) => ({
			path,
			got: JSON.stringify(key),
			...describeUnknownField(key, issue.path, fields),
		}));
	}
	const within = closestOf(issue);
	if (within !== undefined) return within.flatMap((one) => describeIssue(one, input, schema));
	const value = valueAt(input, issue.path);
	const near = typeof value === "string" ? nearest(value, namesOf(issue)) : undefined;
	return [{ path, expected: expectation(issue), got: shown(value), ...hintOf(near) }];
}

/**
 * Of a union without names, what is wrong by the one form that the value is nearly of; `undefined` where it is of none, and
 * for other issues.
 */
function closestOf(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | undefined {
	if (issue.code !== "invalid_union") return undefined;
	const isOfForm = (forms: readonly z.core.$ZodIssue[]): boolean =>
		forms.every(({ code, path }) => code !== "invalid_type" || path.length > 0);
	const [closest] = issue.errors.filter((form) => form.length > 0 && isOfForm(form));
	return closest?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** What a value had to be, as a noun phrase. */
function expectation(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "too_small":
			return `${sized(issue.origin)}${issue.inclusive === true ? "at least" : "more than"} ${String(issue.minimum)}`;
		case "too_big":
			return `${sized(issue.origin)}${issue.inclusive === true ? "at most" : "less than"} ${String(issue.maximum)}`;
		case "invalid_type":
			return typeNames[issue.expected] ?? `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
		case "invalid_union":
			if (issue.errors.length > 0)
				return [...new Set(issue.errors.flatMap((form) => form.map(expectation)))].join(", or ");
			return oneOf(namesOf(issue));
		case "invalid_value":
			return oneOf(namesOf(issue));
		default:
			return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
	}
}

const typeNames: Readonly<Record<string, string>> = {
	int: "a whole number",
	array: "a list",
	string: "a text",
	boolean: "true or false",
};

const sized = (origin: string): string =>
	origin === "array" ? "a list of " : origin === "string" ? "a text of " : "a number ";

const oneOf = (names: readonly string[]): string =>
	names.length > 1 ? `one of ${names.join(", ")}` : (names[0] ?? "another value");

/** The values that an issue allows, of an enumeration or as the name of a choice. */
function namesOf(issue: z.core.$ZodIssue): readonly string[] {
	if (issue.code === "invalid_value") return issue.values.map(String);
	// Zod lists the names that a discriminated union takes, but does not declare the field.
	const options: readonly unknown[] = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
	// The name that may be left out is among them a second time, as `undefined`.
	return options.filter((name) => name !== undefined).map(String);
}

const hintOf = (near: string | undefined): { readonly hint?: string } =>
	near === undefined ? {} : { hint: `Did you mean "${near}"?` };

/** A value as one short line. */
export function shown(value: unknown): string {
	if (value === undefined) return "nothing";
	const text = typeof value === "number" ? String(value) : jsonOf(value);
	// JSON has no functions and no symbols.
	if (text === undefined) return `a ${typeof value}`;
	return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A value as JSON; `undefined` where JSON has none. */
function jsonOf(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch (error) {
		// Parsing takes any depth, writing does not.
		if (error instanceof RangeError) return "something nested too deeply";
		throw error;
	}
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
	let value = input;
	for (const key of path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
	return value;
}

/** Options as they are written: lists, too, are only read. */
export type Written<T> = T extends object ? { readonly [Field in keyof T]: Written<T[Field]> } : T;

/** A schema as plain data: {@link https://json-schema.org | JSON schema}. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The fields of an object's schema, by name. */
export function fieldsOf({ properties = {} }: JsonSchema): readonly (readonly [name: string, field: JsonSchema])[] {
	return Object.entries(properties).filter((entry): entry is [string, JsonSchema] => typeof entry[1] === "object");
}

/** What a list holds; `undefined` where the schema is of no list. */
export function elementOf({ items }: JsonSchema): JsonSchema | undefined {
	return typeof items === "object" && !Array.isArray(items) ? items : undefined;
}

/** The entries that a schema lets choose among, such as the optimizers; the schema itself where there is no choice. */
export function choicesOf(schema: JsonSchema): readonly JsonSchema[] {
	return schema.oneOf ?? [schema];
}

/** The field that says which entry of a choice is meant, such as `name` or `family`, and what it says for this one. */
export interface ChoiceName {
	readonly field: string;
	readonly name: string;
	/** Whether this entry is meant where the field is left out. */
	readonly isDefault: boolean;
}

/** What makes an entry the chosen one; `undefined` where there is no choice. */
export function choiceName(entry: JsonSchema): ChoiceName | undefined {
	const [named] = fieldsOf(entry).filter(([, { const: name }]) => typeof name === "string");
	if (named === undefined) return undefined;
	const [field, { const: name, default: fallback }] = named;
	return { field, name: String(name), isDefault: fallback === name };
}

/** Those of the entries that a value chooses: at most one, unless there is nothing to choose. */
export function chosenOf(entries: readonly JsonSchema[], value: unknown): readonly JsonSchema[] {
	if (entries.length === 1) return entries;
	return entries.filter((entry) => {
		const choice = choiceName(entry);
		if (choice === undefined || !isRecord(value)) return false;
		const name = Object.hasOwn(value, choice.field) ? value[choice.field] : undefined;
		return name === undefined ? choice.isDefault : name === choice.name;
	});
}

/** Where an unknown field was met. */
interface FieldsAt {
	/** The whole schema. */
	readonly root: JsonSchema;
	/** The names that would have been right. */
	readonly known: readonly string[];
	/** The entries that could have been chosen there. */
	readonly choices: readonly JsonSchema[];
}

function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): FieldsAt {
	const root = inputSchema(schema);
	const choices = path.reduce<readonly JsonSchema[]>(entriesAt, [root]);
	return {
		root,
		known: chosenOf(choices, value)
			.flatMap(fieldsOf)
			.map(([field]) => field),
		choices,
	};
}

/** What is to be written for a schema, as plain data. */
export function inputSchema(schema: z.ZodType): JsonSchema {
	return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

/** The entries that can be chosen for a field of entries, or for an element of lists. */
export function entriesAt(entries: readonly JsonSchema[], key: PropertyKey): readonly JsonSchema[] {
	if (typeof key === "number") {
		return entries.flatMap((entry) => {
			const element = elementOf(entry);
			return element === undefined ? [] : choicesOf(element);
		});
	}
	return entries.flatMap(fieldsOf).flatMap(([name, field]) => (name === key ? choicesOf(field) : []));
}

function describeUnknownField(
	key: string,
	path: readonly PropertyKey[],
	{ root, known, choices }: FieldsAt,
): Pick<DescribedIssue, "expected" | "hint"> {
	const expected = known.length === 0 ? "a known field" : oneOf(known);
	const takers = choices.flatMap((entry) =>
		fieldsOf(entry).some(([name]) => name === key) ? [choiceName(entry)?.name ?? ""] : [],
	);
	if (takers.length > 0) {
		return { expected, hint: `Only ${takers.join(", ")} ${takers.length > 1 ? "take" : "takes"} "${key}".` };
	}
	const here = nearest(key, known);
	const others = pathsOf(root).filter((other) => other !== [...path, key].join("."));
	const elsewhere = endingIn(key, others);
	if (here !== undefined && elsewhere.length === 0) return { expected, ...hintOf(here) };
	const near = nearest(key, others.map(lastName));
	const paths = elsewhere.length > 0 || near === undefined ? elsewhere : endingIn(near, others);
	return paths.length === 0 ? { expected } : { expected, hint: `Did you mean ${paths.slice(0, 3).join(" or ")}?` };
}

const lastName = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

const endingIn = (name: string, paths: readonly string[]): readonly string[] =>
	paths.filter((path) => lastName(path) === name);

/** The dotted paths of all fields of a schema, shortest first. */
function pathsOf(schema: JsonSchema): readonly string[] {
	const below = (node: JsonSchema, prefix: string): readonly string[] =>
		choicesOf(node)
			.flatMap(fieldsOf)
			.flatMap(([name, field]) => [`${prefix}${name}`, ...below(field, `${prefix}${name}.`)]);
	return [...new Set(below(schema, ""))].sort((a, b) => a.split(".").length - b.split(".").length);
}

/** The candidate closest to `name` by edit distance, if any is close. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
	const [best] = byDistance(name, candidates);
	if (best === undefined) return undefined;
	const distance = distanceOf(name, best);
	if (distance >= Math.max(name.length, best.length)) return undefined;
	return distance <= Math.max(2, name.length / 3) ? best : undefined;
}

/** The candidates by their edit distance to `name`, the closest first. */
export function byDistance(name: string, candidates: readonly string[]): readonly string[] {
	const scored = candidates.map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }));
	return scored.sort((a, b) => a.distance - b.distance).map(({ candidate }) => candidate);
}

/** Characters that are compared; names may be hostile, and the time is the product of their lengths. */
const comparedLength = 100;

const distanceOf = (a: string, b: string): number =>
	editDistance(a.slice(0, comparedLength).toLowerCase(), b.slice(0, comparedLength).toLowerCase());

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}
