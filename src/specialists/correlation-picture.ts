/** The correlation of a generalist's predictions as a picture, classes beside those that share their specialist. */
import type { ClassSets } from "./clustering.js";
import { columnsOf } from "./columns.js";
import type { Covariance } from "./covariance.js";

/** A picture of a correlation. */
export interface CorrelationPicture {
	/** `[classes]`: the order of rows and columns: the classes of the first specialist, then what the next ones add. */
	readonly order: readonly number[];
	/** Rows, and as many columns: each the mean of neighbours where there are more classes. */
	readonly size: number;
	/** `[size, size]` bytes in base64: 128 + 127 r. */
	readonly values: string;
}

/** More rows than that are no better to see, and the picture's file grows with their square. */
const mostRows = 200;

/** Draws the correlation of classes in the order of their specialists; those without one come last. */
export function correlationPicture(covariance: Covariance, specialists: ClassSets): CorrelationPicture {
	const { classes } = covariance;
	const order = [...new Set([...specialists.flat(), ...Array(classes).keys()])];
	const size = Math.min(classes, mostRows);
	const sums = new Float64Array(size * size);
	const counts = new Float64Array(size * size);
	const rowOf = (place: number): number => Math.floor((place * size) / classes);
	const { read } = columnsOf(covariance, "correlation");
	const column = new Float32Array(classes);
	for (const [place, label] of order.entries()) {
		read([label], column);
		for (const [other, at] of order.entries()) {
			const cell = rowOf(place) * size + rowOf(other);
			sums[cell] = (sums[cell] ?? 0) + (column[at] ?? 0);
			counts[cell] = (counts[cell] ?? 0) + 1;
		}
	}
	const values = Uint8Array.from(sums, (sum, cell) => Math.round(128 + (127 * sum) / (counts[cell] ?? 1)));
	return { order, size, values: Buffer.from(values).toString("base64") };
}
