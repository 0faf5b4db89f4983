import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createFilterbank, filterbankOptions } from "../../src/speech/filterbank.js";
import { fixture } from "./fixtures.js";

/** What record-filterbank.py writes. */
interface Recorded {
	readonly cases: readonly {
		readonly options: Readonly<Record<string, unknown>>;
		/** 16-bit integers. */
		readonly samples: readonly number[];
		readonly frames: readonly (readonly number[])[];
	}[];
}

// The file is ours: record-filterbank.py wrote it in this form.
const { cases } = JSON.parse(readFileSync(fixture("filterbank.json"), "utf8")) as Recorded;

test.each(cases)("filterbank $options is that of transformers within 1e-4", ({ options, samples, frames }) => {
	const parsed = filterbankOptions.parse(options);
	const audio = { rate: parsed.rate, samples: Float32Array.from(samples, (sample) => sample / 2 ** 15) };
	const { count, size, data } = createFilterbank(parsed)(audio);
	expect([count, size]).toEqual([frames.length, parsed.coefficients]);
	const differences = frames.flat().map((value, i) => Math.abs(value - (data[i] ?? Number.NaN)));
	expect(Math.max(...differences)).toBeLessThan(1e-4);
});
