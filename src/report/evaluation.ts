/** What `limbeck evaluate` tells of one model. */
import type { Evaluation, SplitName } from "../distill/evaluation.js";
import type { EvaluationDetails } from "../distill/evaluation-details.js";
import type { Environment } from "../distill/network-report.js";
import type { ClassBalance, ReliabilityBin } from "../metrics/index.js";
import { type Notice, noticeText } from "../notices.js";
import { balancedColumns, isUnequal } from "./balance.js";
import { diagnosisParagraph } from "./diagnosis.js";
import { count, operations, percent, percentInterval } from "./numbers.js";
import { alignTable } from "./text.js";

/** A model on a split of a data set. */
export interface EvaluationReport extends Omit<Evaluation, "multiplyAdds">, EvaluationDetails {
	/** The model's file. */
	readonly model: string;
	readonly data: string;
	readonly split: SplitName;
	readonly samples: number;
	/** Of one sample; `null` where they are not known. */
	readonly multiplyAdds: number | null;
	/** How the labels are spread over the classes. */
	readonly balance?: ClassBalance;
	/** What is to be said of the figures, the gravest first. */
	readonly diagnosis?: readonly Notice[];
	/** What should be known of the data and the models; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	readonly environment: Environment;
}

/**
 * The report as lines of text.
 *
 * @param details - whether classes, confusions and calibration are told as well.
 * @param width - columns to stay within where words can be broken.
 */
export function evaluationTable(report: EvaluationReport, details: boolean, width = Infinity): string {
	const { model, data, split, topK, calibration, multiplyAddsUnknown, notices = [] } = report;
	const lines = alignTable([
		["errors", `${count(report.errors)} of ${count(report.samples)}`],
		["accuracy", percent(report.accuracy)],
		["accuracy, 95 % interval", percentInterval(report.accuracyInterval)],
		...balancedColumns(isUnequal(report)).map(({ heading, cell }) => [heading, cell(report)]),
		...Object.entries(topK).flatMap(([k, share]) => (k === "1" ? [] : [[`top-${k} accuracy`, percent(share)]])),
		["NLL", report.nll.toFixed(4)],
		["Brier score", report.brier.toFixed(4)],
		["ECE", report.ece.toFixed(4)],
		...(calibration === undefined
			? []
			: [
					["temperature, fitted on validation", calibration.temperature.toPrecision(4)],
					["NLL at that temperature", calibration.nll.toFixed(4)],
					["ECE at that temperature", calibration.ece.toFixed(4)],
				]),
		["parameters", count(report.parameters)],
		["size", `${count(report.bytes / 1000)} kB`],
		["multiply-adds of a sample", operations(report.multiplyAdds)],
		["latency, p50", `${report.latencyMs.p50.toFixed(3)} ms`],
		["latency, p99", `${report.latencyMs.p99.toFixed(3)} ms`],
		["throughput", `${count(report.throughput)} samples/s`],
	]);
	const notes = [
		...(calibration === undefined ? [uncalibrated(split)] : []),
		...(report.classNames === "other" ? ["The model's file names its classes otherwise than the data do."] : []),
		...(multiplyAddsUnknown === undefined ? [] : [`Multiply-adds are unknown because of ${multiplyAddsUnknown}.`]),
		...notices.map(noticeText),
	];
	return [
		`${model} on the ${split} split of ${data}`,
		"",
		...lines,
		"",
		...diagnosisParagraph(report.diagnosis, width),
		...(details ? [...detailLines(report), ""] : []),
		...(notes.length > 0 ? [...notes, ""] : []),
		describeMachine(report.environment),
	].join("\n");
}

const whyUncalibrated: Readonly<Record<SplitName, string>> = {
	test: "the validation split has no labels",
	validation: "it would be judged on the samples that it is fitted on",
};

/** Why there is no temperature, in a line. */
export function uncalibrated(split: SplitName): string {
	return `No temperature is fitted: ${whyUncalibrated[split]}.`;
}

/** What timings depend on, in a line. */
export function describeMachine({ cpu, threads, devices, onnxruntime }: Environment): string {
	const trained = devices === undefined ? "" : `, trained on ${devices.join(", ")}`;
	return `${cpu}, ${threads} threads${trained}, ONNX Runtime ${onnxruntime}`;
}

function detailLines({ reliability, perClass, confused }: EvaluationDetails): readonly string[] {
	return [
		"Reliability: accuracy of the samples by confidence, the top class's probability",
		"",
		...reliabilityPicture(reliability),
		"",
		"Accuracy by class",
		"",
		...alignTable([
			["class", "right", "of", "accuracy"],
			...perClass.map(({ name, correct, samples, accuracy }) => [
				name,
				count(correct),
				count(samples),
				accuracy === undefined ? "–" : percent(accuracy),
			]),
		]),
		...(confused.length === 0 ? [] : ["", "Most confused", ""]),
		...alignTable(confused.map(({ label, predicted, count: samples }) => [`${label} → ${predicted}`, count(samples)])),
	];
}

const barWidth = 40;

/** A bar for each bin: filled up to the accuracy, with a mark at the mean confidence. */
function reliabilityPicture(bins: readonly ReliabilityBin[]): readonly string[] {
	const rows = bins.map(({ lower, upper, count: samples, confidence, accuracy }) => [
		`${lower.toFixed(2)}–${upper.toFixed(2)}`,
		count(samples),
		confidence.toFixed(3),
		accuracy.toFixed(3),
		bar(accuracy, confidence),
	]);
	return alignTable([["confidence", "samples", "mean", "accuracy", "0".padEnd(barWidth - 1) + "1"], ...rows]);
}

function bar(accuracy: number, confidence: number): string {
	const mark = Math.min(barWidth - 1, Math.floor(confidence * barWidth));
	const filled = Math.round(accuracy * barWidth);
	return Array.from({ length: barWidth }, (_, at) => (at === mark ? "│" : at < filled ? "█" : "·")).join("");
}
