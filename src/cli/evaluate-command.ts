import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import { type DataChoice, dataOptions } from "../data/options.js";
import type { Evaluation } from "../distill/evaluate.js";
import type { Environment } from "../distill/report.js";
import { parseOptions } from "../options.js";
import { describeEnvironment } from "../pipeline/environment.js";
import { runStep } from "../pipeline/run-step.js";
import { alignTable } from "../report/text.js";
import { applySettings } from "../settings.js";
import { dataFields } from "./data-flags.js";
import { collect } from "./run-flags.js";
import type { Terminal } from "./terminal.js";

const evaluateFlags = z.object({
	model: z.string().min(1),
	data: z.string(),
	folder: z.string().optional(),
	set: z.array(z.string()).default([]),
	threads: z.coerce.number().pipe(z.int().min(1).max(1024)).optional(),
	json: z.boolean().default(false),
});

const dataChoice = z.strictObject({ data: dataOptions });

/** What `limbeck evaluate --json` prints. */
interface EvaluationReport extends Evaluation {
	readonly model: string;
	readonly data: string;
	/** Test samples. */
	readonly test: number;
	readonly environment: Environment;
}

/** Adds `limbeck evaluate`. */
export function addEvaluateCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	program
		.command("evaluate")
		.summary("measure a model on a data set's test split")
		.description(
			"Runs an ONNX model on a data set's test split and tells its errors, calibration, size and speed. " +
				"The model has one float input, images [batch, …], and one float output, logits [batch, classes].",
		)
		.requiredOption("--model <file>", "the ONNX file")
		.requiredOption("--data <name|path>", "data set, or data of yours: see limbeck data list")
		.option(
			"--folder <folder>",
			"folder with the data set's files (default: LIMBECK_DATA, or where data get puts them)",
		)
		.option(
			"--set <path=value>",
			"set an option of the data, such as data.label=species; may be given many times",
			collect,
		)
		.option("--threads <count>", "threads to use (default: every core)")
		.option("--json", "print one JSON object on stdout")
		.addHelpText(
			"after",
			`
Examples:
  limbeck evaluate --model limbeck-out/student.onnx --data digits
  limbeck evaluate --model student.onnx --data mnist --folder ./mnist --json
  limbeck evaluate --model student.onnx --data iris.csv --set data.label=species`,
		)
		.action(async (raw: unknown) => {
			const { model, data, folder, set, threads, json } = parseOptions(evaluateFlags, raw, "limbeck evaluate");
			const written = applySettings({ data: await dataFields(data, folder) }, set, dataChoice);
			const choice = parseOptions(dataChoice, written, "limbeck evaluate").data;
			const report = await evaluate(model, choice, threads ?? availableParallelism(), signal);
			terminal.print(json ? JSON.stringify(report) : evaluationTable(report));
		});
}

async function evaluate(
	model: string,
	data: DataChoice,
	threads: number,
	signal: AbortSignal,
): Promise<EvaluationReport> {
	const { test, models } = await runStep("evaluate", { data, models: { model }, threads }, { signal });
	const evaluation = models["model"];
	if (evaluation === undefined) throw new TypeError("evaluate: expected the model's evaluation, got none");
	return { model, data: data.name, test, ...evaluation, environment: await describeEnvironment(threads) };
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function evaluationTable(report: EvaluationReport): string {
	const { model, data, test, environment } = report;
	const lines = alignTable([
		["errors", `${whole.format(report.errors)} of ${whole.format(test)}`],
		["accuracy", `${(100 * report.accuracy).toFixed(2)} %`],
		["NLL", report.nll.toFixed(4)],
		["Brier score", report.brier.toFixed(4)],
		["ECE", report.ece.toFixed(4)],
		["parameters", whole.format(report.parameters)],
		["size", `${whole.format(report.bytes / 1000)} kB`],
		["latency, p50", `${report.latencyMs.p50.toFixed(3)} ms`],
		["latency, p99", `${report.latencyMs.p99.toFixed(3)} ms`],
		["throughput", `${whole.format(report.throughput)} samples/s`],
	]);
	const { cpu, threads, onnxruntime } = environment;
	return [
		`${model} on the test split of ${data}`,
		"",
		...lines,
		"",
		`${cpu}, ${threads} threads, ONNX Runtime ${onnxruntime}`,
	].join("\n");
}
