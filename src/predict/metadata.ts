/** What a classifier's file says of itself: its classes, and how its inputs are normalised. */
import type { Normalization, PixelScale } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { isRecord, parsedJson } from "../json.js";
import type { OnnxModel } from "../onnx/model.js";
import { provenanceKey } from "../onnx/provenance.js";
import { type TaskName, taskNames } from "../tasks/names.js";

/** Where a model file of ours says which classes its outputs are: a JSON list of names. */
export const classesKey = "limbeck.classes";

/** Where a model file of ours says how its inputs are normalised: JSON `{mean, std}`, each a number or one for each channel. */
export const preprocessingKey = "limbeck.normalization";

/** Where a model file of ours says which columns of a table its inputs are: a JSON list of names, in order. */
export const featuresKey = "limbeck.features";

/**
 * Where a model file of ours says which values of pixels that are not bytes were black and white, as 0 and 255 are of bytes:
 * JSON `{"uint16": [0, 4095]}`, by the type of pixels.
 */
export const rangeKey = "limbeck.range";
/** Where a model file of ours says the shape of a sample, where its input does not: a JSON list of numbers. */
const sampleShapeKey = "limbeck.sampleShape";

/** Where a model file of ours says what its outputs are, where they are not classes: the name of a task. */
const taskKey = "limbeck.task";
/** Where a model file of ours says what was chosen for it on the validation split: JSON, lists of numbers by name. */
const chosenKey = "limbeck.chosen";

/** What was chosen for a model on the validation split, such as thresholds: lists of a number for each of its names. */
export type Chosen = Readonly<Record<string, readonly number[]>>;

/** The task that a model's metadata name. @throws LimbeckError (`model`) for metadata that is not what we write. */
export function taskNameOf({ metadata }: OnnxModel, where: string): TaskName | undefined {
	const text = metadata.get(taskKey);
	const known = taskNames.find((name) => name === text);
	if (text === undefined || known !== undefined) return known;
	throw metadataError(where, taskKey, `one of ${taskNames.join(", ")}`, text);
}

/**
 * What was chosen for a model on the validation split: lists of a number for each of its names.
 *
 * @param names - of what it answers; nothing was chosen for a model that has others, or in another order.
 * @throws LimbeckError (`model`) for metadata that is not what we write.
 */
export function chosenOf(model: OnnxModel, names: readonly string[], where: string): Chosen | undefined {
	const text = model.metadata.get(chosenKey);
	const own = classNamesOf(model, where) ?? names;
	if (text === undefined || own.length !== names.length || own.some((name, at) => name !== names[at])) return undefined;
	const value = parsedJson(text);
	const lists = isRecord(value) ? Object.entries(value) : [];
	const known = lists.flatMap(([name, list]) => {
		const numbers = numbersOf(list, Number.isFinite);
		return typeof numbers === "object" && numbers.length === names.length ? [[name, numbers] as const] : [];
	});
	if (isRecord(value) && known.length === lists.length) return Object.fromEntries(known);
	throw metadataError(where, chosenKey, `a JSON object of lists of ${String(names.length)} numbers`, text);
}

/** A model with what was chosen for it in its metadata, in the place of what was there. */
export function withChosen(model: OnnxModel, chosen: Chosen | undefined): OnnxModel {
	const others = Array.from(model.metadata).filter(([key]) => key !== chosenKey);
	const own = chosen === undefined ? [] : [[chosenKey, JSON.stringify(chosen)] as const];
	return { ...model, metadata: new Map([...others, ...own]) };
}

/** The class names in a model's metadata. @throws LimbeckError (`model`) for metadata that is not what we write. */
export function classNamesOf(model: OnnxModel, where: string): readonly string[] | undefined {
	return namesOf(model, classesKey, where);
}

/** The columns' names in a model's metadata. @throws LimbeckError (`model`) for metadata that is not what we write. */
export function featuresOf(model: OnnxModel, where: string): readonly string[] | undefined {
	return namesOf(model, featuresKey, where);
}

/** The ranges of pixels that are not bytes in a model's metadata. @throws LimbeckError (`model`) for metadata that is not what we write. */
export function pixelRangesOf({ metadata }: OnnxModel, where: string): PixelScale["ranges"] | undefined {
	const text = metadata.get(rangeKey);
	if (text === undefined) return undefined;
	const value = parsedJson(text);
	const ranges = isRecord(value) ? Object.entries(value) : [];
	const known = ranges.flatMap(([type, range]) => {
		const [black, white, ...others] = Array.isArray(range) ? (range as readonly unknown[]) : []; // Of anything.
		const fits = typeof black === "number" && typeof white === "number" && black < white && others.length === 0;
		return fits ? [[type, [black, white]] as const] : [];
	});
	if (isRecord(value) && known.length === ranges.length) return Object.fromEntries(known);
	throw metadataError(where, rangeKey, 'a JSON object such as {"uint16": [0, 4095]}', text);
}

function namesOf({ metadata }: OnnxModel, key: string, where: string): readonly string[] | undefined {
	const text = metadata.get(key);
	if (text === undefined) return undefined;
	const names = parsedJson(text);
	if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
	throw metadataError(where, key, "a JSON list of names", text);
}

/**
 * How a model wants its inputs: as its metadata says, or byte / 255 where it says nothing.
 *
 * @throws LimbeckError (`model`) for metadata that is not what we write.
 */
export function normalizationOf({ metadata }: OnnxModel, where: string): Normalization {
	const text = metadata.get(preprocessingKey);
	if (text === undefined) return { mean: 0, std: 1 };
	const value = parsedJson(text);
	const mean = isRecord(value) ? numbersOf(value["mean"], Number.isFinite) : undefined;
	const std = isRecord(value) ? numbersOf(value["std"], (one) => Number.isFinite(one) && one > 0) : undefined;
	if (mean !== undefined && std !== undefined) return { mean, std };
	const expected = '{"mean": number, "std": number > 0}, or lists of a number for each channel';
	throw metadataError(where, preprocessingKey, expected, text);
}

/** Where an exported model's file says what its output is: `logits`, or `values` in their units. */
const outputsKey = "limbeck.outputs";

/** Whether a model's metadata say that it gives logits, as those of exported models do. */
export function givesLogits({ metadata }: OnnxModel): boolean {
	return metadata.get(outputsKey) === "logits";
}

/** Whether a model's metadata are as Limbeck writes them in every file: then it gives logits, unless its values say otherwise. */
export function looksOwn({ metadata }: OnnxModel): boolean {
	return metadata.has(classesKey) && metadata.has(preprocessingKey);
}

/** What a user of a classifier's file must know. */
export interface ClassifierFacts {
	readonly classes: readonly string[];
	readonly normalization: Normalization;
	/** Names of the columns of a table that its inputs are, in order; absent for other data. */
	readonly features?: readonly string[] | undefined;
	/** Where pictures have pixels that are not bytes. */
	readonly pixelScale?: Pick<PixelScale, "ranges"> | undefined;
	/** What its outputs are; classes where absent. */
	readonly task?: TaskName | undefined;
	/** What was chosen on the validation split for whoever uses it, such as thresholds. */
	readonly chosen?: Chosen | undefined;
	/** What its output is, where the file says so and nobody has to find it out by the values. */
	readonly shipped?: "logits" | "values";
}

/**
 * The model with what a user of its file must know in its metadata, and what is known of where its constants come from;
 * nothing else stays there.
 */
export function withClassifierMetadata(
	model: OnnxModel,
	{ task, chosen, classes, normalization, features, pixelScale, shipped }: ClassifierFacts,
): OnnxModel {
	const provenance = model.metadata.get(provenanceKey);
	const metadata = new Map([
		...(provenance === undefined ? [] : [[provenanceKey, provenance] as const]),
		[preprocessingKey, JSON.stringify(normalization)],
		[classesKey, JSON.stringify(classes)],
		...(task === undefined ? [] : [[taskKey, task] as const]),
		...(chosen === undefined ? [] : [[chosenKey, JSON.stringify(chosen)] as const]),
		...(features === undefined ? [] : [[featuresKey, JSON.stringify(features)] as const]),
		...(pixelScale === undefined ? [] : [[rangeKey, JSON.stringify(pixelScale.ranges)] as const]),
		...(shipped === undefined ? [] : [[outputsKey, shipped] as const]),
	]);
	return { ...model, metadata };
}

/** A model that takes samples of a shape which its input does not say, and normalises them itself. */
export function withInput(model: OnnxModel, sampleShape: readonly number[]): OnnxModel {
	const input = [
		[preprocessingKey, JSON.stringify({ mean: 0, std: 1 } satisfies Normalization)],
		[sampleShapeKey, JSON.stringify(sampleShape)],
	] as const;
	const said = Array.from(model.metadata);
	const [ofOutput, others] = [true, false].map((is) => said.filter(([key]) => (key === outputsKey) === is));
	return { ...model, metadata: new Map([...(others ?? []), ...input, ...(ofOutput ?? [])]) };
}

/**
 * The shape of a sample as a model's metadata say it.
 *
 * @throws LimbeckError (`model`) for metadata that is not what we write.
 */
export function sampleShapeOf({ metadata }: OnnxModel, where: string): readonly number[] | undefined {
	const text = metadata.get(sampleShapeKey);
	if (text === undefined) return undefined;
	const shape = numbersOf(parsedJson(text), (one) => Number.isSafeInteger(one) && one > 0);
	if (shape !== undefined && typeof shape !== "number") return shape;
	throw metadataError(where, sampleShapeKey, "a JSON list of whole numbers above 0", text);
}

/** A number, or a list of numbers, that all pass; `undefined` for anything else. */
function numbersOf(value: unknown, passes: (one: number) => boolean): number | readonly number[] | undefined {
	const allowed = (one: unknown): one is number => typeof one === "number" && passes(one);
	if (allowed(value)) return value;
	return Array.isArray(value) && value.every(allowed) ? value : undefined;
}

function metadataError(where: string, key: string, expected: string, text: string): LimbeckError {
	return new LimbeckError("model", { where: `${where}: metadata ${key}`, expected, got: text.slice(0, 100) });
}
