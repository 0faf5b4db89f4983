/** A model and a table meet by the names of their columns, not by their places. */

import { shortList } from "../data/own/classes.js";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import { freshNames } from "../import/rewrite.js";
import { isRecord, parsedJson } from "../json.js";
import { comparedName } from "../names.js";
import type { Notice } from "../notices.js";
import { fedInputs, type OnnxModel } from "../onnx/model.js";
import { featuresKey, featuresOf, preprocessingKey } from "../predict/metadata.js";
import { settingText } from "../settings.js";

/** A model that takes the columns as the data have them, and what should be known of that. */
export interface AlignedModel {
	readonly model: OnnxModel;
	/** Names of the columns that it takes, in order, where the data or its file have such. */
	readonly features?: readonly string[];
	readonly notices: readonly Notice[];
}

/**
 * Compares the columns in a model's metadata with those of the data. Of the same columns in another order the model gets a
 * first node that puts them into its own; where one of the two has no names, columns are taken in their order.
 *
 * @param features - names of the data's columns, where they have such.
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) for other columns, with the first few of them; for metadata that is not what we write.
 */
export function alignFeatures(model: OnnxModel, features: readonly string[] | undefined, where: string): AlignedModel {
	const own = featuresOf(model, where);
	const names = features ?? own;
	if (own === undefined || features === undefined) {
		if (names === undefined) return { model, notices: [] };
		return { model, features: names, notices: byPosition(own, names, where) };
	}
	const order = columnOrder(own, features, `${where}: metadata ${featuresKey}`);
	if (order === undefined) return { model, features, notices: [] };
	const text = `The columns are put into the order of ${where} by their names: ${shortList(own)}.`;
	const notices = [{ code: "columns-reordered", text }];
	return { model: reordered(model, order, features, where), features, notices };
}

/**
 * Where columns lie that another order has, found by their names.
 *
 * @param own - the columns that a model takes.
 * @param where - what says so, for messages.
 * @returns for each of them its place among the others; `undefined` where all are in their places.
 * @throws LimbeckError (`model`) for other columns, with the first few of them.
 */
export function columnOrder(
	own: readonly string[],
	features: readonly string[],
	where: string,
): readonly number[] | undefined {
	const [wanted, there] = [own.map(comparedName), features.map(comparedName)];
	const order = wanted.map((name) => there.indexOf(name));
	if (order.includes(-1) || there.length !== wanted.length) throw unlike(own, features, where);
	return order.every((from, at) => from === at) ? undefined : order;
}

function byPosition(own: readonly string[] | undefined, names: readonly string[], where: string): readonly Notice[] {
	const text =
		own === undefined
			? `${where} does not say which columns it was trained on: those of the data are taken in their order, ${shortList(names)}.`
			: `The data do not name their columns: they are taken as those of ${where}, in its order, ${shortList(names)}.`;
	return [{ code: "columns-by-position", text }];
}

function unlike(own: readonly string[], features: readonly string[], where: string): LimbeckError {
	const [wanted, there] = [new Set(own.map(comparedName)), new Set(features.map(comparedName))];
	const missing = own.filter((name) => !there.has(comparedName(name)));
	const extra = features.filter((name) => !wanted.has(comparedName(name)));
	const list = (names: readonly string[]): string => shortList(names.map((name) => JSON.stringify(name)));
	const got = [
		...(missing.length > 0 ? [`a table without ${list(missing)}`] : []),
		...(extra.length > 0 ? [`columns that the model does not know: ${list(extra)}`] : []),
	];
	return new LimbeckError("model", {
		where,
		expected: `the columns that the model was trained on: ${list(own)}`,
		got: got.join("; "),
		hint:
			missing.length > 0
				? "Call the table's columns as the model's are called."
				: `Leave the others out: ${settingText("data.ignore", extra)}.`,
	});
}

/** The model behind a node that puts columns into its order. @param order - where the data have each of its columns. */
function reordered(model: OnnxModel, order: readonly number[], features: readonly string[], where: string): OnnxModel {
	const { graph } = model;
	const [input, ...others] = fedInputs(graph);
	if (input?.dims?.length !== 2 || others.length > 0) {
		throw new LimbeckError("model", {
			where: `${where}: metadata ${featuresKey}`,
			expected: `the columns in the model's order: ${shortList(featuresOf(model, where) ?? [])}`,
			got: shortList(features),
			hint: "Put the table's columns into this order: the model takes them in a shape of its own.",
		});
	}
	const freshName = freshNames(graph);
	const [columns, places] = [freshName(`${input.name}/columns`), freshName(`${input.name}/order`)];
	const tensor = { type: "int64", dims: [order.length], data: BigInt64Array.from(order, BigInt) } as const;
	const attributes = new Map([["axis", int(1)]]);
	const first = { name: input.name, opType: "Gather", domain: "", inputs: [columns, places], outputs: [input.name] };
	return {
		...model,
		metadata: reorderedMetadata(model.metadata, order, features),
		graph: {
			...graph,
			inputs: graph.inputs.map((one) => (one === input ? { ...one, name: columns } : one)),
			initializers: [...graph.initializers, { name: places, tensor }],
			nodes: [{ ...first, attributes }, ...graph.nodes],
		},
	};
}

/** Metadata of which every list with a number for each column is in the data's order. */
function reorderedMetadata(
	metadata: OnnxModel["metadata"],
	order: readonly number[],
	features: readonly string[],
): OnnxModel["metadata"] {
	const normalization = parsedJson(metadata.get(preprocessingKey) ?? "");
	const placed = (value: unknown): unknown => {
		if (!Array.isArray(value) || value.length !== order.length) return value;
		const list: unknown[] = value;
		return features.map((_, column) => list[order.indexOf(column)]);
	};
	const entries = isRecord(normalization) ? Object.entries(normalization) : [];
	return new Map([
		...metadata,
		[featuresKey, JSON.stringify(features)],
		...(entries.length === 0
			? []
			: [
					[
						preprocessingKey,
						JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, placed(value)]))),
					] as const,
				]),
	]);
}
