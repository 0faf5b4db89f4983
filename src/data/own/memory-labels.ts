/** Labels that a program has in memory: checked one by one, then written as an array of NumPy's. */
import type { LabelKind } from "../../tasks/labels.js";
import { collectLabels } from "./labels.js";
import { collectQuantities } from "./quantities.js";
import { bytesOf } from "./sinks.js";

/** What is wrong with a label. */
export interface LabelTrouble {
	readonly expected: string;
	readonly got: string;
	readonly hint?: string;
}

/**
 * The label of a sample: a class by its name, or by its index where `classes` names them, else a whole number as its name;
 * of multi-label the names or indices of all that hold; of regression a number, or several.
 */
export type SampleLabel = string | number | readonly (string | number)[];

/** An array as NumPy has it. */
export interface LabelArray {
	/** NumPy's name of the type. */
	readonly descr: string;
	readonly dims: readonly number[];
	readonly bytes: Uint8Array;
}

/** Takes in the labels of a part. */
export interface LabelTaker {
	/** @returns what is wrong where the label cannot be used. */
	add(label: SampleLabel): LabelTrouble | undefined;
	finish(): LabelArray;
}

/** How labels of each kind are taken. @param names - of the classes, where they are told. */
export const labelTakers: Readonly<Record<LabelKind, (names: readonly string[] | undefined) => LabelTaker>> = {
	class(names) {
		const cells: string[] = [];
		const collector = collectLabels(names);
		const nameOf = namesBy(names);
		return {
			add(label) {
				if (isList(label)) return trouble("a class: a name or a whole number", "a list", listHint);
				const name = nameOf(label);
				if (typeof name === "object") return name;
				const wrong = collector.add(name);
				if (wrong === undefined) cells.push(String(name));
				return wrong;
			},
			finish: () => textArray(cells),
		};
	},
	marks(names = []) {
		const cells: number[] = [];
		const nameOf = namesBy(names);
		let count = 0;
		return {
			add(label) {
				if (!isList(label)) return trouble("a list of the labels that hold", JSON.stringify(label));
				const held = new Set<string>();
				for (const one of label) {
					const name = nameOf(one);
					if (typeof name === "object") return name;
					held.add(String(name));
				}
				cells.push(...names.map((name) => (held.has(name) ? 1 : 0)));
				count++;
				return undefined;
			},
			finish: () => ({ descr: "|u1", dims: [count, names.length], bytes: Uint8Array.from(cells) }),
		};
	},
	values() {
		const cells: number[] = [];
		const collector = collectQuantities();
		return {
			add(label) {
				const numbers: readonly unknown[] = isList(label) ? Array.from(label) : [label];
				const text = numbers.find((one) => typeof one !== "number");
				if (text !== undefined) return trouble("a number as a label", JSON.stringify(text));
				const wrong = collector.add(numbers);
				if (wrong === undefined) cells.push(...numbers.map(Number));
				return wrong;
			},
			finish() {
				const { ids, width = 1 } = collector.finish();
				return { descr: "<f8", dims: [ids.length, width], bytes: bytesOf(Float64Array.from(cells)) };
			},
		};
	},
};

const listHint = 'A list needs another task: names "multi-label", numbers "regression".';

function trouble(expected: string, got: string, hint?: string): LabelTrouble {
	return { expected, got, ...(hint === undefined ? {} : { hint }) };
}

function isList(label: SampleLabel): label is readonly (string | number)[] {
	return Array.isArray(label);
}

/** The name that a label is meant by: with names, a number is an index into them; what is wrong where it is none of them. */
function namesBy(names: readonly string[] | undefined): (label: string | number) => string | number | LabelTrouble {
	if (names === undefined)
		return (label) => (typeof label === "string" && label.includes("\0") ? withNul(label) : label);
	const known = new Set(names);
	return (label) => {
		const name = typeof label === "number" ? names[label] : label;
		if (name !== undefined && known.has(name)) return name;
		const last = String(names.length - 1);
		return typeof label === "number"
			? trouble(`an index of a class, 0 to ${last}`, String(label))
			: trouble("one of the names in classes", JSON.stringify(label));
	};
}

function withNul(label: string): LabelTrouble {
	return trouble("a name without NUL characters", JSON.stringify(label));
}

/** Texts as code points, all as long as the longest. */
function textArray(texts: readonly string[]): LabelArray {
	const points = texts.map((text) => Array.from(text, (sign) => sign.codePointAt(0) ?? 0));
	const width = points.reduce((most, { length }) => Math.max(most, length), 1);
	const array = new Uint32Array(texts.length * width);
	for (const [row, text] of points.entries()) array.set(text, row * width);
	return { descr: `<U${String(width)}`, dims: [texts.length], bytes: bytesOf(array) };
}
