/** Labels of which a sample may have any number: from a cell that lists them, or from a column of 0 and 1 for each. */
import { LimbeckError } from "../../errors.js";
import { comparedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import { canonicalLabel, isMissing } from "./labels.js";
import { type CellCollector, type CellTrouble, cellsOf, cellText, collectTexts, isRow, type Labels } from "./source.js";

/** Between the names of a sample's labels, in the one text that stands for them: in no name of a label. */
const between = "\u001f";

/** What separates labels in a cell, in the order in which it is looked for. */
const separators = ["|", ";", ",", " "] as const;

/** How the labels of a row are written. */
export interface MarksOptions {
	/** A label for each column of 0 and 1; where absent a cell lists the names of those that hold. */
	readonly columns?: readonly string[] | undefined;
	/** What separates the names in a cell; found where absent. */
	readonly separator?: string | undefined;
	/** Names that the user gave: any of them is a label. */
	readonly classes?: readonly string[] | undefined;
}

/** A collector of the labels of rows: their names in one text, in order; the empty text where none holds. */
export function collectMarks(options: MarksOptions): CellCollector {
	const { columns } = options;
	return columns === undefined ? collectLists(options) : collectColumns(columns);
}

function collectColumns(columns: readonly string[]): CellCollector {
	const texts = collectTexts();
	return {
		add(cells) {
			const row = cellsOf(cells);
			const held: string[] = [];
			for (const [at, name] of columns.entries()) {
				const mark = markIn(row[at]);
				if (mark === undefined) return noMark(row[at], name);
				if (mark) held.push(name);
			}
			texts.add(textOf(held));
			return undefined;
		},
		count: () => texts.count(),
		finish: () => ({ ...texts.finish(), width: columns.length }),
	};
}

function collectLists({ separator, classes = [] }: MarksOptions): CellCollector {
	const texts = collectTexts();
	const named = new Set(classes.map(comparedName));
	return {
		add(cell) {
			const written = writtenList(cell);
			if (typeof written !== "string") return written;
			texts.add(written);
			return undefined;
		},
		count: () => texts.count(),
		finish() {
			const { ids, values } = texts.finish();
			const mark = separator ?? separatorOf(values, named);
			const spelled = values.map((value) => textOf(listIn(value, mark, named)));
			const all = [...new Set(spelled)];
			const idOf = new Map(all.map((text, id) => [text, id]));
			const idOfWritten = spelled.map((text) => idOf.get(text) ?? 0);
			const guessed = mark !== undefined && separator === undefined;
			return { ids: ids.map((id) => idOfWritten[id] ?? 0), values: all, ...(guessed ? { separator: mark } : {}) };
		},
	};
}

/** A cell as it is kept until all are known: lists as JSON. */
function writtenList(cell: unknown): string | CellTrouble {
	if (cell === null || cell === undefined) return "";
	if (isRow(cell)) return JSON.stringify(Array.from(cell, String));
	if (typeof cell === "string") return cell;
	if (typeof cell === "bigint" || typeof cell === "boolean" || Number.isSafeInteger(cell)) return cellText(cell);
	return { expected: "names of labels", got: cellText(cell), hint: "Write the names of the labels as text." };
}

/** The first separator that any cell has which is no list in JSON, nor a name that the user gave. */
function separatorOf(values: readonly string[], named: ReadonlySet<string>): string | undefined {
	const plain = values.filter((value) => jsonList(value) === undefined && !named.has(comparedName(value)));
	return separators.find((mark) => plain.some((value) => value.trim().includes(mark)));
}

function jsonList(text: string): readonly string[] | undefined {
	if (!/^\s*\[.*\]\s*$/s.test(text)) return undefined;
	try {
		const list: unknown = JSON.parse(text);
		return Array.isArray(list) ? list.map(String) : undefined;
	} catch {
		// As Python prints lists: ['a', 'b'].
		return text
			.trim()
			.slice(1, -1)
			.split(",")
			.map((part) => part.trim().replace(/^(['"])(.*)\1$/s, "$2"));
	}
}

function listIn(text: string, mark: string | undefined, named: ReadonlySet<string>): readonly string[] {
	const names = jsonList(text) ?? (mark === undefined || named.has(comparedName(text)) ? [text] : text.split(mark));
	const known = names.map((name) => (named.has(comparedName(name)) ? comparedName(name) : canonicalLabel(name)));
	return known.filter((name) => name !== "" && (named.has(name) || !isMissing(name)));
}

function textOf(names: readonly string[]): string {
	return [...new Set(names)].sort().join(between);
}

/** The labels that a text stands for. */
export function marksIn(text: string): readonly string[] {
	return text === "" ? [] : text.split(between);
}

const yes: ReadonlySet<string> = new Set(["1", "true", "yes", "y", "x"]);
const no: ReadonlySet<string> = new Set(["0", "false", "no", "n", ""]);

/** Whether a cell says that a label holds; `undefined` where it says neither. */
function markIn(cell: unknown): boolean | undefined {
	if (cell === null || cell === undefined) return undefined;
	const text = canonicalLabel(cellText(cell)).toLowerCase();
	if (yes.has(text)) return true;
	return no.has(text) ? false : undefined;
}

function noMark(cell: unknown, name: string): CellTrouble {
	return {
		expected: `1 or 0 (true or false, yes or no) for label ${JSON.stringify(name)}`,
		got: cell === null || cell === undefined ? "an empty cell" : JSON.stringify(cellText(cell)),
		hint: "Each column of data.label says whether one label holds; one column can list the names of those that do.",
	};
}

/** What was guessed of how labels are written. */
export function marksNotices({ separator }: Labels, where: string): readonly Notice[] {
	if (separator === undefined) return [];
	const shown = separator === " " ? "blanks" : JSON.stringify(separator);
	const text = `Labels in a cell of ${where} are separated by ${shown}.`;
	return [{ code: "label-separator", text, hint: "To say it yourself, set data.separator." }];
}

/**
 * The marks of rows, `[rows, names]`.
 *
 * @throws LimbeckError `data` for a label that is none of the names.
 */
export function marksOf({ ids, values }: Labels, names: readonly string[], where: string): Uint8Array {
	const placeOf = new Map(names.map((name, at) => [name, at]));
	const placesOf = values.map((text) =>
		marksIn(text).map((name) => {
			const place = placeOf.get(name);
			if (place !== undefined) return place;
			throw new LimbeckError("data", {
				where,
				expected: `labels that samples to train on have: ${names.slice(0, 10).join(", ")}`,
				got: JSON.stringify(name),
				hint: "Name all labels, in the order of the outputs: data.classes.",
			});
		}),
	);
	const marks = new Uint8Array(ids.length * names.length);
	for (const [row, id] of ids.entries()) {
		for (const place of placesOf[id] ?? []) marks[row * names.length + place] = 1;
	}
	return marks;
}
