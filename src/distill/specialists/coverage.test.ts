import { expect, test } from "vitest";
import { coverageOf } from "./coverage.js";

test("samples are counted by how many specialists cover their class; conditional predictions keep to covered classes", () => {
	// Class 0 is nobody's, 1 and 3 are one specialist's, 2 is both's.
	const specialists = [
		[1, 2],
		[2, 3],
	];
	const rows = [
		[9, 1, 0, 0], // of class 0, right
		[9, 1, 0, 0], // of class 1: wrong, but right among covered classes
		[0, 2, 3, 1], // of class 2, right
		[0, 2, 3, 1], // of class 3, wrong
		[0, 0, 0, 1], // of class 3, right
	];
	const logits = Float32Array.from(rows.flat());
	expect(coverageOf(logits, Int32Array.of(0, 1, 2, 3, 3), 4, specialists)).toEqual({
		conditional: { samples: 4, right: 3 },
		bySpecialists: [
			{ samples: 1, right: 1 },
			{ samples: 3, right: 1 },
			{ samples: 1, right: 1 },
		],
	});
});
