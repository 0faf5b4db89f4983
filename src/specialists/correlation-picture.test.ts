import { expect, test } from "vitest";
import { correlationPicture } from "./correlation-picture.js";
import type { Covariance } from "./covariance.js";

/** Classes that vary as they are told to. */
function covariance(classes: number, of: (row: number, column: number) => number): Covariance {
	const values = Float32Array.from({ length: classes ** 2 }, (_, at) => of(Math.floor(at / classes), at % classes));
	return { classes, count: 1, mean: new Float64Array(classes), values, truncation: 0 };
}

const cellsOf = ({ values }: { readonly values: string }): readonly number[] => [...Buffer.from(values, "base64")];

test("classes stand by their specialist, those without one at the end, and a correlation is a byte", () => {
	// Variances of 4: covariances of 4 r.
	const between = [
		[4, 2, -4, 0],
		[2, 4, 0, 0],
		[-4, 0, 4, 1],
		[0, 0, 1, 4],
	];
	const picture = correlationPicture(
		covariance(4, (row, column) => between[row]?.[column] ?? NaN),
		[
			[2, 3],
			[0, 3],
		],
	);
	expect(picture.order).toEqual([2, 3, 0, 1]);
	expect(picture.size).toBe(4);
	const shares = [...[1, 0.25, -1, 0], ...[0.25, 1, 0, 0], ...[-1, 0, 1, 0.5], ...[0, 0, 0.5, 1]];
	expect(cellsOf(picture)).toEqual(shares.map((r) => Math.round(128 + 127 * r)));
});

test("more than 200 classes share rows with their neighbours in that order", () => {
	// Two halves, each correlated with itself alone; every second class is in the second.
	const picture = correlationPicture(
		covariance(600, (row, column) => ((row - column) % 2 === 0 ? 1 : 0)),
		[Array.from({ length: 300 }, (_, k) => 2 * k)],
	);
	expect(picture.size).toBe(200);
	const cells = cellsOf(picture);
	expect(new Set(cells)).toEqual(new Set([128, 255]));
	expect([cells[0], cells[99], cells[100], cells[199]]).toEqual([255, 255, 128, 128]);
});
