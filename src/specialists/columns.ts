/** The columns of a covariance as points, one for each class. */
import type { Covariance } from "./covariance.js";

/**
 * What is made of the covariance before its columns are compared: nothing; the correlation, in which all classes weigh
 * the same; or each column's profile: without the class's own variance and of length 1, so that it says with which others
 * the class varies, and not how much.
 */
export type ColumnScale = "covariance" | "correlation" | "profile";

/** Points, one for each class. */
export interface Columns {
	readonly classes: number;
	/** Copies columns into `out`, `[columns, classes]`. */
	readonly read: (columns: ArrayLike<number>, out: Float32Array) => void;
}

/**
 * The columns of a covariance; nothing is copied until it is read. A class that is predicted the same always has a
 * correlation of 0 with all, and a profile of zeros.
 */
export function columnsOf({ classes, values }: Covariance, scale: ColumnScale): Columns {
	const factors = new Float64Array(classes).fill(1);
	if (scale === "correlation") {
		for (let c = 0; c < classes; c++) {
			const variance = values[c * classes + c] ?? 0;
			factors[c] = variance > 0 ? 1 / Math.sqrt(variance) : 0;
		}
	}
	return {
		classes,
		read(columns, out) {
			for (let i = 0; i < columns.length; i++) {
				const column = columns[i] ?? 0;
				// A row is the column: the matrix is symmetric.
				const from = column * classes;
				const factor = factors[column] ?? 0;
				for (let c = 0; c < classes; c++) out[i * classes + c] = (values[from + c] ?? 0) * (factors[c] ?? 0) * factor;
				if (scale === "profile") toProfile(out.subarray(i * classes, (i + 1) * classes), column);
			}
		},
	};
}

function toProfile(column: Float32Array, own: number): void {
	column[own] = 0;
	let squares = 0;
	for (const value of column) squares += value * value;
	const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
	for (let c = 0; c < column.length; c++) column[c] = (column[c] ?? 0) * factor;
}
