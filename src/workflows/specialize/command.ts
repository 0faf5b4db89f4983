import type { Command } from "commander";
import { z } from "zod";
import { perform } from "../../console/perform.js";
import { readRecipe } from "../../console/recipe-file.js";
import { addRunFlags, type RunFlags, runFlags, type Surroundings, withRunFlags } from "../../console/run-flags.js";
import type { Terminal } from "../../console/terminal.js";
import { parseNetworkSpec, replaceNetwork } from "../../distill/networks.js";
import { isRecord, parseOptions } from "../../options.js";
import { networkName } from "../../report/networks.js";
import { specializeNetworks } from "./networks.js";
import { planSpecialize, specialize } from "./plan.js";
import type { SpecializeEvent } from "./plan-network.js";
import { parseSpecializeRecipe, type SpecializeRecipe } from "./recipe.js";
import { specializeRecipes } from "./recipes.js";
import { specializeReportTable } from "./table.js";

const specializeFlags = z.object({
	...runFlags,
	generalist: z.string().optional(),
	specialists: z.string().optional(),
	classesPerSpecialist: z.string().optional(),
});

type SpecializeFlags = z.infer<typeof specializeFlags>;

/** Adds `limbeck specialize`. */
export function addSpecializeCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("specialize")
		.summary("a generalist and specialists for what it confuses, as one classifier and back in one network")
		.description(
			"Trains a generalist, finds the classes that it confuses, trains a specialist for each such set from the " +
				"generalist's weights, combines all, and distils them back into one network; compares that with controls of " +
				"the same cost of training on a test set that nothing else has seen. Writes combined.onnx, generalist.onnx, " +
				"specialist-1.onnx and so on, specialists.json, distilled.onnx, report.html, report.json, details.json and metrics.jsonl.",
		)
		.argument(
			"[recipe]",
			`a built-in recipe (${Object.keys(specializeRecipes).join(", ")}), or a .ts, .js or .json file`,
			"digits",
		)
		.option(
			"--generalist <spec>",
			"another generalist: resnet:8x4, cnn:32,64,128, mlp:50, or an ONNX file to go on from",
		)
		.option("--specialists <count>", "how many specialists")
		.option("--classes-per-specialist <count>", "classes of each");
	addRunFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck specialize                               real digits, in about a minute
  limbeck specialize cifar-100 --seeds 3
  limbeck specialize cifar-100 --specialists 20 --classes-per-specialist 10
  limbeck specialize --set clustering.name=confusable-pairs
  limbeck specialize --set 'specialist.train=["logits.*"]' the upper layers alone
  limbeck specialize --set combination.n=2         specialists of the two most probable classes
  limbeck specialize --set controls.random=false   without that control
  limbeck specialize --data ./pictures --generalist cnn:32,64
  limbeck specialize --dry-run                     the steps, and which of them are done
  limbeck specialize --force "specialist-2"        that specialist again, and what depends on it

limbeck recipe --specialize lists every field that --set and a recipe file can change.`,
		)
		.action(async (name: string, raw: unknown) => {
			const flags = parseOptions(specializeFlags, raw, "limbeck specialize");
			const recipe = await recipeFrom(name, flags);
			if (flags.showRecipe) {
				terminal.print(JSON.stringify(recipe, undefined, "\t"));
				return;
			}
			await performSpecialize(recipe, flags, { terminal, signal });
		});
}

const { titleOf, width } = specializeNetworks;

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export function performSpecialize(
	recipe: SpecializeRecipe,
	flags: RunFlags,
	surroundings: Surroundings,
): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: (event: SpecializeEvent) => titleOf(networkName(event)).padEnd(width + " 99".length),
			plan: (options) => planSpecialize(recipe, options),
			run: (options) => specialize(recipe, options),
			table: (report) => specializeReportTable(report, surroundings.terminal.width),
			kind: async () => (await import("./page.js")).specializeReport,
			files: "Models, report.html and report.json are",
		},
		flags,
		surroundings,
	);
}

async function recipeFrom(name: string, flags: SpecializeFlags): Promise<SpecializeRecipe> {
	const written = withGeneralist(await withRunFlags(await readRecipe(name, specializeRecipes), flags), flags);
	const { specialists, classesPerSpecialist: size } = flags;
	const settings = [
		...(specialists === undefined ? [] : [`clustering.specialists=${specialists}`]),
		...(size === undefined ? [] : [`clustering.classesPerSpecialist=${size}`]),
	];
	return parseSpecializeRecipe(written, `recipe ${name}`, [...settings, ...flags.set]);
}

/** A recipe as written, with the generalist that the flags name. */
function withGeneralist(written: unknown, { generalist }: SpecializeFlags): unknown {
	if (!isRecord(written) || generalist === undefined) return written;
	return {
		...written,
		generalist: replaceNetwork(written["generalist"], parseNetworkSpec(generalist, "--generalist")),
	};
}
