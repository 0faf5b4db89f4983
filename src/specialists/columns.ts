/** The columns of a covariance as points, one for each class. */
import type { Covariance } from "./covariance.js";

/** What is made of the covariance before its columns are compared. */
export type ColumnScale = "covariance" | "correlation";

/** Points, one for each class. */
export interface Columns {
	readonly classes: number;
	/** Copies columns into `out`, `[columns, classes]`. */
	readonly read: (columns: ArrayLike<number>, out: Float32Array) => void;
	/** One element. */
	readonly at: (row: number, column: number) => number;
}

/**
 * The columns of a covariance, as they are or scaled to those of the correlation; nothing is copied until it is read.
 * A class that is predicted the same always has a correlation of 0 with all.
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
		at: (row, column) => (values[row * classes + column] ?? 0) * (factors[row] ?? 0) * (factors[column] ?? 0),
		read(columns, out) {
			for (let i = 0; i < columns.length; i++) {
				const column = columns[i] ?? 0;
				// A row is the column: the matrix is symmetric.
				const from = column * classes;
				const factor = factors[column] ?? 0;
				for (let c = 0; c < classes; c++) out[i * classes + c] = (values[from + c] ?? 0) * (factors[c] ?? 0) * factor;
			}
		},
	};
}
