import { expect, test } from "vitest";
import { nearChance } from "./near-chance.js";

/** Logits of two classes, by what is predicted. */
const logitsOf = (predicted: readonly number[]): Float32Array =>
	Float32Array.from(predicted.flatMap((one) => (one === 0 ? [1, 0] : [0, 1])));
const turns = (count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => at % 2);

test.each<readonly [string, readonly number[], Int32Array, RegExp | undefined]>([
	["one class for all", [1, 1, 1, 1], turns(4), /same class/],
	["one class for all, without labels", [1, 1, 1, 1], new Int32Array(), /same class/],
	[
		"as good as guessing",
		Array.from({ length: 100 }, (_, at) => (at % 4 < 2 ? 0 : 1)),
		turns(100),
		/near chance.*50\.00 %.*50\.00 %/,
	],
	["all right, of few", [0, 1, 0, 1], turns(4), undefined],
	["mostly right", Array.from({ length: 100 }, (_, at) => (at < 30 ? 0 : at % 2)), turns(100), undefined],
	["five of six right", [0, 1, 0, 1, 0, 0], turns(6), undefined],
	["no labels", [0, 1, 1, 0], new Int32Array(), undefined],
	["samples of one class, which show nothing", Array.from({ length: 50 }, () => 0), new Int32Array(50), undefined],
	["samples of one class, some wrong", Array.from({ length: 50 }, (_, at) => at % 2), new Int32Array(50), undefined],
	[
		"hardly more right than always the most frequent class, but it knows the rare one",
		Array.from({ length: 100 }, (_, at) => (at < 93 ? 0 : 1)),
		Int32Array.from({ length: 100 }, (_, at) => (at < 90 || at > 96 ? 0 : 1)),
		undefined,
	],
])("%s", (_, predicted, labels, wanted) => {
	const found = nearChance(logitsOf(predicted), labels, 2);
	if (wanted === undefined) expect(found).toBeUndefined();
	else expect(found).toMatch(wanted);
});
