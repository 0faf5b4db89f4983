/** Numbers: answers in their units, learned in units of their deviation. */
import type { Graph } from "../../graph/graph.js";
import type { Value } from "../../graph/value.js";
import {
	intervalCoverage,
	intervalRadii,
	type PairedValues,
	regressionMetrics,
	squaredErrors,
} from "../../metrics/regression.js";
import { regressionDecision } from "../../predict/decisions/regression.js";
import { figureText } from "../figures.js";
import type { LabelData } from "../labels.js";
import type { Answered, Scale, Task } from "../task.js";
import { regressionCard } from "./card.js";
import { columnsOf, combineValues } from "./combine.js";
import { inOwnUnits } from "./scale.js";

/** The share of values that intervals are to hold. */
const intervalShare = 0.9;

function valuesOf(labels: LabelData): Float64Array {
	if (labels instanceof Float64Array) return labels;
	throw new TypeError("regression: expected numbers, got other labels");
}

function pairs({ answers, labels, names }: Answered): PairedValues {
	return { answers, values: valuesOf(labels), width: names.length };
}

/** Mean and deviation of each number; 1 where all are equal. */
function scaleOf(labels: LabelData, width: number): Scale {
	const values = valuesOf(labels);
	const count = values.length / width;
	const columns = Array.from({ length: width }, (_, at) => at);
	const sumOf = (at: number, of: (value: number) => number): number => {
		let sum = 0;
		for (let row = 0; row < count; row++) sum += of(values[row * width + at] ?? 0);
		return sum;
	};
	const mean = columns.map((at) => sumOf(at, (value) => value) / count);
	const std = columns.map((at) => Math.sqrt(sumOf(at, (value) => (value - (mean[at] ?? 0)) ** 2) / count));
	return { mean, std: std.map((one) => (one > 0 ? one : 1)) };
}

const row = (g: Graph, values: readonly number[]): Value =>
	g.constant({ type: "float", dims: [1, values.length], data: Float32Array.from(values) });

function scaled(g: Graph, answers: Value, { mean, std }: Scale): Value {
	return g.op("Mul", [
		g.op("Sub", [answers, row(g, mean)]),
		row(
			g,
			std.map((one) => 1 / one),
		),
	]);
}

const shown = (value: number): string => figureText("rmse", value);

/** A label is one number or several; so is an answer. Objectives compare them in units of the labels' deviation. */
export const regression: Task = {
	name: "regression",
	title: "numbers",
	noun: ["number", "numbers"],
	fewest: 1,
	answerWidth: (names) => 2 * names,
	objectives: {
		alone: { name: "squared-error" },
		distilled: { name: "teacher-values", hardWeight: 0.5, bounded: false, certainty: true },
	},
	scaleOf,
	inOwnUnits,
	labelInput: (width) => ({ type: "float", dims: [width], as: "float" }),
	labelTensor(labels, count, width, scale) {
		const values = labels.length === 0 ? new Float64Array(count * width) : valuesOf(labels);
		const { mean, std } = scale ?? { mean: [], std: [] };
		const data = Float32Array.from(values, (value, at) => (value - (mean[at % width] ?? 0)) / (std[at % width] ?? 1));
		return { type: "float", dims: [count, width], data };
	},
	compared(g, { student, teacher }, { scale, isScaled }) {
		const own = scale === undefined || isScaled ? student : scaled(g, student, scale);
		if (teacher === undefined) return { student: own, teacher };
		const width = student.dims.at(-1) ?? 1;
		const means = columnsOf(g, teacher, 0, width);
		const variances = columnsOf(g, teacher, width, 2 * width);
		if (scale === undefined) return { student: own, teacher: means, variance: variances };
		const shrunk = row(
			g,
			scale.std.map((one) => 1 / one ** 2),
		);
		return { student: own, teacher: scaled(g, means, scale), variance: g.op("Mul", [variances, shrunk]) };
	},
	combine: (g, members, weights, combination, width) => combineValues(g, members, weights, combination, width),
	reading: regressionDecision.reading,
	card: regressionCard,
	validate(answered) {
		const { rmse, mae, r2 } = regressionMetrics(pairs(answered));
		return { rmse, mae, r2 };
	},
	fidelity(student, teacher, width) {
		const { rmse } = regressionMetrics({ answers: student, values: teacher, width });
		return { rmseToTeacher: rmse };
	},
	badness: ({ rmse, rmseToTeacher }) => rmse ?? rmseToTeacher ?? Number.POSITIVE_INFINITY,
	measures: ["rmse", "mae", "r2", "intervalCoverage", "intervalRadius"],
	choose: (answered) => ({ radii: intervalRadii(pairs(answered), intervalShare) }),
	ignorant(labels, { length }) {
		const { std } = scaleOf(labels, length);
		return { rmse: std.reduce((sum, one) => sum + one, 0) / length, r2: 0 };
	},
	measure(answered, chosen) {
		const paired = pairs(answered);
		const { perValue, ...figures } = regressionMetrics(paired);
		const radii = chosen?.["radii"];
		const intervals =
			radii === undefined
				? {}
				: {
						intervalCoverage: intervalCoverage(paired, radii),
						intervalRadius: radii.reduce((sum, one) => sum + one, 0) / radii.length,
					};
		const { std } = scaleOf(answered.labels, answered.names.length);
		const rows = perValue.map(({ rmse, mae, r2 }, at) => [
			answered.names[at] ?? "",
			shown(rmse),
			shown(mae),
			shown(r2),
			radii === undefined ? "–" : `± ${shown(radii[at] ?? 0)}`,
		]);
		return {
			figures: { ...figures, ...intervals },
			scores: squaredErrors(paired, std).map((error) => -error),
			tables: [{ title: "Each number", columns: ["number", "RMSE", "MAE", "R²", "90 % interval"], rows }],
		};
	},
};
