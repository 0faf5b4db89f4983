import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { temporaryFolder } from "../../test/support/own-data.js";
import { storedBytes, syntheticData } from "../../test/support/synthetic.js";
import type { SampleSet } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import { int, ints } from "../graph/attributes.js";
import { logSoftmaxRow } from "../metrics/index.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { type Classifier, type Ensemble, openEnsemble } from "./ensemble.js";

const data = syntheticData(5, 4);
const { sampleShape, classes, train } = data;
const options = { sampleShape, classes, probe: train, openSamples, threads: 1 };

/** A linear classifier that ends in given operators. */
function linear(
	last: readonly NodeParts[] = [["Identity", ["z"], ["y"]]],
	{ outputs = 4, input = ["n", 1, 8, 8] as readonly (number | string)[], weight = "w" } = {},
): OnnxModel {
	const w = randomTensor(weight, [64, outputs]);
	return foreignModel({
		opset: 17,
		nodes: [["Flatten", ["x"], ["flat"]], ["MatMul", ["flat", "w"], ["z"]], ...last],
		inputs: [info("x", input)],
		outputs: [info("y", ["n", outputs])],
		constants: { w, half: { type: "float", dims: [], data: Float32Array.of(0.5) } },
	});
}

const classifier = (model: OnnxModel, changes: Partial<Classifier> = {}): Classifier => ({
	model,
	where: "a.onnx",
	normalization: { mean: 0.3, std: 0.2 },
	outputs: "auto",
	order: {},
	weight: 1,
	...changes,
});

async function ask(
	members: readonly Classifier[],
	combine: Ensemble["combine"] = "arithmetic",
	set: SampleSet = train,
) {
	const ensemble = await openEnsemble(runtime, { members, combine }, options);
	try {
		const answers = await ensemble.answers(set);
		return { ...answers, found: ensemble.members.map(({ form, reason, notices }) => ({ form, reason, notices })) };
	} finally {
		await ensemble.release();
	}
}

/** log softmax of every row. */
function distributions(logits: Float32Array, width = 4): readonly number[] {
	return Array.from({ length: logits.length / width }, (_, row) =>
		Array.from(logSoftmaxRow(logits.subarray(row * width, (row + 1) * width))),
	).flat();
}

function expectClose(got: readonly number[], expected: readonly number[], digits = 4): void {
	expect(got).toHaveLength(expected.length);
	for (const [at, value] of expected.entries()) expect(got[at], String(at)).toBeCloseTo(value, digits);
}

const softmax = (opType: string): readonly NodeParts[] => [[opType, ["z"], ["y"], { axis: int(-1) }]];
/** Softmax in a form that nothing in the graph gives away. */
const hidden: readonly NodeParts[] = [
	["Softmax", ["z"], ["p"], { axis: int(-1) }],
	["Mul", ["p", "half"], ["q"]],
	["Add", ["q", "q"], ["y"]],
];

describe("one classifier alone, whatever its outputs", () => {
	test.each([
		["logits", linear(), "logits", "neither"],
		["a last Softmax", linear(softmax("Softmax")), "logits", "its last operator, Softmax, is left out"],
		["a last LogSoftmax", linear(softmax("LogSoftmax")), "logits", "its last operator, LogSoftmax, is left out"],
		["probabilities by their values", linear(hidden), "probabilities", "rows of 5 samples sum to one"],
		[
			"log-probabilities by their values",
			linear([...hidden.slice(0, 2), ["Add", ["q", "q"], ["r"]], ["Log", ["r"], ["y"]]]),
			"log-probabilities",
			"the exponentials of rows of 5 samples sum to one",
		],
	] as const)("%s", async (_, model, form, reason) => {
		const wanted = await ask([classifier(linear())]);
		const { logits, found } = await ask([classifier(model)]);
		expect(found).toMatchObject([{ form, reason: expect.stringContaining(reason) as string }]);
		// Probabilities below 10⁻¹² are cut off.
		const least = Math.log(1e-12);
		expectClose(
			distributions(logits).map((value) => Math.max(value, least)),
			distributions(wanted.logits).map((value) => Math.max(value, least)),
			3,
		);
	});

	test("told that its Softmax gives logits, it is believed", async () => {
		const { logits, found } = await ask([classifier(linear(softmax("Softmax")), { outputs: "logits" })]);
		expect(found).toEqual([
			{
				form: "logits",
				reason: "told",
				notices: [
					{
						code: "outputs-unlike-form",
						text: "a.onnx is read as logits, as set, but looks like probabilities: rows of 5 samples sum to one.",
					},
				],
			},
		]);
		expect(logits.every((value) => value >= 0 && value <= 1)).toBe(true);
	});
});

test("classes come in the data's order, by name and by index, of more outputs", async () => {
	const names = ["x", "d", "b", "y", "a", "c"];
	const all = linear(undefined, { outputs: 6 });
	const byName = await ask([classifier(all, { order: { names } })]);
	const byIndex = await ask([classifier(all, { order: { select: [4, 2, 5, 1] } })]);
	expect(byName.logits).toEqual(byIndex.logits);
	const six = await openEnsemble(
		runtime,
		{ members: [classifier(all)], combine: "arithmetic" },
		{ ...options, classes: names },
	);
	const whole = await six.logits(train);
	await six.release();
	expect(Array.from(byName.logits)).toEqual(
		Array.from({ length: 5 }, (_, row) => [4, 2, 5, 1].map((k) => whole[row * 6 + k])).flat(),
	);
});

test("a file of quite other names is taken in order, and that is told", async () => {
	const options = { order: { fileNames: ["0", "1", "2", "3"] } };
	const { logits, found } = await ask([classifier(linear(), options)]);
	expect(logits).toEqual((await ask([classifier(linear())])).logits);
	expect(found[0]?.notices).toEqual([
		{
			code: "class-names-unlike",
			text: "a.onnx names its classes otherwise than the data do: its outputs are taken in the data's order.",
		},
	]);
});

test("a model that wants channels last and another size is given them", async () => {
	const nodes: readonly NodeParts[] = [
		["Transpose", ["x"], ["first"], { perm: ints([0, 3, 1, 2]) }],
		["ReduceMean", ["first"], ["y"], { axes: ints([2, 3]), keepdims: int(0) }],
	];
	const model = foreignModel({
		opset: 17,
		nodes,
		inputs: [info("x", ["n", 4, 4, 3])],
		outputs: [info("y", ["n", 3])],
	});
	const normalization = { mean: [0, 0.5, 1], std: 1, size: [4, 4], channels: "rgb", layout: "nhwc" } as const;
	const opened = await openEnsemble(
		runtime,
		{ members: [classifier(model, { normalization })], combine: "arithmetic" },
		{ ...options, classes: ["r", "g", "b"] },
	);
	const logits = await opened.logits(train);
	await opened.release();
	// Half the size: the mean of each 2 × 2, so the mean of all stays.
	const mean = (row: number): number =>
		storedBytes(train)
			.subarray(64 * row, 64 * row + 64)
			.reduce((sum, byte) => sum + byte / 255 / 64, 0);
	expectClose(
		Array.from(logits),
		Array.from({ length: 5 }, (_, row) => [mean(row), mean(row) - 0.5, mean(row) - 1]).flat(),
	);
});

describe("an ensemble", () => {
	const [first, second] = [linear(), linear(undefined, { weight: "another" })];
	const members = [classifier(first), classifier(second, { weight: 3, where: "b.onnx" })];

	test.each(["arithmetic", "geometric"] as const)("takes the %s mean, weighted", async (combine) => {
		const { logits, members: alone } = await ask(members, combine);
		const [p = [], q = []] = alone.map((one) => distributions(one));
		const expected = p.map((logP, at) => {
			const logQ = q[at] ?? NaN;
			return combine === "arithmetic"
				? Math.log(0.25 * Math.exp(logP) + 0.75 * Math.exp(logQ))
				: 0.25 * logP + 0.75 * logQ;
		});
		expectClose(distributions(logits), distributions(Float32Array.from(expected)));
		// They are log-probabilities.
		expectClose(Array.from(logits), distributions(logits));
	});

	test("of one form and another is one of the same", async () => {
		const mixed = await ask([classifier(linear(softmax("Softmax"))), ...members.slice(1)]);
		expectClose(Array.from(mixed.logits), Array.from((await ask(members)).logits));
	});
});

test("many samples, in memory and in a file, are answered like few", async () => {
	const count = 4100;
	const bytes = Uint8Array.from({ length: 64 * count }, (_, at) => storedBytes(train)[at % (64 * 5)] ?? 0);
	const path = join(await temporaryFolder(), "samples");
	await writeFile(path, Buffer.concat([Buffer.alloc(3), bytes]));
	const members = [classifier(linear())];
	const few = (await ask(members)).logits;
	const inMemory = { count, samples: { kind: "memory", type: "uint8", data: bytes } } as const;
	const inFile = { count, samples: { kind: "file", type: "uint8", path, offset: 3 } } as const;
	for (const set of [inMemory, inFile]) {
		const { logits } = await ask(members, "arithmetic", set);
		expect(logits).toHaveLength(4 * count);
		expectClose(Array.from(logits.subarray(-4)), Array.from(few.subarray(16)));
	}
});

describe("what cannot teach is refused before it does, by name", () => {
	const nan: Tensor = { type: "float", dims: [], data: Float32Array.of(NaN) };
	const broken = linear([["Add", ["z", "nan"], ["y"]]]);
	const withNan = {
		...broken,
		graph: { ...broken.graph, initializers: [...broken.graph.initializers, { name: "nan", tensor: nan }] },
	};
	test.each([
		["NaN", classifier(withNan), "a.onnx: sample 0: expected finite numbers, got NaN for class 0"],
		[
			"outputs of other classes",
			classifier(linear(undefined, { outputs: 6 })),
			"a.onnx: expected an output for each of the data's 4 classes, got 6 outputs",
		],
		[
			"an input of another size",
			classifier(linear(undefined, { input: ["n", 1, 28, 28] }), { option: "teacher.members.1" }),
			"a.onnx: expected an input [batch,1,8,8] like the samples, got [batch,1,28,28]. Say how it wants its samples: " +
				"--set teacher.members.1.input='{…}'",
		],
		[
			"logits that are said to be probabilities",
			classifier(linear(), { outputs: "probabilities" }),
			"a.onnx: sample 0: expected probabilities of 4 classes that sum to 1 ± 0.1, got -0.",
		],
	])("%s", async (_, one, message) => {
		await expect(ask([classifier(linear()), one])).rejects.toThrow(message);
	});

	test("NaN in a sample that was not tried is told by its number", async () => {
		const ensemble = await openEnsemble(runtime, { members: [classifier(linear())], combine: "arithmetic" }, options);
		const samples = new Float32Array(64 * 9).fill(0.5);
		samples[64 * 7] = NaN;
		await expect(
			ensemble.logits({ count: 9, samples: { kind: "memory", type: "float", data: samples } }),
		).rejects.toThrow("a.onnx: sample 7: expected finite numbers, got NaN for class 0");
		await ensemble.release();
	});
});
