import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { temporaryFolder } from "../../test/support/own-data.js";
import type { AnyDataSet, AnyTestSet } from "../data/data-set.js";
import { dataSetOf } from "../data/index.js";
import type { LabelledSample, MemoryData, SampleArray } from "../data/own/memory.js";
import { loadTestSet } from "../data/test-sets.js";
import { fromMemory } from "./from-memory.js";

const draws = createDraws(7, "memory");
const count = 60;
const bytes = Uint8Array.from(draws.reals(count * 4, 0, 255));
const floats = Float32Array.from(draws.reals(count * 4, -3, 3));
const classes = ["cat", "dog", "owl"];
const indices = Array.from({ length: count }, (_, k) => (k * 7) % 3);
const names = indices.map((index) => classes[index] ?? "");

function rowOf<Data extends SampleArray>(data: Data, row: number): Data {
	// A view of the same kind.
	return data.subarray(row * 4, (row + 1) * 4) as Data;
}

/** Samples one after the other, in memory that the next one takes as well. */
async function* streamed(data: SampleArray, labels: readonly string[]): AsyncGenerator<LabelledSample> {
	const buffer = data.slice(0, 4);
	for (const [row, label] of labels.entries()) {
		buffer.set(rowOf(data, row));
		yield await Promise.resolve({ sample: buffer, label });
	}
}

async function load(data: MemoryData): Promise<{ readonly data: AnyDataSet; readonly test: AnyTestSet }> {
	const choice = await fromMemory(data, { store: await temporaryFolder() });
	const options = { ...choice, env: { XDG_CACHE_HOME: await temporaryFolder() } };
	return { data: await dataSetOf(choice).load(options), test: await loadTestSet(options) };
}

describe("what is learned from is what was handed over", () => {
	test("bytes with classes by index, and parts of their own", async () => {
		const part = (from: number, to: number) => ({
			samples: bytes.subarray(from * 4, to * 4),
			labels: indices.slice(from, to),
		});
		const parts = { ...part(0, 40), validation: part(40, 50), test: part(50, 60) };
		const loaded = await load({ shape: [2, 2], classes, duplicates: "random", ...parts });
		expect(loaded.data).toMatchObject({ classes, sampleShape: [1, 2, 2] });
		expect(loaded.data.train).toMatchObject({ samples: { type: "uint8", data: bytes.slice(0, 160) } });
		expect(loaded.data.validation).toMatchObject({ samples: { data: bytes.slice(160, 200) } });
		expect(loaded.test).toMatchObject({ samples: { data: bytes.slice(200, 240) } });
		expect(loaded.data.train.labels).toEqual(Int32Array.from(indices.slice(0, 40)));
		expect(loaded.data.validation.labels).toEqual(Int32Array.from(indices.slice(40, 50)));
		expect(loaded.test.labels).toEqual(Int32Array.from(indices.slice(50, 60)));
	});

	test("floats, whole numbers that are the names of classes, and shares split off", async () => {
		const { data, test } = await load({ shape: [4], samples: floats, labels: indices });
		expect(data).toMatchObject({ classes: ["0", "1", "2"], sampleShape: [4] });
		expect(data.train.samples).toMatchObject({ type: "float" });
		expect([data.train.count, data.validation.count, test.count]).toEqual([42, 6, 12]);
	});

	test("channels that are last", async () => {
		const { data } = await load({ shape: [2, 1, 2], layout: "channels-last", samples: bytes, labels: names });
		expect(data.sampleShape).toEqual([2, 2, 1]);
	});

	test("any number of labels", async () => {
		const labels = indices.map((index, row) => (row % 5 === 0 ? [] : [classes[index] ?? "", "owl"]));
		const { data } = await load({ task: "multi-label", classes, shape: [4], samples: floats, labels });
		const { origin, labels: marks } = data.train;
		const wanted = Array.from(origin?.rows ?? []).flatMap((row) =>
			classes.map((name) => (labels[row]?.includes(name) === true ? 1 : 0)),
		);
		expect(data).toMatchObject({ task: "multi-label", classes });
		expect(marks).toEqual(Uint8Array.from(wanted));
	});

	test("numbers to learn", async () => {
		const labels = indices.map((index, row) => [index / 3, row]);
		const { data } = await load({ task: "regression", shape: [4], samples: floats, labels });
		const { origin, labels: values } = data.train;
		expect(values).toEqual(Float64Array.from(Array.from(origin?.rows ?? []).flatMap((row) => labels[row] ?? [])));
	});

	test("samples without labels, and labelled ones for the test", async () => {
		const apart = { samples: floats.subarray(0, 12), labels: ["owl", "cat", "dog"] };
		const { data, test } = await load({ classes, shape: [4], samples: floats, test: apart, duplicates: "random" });
		expect(data).toMatchObject({ unlabelled: true });
		expect(test.labels).toEqual(Int32Array.of(2, 0, 1));
	});
});

test("a stream, a list and an array of the same samples are the same files", async () => {
	const store = await temporaryFolder();
	const whole = await fromMemory({ shape: [4], samples: floats, labels: names }, { store });
	const list = names.map((label, row) => ({ sample: rowOf(floats, row), label }));
	expect(await fromMemory({ shape: [4], samples: streamed(floats, names) }, { store })).toEqual(whole);
	expect(await fromMemory({ shape: [4], samples: list }, { store })).toEqual(whole);
	expect(await readdir(join(store, "data/arrays"))).toHaveLength(2);
	const other = await fromMemory({ shape: [4], samples: floats, labels: names.toReversed() }, { store });
	expect(other.file).toBe(whole.file);
	expect(other.labels).not.toBe(whole.labels);
});

describe("refuses", () => {
	const row = (value = 0, length = 4) => new Float32Array(length).fill(value);
	const of = (sample: SampleArray, label?: LabelledSample["label"]): LabelledSample => ({ sample, label });
	test.each<[string, Omit<MemoryData, "shape">, RegExp]>([
		["a sample that is too short", { samples: [row(), row(0, 3)] }, /memory: sample 1: expected 4 numbers, got 3$/],
		["half a sample", { samples: new Uint8Array(7) }, /samples of 4 numbers each, got 7 numbers/],
		["no samples", { samples: [] }, /expected samples, got none/],
		["a number that is none", { samples: [row(), row(NaN)] }, /sample 1: .*finite numbers, got NaN as element 0/],
		["bytes among floats", { samples: [row(), new Uint8Array(4)] }, /sample 1: .*Float32Array.*got Uint8Array/],
		[
			"a label that is missing",
			{ samples: [of(row(), "a"), of(row())] },
			/label of sample 1: expected a label, got none/,
		],
		["a label too many", { samples: [of(row()), of(row(), "a")] }, /label of sample 1: expected no label/],
		["too few labels", { samples: [row(), row()], labels: ["a"] }, /labels: expected one for each of .*, got 1/],
		["too many labels", { samples: [row()], labels: ["a", "b"] }, /labels: expected one for each of 1 samples, got 2/],
		["labels twice", { samples: [of(row(), "a")], labels: ["a"] }, /none, since samples come with theirs/],
		["an empty label", { samples: [of(row(), "")] }, /label of sample 0: expected a label, got an empty cell/],
		["part of a class", { samples: [of(row(), 0.5)] }, /label of sample 0: expected a class.*got 0.5/],
		["a list as a class", { samples: [of(row(), ["a"])] }, /expected a class: .*got a list.*multi-label/],
		["an unknown class", { classes, samples: [of(row(), "emu")] }, /label of sample 0: .*names in classes, got "emu"/],
		["an index too large", { classes, samples: [of(row(), 3)] }, /an index of a class, 0 to 2, got 3/],
		["marks without names", { task: "multi-label", samples: [of(row(), ["a"])] }, /classes: expected the names of all/],
		["a text as a number", { task: "regression", samples: [of(row(), "1")] }, /a number as a label, got "1"/],
		[
			"numbers of another width",
			{ task: "regression", samples: [of(row(), [1, 2]), of(row(), [1])] },
			/label of sample 1: expected 2 numbers, as the first sample has, got 1/,
		],
		[
			"a test without labels",
			{ samples: [of(row(), "a")], test: { samples: [row()] } },
			/memory, test: label of sample 0: expected a label/,
		],
		[
			"a test of another type",
			{ samples: [of(row(), "a")], test: { samples: [of(new Uint8Array(4), "a")] } },
			/memory, test: sample 0: .*Float32Array/,
		],
	])("%s", async (_, data, message) => {
		const store = await temporaryFolder();
		await expect(fromMemory({ shape: [4], ...data }, { store })).rejects.toThrow(message);
		// Nothing half written is left.
		const left = await readdir(join(store, "data/arrays")).catch(() => []);
		expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
	});

	test("a shape that is none", async () => {
		await expect(fromMemory({ shape: [0], samples: bytes })).rejects.toThrow(/data in memory: shape/);
	});
});
