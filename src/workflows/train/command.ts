import type { Command } from "commander";
import { z } from "zod";
import { perform } from "../../console/perform.js";
import { readRecipe } from "../../console/recipe-file.js";
import { addRunFlags, type RunFlags, runFlags, type Surroundings, withRunFlags } from "../../console/run-flags.js";
import type { Terminal } from "../../console/terminal.js";
import { parseNetworkSpec, replaceNetwork } from "../../distill/networks.js";
import { importedNetwork } from "../../distill/untrained.js";
import { listParameters, parameterNotice } from "../../models/parameter-list.js";
import { noticeText } from "../../notices.js";
import { isRecord, parseOptions } from "../../options.js";
import { alignTable } from "../../report/text.js";
import { forTask } from "../recipe-fields.js";
import { planTrain, train } from "./plan.js";
import { parseTrainRecipe, type TrainRecipe } from "./recipe.js";
import { trainRecipes } from "./recipes.js";
import { trainReportTable } from "./table.js";

const trainFlags = z.object({
	...runFlags,
	model: z.string().optional(),
	epochs: z.string().optional(),
	batch: z.string().optional(),
	lr: z.string().optional(),
});

type TrainFlags = z.infer<typeof trainFlags>;

/** Adds `limbeck train`. */
export function addTrainCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("train")
		.summary("train one network on hard labels")
		.description(
			"Trains one network on the labels alone and evaluates it once, at the end, on a test set that nothing else has " +
				"seen. Writes model.onnx, report.html, report.json, details.json and metrics.jsonl.",
		)
		.argument(
			"[recipe]",
			`a built-in recipe (${Object.keys(trainRecipes).join(", ")}), or a .ts, .js or .json file (default: the one ` +
				"that bears the data set's name, or digits)",
		)
		.option("--model <spec>", "resnet:8x4, cnn:32,64,128, mobilenet:0.5, vit:192x6, mlp:800,800, or an ONNX file")
		.option("--epochs <number>", "passes over the training samples")
		.option("--batch <count>", "samples a step")
		.option("--lr <rate>", "base learning rate");
	addRunFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck train                                    a small network on real digits
  limbeck train --data cifar-100 --model resnet:8x4 --epochs 30
  limbeck train --data mnist --model mlp:100 --lr 0.01
  limbeck train --set loss.name=label-smoothing    in place of cross-entropy
  limbeck train --model vit:64x4 --set network.patch=7
  limbeck train --data ./pictures --model cnn:32,64,128
  limbeck train --model mine.onnx --data mnist     a network that you have
  limbeck train --model mine.onnx --dry-run        which of its constants are trained, and why
  limbeck train --set 'network.optimizer={"name":"adamw"}' --seeds 3

Fields of network: those of student in limbeck recipe.`,
		)
		.action(async (name: string | undefined, raw: unknown) => {
			const flags = parseOptions(trainFlags, raw, "limbeck train");
			const recipe = await recipeFrom(name, flags);
			if (flags.showRecipe) {
				terminal.print(JSON.stringify(recipe, undefined, "\t"));
				return;
			}
			await performTrain(recipe, flags, { terminal, signal });
		});
}

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export function performTrain(recipe: TrainRecipe, flags: RunFlags, surroundings: Surroundings): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: () => recipe.network.family,
			plan: (options) => planTrain(recipe, options),
			...(recipe.network.family === "file" ? { planned: () => plannedParameters(recipe.network) } : {}),
			run: (options) => train(recipe, options),
			table: (report) => trainReportTable(report, surroundings.terminal.width),
			kind: async () => (await import("./page.js")).trainReport,
			files: "model.onnx, report.html and report.json are",
		},
		flags,
		surroundings,
	);
}

/** What of a network from a file is trained, and why, for `--dry-run`. */
async function plannedParameters(
	network: TrainRecipe["network"],
): Promise<{ readonly fields: object; readonly lines: readonly string[] }> {
	if (network.family !== "file") return { fields: {}, lines: [] };
	const { model, notices } = await importedNetwork(network);
	const parameters = listParameters(model, network);
	const rows = parameters.map(({ name, dims, trained, reason }) => [
		...[JSON.stringify(name).slice(1, -1), `[${dims.join(", ")}]`, trained ? "trained" : "frozen", reason],
	]);
	const summary = parameterNotice(model, network, network.file);
	return {
		fields: { parameters, notices: [...notices, summary] },
		lines: [...alignTable([["constant", "shape", "", "why"], ...rows]), "", ...[...notices, summary].map(noticeText)],
	};
}

async function recipeFrom(name: string | undefined, flags: TrainFlags): Promise<TrainRecipe> {
	const { data = "digits" } = flags;
	const chosen = name ?? (Object.hasOwn(trainRecipes, data) ? data : undefined);
	const read = chosen === undefined ? {} : await readRecipe(chosen, trainRecipes);
	const recipe = chosen !== undefined && Object.hasOwn(trainRecipes, chosen) ? forTask(read, flags.task) : read;
	const written = withModel(await withRunFlags(recipe, flags), flags);
	const settings = [
		...(flags.epochs === undefined ? [] : [`network.epochs=${flags.epochs}`]),
		...(flags.batch === undefined ? [] : [`network.batch=${flags.batch}`]),
		...(flags.lr === undefined ? [] : [`network.optimizer.learningRate=${flags.lr}`]),
	];
	return parseTrainRecipe(written, `recipe ${chosen ?? ""}`.trim(), [...settings, ...flags.set]);
}

/** A recipe as written, with the model that the flags name. */
function withModel(written: unknown, { model }: TrainFlags): unknown {
	if (!isRecord(written) || model === undefined) return written;
	return { ...written, network: replaceNetwork(written["network"], parseNetworkSpec(model, "--model")) };
}
