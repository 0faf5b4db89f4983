/** Classifiers that answer together about the data's classes: one teacher, or an ensemble. */
import type { PixelScale, SampleSet, SampleShape } from "../data/data-set.js";
import type { OpenSamples } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { anyBatchModel } from "../models/family.js";
import type { Notice } from "../notices.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { looksOwn } from "../predict/metadata.js";
import { widthsOf } from "../predict/output-choice.js";
import {
	type Answers,
	checkAnswers,
	type FoundForm,
	formAt,
	formUnlike,
	type OutputForm,
	type OutputsOption,
} from "../predict/output-form.js";
import { type ReadClassifier, readClassifier } from "../predict/read-classifier.js";
import { type Setting, settingOf } from "../predict/setting.js";
import { outputOf, type Runtime } from "../runtime/runtime.js";
import type { Combination } from "../tasks/combination.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import type { Task } from "../tasks/task.js";
import { type ClassOrder, namesUnlike, selectOutputs } from "./class-order.js";
import { logitsOf, type Reading } from "./outputs.js";
import { createPredictor, type Predictor } from "./predict.js";
import type { Preprocessing } from "./preprocess.js";

/** A classifier with all that says how it is asked and read. */
export interface Classifier {
	readonly model: OnnxModel;
	/** Where it came from, for messages. */
	readonly where: string;
	readonly normalization: Preprocessing;
	readonly outputs: OutputsOption;
	/** Which of its outputs gives the classes, where a person has named it. */
	readonly output?: string;
	readonly order: ClassOrder;
	/** Its share in an ensemble; only ratios count. */
	readonly weight: number;
	/** Names of the columns that it takes, where there are such. */
	readonly features?: readonly string[];
	/** What pixels that are not bytes are scaled by, where that is known. */
	readonly pixelScale?: PixelScale;
	/** What a user's options of how it is read begin with: `teacher.members.1`; absent where nobody can set them. */
	readonly option?: string | undefined;
	/** What should be known of it. */
	readonly notices?: readonly Notice[];
}

/** Classifiers, and how their answers become one; of one alone its logits. */
export interface Ensemble {
	readonly members: readonly Classifier[];
	readonly combine: Combination;
}

/** How the answers of members become one. */
export interface Joining {
	readonly combine: Combination;
	readonly task: Task;
	/** How many names there are. */
	readonly width: number;
}

/** What an ensemble must know of the data. */
export interface EnsembleOptions {
	readonly sampleShape: SampleShape;
	/** What the data's labels are; classes where absent. */
	readonly task?: TaskName | undefined;
	/** Names of the data's classes, or of what else is answered. */
	readonly classes: readonly string[];
	/** Some samples to try each member on: their labels are not looked at. */
	readonly probe: SampleSet;
	/** Whether answers are taken as they come, for a caller that checks them; they are checked where absent. */
	readonly unchecked?: boolean;
	readonly threads?: number;
	readonly openSamples?: OpenSamples;
}

/** A member that was tried, with what was found. */
export interface OpenMember extends Reading {
	/** The member's model, its output chosen, without a last Softmax or Sigmoid where it is read before that. */
	readonly model: OnnxModel;
	readonly classifier: Classifier;
	/** How many outputs it has. */
	readonly width: number;
	/** How its form is known. */
	readonly reason: string;
	/** What should be known of it. */
	readonly notices: readonly Notice[];
	readonly predictor: Predictor;
}

/** Classifiers ready to answer. */
export interface OpenEnsemble extends Predictor {
	readonly members: readonly OpenMember[];
	/** The ensemble's answers `[count, answerWidth]`, logits of classes, and those of each of its members. */
	answers(set: SampleSet): Promise<EnsembleAnswers>;
}

/** Logits `[count, classes]`. */
export interface EnsembleAnswers {
	readonly logits: Float32Array;
	readonly members: readonly Float32Array[];
}

/** How many samples members are tried on. */
const probeCount = 64;
/** Samples whose answers are held at once. */
const sliceCount = 4096;

/**
 * Opens classifiers and tries each on some samples: what it makes of them says how many outputs it has and, where
 * nobody does, what they are.
 *
 * @throws LimbeckError (`model`, `usage`) by the member's name, for inputs that the data cannot give, outputs that are not
 * the data's classes, numbers that are not finite, probabilities that do not sum to one.
 */
export async function openEnsemble(
	runtime: Runtime,
	{ members, combine }: Ensemble,
	options: EnsembleOptions,
): Promise<OpenEnsemble> {
	const opened: OpenMember[] = [];
	const release = async (): Promise<void> => {
		for (const { predictor } of opened) await predictor.release();
	};
	try {
		for (const member of members) opened.push(await openMember(runtime, member, options));
		const finish = await createFinish(runtime, opened, combine, options);
		const answers = answering(opened, finish, options);
		return {
			members: opened,
			answers,
			logits: async (set) => (await answers(set)).logits,
			async release() {
				await release();
				await finish.release();
			},
		};
	} catch (error) {
		await release();
		throw error;
	}
}

async function openMember(runtime: Runtime, classifier: Classifier, options: EnsembleOptions): Promise<OpenMember> {
	const { where, order, normalization } = classifier;
	const setting = settingFor(classifier);
	const { sampleShape, classes, threads, openSamples, probe } = options;
	const task = taskOf(options);
	const read = readOutput(classifier, classes, task);
	const { model } = read;
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		normalization,
		where,
		...(threads === undefined ? {} : { threads }),
		...(openSamples === undefined ? {} : { openSamples }),
	}).catch((error: unknown) => {
		throw withInputHint(error, setting);
	});
	try {
		const count = Math.min(probeCount, probe.count);
		const data = await predictor.logits({ ...probe, count });
		const tried = { data, width: data.length / count, where, setting };
		const { form: found, reason } = read.form ?? foundForm(tried, classifier, options, task);
		const form = formAt(tried.width, found);
		if (options.unchecked !== true) checkAnswers(tried, form, classifier.outputs !== "auto");
		const pair = task.name === "classification" && tried.width === 1 && classes.length === 2;
		// Numbers may have their variances behind them.
		const width = tried.width === task.answerWidth(classes.length) ? classes.length : tried.width;
		const select = selectOutputs(order, pair ? 2 : width, classes, where, setting);
		const notices = [
			...(classifier.notices ?? []),
			...read.notices,
			...(task.name === "regression" ? [] : noticesOn(tried, form, classifier, classes, select, task)),
		];
		return {
			model,
			classifier,
			predictor,
			width: tried.width,
			form,
			reason,
			notices,
			...(pair ? { pair } : {}),
			...(select === undefined ? {} : { select }),
		};
	} catch (error) {
		await predictor.release();
		throw error;
	}
}

/**
 * A classifier's model with the output that gives the classes first, read before a last Softmax or Sigmoid.
 *
 * @param classes - of the data.
 * @param task - what they are; classes where absent.
 * @throws LimbeckError (`model`, `usage`) where no output fits, or several do.
 */
export function readOutput(
	{
		model,
		where,
		output,
		outputs = "auto",
		order = {},
		option,
	}: Pick<Classifier, "model" | "where" | "output" | "option"> & Partial<Pick<Classifier, "outputs" | "order">>,
	classes: readonly string[],
	task: Task = taskOf({}),
): ReadClassifier {
	const setting = settingFor({ option });
	const { undoes } = task.reading;
	const widths = widthsFor(order, classes, task);
	return readClassifier(model, { where, outputs, name: output, setting, selects: true, undoes, ...widths });
}

/** How options of a classifier are set; `undefined` where nobody can set them. */
export function settingFor({ option }: Pick<Classifier, "option">): Setting | undefined {
	return option === undefined ? undefined : settingOf(option);
}

/** How many numbers a sample an output must have. */
function widthsFor(
	{ select, names, fileNames }: ClassOrder,
	classes: readonly string[],
	task: Task,
): { readonly widths?: readonly number[] } {
	// Any number serves indices; what is too few is told with them.
	if (select !== undefined) return {};
	const unlike = fileNames !== undefined && namesUnlike({ fileNames }, classes);
	const named = names ?? (unlike ? undefined : fileNames);
	const width = named?.length ?? classes.length;
	if (task.name !== "classification") return { widths: [width, task.answerWidth(width)] };
	return { widths: [width, ...widthsOf(classes.length).filter((one) => one === 1)] };
}

/** What should be known of a member's outputs. */
function noticesOn(
	tried: Answers,
	form: OutputForm,
	{ where, order, outputs }: Classifier,
	classes: readonly string[],
	select: readonly number[] | undefined,
	task: Task,
): readonly Notice[] {
	const inOrder = select === undefined && order.names === undefined && namesUnlike(order, classes);
	const unlike = outputs === "auto" || task.name !== "classification" ? undefined : formUnlike(tried, form);
	const names = `${where} names its classes otherwise than the data do: its outputs are taken in the data's order.`;
	const looks = `${where} is read as ${form}, as set, but looks like ${unlike?.form ?? form}: ${unlike?.reason ?? ""}.`;
	const scores = `${where} gives scores of each class by itself: its distribution is the softmax over their logits.`;
	return [
		...(inOrder ? [{ code: "class-names-unlike", text: names }] : []),
		...(unlike === undefined ? [] : [{ code: "outputs-unlike-form", text: looks }]),
		...(form === "sigmoid" && tried.width > 1 && task.name === "classification"
			? [{ code: "sigmoid-scores", text: scores }]
			: []),
	];
}

/** The form that values tell; values that are not finite tell none, and are left to a caller that checks them. */
function foundForm(tried: Answers, { model }: Classifier, { unchecked }: EnsembleOptions, task: Task): FoundForm {
	if (unchecked === true && !tried.data.every(Number.isFinite)) {
		return { form: "logits", reason: "its values are no distributions" };
	}
	return task.reading.form(tried, looksOwn(model));
}

/** What a user can do about an input that does not fit. */
function withInputHint(error: unknown, setting: Setting | undefined): unknown {
	if (setting === undefined || !(error instanceof LimbeckError) || !error.expected.includes("like the samples"))
		return error;
	const { where, expected, got, category } = error;
	return new LimbeckError(category, {
		where,
		expected,
		got,
		cause: error,
		hint: `Say how it wants its samples: ${setting("input", "{…}")} with size: [height, width]; channels; layout: "nhwc" for channels last.`,
	});
}

/** Makes logits of the members' answers about the same samples. */
interface Finish {
	of(answers: readonly Float32Array[], count: number): Promise<EnsembleAnswers>;
	release(): Promise<void>;
}

/** The graph of `logitsOf` and `combineLogits` in a session of its own; nothing for a single member that gives logits. */
async function createFinish(
	runtime: Runtime,
	members: readonly OpenMember[],
	combine: Combination,
	options: EnsembleOptions,
): Promise<Finish> {
	const { classes, threads } = options;
	const task = taskOf(options);
	const width = classes.length;
	const plain = members.every(
		({ form, select, pair }) => form === "logits" && select === undefined && pair === undefined,
	);
	if (plain && members.length === 1 && combine !== "sum" && members[0]?.width === task.answerWidth(width)) {
		return {
			of: ([logits = new Float32Array()]) => Promise.resolve({ logits, members: [logits] }),
			release: () => Promise.resolve(),
		};
	}
	const g = createGraph();
	const read = members.map((member, k) =>
		logitsOf(g, g.input(`answer/${String(k)}`, { type: "float", dims: [1, member.width] }), member),
	);
	const logits = combineMembers(g, read, members, { combine, task, width });
	const outputs = [["logits", logits] as const, ...read.map((value, k) => [`member/${String(k)}`, value] as const)];
	const model = anyBatchModel(g, "combination", outputs);
	const session = await runtime.createSession(encodeModel(model), threads === undefined ? {} : { threads });
	return {
		async of(answers, count) {
			const feeds = answers.map((data, k) => {
				const dims = [count, members[k]?.width ?? 0];
				return [`answer/${String(k)}`, { type: "float", dims, data }] as const;
			});
			const made = await session.run(Object.fromEntries(feeds));
			const output = (name: string): Float32Array => outputOf(made, name, "float").data;
			return { logits: output("logits"), members: members.map((_, k) => output(`member/${String(k)}`)) };
		},
		release: () => session.release(),
	};
}

/** The members' logits as one; a single member's mean is its own. */
export function combineMembers(
	g: Graph,
	logits: readonly Value[],
	members: readonly Pick<OpenMember, "classifier">[],
	{ combine, task, width }: Joining,
): Value {
	const [only] = logits;
	const isWhole = only?.dims.at(-1) === task.answerWidth(width);
	if (only !== undefined && logits.length === 1 && combine !== "sum" && isWhole) return only;
	return task.combine(
		g,
		logits,
		members.map(({ classifier }) => classifier.weight),
		combine,
		width,
	);
}

function answering(members: readonly OpenMember[], finish: Finish, options: EnsembleOptions): OpenEnsemble["answers"] {
	const { sampleShape, classes, unchecked } = options;
	const width = taskOf(options).answerWidth(classes.length);
	return async (set) => {
		const whole = {
			logits: new Float32Array(set.count * width),
			members: members.map((one) => new Float32Array(set.count * readWidth(one, classes.length))),
		};
		for (let first = 0; first < set.count; first += sliceCount) {
			const slice = sliceOf(set, sampleShape, first, Math.min(sliceCount, set.count - first));
			const answers: Float32Array[] = [];
			for (const { predictor, classifier, form, width } of members) {
				const data = await predictor.logits(slice);
				if (unchecked !== true)
					checkAnswers(
						{ data, width, where: classifier.where, first, setting: settingFor(classifier) },
						form,
						classifier.outputs !== "auto",
					);
				answers.push(data);
			}
			const part = await finish.of(answers, slice.count);
			whole.logits.set(part.logits, first * width);
			for (const [k, logits] of part.members.entries()) {
				whole.members[k]?.set(logits, (first * logits.length) / slice.count);
			}
		}
		return whole;
	};
}

/** How many numbers a sample a member's answers are once they are read. */
function readWidth({ width, pair, select }: OpenMember, names: number): number {
	if (select !== undefined || pair === true) return names;
	return width;
}

/** Some samples of a set, where they lie. */
function sliceOf({ samples }: SampleSet, sampleShape: SampleShape, first: number, count: number): SampleSet {
	const size = elementCount(sampleShape);
	if (samples.kind === "file") {
		const bytes = size * (samples.type === "uint8" ? 1 : 4);
		return { count, samples: { ...samples, offset: samples.offset + first * bytes } };
	}
	if (samples.kind === "windows") {
		return { count, samples: { ...samples, starts: samples.starts.subarray(first, first + count) } };
	}
	const [from, to] = [first * size, (first + count) * size];
	return samples.type === "uint8"
		? { count, samples: { ...samples, data: samples.data.subarray(from, to) } }
		: { count, samples: { ...samples, data: samples.data.subarray(from, to) } };
}
