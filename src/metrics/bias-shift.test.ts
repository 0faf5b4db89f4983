import { describe, expect, it } from "vitest";
import { falseAlarmShift, leastErrorsShift, shiftedErrors } from "./bias-shift.js";

/** Three classes, of which the last was never seen. Each row: logits, and the label. */
function input(...rows: readonly (readonly [logits: readonly number[], label: number])[]) {
	return {
		logits: Float32Array.from(rows.flatMap(([logits]) => logits)),
		labels: rows.map(([, label]) => label),
		classes: 3,
		omitted: [2],
	};
}

// Margins of the seen classes over the omitted one: 4, 6, 1, 3, 9; the omitted samples have 1 and 3.
const five = input([[4, 0, 0], 0], [[0, 6, 0], 1], [[1, 0, 0], 2], [[0, 3, 0], 2], [[9, 0, 0], 1]);

describe("a shift of the logits of classes that were not seen", () => {
	it("makes the fewest errors between the margins of the omitted samples and those of the others", () => {
		expect(shiftedErrors(five, 0)).toEqual({ errors: 3, omittedErrors: 2 });
		// Above 3 both omitted samples are right, below 4 no other is lost: the middle.
		expect(leastErrorsShift(five)).toBe(3.5);
		expect(shiftedErrors(five, 3.5)).toEqual({ errors: 1, omittedErrors: 0 });
	});

	it("stays 0 where nothing is gained, and goes down where too much is predicted", () => {
		expect(leastErrorsShift(input([[4, 0, 0], 0], [[0, 0, 4], 2]))).toBe(0);
		// Margins −2 (wrong until the shift is below it) and −6 (right above it).
		expect(leastErrorsShift(input([[4, 0, 6], 0], [[0, 0, 6], 2]))).toBe(-4);
	});

	it("by false alarms: as many for an omitted class as for a seen one on average, without its samples", () => {
		// Seen samples alone: margins 4, 6, 9, one wrong among two classes: ½ each. One alarm for one omitted class is more.
		expect(falseAlarmShift(five)).toBe(4);
		// Its own samples change nothing.
		const more = input([[4, 0, 0], 0], [[0, 6, 0], 1], [[9, 0, 0], 1], [[0, 0, 7], 2], [[5, 0, 0], 2]);
		expect(falseAlarmShift(more)).toBe(falseAlarmShift(input([[4, 0, 0], 0], [[0, 6, 0], 1], [[9, 0, 0], 1])));
	});
});
