/** How a teacher is asked: the one place where that is decided. */
import type { Chunk } from "../data/chunk.js";
import type { SampleSet } from "../data/data-set.js";
import { inMemory } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import { importModel } from "../import/index.js";
import { type Notice, noticeText } from "../notices.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import type { OutputForm } from "../predict/output-form.js";
import type { Runtime } from "../runtime/runtime.js";
import { taskOf } from "../tasks/index.js";
import { type Ensemble, type EnsembleOptions, type OpenEnsemble, openEnsemble } from "./ensemble.js";
import { type GraphTeacher, placeTeacher, placeTeacherWeights } from "./graph-teacher.js";
import type { Predictor } from "./predict.js";
import { type Preprocessing, preprocess } from "./preprocess.js";
import type { AnswerSummary, StoredAnswers } from "./stored-answers.js";
import { identityOf } from "./teacher-identity.js";

/** Soft targets that were made elsewhere, in the place of a teacher. */
export interface StoredTargets {
	/** Where they come from, for messages. */
	readonly where: string;
	/** A row for each training sample, in order: logits `[count, classes]`. */
	readonly logits: Float32Array;
	/** The same for the validation samples, where these have no labels. */
	readonly validation?: Float32Array;
	/** What they were before, and how that is known. */
	readonly form: OutputForm;
	readonly reason: string;
	/** What should be known of them. */
	readonly notices?: readonly Notice[];
}

/** What teaches: one classifier, several together, or targets that are there already. */
export type Teacher = Ensemble | StoredTargets;

/** A classifier alone as a teacher: its outputs are what they turn out to be, its classes in the data's order. */
export function soleTeacher(model: OnnxModel, normalization: Preprocessing, where = "teacher"): Ensemble {
	return {
		members: [{ model, where, normalization, outputs: "auto", order: {}, weight: 1 }],
		combine: "arithmetic",
	};
}

/** The same inside a training graph, of a model that gives logits. */
export function soleGraphTeacher(
	model: OnnxModel,
	normalization: Preprocessing,
	{ task, width }: Pick<GraphTeacher, "task" | "width"> = { task: taskOf({}), width: 0 },
): GraphTeacher {
	const { members, combine } = soleTeacher(model, normalization);
	return { members: members.map((classifier) => ({ model, classifier, form: "logits" })), combine, task, width };
}

/**
 * How a teacher's logits come to the student.
 *
 * - `stored`: it is asked once about every training sample, or every fixed view of each, before the first step; or its targets were there before.
 * - `in-graph`: it stands in the training graph and sees each view there.
 * - `fed`: its own session is asked about the views of each chunk of steps, because the training graph cannot hold it.
 */
export type TeacherPlan =
	| { readonly how: "stored" }
	| { readonly how: "in-graph"; readonly teacher: GraphTeacher }
	| { readonly how: "fed"; readonly reason: string };

/** What is told of a teacher. */
export interface TeacherSummary {
	readonly how: TeacherPlan["how"];
	/** Why it cannot stand in the training graph. */
	readonly reason?: string;
	/** What is told of its answers, where they come from a store. */
	readonly answers?: AnswerSummary;
	/** Where there are several: how their distributions become one. */
	readonly combine?: Ensemble["combine"];
	/** Each member: where it came from, what its outputs are taken for and why, and what else is to be known. */
	readonly members: readonly {
		readonly where: string;
		readonly outputs: OutputForm;
		readonly reason: string;
		readonly notes?: readonly string[];
	}[];
}

/** The training that a teacher takes part in. */
export interface TeacherSetting {
	/** Samples a step. */
	readonly batch: number;
	/** Whether a sample looks different from epoch to epoch. */
	readonly randomViews: boolean;
	/** Whether batches are mixed with themselves in the training graph. */
	readonly mixes: boolean;
	/** Whether the objective looks inside the teacher. */
	readonly looksInside: boolean;
	/** The training samples. */
	readonly train: SampleSet;
	/** Samples without labels, where validation goes by the teacher. */
	readonly validation?: SampleSet;
	/** Opens the store of its answers, where there is one; it is asked about what is not there. */
	readonly openAnswers?:
		| ((teacher: Predictor, identity: Awaited<ReturnType<typeof identityOf>>) => Promise<StoredAnswers>)
		| undefined;
}

/** A teacher ready to teach, as its plan says. */
export interface OpenTeacher {
	readonly plan: TeacherPlan;
	readonly summary: TeacherSummary;
	/** Its logits `[count, classes]` on every training sample, where it is asked once and there is no store. */
	readonly stored?: Float32Array;
	/** Its logits `[count, classes]` on the validation samples, where validation goes by it. */
	readonly validation?: Float32Array;
	/** Its logits `[steps, batch, classes]` on a chunk, where it is asked about each or its answers are in a store. */
	readonly ask: (chunk: Chunk) => Promise<Float32Array | undefined>;
	/** Frees the native memory. */
	readonly release: () => Promise<void>;
}

const nothingToRelease = (): Promise<void> => Promise.resolve();
const nothingToAsk = (): Promise<undefined> => Promise.resolve(undefined);

/**
 * Makes a teacher ready.
 *
 * @throws LimbeckError (`model`) where it is not a classifier of these samples and classes or its answers are no
 * distributions, (`usage`) where it would have to see mixed batches and the training graph cannot hold it.
 */
export async function openTeacher(
	teacher: Teacher,
	setting: TeacherSetting,
	options: Omit<EnsembleOptions, "probe">,
	runtime: Runtime,
): Promise<OpenTeacher> {
	if ("logits" in teacher) return openTargets(teacher, setting);
	const ensemble = await openEnsemble(runtime, teacher, { ...options, probe: setting.train });
	try {
		const plan = planTeacher(ensemble, teacher.combine, setting, options);
		const summary = summaryOf(ensemble, teacher.combine, plan);
		const judged = setting.validation && { validation: await ensemble.logits(setting.validation) };
		if (plan.how === "fed") {
			refuseOutside(plan.reason, setting);
			return {
				plan,
				summary,
				...judged,
				// Views are random, so the chunk holds them.
				ask: async ({ samples, indices }) =>
					samples && ensemble.logits({ count: indices.length, samples: inMemory(samples, setting.train.samples) }),
				release: () => ensemble.release(),
			};
		}
		if (setting.openAnswers !== undefined && plan.how === "stored") {
			const identity = await identityOf(ensemble.members, teacher.combine);
			const { summary: answers, ask, close } = await setting.openAnswers(ensemble, identity);
			await ensemble.release();
			return {
				plan,
				summary: { ...summary, answers },
				...judged,
				ask: (chunk) => Promise.resolve(ask(chunk)),
				// eslint-disable-next-line @typescript-eslint/require-await -- as where there is native memory to free
				release: async () => {
					close();
				},
			};
		}
		const stored = plan.how === "stored" ? { stored: await ensemble.logits(setting.train) } : {};
		await ensemble.release();
		return { plan, summary, ...judged, ...stored, ask: nothingToAsk, release: nothingToRelease };
	} catch (error) {
		await ensemble.release();
		throw error;
	}
}

function openTargets(
	{ where, logits, validation, form, reason, notices = [] }: StoredTargets,
	setting: TeacherSetting,
): OpenTeacher {
	refuseOutside(targetsAlone(where), setting);
	const judges = setting.validation !== undefined;
	if (judges && validation === undefined) throw cannotJudge(where);
	const note = `${where}: every random view of a sample gets the targets of the sample as it is`;
	const notes = [...notices.map(noticeText), ...(setting.randomViews ? [note] : [])];
	const member = { where, outputs: form, reason, ...(notes.length === 0 ? {} : { notes }) };
	return {
		plan: { how: "stored" },
		summary: { how: "stored", members: [member] },
		stored: logits,
		...(judges && validation !== undefined ? { validation } : {}),
		ask: nothingToAsk,
		release: nothingToRelease,
	};
}

/**
 * Decides how a teacher is asked. One view of every sample is stored. Where views are random, or the objective looks
 * inside the teacher, it goes into the training graph, if Limbeck knows the operators of all members; one that is
 * quantised, or foreign in another way, answers from sessions of its own, which costs native calls more for every chunk
 * of steps.
 */
function planTeacher(
	{ members }: OpenEnsemble,
	combine: Ensemble["combine"],
	{ batch, randomViews, looksInside, train, openAnswers }: TeacherSetting,
	options: Pick<EnsembleOptions, "sampleShape" | "task" | "classes">,
): TeacherPlan {
	if (!looksInside && (openAnswers !== undefined || !randomViews)) return { how: "stored" };
	const { sampleShape, classes } = options;
	const teacher = { members, combine, task: taskOf(options), width: classes.length };
	return planInGraph(teacher, { type: train.samples.type, dims: [batch, ...sampleShape] });
}

/**
 * A teacher in the training graph, where that can hold all its members.
 *
 * @param batch - type and shape of a batch of samples as they are stored.
 */
export function planInGraph(
	{ members, ...ensemble }: GraphTeacher,
	batch: { readonly type: SampleSet["samples"]["type"]; readonly dims: readonly number[] },
): Exclude<TeacherPlan, { readonly how: "stored" }> {
	try {
		const teacher = {
			...ensemble,
			members: members.map((member) => ({ ...member, model: importModel(member.model) })),
		};
		const g = createGraph();
		const samples = g.input("samples", batch);
		placeTeacher(g, teacher, placeTeacherWeights(g, teacher), (preprocessing) => preprocess(g, samples, preprocessing));
		return { how: "in-graph", teacher };
	} catch (error) {
		if (error instanceof LimbeckError && error.category === "model") return { how: "fed", reason: error.message };
		throw error;
	}
}

function summaryOf({ members }: OpenEnsemble, combine: Ensemble["combine"], plan: TeacherPlan): TeacherSummary {
	return {
		how: plan.how,
		...(plan.how === "fed" ? { reason: plan.reason } : {}),
		...(members.length > 1 ? { combine } : {}),
		members: members.map(({ classifier, form, reason, notices }) => ({
			where: classifier.where,
			outputs: form,
			reason,
			...(notices.length === 0 ? {} : { notes: notices.map(noticeText) }),
		})),
	};
}

function cannotJudge(where: string): LimbeckError {
	return new LimbeckError("usage", {
		where: "samples without labels",
		expected: "a teacher's logits on the validation samples, to validate by them",
		got: `none from ${where}`,
		hint: "Give them too (validation), or the teacher's model, or samples with labels.",
	});
}

/** Why soft targets in a file cannot be in the training graph. */
export function targetsAlone(where: string): string {
	return `${where}, which has soft targets alone`;
}

/**
 * Refuses a teacher outside the training graph for what needs it there.
 *
 * @param reason - why it cannot be there.
 * @throws LimbeckError (`usage`) where the objective looks inside it, or batches are mixed.
 */
export function refuseOutside(
	reason: string,
	{ looksInside, mixes }: Pick<TeacherSetting, "looksInside" | "mixes">,
): void {
	if (looksInside) throw cannotLookInside(reason);
	if (mixes) throw cannotMix(reason);
}

function cannotMix(reason: string): LimbeckError {
	return new LimbeckError("usage", {
		where: "augment: mixup",
		expected: "a teacher that the training graph can hold, to see the mixed batches",
		got: reason,
		hint: "Leave mixup out, or use another teacher.",
	});
}

function cannotLookInside(reason: string): LimbeckError {
	return new LimbeckError("usage", {
		where: "objectives hints and attention-transfer",
		expected: "a teacher that the training graph can hold, to look inside it",
		got: reason,
		hint: "Leave them out of the mixture, or use another teacher.",
	});
}
