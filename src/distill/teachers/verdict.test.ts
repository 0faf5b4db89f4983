import { describe, expect, test } from "vitest";
import { runtime } from "../../../test/support/graphs.js";
import { foreignModel, info, type NodeParts } from "../../../test/support/models.js";
import type { DataSet, Split } from "../../data/data-set.js";
import { openSamples } from "../../data/open-samples.js";
import { int } from "../../graph/attributes.js";
import type { Classifier } from "../../train/ensemble.js";
import { judgeClassifiers, judgeTargets } from "./judge.js";
import { refuseTeacher, type TeacherVerdict } from "./verdict.js";

const classes = ["a", "b", "c"];
const perClass = 20;

/** Pictures of one pixel in three colours: that of their class is bright. */
function split(): Split {
	const count = classes.length * perClass;
	const labels = Int32Array.from({ length: count }, (_, index) => index % 3);
	const data = Uint8Array.from({ length: 3 * count }, (_, at) => {
		const index = Math.floor(at / 3);
		return (at % 3 === index % 3 ? 160 : 100) + ((index * 7 + at) % 13);
	});
	return { count, labels, samples: { kind: "memory", type: "uint8", data } };
}

const train = split();
const data: DataSet = {
	name: "test",
	classes,
	sampleShape: [3, 1, 1],
	normalization: { mean: 0.43, std: 0.12 },
	train,
	validation: train,
	fingerprint: "0",
};

/** A classifier whose logits are its input's colours, through some nodes. */
function classifier(nodes: readonly NodeParts[], changes: Partial<Classifier> = {}): Classifier {
	const float = (value: number) => ({ type: "float", dims: [], data: Float32Array.of(value) }) as const;
	const model = foreignModel({
		opset: 17,
		nodes: [["Flatten", ["x"], ["colours"]], ...nodes],
		inputs: [info("x", ["n", 3, 1, 1])],
		outputs: [info("z", ["n", 3])],
		constants: {
			ten: float(10),
			zero: float(0),
			far: float(-200),
			little: float(0.01),
			turn: { type: "int64", dims: [3], data: BigInt64Array.of(2n, 0n, 1n) },
			first: { type: "int64", dims: [3], data: BigInt64Array.of(0n, 0n, 0n) },
		},
	});
	const unsaid = { code: "normalisation-unsaid", text: "", hint: "" };
	return {
		model,
		where: "t.onnx",
		normalization: { mean: 0, std: 1 },
		outputs: "auto",
		order: {},
		weight: 1,
		option: "teacher",
		notices: [unsaid],
		...changes,
	};
}

async function verdictOn(one: Classifier, of: DataSet = data): Promise<TeacherVerdict> {
	const [verdict] = await judgeClassifiers([one], of, { runtime, openSamples, threads: 1 }, true);
	if (verdict === undefined) throw new TypeError("expected a verdict");
	return verdict;
}

const good: readonly NodeParts[] = [["Mul", ["colours", "ten"], ["z"]]];
const turned: readonly NodeParts[] = [
	["Mul", ["colours", "ten"], ["y"]],
	["Gather", ["y", "turn"], ["z"], { axis: int(1) }],
];

describe("a teacher is judged by labelled training samples", () => {
	test("a good one is told by its figures", async () => {
		const verdict = await verdictOn(classifier(good));
		expect(verdict).toMatchObject({ accuracy: 1, samples: 60, chance: 1 / 3 });
		expect(() => {
			refuseTeacher(verdict);
		}).not.toThrow();
	});

	test("another order of its classes is found, and works", async () => {
		const verdict = await verdictOn(classifier(turned));
		const refused = (): void => {
			refuseTeacher(verdict);
		};
		expect(refused).toThrow("With another order of its outputs it is right on 100.0 % of them");
		expect(refused).toThrow("--set teacher.select='[1,2,0]'");
		expect(await verdictOn(classifier(turned, { order: { select: [1, 2, 0] } }))).toMatchObject({ accuracy: 1 });
	});

	test("a scale that fits is found: this one wants bytes", async () => {
		// Of values from 0 to 1 all are below zero after the shift, and so the same.
		const nodes: readonly NodeParts[] = [
			["Sum", ["colours", "far"], ["shifted"]],
			["Relu", ["shifted"], ["z"]],
		];
		const bytes = { ...data, train: brighter(train) };
		const verdict = await verdictOn(classifier(nodes), bytes);
		expect(verdict.notices.map(({ hint }) => hint).join(" ")).toContain('"scale":255');
	});

	test("one that says the same of everything is refused, with labels and without", async () => {
		const constant: readonly NodeParts[] = [
			["Gather", ["colours", "first"], ["y"], { axis: int(1) }],
			["Mul", ["y", "zero"], ["z"]],
		];
		const codes = ({ notices }: TeacherVerdict): readonly string[] => notices.map(({ code }) => code);
		expect(codes(await verdictOn(classifier(constant)))).toEqual(
			expect.arrayContaining(["teacher-at-chance", "teacher-constant"]),
		);
		const unlabelled = { ...data, train: { ...train, labels: new Int32Array() } };
		expect(codes(await verdictOn(classifier(constant), unlabelled))).toContain("teacher-constant");
		expect(codes(await verdictOn(classifier(good), unlabelled))).toEqual(["normalisation-unsaid"]);
	});

	test("what is measured and does not teach is told of in other words, by its own options", async () => {
		const flat: readonly NodeParts[] = [
			["Mul", ["colours", "ten"], ["y"]],
			["Mul", ["y", "little"], ["z"]],
		];
		const judged = async (teaches: boolean, option: string): Promise<string> => {
			const [verdict] = await judgeClassifiers(
				[classifier(flat, { option, outputs: "logits" })],
				data,
				{ runtime, openSamples },
				teaches,
			);
			const { text = "", hint = "" } = verdict?.notices.find(({ code }) => code === "teacher-uniform") ?? {};
			return `${text} ${hint}`;
		};
		expect(await judged(true, "teacher.members.1")).toBe(
			"t.onnx gives nearly the same probability to all classes: its soft targets say little. " +
				"Check what its outputs are (--set teacher.members.1.outputs=FORM).",
		);
		expect(await judged(false, "model")).toBe(
			"t.onnx gives nearly the same probability to all classes. " +
				"Check what its outputs are (--set model.outputs=FORM).",
		);
	});

	test("samples of one class refuse nobody: they can show nothing", async () => {
		const one = { ...train, labels: new Int32Array(train.count) };
		const verdict = await verdictOn(classifier(good), { ...data, train: one });
		expect(verdict.notices.map(({ code }) => code)).not.toContain("teacher-at-chance");
	});

	test("few samples refuse nobody", async () => {
		const few = { ...train, count: 8, labels: Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2) };
		const verdict = await verdictOn(classifier(good), { ...data, train: few });
		expect(verdict.accuracy).toBeLessThan(0.6);
		expect(() => {
			refuseTeacher(verdict);
		}).not.toThrow();
	});

	test("stored targets likewise", async () => {
		const logits = Float32Array.from({ length: 180 }, (_, at) => (at % 3 === (Math.floor(at / 3) + 1) % 3 ? 5 : 0));
		const targets = { where: "t.npz", logits, form: "logits", reason: "told" } as const;
		const verdict = await judgeTargets(targets, {}, data);
		expect(() => {
			refuseTeacher(verdict);
		}).toThrow("--set teacher.select='[1,2,0]'");
	});
});

/** The same samples with values up to 255. */
function brighter({ samples, ...others }: Split): Split {
	if (samples.kind !== "memory" || samples.type !== "uint8") throw new TypeError("expected bytes in memory");
	return { ...others, samples: { ...samples, data: samples.data.map((byte) => Math.min(255, byte + 80)) } };
}
