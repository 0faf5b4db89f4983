/** The experiments of `npm run reproduce`: which networks are trained, from what, and who teaches whom. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fitRecipe } from "../dist/distill/data-fit.js";
import { type NetworkOptions, parseNetworkSpec, replaceNetwork } from "../dist/distill/networks.js";
import { membersOf } from "../dist/distill/teachers/sources.js";
import { hardTargets } from "../dist/losses/index.js";
import type { Experiment, ExperimentNetwork } from "../dist/pipeline/experiment.js";
import { parseRecipe, type RecipeInput, type RunRecipe } from "../dist/workflows/distill/recipe.js";
import { recipes } from "../dist/workflows/distill/recipes.js";

/** One network, and what the table calls it. */
export interface Network extends ExperimentNetwork {
	readonly title: string;
}

/** Networks with their titles. */
export interface TitledExperiment extends Experiment {
	readonly networks: Readonly<Record<string, Network>>;
	readonly ensembles: Readonly<Record<string, readonly string[]>>;
}

/** What the command line may change of an experiment. */
export interface Sizes {
	/** Where files may be put. */
	readonly out: string;
	/** Of networks that are trained once for all seeds. */
	readonly firstSeed: number;
	readonly teacher?: string | undefined;
	readonly student?: string | undefined;
	readonly epochs?: number | undefined;
	readonly teacherEpochs?: number | undefined;
	readonly members?: number | undefined;
}

/** Every experiment by name. */
export const experiments = {
	mnist: { about: "the paper's MNIST table (§3)", seeds: "1,2,3", of: mnist },
	objectives: { about: "CIFAR-100: a student alone and with each objective", seeds: "1,2,3", of: objectives },
	"digits-ensemble": { about: "ten teachers into one, digits", seeds: "1,2,3", of: digitsEnsemble },
	"cifar-100-ensemble": { about: "several teachers into one, CIFAR-100", seeds: "1", of: cifarEnsemble },
	foreign: { about: "CIFAR-100: a student from PyTorch, alone and taught by a larger net", seeds: "1", of: foreign },
} as const satisfies Record<
	string,
	{
		readonly about: string;
		readonly seeds: string;
		readonly of: (sizes: Sizes) => TitledExperiment | Promise<TitledExperiment>;
	}
>;

/** A recipe in numbers: all data of these experiments are as large as the digits, or larger. */
function fitted(written: Parameters<typeof parseRecipe>[0]): RunRecipe {
	return fitRecipe(parseRecipe(written), { sampleShape: [1, 28, 28], train: 7000 }).recipe;
}

/** A recipe's teacher, student and data, with the sizes that were asked for. */
function partsOf(written: RecipeInput, { teacher, student, epochs, teacherEpochs }: Sizes) {
	const changed = (network: object | undefined, spec: string | undefined, passes: number | undefined): object => ({
		...(spec === undefined ? network : replaceNetwork(network, parseNetworkSpec(spec, "size"))),
		...(passes === undefined ? {} : { epochs: passes }),
	});
	const recipe = fitted({
		...written,
		teacher: changed(written.teacher, teacher, teacherEpochs),
		student: changed(written.student, student, epochs),
	});
	const [first] = membersOf(recipe.teacher);
	if (first === undefined || !("network" in first)) throw new TypeError("expected a teacher to train, got a file");
	return { recipe, teacher: first.network, student: recipe.student };
}

/** Hinton et al. 2015, §3, and the same student with a jittered transfer set. */
function mnist(sizes: Sizes): TitledExperiment {
	const { recipe, teacher, student } = partsOf(recipes.mnist, sizes);
	const jitter = teacher.family === "file" ? 0 : teacher.jitter;
	const taught = { loss: recipe.distillation, teachers: ["teacher"] };
	return {
		data: recipe.data,
		networks: {
			teacher: { title: "teacher 784-1200-1200-10", network: teacher, loss: hardTargets },
			baseline: {
				title: "student 784-800-800-10, alone",
				network: { ...student, ...recipe.baseline },
				loss: hardTargets,
			},
			student: { title: "student, distilled, T = 20", network: student, ...taught },
			jittered: {
				title: "student, distilled, T = 20, jittered transfer set",
				network: { ...student, jitter, epochs: 60 },
				...taught,
			},
		},
		ensembles: {},
	};
}

/** The same student with every objective, equal budgets, one teacher, whose answers are asked for once. */
function objectives(sizes: Sizes): TitledExperiment {
	const { recipe, teacher, student } = partsOf(recipes["cifar-100"], { teacherEpochs: 20, ...sizes });
	// As many views as epochs: each epoch shows its own, and the next student the same.
	const network = { ...student, views: Math.ceil(student.epochs) };
	const taught = (title: string, options: object): Network => ({
		title,
		network,
		loss: parseRecipe({ distillation: options }).distillation,
		teachers: ["teacher"],
	});
	const hardWeight = 0.1;
	return {
		data: recipe.data,
		networks: {
			teacher: { title: "teacher", network: teacher, loss: hardTargets, seed: sizes.firstSeed },
			alone: { title: "alone", network, loss: hardTargets },
			smoothed: { title: "label smoothing, 0.1", network, loss: { name: "label-smoothing", smoothing: 0.1 } },
			kd: taught("KD, T = 4", { name: "soft-targets", temperature: 4, hardWeight }),
			standardized: taught("KD, standardised logits", {
				name: "soft-targets",
				temperature: 2,
				hardWeight,
				standardize: true,
			}),
			logits: taught("logit matching", { name: "logit-matching" }),
			dkd: taught("DKD", { name: "dkd" }),
			dist: taught("DIST", { name: "dist" }),
		},
		ensembles: {},
	};
}

function digitsEnsemble(sizes: Sizes): TitledExperiment {
	const { recipe, teacher } = partsOf(recipes.digits, sizes);
	return ensembleOf(recipe, teacher, sizes);
}

function cifarEnsemble(sizes: Sizes): TitledExperiment {
	const { recipe, student } = partsOf(recipes["cifar-100"], { ...sizes, epochs: sizes.teacherEpochs });
	return ensembleOf(recipe, student, sizes);
}

/**
 * Members that differ in their seeds alone, and one net like them that they teach together. It is trained without
 * dropout: with it the net cannot follow its teachers (digits, seed 1: 38 against 28 errors on validation). It takes
 * four times a member's epochs unless told otherwise, and sees each view four times; beside it one alone for as long.
 */
function ensembleOf(
	recipe: RunRecipe,
	network: NetworkOptions,
	{ members: count = 10, epochs }: Sizes,
): TitledExperiment {
	const names = Array.from({ length: count }, (_, k) => `member-${k + 1}`);
	const members = names.map((name, member) => [name, { title: name, network, loss: hardTargets, member }] as const);
	const longer = epochs ?? 4 * network.epochs;
	return {
		data: recipe.data,
		networks: {
			...Object.fromEntries(members),
			longer: {
				title: "one alone, as long as the distilled",
				network: { ...network, epochs: longer },
				loss: hardTargets,
			},
			distilled: {
				title: "distilled from all",
				// As many views as a member's epochs, so that all members are asked once about each.
				network: { ...withoutDropout(network), epochs: longer, views: Math.ceil(network.epochs) },
				loss: recipe.distillation,
				teachers: names,
			},
		},
		ensembles: { ensemble: names },
	};
}

function withoutDropout(network: NetworkOptions): NetworkOptions {
	return network.family === "mlp" ? { ...network, inputDropout: 0, hiddenDropout: 0 } : network;
}

/** A residual network that PyTorch exports (bench/peers/export_student.py), taught by resnet:8x4. */
async function foreign(sizes: Sizes): Promise<TitledExperiment> {
	const { recipe, teacher, student } = partsOf(recipes["cifar-100"], sizes);
	const file = join(sizes.out, "pytorch.onnx");
	const script = fileURLToPath(new URL("peers/export_student.py", import.meta.url));
	await promisify(execFile)(process.env["LIMBECK_PYTHON"] ?? "python3", [script, file]);
	const spec = parseNetworkSpec(file, "the export");
	const { student: network } = fitted({ student: replaceNetwork(student, spec) });
	return {
		data: recipe.data,
		networks: {
			teacher: { title: "teacher", network: teacher, loss: hardTargets },
			alone: { title: "student from PyTorch, alone", network, loss: hardTargets },
			student: {
				title: "student from PyTorch, distilled",
				network,
				loss: recipe.distillation,
				teachers: ["teacher"],
			},
		},
		ensembles: {},
	};
}
