import { expect, test } from "vitest";
import { bestAssignment } from "./assignment.js";

type Rows = readonly (readonly number[])[];

const cases: readonly (readonly [how: string, scores: Rows, best: readonly number[]])[] = [
	[
		"as they stand",
		[
			[9, 1, 1],
			[1, 9, 1],
			[1, 1, 9],
		],
		[0, 1, 2],
	],
	[
		"turned",
		[
			[1, 9, 1],
			[1, 1, 9],
			[9, 1, 1],
		],
		[1, 2, 0],
	],
	// 7 + 6 beats 8 + 4.
	[
		"not greedily",
		[
			[8, 7],
			[6, 4],
		],
		[1, 0],
	],
	[
		"among more columns than rows",
		[
			[0, 1, 5, 2],
			[3, 1, 9, 2],
		],
		[3, 2],
	],
	[
		"with negative scores",
		[
			[-1, -9],
			[-2, -3],
		],
		[0, 1],
	],
];

test.each(cases)("rows are given columns %s", (_, scores, best) => {
	expect(bestAssignment(scores)).toEqual(best);
});
