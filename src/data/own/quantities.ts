/** Labels that are numbers: from one column, or several. */
import { type DecimalMark, numberIn } from "../formats/numbers.js";
import { type CellCollector, type CellTrouble, cellsOf, cellText, collectTexts, type Labels } from "./source.js";

/** Between the numbers of a sample, in the one text that stands for them. */
const between = "\u001f";

/** A collector of the numbers of rows, as text that gives the same numbers again: in all rows as many as in the first. */
export function collectQuantities(decimal: DecimalMark = "."): CellCollector {
	const texts = collectTexts();
	let width: number | undefined;
	return {
		add(cell) {
			const row = cellsOf(cell);
			width ??= row.length;
			if (width === 0 || row.length !== width) return miscounted(width, row.length);
			const numbers: number[] = [];
			for (const one of row) {
				const value = quantityIn(one, decimal);
				if (typeof value !== "number") return value;
				numbers.push(value);
			}
			texts.add(numbers.join(between));
			return undefined;
		},
		count: () => texts.count(),
		finish: () => ({ ...texts.finish(), width: width ?? 1 }),
	};
}

function miscounted(width: number, got: number): CellTrouble {
	return {
		expected: width === 0 ? "a number" : `${String(width)} numbers, as the first sample has`,
		got: String(got),
		hint: "Every sample has as many numbers as labels, in the same order.",
	};
}

function quantityIn(cell: unknown, decimal: DecimalMark): number | CellTrouble {
	const value = typeof cell === "string" ? numberIn(cell, decimal) : toNumber(cell);
	if (Number.isFinite(value) && Number.isFinite(Math.fround(value))) return value;
	const comma = typeof cell === "string" && decimal === "." && Number.isFinite(numberIn(cell, ","));
	const empty = cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");
	return {
		expected: "a number as a label",
		got: empty ? "an empty cell" : JSON.stringify(cellText(cell)),
		hint: comma
			? 'If commas are decimal: --set data.decimal=",".'
			: "Leave rows without a number out; for names of classes leave the task out.",
	};
}

function toNumber(cell: unknown): number {
	return typeof cell === "number" || typeof cell === "bigint" ? Number(cell) : Number.NaN;
}

/** The numbers of rows, `[rows, width]`. */
export function quantitiesOf({ ids, values }: Labels, width: number): Float64Array {
	const numbers = values.map((text) => text.split(between).map(Number));
	const out = new Float64Array(ids.length * width);
	for (const [row, id] of ids.entries()) out.set(numbers[id] ?? [], row * width);
	return out;
}
