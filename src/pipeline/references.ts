/** How a plan names the files that steps hand on: by the step that makes them, and not by where they lie. */
import { isRecord } from "../json.js";

/** A file of a step's output. */
export interface StepFile {
	/** The step's key. */
	readonly step: string;
	/** The file's name in what the step leaves. */
	readonly file: string;
}

/** The fields in which steps name files. */
type FileField = "alignment" | "clusters" | "file" | "generalist" | "model" | "models" | "specialists";

/** A step's options in which the path of any file may be a reference instead. */
export type ByReference<Value> = Value extends object
	? { [Name in keyof Value]: Name extends FileField ? OrReference<Value[Name]> : ByReference<Value[Name]> }
	: Value;

/** What a field of files holds: a path, several in a list or by their names, or what has fields of its own. */
type OrReference<Value> = Value extends string
	? Value | StepFile
	: Value extends readonly unknown[]
		? { [Index in keyof Value]: OrReference<Value[Index]> }
		: string extends keyof Value
			? { [Name in keyof Value]: OrReference<Value[Name]> }
			: ByReference<Value>;

/** Whether a value is a reference. */
export function isStepFile(value: unknown): value is StepFile {
	return (
		isRecord(value) &&
		typeof value["step"] === "string" &&
		typeof value["file"] === "string" &&
		Object.keys(value).length === 2
	);
}

/** A reference as text, which no other one has. */
export function nameOf({ step, file }: StepFile): string {
	return `${step}/${file}`;
}

/** Plain data with something else in the place of each text and each reference. */
export function replaced(value: unknown, other: (leaf: string | StepFile) => unknown): unknown {
	if (typeof value === "string" || isStepFile(value)) return other(value);
	if (Array.isArray(value)) return value.map((one) => replaced(one, other));
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, other)]));
}

/** Every reference in plain data. */
export function referencesIn(value: unknown): readonly StepFile[] {
	const found: StepFile[] = [];
	replaced(value, (leaf) => {
		if (typeof leaf !== "string") found.push(leaf);
		return leaf;
	});
	return found;
}

/** Plain data with paths in the place of its references. */
export async function materialized<Value>(
	value: ByReference<Value>,
	pathOf: (file: StepFile) => Promise<string>,
): Promise<Value> {
	const paths = new Map<string, string>();
	for (const file of referencesIn(value)) {
		const name = nameOf(file);
		if (!paths.has(name)) paths.set(name, await pathOf(file));
	}
	// Without its references it is the data that the plan was made of.
	return replaced(value, (leaf) => (typeof leaf === "string" ? leaf : paths.get(nameOf(leaf)))) as Value;
}
