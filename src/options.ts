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
	throw new LimbeckError("usage", {
		where: issues.length === 1 && first !== undefined ? `${where}: ${first.path}` : where,
		expected: issues.map(({ path, expected }) => (issues.length === 1 ? expected : `${path}: ${expected}`)).join("; "),
		got: issues.map(({ got }) => got).join("; "),
		...(first?.hint === undefined ? {} : { hint: first.hint }),
	});
}

interface DescribedIssue {
	readonly path: string;
	readonly expected: string;
	readonly got: string;
	readonly hint?: string;
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodType): readonly DescribedIssue[] {
	const path = issue.path.join(".");
	if (issue.code === "unrecognized_keys") {
		const known = fieldNames(schema, issue.path);
		return issue.keys.map((key) => {
			const near = nearest(key, known);
			return {
				path: path === "" ? "fields" : path,
				expected: known.length === 0 ? "a known field" : `one of ${known.join(", ")}`,
				got: `"${key}"`,
				...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
			};
		});
	}
	const got = JSON.stringify(valueAt(input, issue.path)) ?? "nothing";
	return [{ path: path === "" ? "value" : path, expected: expectation(issue), got }];
}

/** What a value had to be, as a noun phrase. */
function expectation(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "too_small":
			return `${sized(issue.origin)}${issue.inclusive === true ? "at least" : "more than"} ${String(issue.minimum)}`;
		case "too_big":
			return `${sized(issue.origin)}${issue.inclusive === true ? "at most" : "less than"} ${String(issue.maximum)}`;
		case "invalid_type":
			return issue.expected === "int"
				? "a whole number"
				: `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
		case "invalid_value":
			return issue.values.length === 1 ? JSON.stringify(issue.values[0]) : `one of ${issue.values.join(", ")}`;
		default:
			return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
	}
}

const sized = (origin: string): string =>
	origin === "array" ? "a list of " : origin === "string" ? "a text of " : "a number ";

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
	let value = input;
	for (const key of path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
	return value;
}

/** The names of the fields that a schema takes at a path; empty where they depend on other fields. */
function fieldNames(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
	let node: z.core.JSONSchema._JSONSchema | undefined = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
	for (const key of path) {
		const properties: Readonly<Record<string, z.core.JSONSchema._JSONSchema>> | undefined =
			typeof node === "object" ? node.properties : undefined;
		node = properties?.[String(key)];
	}
	return typeof node === "object" ? Object.keys(node.properties ?? {}) : [];
}

/** The candidate closest to `name` by edit distance, if any is close. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
	const scored = candidates.map((candidate) => ({
		candidate,
		distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
	}));
	const [best] = scored.sort((a, b) => a.distance - b.distance);
	return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined;
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
 * JSON. Setting a `name` to another one drops the fields beside it, which belonged to the old name.
 *
 * @throws LimbeckError (`usage`) for a setting without `=` or with a path through something that is not an object.
 */
export function applySettings(options: unknown, settings: readonly string[]): unknown {
	return settings.reduce((changed, setting) => {
		const at = setting.indexOf("=");
		const path = setting.slice(0, at).split(".");
		if (at < 1 || path.some((key) => key === "" || key === "__proto__")) {
			throw new LimbeckError("usage", {
				where: `--set ${setting}`,
				expected: "path=value, for example student.hidden=[400,400]",
				got: `"${setting}"`,
			});
		}
		return setAt(changed, path, jsonOrText(setting.slice(at + 1)), setting);
	}, options);
}

function setAt(target: unknown, [key, ...rest]: readonly string[], value: unknown, setting: string): unknown {
	if (key === undefined) return value;
	if (target !== undefined && !isRecord(target)) {
		throw new LimbeckError("usage", {
			where: `--set ${setting}`,
			expected: `"${key}" to be a field of an object`,
			got: `one of ${JSON.stringify(target)}`,
		});
	}
	if (key === "name" && rest.length === 0 && target?.["name"] !== value && isChoice(target)) return { name: value };
	return { ...target, [key]: setAt(target?.[key], rest, value, setting) };
}

/** Whether an object is a choice among named entries, such as an optimizer, and not a recipe that has a name. */
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
