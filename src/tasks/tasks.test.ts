import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { distillationOptions, hardLossOptions, lossOf, suitsTask } from "../losses/index.js";
import { anyBatchModel } from "../models/family.js";
import { encodeModel } from "../onnx/encode.js";
import { createGraph } from "../ops/index.js";
import { nodeRuntime } from "../runtime/node.js";
import { outputOf } from "../runtime/runtime.js";
import { figureKinds } from "./figures.js";
import { taskOf } from "./index.js";
import type { LabelData } from "./labels.js";
import { taskLabels, taskNames } from "./names.js";
import { ownAnswers } from "./task.js";

const names = ["a", "b", "c"];
const rows = 40;

/** Labels of a kind, and answers that fit them. */
function sampleOf(kind: (typeof taskLabels)[keyof typeof taskLabels]): {
	readonly labels: LabelData;
	readonly answers: Float32Array;
} {
	const draws = createDraws(7, "answers");
	const noise = (): number => draws.reals(1, -1, 1)[0] ?? 0;
	if (kind === "class") {
		const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
		const answers = Float32Array.from({ length: 3 * rows }, (_, at) =>
			at % 3 === labels[Math.floor(at / 3)] ? 3 + noise() : noise(),
		);
		return { labels, answers };
	}
	if (kind === "marks") {
		const labels = Uint8Array.from({ length: 3 * rows }, () => (noise() > 0 ? 1 : 0));
		return { labels, answers: Float32Array.from(labels, (mark) => 4 * mark - 2 + noise()) };
	}
	const labels = Float64Array.from({ length: 3 * rows }, (_, at) => 100 * (at % 3) + 10 * noise());
	return { labels, answers: Float32Array.from(labels, (value) => value + noise()) };
}

describe.each(taskNames)("%s", (name) => {
	const task = taskOf({ task: name });
	const { labels, answers } = sampleOf(taskLabels[name]);

	test("has the name that data give it", () => {
		expect(task.name).toBe(name);
	});

	test("its objectives suit it, one with a teacher and one without", () => {
		const { alone, distilled } = task.objectives;
		expect([suitsTask(alone, name), suitsTask(distilled, name)]).toEqual([true, true]);
		expect(lossOf(alone).role).toBe("labels");
		expect(hardLossOptions.parse({ name: alone.name })).toEqual(alone);
		expect(distillationOptions.parse({ name: distilled.name })).toEqual(distilled);
	});

	test("measures what it says, better for answers that fit than for knowing nothing", () => {
		const answered = { answers, labels, names };
		const chosen = task.choose?.(answered);
		const { figures, scores, tables } = task.measure(answered, chosen);
		expect(Object.keys(figures).sort()).toEqual([...task.measures].sort());
		expect(scores).toHaveLength(rows);
		for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
		const [first] = task.measures;
		const [own = Number.NaN, ignorant = Number.NaN] = [figures[first], task.ignorant(labels, names)[first]];
		expect(figureKinds[first].better === "less" ? own < ignorant : own > ignorant).toBe(true);
	});

	test("looks at validation by figures of which the best weights have least", () => {
		const worse = answers.map((value, at) => (at % 2 === 0 ? -value : value));
		const good = task.validate({ answers, labels, names });
		const bad = task.validate({ answers: worse, labels, names });
		expect(task.badness(good)).toBeLessThan(task.badness(bad));
		const close = task.fidelity(answers, answers, names.length);
		expect(task.badness(close)).toBeLessThan(task.badness(task.fidelity(worse, answers, names.length)));
	});

	test("joins the answers of members: of several that say the same it is theirs", async () => {
		const members = await joined(name, [answers, answers, answers], "arithmetic");
		const own = ownAnswers(members, task, names.length);
		// Classes may be shifted, each row by a number.
		expect(
			task.fidelity(own, answers, names.length)[name === "regression" ? "rmseToTeacher" : "klToTeacher"],
		).toBeCloseTo(0, 3);
	});

	test("labels become what the graph is fed", () => {
		const { type, dims } = task.labelInput(names.length);
		const tensor = task.labelTensor(labels, rows, names.length, task.scaleOf?.(labels, names.length));
		expect([tensor.type, tensor.dims]).toEqual([type, [rows, ...dims]]);
		expect(task.labelTensor(new Int32Array(), rows, names.length, undefined).dims).toEqual([rows, ...dims]);
	});
});

async function joined(
	name: (typeof taskNames)[number],
	members: readonly Float32Array[],
	combination: "arithmetic" | "geometric" | "sum",
): Promise<Float32Array> {
	const g = createGraph();
	const inputs = members.map((_, k) => g.input(`member/${String(k)}`, { type: "float", dims: [1, names.length] }));
	const value = taskOf({ task: name }).combine(
		g,
		inputs,
		members.map(() => 1),
		combination,
		names.length,
	);
	const model = anyBatchModel(g, "combination", [["answer", value]]);
	const session = await (await nodeRuntime()).createSession(encodeModel(model), {});
	try {
		const feeds = members.map(
			(data, k) => [`member/${String(k)}`, { type: "float", dims: [rows, names.length], data }] as const,
		);
		return outputOf(await session.run(Object.fromEntries(feeds)), "answer", "float").data;
	} finally {
		await session.release();
	}
}

test("an ensemble of regressions gives the variance of its members", async () => {
	const [low, high] = [1, 3].map((value) => new Float32Array(rows * 3).fill(value));
	const answer = await joined("regression", [low ?? new Float32Array(), high ?? new Float32Array()], "arithmetic");
	expect(Array.from(answer.subarray(0, 6))).toEqual([2, 2, 2, 1, 1, 1]);
});
