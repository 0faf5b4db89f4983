/** Numbers as text tables write them. */

/** What stands between whole and fraction. */
export type DecimalMark = "." | ",";

/**
 * The number that a cell holds: decimal digits, with an exponent if need be, blanks around them; NaN for all else, such as
 * empty cells, `inf`, `0x1f` and numbers in groups.
 */
export function numberIn(cell: string, decimal: DecimalMark): number {
	const text = decimal === "," ? withPoint(cell) : cell;
	const value = Number(text);
	// What JavaScript reads besides: nothing as 0, other bases.
	if (value === 0 && text.trim() === "") return Number.NaN;
	if (Number.isFinite(value)) return /^\s*0[xXbBoO]/.test(text) ? Number.NaN : value;
	// A number that float64 cannot hold is a number all the same; a name is none.
	return /^\s*[+-]?\d/.test(text) ? value : Number.NaN;
}

/** Whether a cell is a number. */
export function readsAsNumber(cell: string, decimal: DecimalMark): boolean {
	return !Number.isNaN(numberIn(cell, decimal));
}

/** One comma before a digit becomes a point; a point, or a second comma, is no number here. */
function withPoint(cell: string): string {
	if (cell.includes(".")) return "?";
	const comma = cell.indexOf(",");
	if (comma === -1) return cell;
	return /^,\d+([eE]|\s*$)/.test(cell.slice(comma)) ? `${cell.slice(0, comma)}.${cell.slice(comma + 1)}` : "?";
}

/** Numbers whose digits are in groups of three: 1,512 or 1 234 567, which may be thousands. */
export function looksGrouped(cell: string, mark: DecimalMark): boolean {
	return (mark === "," ? /^\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*$/ : /^\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*$/).test(cell);
}
