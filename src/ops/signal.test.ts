import { expect, test } from "vitest";
import { type Attributes, int } from "../graph/attributes.js";
import { createGraph } from "./index.js";

const both = { inverse: int(1), onesided: int(1) };

const refused: readonly (readonly [dims: readonly number[], length: number | undefined, Attributes, string])[] = [
	[[2, 4, 2], 8, both, "expected dft_length 6 or 7, of which 4 are half, got 8"],
	[[2, 4, 2], undefined, { onesided: int(1) }, "expected real numbers […, 1] where it is onesided"],
	[[2, 4, 1], undefined, both, "expected complex numbers […, 2] where it is onesided"],
	[[2, 4, 3], undefined, {}, "expected an input […, 1] or […, 2]"],
];

test.each(refused)("a DFT of %j to %j with %j is refused", (dims, length, attributes, message) => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims });
	const dftLength = length === undefined ? undefined : g.scalar(length, { type: "int64" });
	expect(() => g.op("DFT", [x, dftLength], attributes)).toThrow(message);
});

test.each([
	[[1, 8, 2], 3, "expected a real signal [batch, samples, 1]"],
	[[1, 2 ** 20, 1], 2 ** 19, "expected frames of up to 67108864 samples"],
	[[1, 8, 1], 9, "expected frames within 8 samples, got frame_length 9, frame_step 2"],
] as const)("an STFT of %j in frames of %d is refused", (dims, length, message) => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims });
	const whole = (value: number) => g.scalar(value, { type: "int64" });
	expect(() => g.op("STFT", [x, whole(2), undefined, whole(length)])).toThrow(message);
});
