/** Options: one zod schema each. Here its issues become one error that teaches, and text becomes values. */
import { z } from "zod";
import { LimbeckError } from "./errors.js";

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
	const value = valueAt(input, issue.path);
	const near = typeof value === "string" ? nearest(value, namesOf(issue)) : undefined;
	return [{ path, expected: expectation(issue), got: shown(value), ...hintOf(near) }];
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
		case "invalid_value":
		case "invalid_union":
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
	return "options" in issue && Array.isArray(issue.options)
		? issue.options.filter((name) => name !== undefined).map(String)
		: [];
}

const hintOf = (near: string | undefined): { readonly hint?: string } =>
	near === undefined ? {} : { hint: `Did you mean "${near}"?` };

/** A value as one short line. */
function shown(value: unknown): string {
	if (value === undefined) return "nothing";
	const text = typeof value === "number" ? String(value) : (JSON.stringify(value) as string | undefined);
	// JSON has no functions and no symbols.
	if (text === undefined) return `a ${typeof value}`;
	return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
	let value = input;
	for (const key of path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
	return value;
}

/** A schema as plain data: {@link https://json-schema.org | JSON schema}. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The fields of an object's schema, by name. */
export function fieldsOf({ properties = {} }: JsonSchema): readonly (readonly [name: string, field: JsonSchema])[] {
	return Object.entries(properties).filter((entry): entry is [string, JsonSchema] => typeof entry[1] === "object");
}

/** The entries that a schema lets choose among, such as the optimizers; the schema itself where there is no choice. */
export function choicesOf(schema: JsonSchema): readonly JsonSchema[] {
	return schema.oneOf ?? [schema];
}

/** The name that makes an entry the chosen one; `undefined` where there is no choice. */
export function choiceName(entry: JsonSchema): string | undefined {
	const name = fieldsOf(entry).find(([field]) => field === "name")?.[1].const;
	return typeof name === "string" ? name : undefined;
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
	const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
	const choices = path.reduce<readonly JsonSchema[]>(
		(entries, key) => entries.flatMap(fieldsOf).flatMap(([name, field]) => (name === key ? choicesOf(field) : [])),
		[root],
	);
	const name = isRecord(value) ? value["name"] : undefined;
	const chosen = choices.length === 1 ? choices : choices.filter((entry) => choiceName(entry) === name);
	return { root, known: chosen.flatMap(fieldsOf).map(([field]) => field), choices };
}

function describeUnknownField(
	key: string,
	path: readonly PropertyKey[],
	{ root, known, choices }: FieldsAt,
): Pick<DescribedIssue, "expected" | "hint"> {
	const expected = known.length === 0 ? "a known field" : oneOf(known);
	const takers = choices.filter((entry) => fieldsOf(entry).some(([name]) => name === key)).map(choiceName);
	if (takers.length > 0) return { expected, hint: `Only ${takers.join(", ")} takes "${key}".` };
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
	const scored = candidates.map((candidate) => ({
		candidate,
		distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
	}));
	const [best] = scored.sort((a, b) => a.distance - b.distance);
	if (best === undefined || best.distance >= Math.max(name.length, best.candidate.length)) return undefined;
	return best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}

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

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Applies settings such as `student.hidden=[400,400]` to plain options. The right side is JSON, or text where it is not
 * JSON. Setting the `name` of a choice, such as an optimizer, to another one drops the fields beside it, which belonged
 * to the old name.
 *
 * @throws LimbeckError (`usage`) for a setting without `=` or with a path through something that is not an object.
 */
export function applySettings(options: unknown, settings: readonly string[]): unknown {
	return settings.reduce((changed, setting) => {
		const at = setting.indexOf("=");
		const path = setting.slice(0, Math.max(at, 0)).split(".");
		if (path.some((key) => key === "" || key === "__proto__")) {
			throw new LimbeckError("usage", {
				where: `--set ${setting}`,
				expected: "PATH=VALUE, where PATH is a field's name or names joined by dots",
				got: JSON.stringify(setting),
				hint: "For example: --set student.hidden=[400,400]",
			});
		}
		return setAt(changed, path, jsonOrText(setting.slice(at + 1)), `--set ${setting}`);
	}, options);
}

function setAt(target: unknown, path: readonly string[], value: unknown, where: string, above = ""): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return value;
	if (target !== undefined && !isRecord(target)) {
		const expected = `an object${above === "" ? "" : ` at ${above}`}, to set its field "${key}"`;
		throw new LimbeckError("usage", { where, expected, got: shown(target) });
	}
	const old = target !== undefined && Object.hasOwn(target, key) ? target[key] : undefined;
	if (above !== "" && key === "name" && rest.length === 0 && old !== value && isChoice(target)) return { name: value };
	return { ...target, [key]: setAt(old, rest, value, where, above === "" ? key : `${above}.${key}`) };
}

/** Whether an object is a choice among named entries, such as an optimizer: those hold no objects. */
function isChoice(target: Readonly<Record<string, unknown>> | undefined): boolean {
	return target !== undefined && !Object.values(target).some(isRecord);
}

function jsonOrText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
