/** What the kinds of users' own data have in common: samples with labels that can be read row after row. */
import type { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { PixelScale, SampleShape } from "../data-set.js";

/** Labelled samples in files, read in order and as often as needed. */
export interface Source {
	/** Where they come from, for errors. */
	readonly where: string;
	/** Where their labels come from, if that is another place. */
	readonly labelsWhere?: string | undefined;
	readonly type: "uint8" | "float";
	readonly sampleShape: SampleShape;
	/** Names of a sample's elements, in order, where the file has such names. */
	readonly features?: readonly string[];
	/** The classes in their order, where it is not for the labels to say. */
	readonly classes?: readonly string[];
	/** Every label, before any sample is read. */
	labels(): Promise<Labels>;
	/** The group of every row, where the user names what is not to be split, as labels are told. */
	groups?(): Promise<Labels>;
	/**
	 * The samples in order. Rows may be left out where the user allowed it; the first row of each block says which.
	 *
	 * @param trains - whether a row is to train on, for sources that scale all samples by those.
	 */
	blocks(trains: (row: number) => boolean): AsyncIterable<Block>;
	/** Where an element of a sample lies, as a person finds it: `data.csv: line 7, column width`. */
	placeOf(row: number, element: number): Promise<string>;
	/** How many rows were left out so far; absent where none can be. */
	readonly skipped?: () => number;
	/** How pixels that are not bytes were scaled: complete once samples have been read. */
	readonly pixelScale?: () => PixelScale | undefined;
	/** What was passed over, changed or guessed: complete once labels and samples have been read. */
	readonly notices?: () => readonly Notice[];
	close(): void;
}

/** Samples that follow each other. */
export interface Block {
	/** The row of the first. */
	readonly first: number;
	/** `[rows, …sampleShape]`, of the source's type: bytes, or numbers that float32 holds, or those that it may round. */
	readonly data: Uint8Array | Float32Array | Float64Array;
}

/** A label for each row, or the word that there is none. */
export interface Labels {
	/** `[rows]`, indices into `values`. */
	readonly ids: Int32Array;
	/** The distinct labels, as text, in order of appearance; empty where rows have none. */
	readonly values: readonly string[];
	/** Spellings in the files that were taken for one label; absent where there can be none. */
	readonly merged?: readonly (readonly string[])[];
	/** What was taken to separate the names of labels in a cell; absent where nothing was guessed. */
	readonly separator?: string;
	/** How many things a row says, where each of them has a place of its own, such as a column; absent where none has. */
	readonly width?: number;
}

/** The labels of rows that have none. */
export function noLabels(rows: number): Labels {
	return { ids: new Int32Array(rows), values: [] };
}

/** A cell as text, whatever a format holds: of what is no text and no number its type. */
export function cellText(cell: unknown): string {
	const isText = typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint";
	return isText || typeof cell === "boolean" ? String(cell) : `a ${typeof cell}`;
}

/** What the label of a row says in turn: a row of cells, or one cell. */
export function cellsOf(label: unknown): readonly unknown[] {
	return isRow(label) ? Array.from(label) : [label];
}

/** Whether a label is a row of cells, or a cell that holds a list. */
export function isRow(label: unknown): label is ArrayLike<unknown> {
	return Array.isArray(label) || (ArrayBuffer.isView(label) && "length" in label);
}

/** What is wrong with a cell. */
export type CellTrouble = Pick<LimbeckError, "expected" | "got"> & { readonly hint: string };

/** Gathers what the cells of a column say, row after row. */
export interface CellCollector {
	/** Takes in whatever a format holds. @returns what is wrong where it cannot be used. */
	add(cell: unknown): CellTrouble | undefined;
	/** How many there are. */
	count(): number;
	finish(): Labels;
}

/** Gathers texts row after row. */
export interface TextCollector {
	add(text: string): void;
	/** How many there are. */
	count(): number;
	finish(): Labels;
}

/** A collector of texts, such as names of groups, that keeps one number a row. */
export function collectTexts(): TextCollector {
	const idOf = new Map<string, number>();
	let ids = new Int32Array(1024);
	let count = 0;
	return {
		add(text) {
			let id = idOf.get(text);
			if (id === undefined) {
				id = idOf.size;
				idOf.set(text, id);
			}
			if (count === ids.length) {
				const longer = new Int32Array(2 * count);
				longer.set(ids);
				ids = longer;
			}
			ids[count] = id;
			count++;
		},
		count: () => count,
		finish: () => ({ ids: ids.subarray(0, count), values: [...idOf.keys()] }),
	};
}
