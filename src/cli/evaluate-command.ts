import type { Command } from "commander";
import { z } from "zod";
import {
	addEvaluateFlags,
	dataChoiceOf,
	evaluateFlags,
	foundOf,
	modelSource,
	readingOf,
	saidOf,
} from "../console/evaluate-flags.js";
import { evaluateTask } from "../console/evaluate-task.js";
import type { Terminal } from "../console/terminal.js";
import { taskNameOf } from "../data/options.js";
import type { EvaluateStep, SplitName } from "../distill/evaluation.js";
import { parseOptions } from "../options.js";
import { describeEnvironment } from "../pipeline/environment.js";
import { runStep } from "../pipeline/run-step.js";
import { type EvaluationReport, evaluationTable } from "../report/evaluation.js";
import { taskTable } from "../report/task-evaluation.js";

const flagsSchema = z.object({
	...evaluateFlags,
	model: z.string().min(1),
	details: z.boolean().default(false),
});

/** Adds `limbeck evaluate`. */
export function addEvaluateCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("evaluate")
		.summary("measure a model on a data set's test or validation split")
		.description(
			"Runs an ONNX model on a data set's test split, or its validation split, and tells its errors, calibration, size and speed. " +
				"The model has one input, which takes a sample as numbers or bytes, and an output for the classes: logits, " +
				"probabilities or scores of a sigmoid; --set model.output=NAME chooses among several. " +
				"The temperature of temperature scaling is fitted on the validation split, before the test split is opened.",
		)
		.requiredOption("--model <file>", "the ONNX file")
		.option("--details", "tell the reliability diagram, every class's accuracy and the most confused classes");
	addEvaluateFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck evaluate --model limbeck-out/student.onnx --data digits --details
  limbeck evaluate --model student.onnx --data mnist --folder ./mnist --json
  limbeck evaluate --model student.onnx --data cifar-100 --top 1,5,10
  limbeck evaluate --model student.onnx --data iris.csv --set data.label=species
  limbeck evaluate --model student.onnx --data houses.csv --task regression --set data.label=price
  limbeck evaluate --model other.onnx --data ./pictures --set 'model.input={"mean":0.5,"std":0.5}'

limbeck compare measures several models side by side.`,
		)
		.action(async (raw: unknown) => {
			const flags = parseOptions(flagsSchema, raw, "limbeck evaluate");
			const { model, threads, top, split } = flags;
			const data = await dataChoiceOf(flags, "limbeck evaluate");
			const details = top === undefined ? {} : { top };
			const models = { model: modelSource(model, readingOf(flags.set, "limbeck evaluate")) };
			const step = { data, split, models, threads, details, judge: true };
			const task = taskNameOf(data);
			if (task !== undefined) {
				const report = await evaluateTask(step, { files: { model }, task }, signal);
				terminal.print(flags.json ? JSON.stringify(report) : taskTable(report, flags.details, terminal.width));
				return;
			}
			const report = await evaluate(step, model, threads, signal);
			terminal.print(flags.json ? JSON.stringify(report) : evaluationTable(report, flags.details, terminal.width));
		});
}

async function evaluate(
	step: EvaluateStep & { readonly split: SplitName },
	model: string,
	threads: number,
	signal: AbortSignal,
): Promise<EvaluationReport> {
	const outcome = await runStep("evaluate", step, { signal });
	const environment = await describeEnvironment(threads);
	return {
		model,
		data: step.data.name,
		split: step.split,
		samples: outcome.test,
		...foundOf(outcome, "model"),
		...saidOf(outcome, { model: "the model" }, step.split),
		environment,
	};
}
