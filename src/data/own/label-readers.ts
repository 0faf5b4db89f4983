/** How users' labels are read, by their kind: from cells to arrays. */
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { LabelArrays, LabelData, LabelKind } from "../../tasks/labels.js";
import { defaultTask, type TaskName, taskLabels } from "../../tasks/names.js";
import type { DecimalMark } from "../formats/numbers.js";
import { classIndices, shortList, sortClasses } from "./classes.js";
import { collectLabels, labelNotices } from "./labels.js";
import { collectMarks, marksIn, marksNotices, marksOf } from "./marks.js";
import type { SplitName } from "./partition.js";
import { collectQuantities, quantitiesOf } from "./quantities.js";
import type { CellCollector, Labels } from "./source.js";

/** What a user says of labels. */
export interface LabelOptions {
	readonly task?: TaskName | undefined;
	/** The column with the label, or a list of columns. */
	readonly label?: string | readonly string[] | undefined;
	/** Names in their order, where they are told. */
	readonly classes?: readonly string[] | undefined;
	/** What separates the names of labels in a cell. */
	readonly separator?: string | undefined;
	/** The decimal mark of numbers. */
	readonly decimal?: DecimalMark | undefined;
}

/** Groups of samples that are split in equal parts. */
export interface Strata {
	/** `[rows]`, indices into the names. */
	readonly ids: Int32Array;
	readonly names: readonly string[];
}

/** One kind of labels. */
export interface LabelReader<Kind extends LabelKind> {
	/** What a label is called, in messages. */
	readonly noun: string;
	readonly collector: (options: LabelOptions) => CellCollector;
	/**
	 * The names of what is learned, in the order of a network's outputs.
	 *
	 * @throws LimbeckError `data` where there is nothing to learn.
	 */
	readonly names: (labels: Labels, options: LabelOptions, where: string) => readonly string[];
	/** @throws LimbeckError `data` for a label that is none of the names, and where a row has not one for each of them. */
	readonly encode: (labels: Labels, names: readonly string[], where: string) => LabelArrays[Kind];
	/** By what samples are split. @param grouped - whether groups of samples are not to be split. */
	readonly strata: (labels: LabelArrays[Kind], names: readonly string[], grouped: boolean) => Strata;
	readonly notices: (labels: Labels, where: string) => readonly Notice[];
	/** The first name of which the samples of a part have none, though every part needs some; `undefined` where all are there. */
	readonly absent: (labels: LabelArrays[Kind], names: readonly string[], part: SplitName) => number | undefined;
}

const columnsOf = ({ label }: LabelOptions): readonly string[] | undefined =>
	typeof label === "string" ? undefined : label;

/** The index of the first name that no sample has. */
function firstAbsent(present: ReadonlySet<number>, names: readonly string[]): number | undefined {
	const absent = names.findIndex((_, index) => !present.has(index));
	return absent === -1 ? undefined : absent;
}

const readers: { readonly [Kind in LabelKind]: LabelReader<Kind> } = {
	class: {
		noun: "class",
		collector: ({ classes }) => collectLabels(classes),
		names(labels, { classes }, where) {
			const names = classes ?? sortClasses(labels.values);
			if (names.length >= 2) return names;
			const got = names.length === 0 ? "no samples" : `one, ${JSON.stringify(names[0])}`;
			throw new LimbeckError("data", { where, expected: "two classes or more", got });
		},
		encode: classIndices,
		strata: (ids, names) => ({ ids, names }),
		notices: labelNotices,
		absent: (labels, names) => firstAbsent(new Set(labels), names),
	},
	marks: {
		noun: "label",
		collector: (options) => collectMarks({ ...options, columns: columnsOf(options) }),
		names(labels, options, where) {
			const found = new Set(labels.values.flatMap((text) => marksIn(text)));
			const names = options.classes ?? columnsOf(options) ?? sortClasses([...found]);
			if (names.length > 0 && found.size > 0) return names;
			throw new LimbeckError("data", { where, expected: "samples with labels", got: "none with any" });
		},
		encode(labels, names, where) {
			checkWidth(labels, names, where);
			return marksOf(labels, names, where);
		},
		strata: (marks, names, grouped) => (grouped ? alike(marks.length / names.length) : byRarest(marks, names)),
		notices: marksNotices,
		// What no sample shows cannot be learned; validation may do without.
		absent(labels, names, part) {
			if (part !== "train") return undefined;
			const present = new Set<number>();
			for (const [at, mark] of labels.entries()) if (mark === 1) present.add(at % names.length);
			return firstAbsent(present, names);
		},
	},
	values: {
		noun: "number",
		collector: ({ decimal }) => collectQuantities(decimal),
		names({ values, width = 1 }, { label, classes }, where) {
			if (values.length === 0) throw new LimbeckError("data", { where, expected: "samples", got: "none" });
			const own = typeof label === "string" ? [label] : label;
			const names = classes ?? (own?.length === width ? own : numbered(own?.[0] ?? "value", width));
			if (names.length === width) return names;
			throw new LimbeckError("data", {
				where: "data.classes",
				expected: `a name for each of the ${String(width)} numbers that are labels in ${where}`,
				got: shortList(names),
			});
		},
		encode(labels, names, where) {
			checkWidth(labels, names, where);
			return quantitiesOf(labels, names.length);
		},
		strata: (values, names, grouped) =>
			grouped ? alike(values.length / names.length) : byQuantile(values, names.length),
		notices: () => [],
		absent: () => undefined,
	},
};

/** Refuses rows that say more or less than the names are: they would stand in the places of others. */
function checkWidth({ width }: Labels, names: readonly string[], where: string): void {
	if (width === undefined || width === names.length) return;
	throw new LimbeckError("data", {
		where,
		expected: `${String(names.length)} columns of labels, as there are for training: ${shortList(names)}`,
		got: String(width),
	});
}

const numbered = (name: string, width: number): readonly string[] =>
	width === 1 ? [name] : Array.from({ length: width }, (_, at) => `${name} ${String(at)}`);

/** Strata of fewer samples are joined: there would be too few for each part. */
const leastStratum = 10;

/**
 * Samples by the rarest of their labels, so that every part gets its share of it: labels that are never the rarest are
 * common.
 */
function byRarest(marks: Uint8Array, names: readonly string[]): Strata {
	const width = names.length;
	const counts = new Float64Array(width);
	for (const [place, mark] of marks.entries()) counts[place % width] = (counts[place % width] ?? 0) + mark;
	const rarest = Int32Array.from({ length: marks.length / width }, (_, row) => {
		let found = width;
		for (let at = 0; at < width; at++) {
			if (marks[row * width + at] === 1 && (counts[at] ?? 0) < (counts[found] ?? Infinity)) found = at;
		}
		return found;
	});
	return joined(rarest, width + 1);
}

/** Samples without regard to their labels, where groups decide. */
function alike(rows: number): Strata {
	return { ids: new Int32Array(rows), names: ["any"] };
}

/** Samples by tenths of the first of their numbers. */
function byQuantile(values: Float64Array, width: number): Strata {
	const first = Float64Array.from({ length: values.length / width }, (_, row) => values[row * width] ?? 0);
	const order = Array.from(first.keys()).sort((a, b) => (first[a] ?? 0) - (first[b] ?? 0) || a - b);
	const bins = Math.max(1, Math.min(10, Math.floor(first.length / leastStratum)));
	const ids = new Int32Array(first.length);
	for (const [place, row] of order.entries()) ids[row] = Math.floor((place * bins) / first.length);
	return joined(ids, bins);
}

/** Strata of which those with few samples are one. */
function joined(ids: Int32Array, count: number): Strata {
	const sizes = new Int32Array(count);
	for (const id of ids) sizes[id] = (sizes[id] ?? 0) + 1;
	const large = Array.from(sizes.keys()).filter((id) => (sizes[id] ?? 0) >= leastStratum);
	const few = sizes.reduce((sum, size) => sum + (size < leastStratum ? size : 0), 0);
	// What is too little for a stratum of its own goes to the last.
	const rest = few >= leastStratum || large.length === 0 ? large.length : large.length - 1;
	const place = new Map(large.map((id, at) => [id, at]));
	const names = Array.from({ length: Math.max(large.length, rest + 1) }, () => "any");
	return { ids: ids.map((id) => place.get(id) ?? rest), names };
}

/** The reader of a task's labels, with its own types forgotten: the task decides what arrays hold them. */
export function labelReader(task: TaskName = defaultTask): LabelReader<LabelKind> {
	// The kind picks the reader whose arrays these are; TypeScript cannot pair them through the table.
	return readers[taskLabels[task]] as unknown as LabelReader<LabelKind>;
}

/**
 * Numbers the labels of several sources alike.
 *
 * @returns `[rows]` for each: equal where the labels are.
 */
export function identities(): (labels: Labels, data: LabelData) => Int32Array {
	const known = new Map<string, number>();
	return ({ ids, values }, data) => {
		// A class is its index, whatever its spelling.
		if (data instanceof Int32Array) return data;
		const places = values.map((text) => {
			const place = known.get(text) ?? known.size;
			known.set(text, place);
			return place;
		});
		return ids.map((id) => places[id] ?? 0);
	};
}
