/** Drawings become what MNIST's makers made of theirs. */
import { expect, it } from "vitest";
import { digits } from "../../src/data/digits.js";
import { centered, type Grey, side } from "../../web/src/center.js";
import { storedBytes } from "../support/synthetic.js";

const { validation } = await digits.load({});
const scale = 10;

/** A digit as a drawing ten times as large, and moved. */
function drawn(digit: Uint8Array, right: number, down: number): Grey {
	const width = side * scale;
	const ink = new Uint8Array(width * width);
	for (let y = 0; y < width; y++) {
		for (let x = 0; x < width; x++) {
			const [column, row] = [Math.floor(x / scale) - right, Math.floor(y / scale) - down];
			const inside = column >= 0 && column < side && row >= 0 && row < side;
			ink[y * width + x] = inside ? (digit[row * side + column] ?? 0) : 0;
		}
	}
	return { width, height: width, ink };
}

it("MNIST's digits, drawn large and anywhere, come back as they were", () => {
	const pixels = storedBytes(validation);
	const all = Array.from({ length: 100 }, (_, k) => pixels.subarray(10 * k * side ** 2, (10 * k + 1) * side ** 2));
	const differences = all.map((digit, k) => {
		const back = centered(drawn(digit, (k % 5) - 2, (k % 3) - 1)) ?? new Uint8Array(side ** 2);
		return digit.reduce((sum, value, at) => sum + Math.abs(value - (back[at] ?? 0)), 0) / digit.length;
	});
	// A centre that is a whole number to the last digit may fall on either side.
	expect(differences.filter((one) => one === 0).length).toBeGreaterThan(95);
});

it("a drawing of any size fills 20 pixels, its centre of mass in the middle", () => {
	const [width, height] = [280, 280];
	const ink = new Uint8Array(width * height);
	// A bar of 12 × 60, at the edge.
	for (let y = 215; y < 275; y++) ink.fill(255, y * width + 3, y * width + 15);
	const out = centered({ width, height, ink }) ?? new Uint8Array();
	const inked = Array.from(out.keys()).filter((at) => (out[at] ?? 0) > 0);
	const [rows, columns] = [inked.map((at) => Math.floor(at / side)), inked.map((at) => at % side)];
	expect([Math.min(...rows), Math.max(...rows)]).toEqual([4, 23]);
	expect([Math.min(...columns), Math.max(...columns)]).toEqual([12, 15]);
	expect(centered({ width, height, ink: new Uint8Array(width * height) })).toBeUndefined();
});
