/** Any networks that are trained and judged side by side: who learns what, and from whom. */
import type { EvaluateOutcome, EvaluateStep } from "../distill/evaluation.js";
import type { NetworkOptions } from "../distill/networks.js";
import type { NoveltyOutcome } from "../distill/novelty/judge.js";
import { networkRefusal } from "../distill/store-fit.js";
import { type EnsembleSource, memberSeed, together } from "../distill/teachers/sources.js";
import type { TrainOutcome } from "../distill/train-network.js";
import type { LossOptions } from "../losses/index.js";
import type { Precision } from "../predict/precisions.js";
import { coresOf } from "./cores.js";
import type { DataIdentity } from "./data-identity.js";
import type { PlannedStep } from "./plan.js";
import type { ByReference, StepFile } from "./references.js";
import type { SeedContext, SeedEvent, SeedPlan } from "./run-types.js";
import { modelFile, type PlannedInput } from "./steps.js";

/** One network of an experiment. */
export interface ExperimentNetwork {
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	/** The networks that teach it, together where there are several; they stand before it. */
	readonly teachers?: readonly string[];
	/** Place among networks that differ in their seeds alone, from 0; 0 where absent. */
	readonly member?: number;
	/** The seed with which it is trained once for all seeds; each has its own where absent. */
	readonly seed?: number;
}

/** Networks to train and to evaluate. */
export interface Experiment {
	readonly data: EvaluateStep["data"];
	/** By their names; a teacher stands before its students. */
	readonly networks: Readonly<Record<string, ExperimentNetwork>>;
	/** Those that are judged together as well: their members. */
	readonly ensembles?: Readonly<Record<string, readonly string[]>>;
	/** Networks that are judged in the form in which they are shipped as well, by the names of those forms. */
	readonly shipped?: Readonly<Record<string, { readonly network: string; readonly precision: Precision }>>;
	/** What else is asked of the evaluation. */
	readonly asked?: Pick<EvaluateStep, "compare" | "fidelity" | "biasShifts">;
}

/** What an experiment's data is, as far as networks depend on it. */
export type ExperimentTask = Pick<DataIdentity, "sampleShape" | "classes">;

/** A training event, and which network's it is. */
export type ExperimentEvent = SeedEvent & { readonly network: string };

/** What one seed has given. */
export interface ExperimentResult {
	readonly seed: number;
	/** By the networks' names. */
	readonly trained: Readonly<Record<string, TrainOutcome>>;
	/** Networks and ensembles by their names. */
	readonly evaluated: EvaluateOutcome;
	/** The same on the validation split, where something is to be chosen among what is no single network. */
	readonly validated?: EvaluateOutcome;
	/** How well a withheld class was told, where that was asked. */
	readonly novelty?: NoveltyOutcome;
}

/**
 * Plans an experiment for one seed: every network, then all of them on the test split, which nothing before has seen.
 * Teachers' answers are kept where views are fixed, so that many students ask once. The networks stay in the store.
 */
export async function planExperiment(
	{ data, networks, ensembles = {}, shipped = {}, asked = {} }: Experiment,
	{ seed, threads, planner, data: { sampleShape } }: SeedContext,
): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> {
	const steps = new Map<string, PlannedStep<"train">>();
	const fileOf = (name: string): StepFile => {
		const step = steps.get(name);
		if (step === undefined) throw new RangeError(`experiment: expected ${name} before those that need it`);
		return planner.fileOf(step, modelFile);
	};
	const sourceOf = (names: readonly string[]): ByReference<EnsembleSource> =>
		together(...names.map((name) => ({ file: fileOf(name), name: `${name}.onnx`, outputs: "logits" }) as const));
	for (const [name, { network, loss, teachers, member = 0, seed: fixed = seed }] of Object.entries(networks)) {
		const options: PlannedInput<"train"> = {
			data,
			network,
			loss,
			threads,
			seed: memberSeed(fixed, member),
			...(teachers === undefined ? {} : { teacher: sourceOf(teachers), ...keptAnswers(network) }),
		};
		const cores = coresOf(network, sampleShape, threads);
		steps.set(name, await planner.add("train", `seed ${String(fixed)}, ${name}`, options, { cores }));
	}
	const converted: PlannedStep[] = [];
	const forms: [name: string, file: StepFile][] = [];
	for (const [name, { network, precision }] of Object.entries(shipped)) {
		const options = { data, model: fileOf(network), precision, threads };
		const step = await planner.add("convert", `seed ${String(seed)}, ${name}`, options, { cores: 1 });
		converted.push(step);
		forms.push([name, planner.fileOf(step, modelFile)]);
	}
	const models = {
		...Object.fromEntries([...[...steps.keys()].map((name) => [name, fileOf(name)] as const), ...forms]),
		...Object.fromEntries(Object.entries(ensembles).map(([name, members]) => [name, sourceOf(members)])),
	};
	const label = `seed ${String(seed)}, evaluation`;
	const evaluation = await planner.add("evaluate", label, { data, threads, models, ...asked }, { cores: threads });
	return {
		networks: Array.from(steps, ([network, step]) => ({ step, about: { network } })),
		others: [...converted, evaluation],
		result: (outputOf) => ({
			seed,
			trained: Object.fromEntries(Array.from(steps, ([name, step]) => [name, outputOf(step)])),
			evaluated: outputOf(evaluation),
		}),
	};
}

/** How the answers to a network are kept: not at all where it sees views that never come again. */
export function keptAnswers(network: Parameters<typeof networkRefusal>[1]): Pick<PlannedInput<"train">, "targets"> {
	return networkRefusal("student", network) === undefined ? { targets: { precision: "float32" } } : {};
}
