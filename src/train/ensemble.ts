/** Classifiers that answer together about the data's classes: one teacher, or an ensemble. */
import type { SampleSet, SampleShape } from "../data/data-set.js";
import type { OpenSamples } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import { anyBatchModel } from "../models/family.js";
import { withoutFinalSoftmax } from "../models/final-softmax.js";
import { type Notice, noticeText } from "../notices.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { outputOf, type Runtime } from "../runtime/runtime.js";
import { type ClassOrder, namesUnlike, selectOutputs } from "./class-order.js";
import {
	type Answers,
	type Combination,
	checkAnswers,
	combineLogits,
	type FoundForm,
	formOfValues,
	logitsOf,
	type OutputsOption,
	type Reading,
} from "./outputs.js";
import { createPredictor, type Predictor } from "./predict.js";
import type { Preprocessing } from "./preprocess.js";

/** A classifier with all that says how it is asked and read. */
export interface Classifier {
	readonly model: OnnxModel;
	/** Where it came from, for messages. */
	readonly where: string;
	readonly normalization: Preprocessing;
	readonly outputs: OutputsOption;
	readonly order: ClassOrder;
	/** Its share in an ensemble; only ratios count. */
	readonly weight: number;
	/** What is to be told of it. */
	readonly notes?: readonly string[];
	/** What should be known of how it takes the data; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** Classifiers, and how their answers become one; of one alone its logits. */
export interface Ensemble {
	readonly members: readonly Classifier[];
	readonly combine: Combination;
}

/** What an ensemble must know of the data. */
export interface EnsembleOptions {
	readonly sampleShape: SampleShape;
	/** Names of the data's classes. */
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
	/** The member's model, without a last Softmax where it is read before it. */
	readonly model: OnnxModel;
	readonly classifier: Classifier;
	/** How many outputs it has. */
	readonly width: number;
	/** How its form is known. */
	readonly reason: string;
	/** What is to be told of it. */
	readonly notes: readonly string[];
	readonly predictor: Predictor;
}

/** Classifiers ready to answer. */
export interface OpenEnsemble extends Predictor {
	readonly members: readonly OpenMember[];
	/** The ensemble's logits `[count, classes]`, and those of each of its members. */
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
	const { where, outputs, order, normalization } = classifier;
	const { model, removed } =
		outputs === "logits" ? { model: classifier.model, removed: undefined } : withoutFinalSoftmax(classifier.model);
	const { sampleShape, classes, threads, openSamples, probe } = options;
	const predictor = await createPredictor(runtime, model, {
		...{ sampleShape, normalization, where },
		...(threads === undefined ? {} : { threads }),
		...(openSamples === undefined ? {} : { openSamples }),
	}).catch((error: unknown) => {
		throw withInputHint(error);
	});
	try {
		const count = Math.min(probeCount, probe.count);
		const data = await predictor.logits({ ...probe, count });
		const tried = { data, width: data.length / count, where };
		const found = formOf(tried, outputs, removed, options);
		if (options.unchecked !== true) checkAnswers(tried, found.form);
		const select = selectOutputs(order, tried.width, classes, where);
		const inOrder = select === undefined && order.names === undefined && namesUnlike(order, classes);
		const note = `${where} names its classes otherwise than the data do: its outputs are taken in the data's order`;
		return {
			...{ model, classifier, predictor, width: tried.width, ...found },
			notes: [...(classifier.notes ?? []), ...(classifier.notices ?? []).map(noticeText), ...(inOrder ? [note] : [])],
			...(select === undefined ? {} : { select }),
		};
	} catch (error) {
		await predictor.release();
		throw error;
	}
}

function formOf(
	tried: Answers,
	outputs: OutputsOption,
	removed: string | undefined,
	{ unchecked }: EnsembleOptions,
): FoundForm {
	if (removed !== undefined) return { form: "logits", reason: `its last operator, ${removed}, is left out` };
	if (outputs !== "auto") return { form: outputs, reason: "told" };
	try {
		return formOfValues(tried);
	} catch (error) {
		if (unchecked === true) return { form: "logits", reason: "its values are no distributions" };
		throw error;
	}
}

/** What a user can do about an input that does not fit. */
function withInputHint(error: unknown): unknown {
	if (!(error instanceof LimbeckError) || !error.expected.includes("like the samples")) return error;
	const { where, expected, got, category } = error;
	return new LimbeckError(category, {
		...{ where, expected, got, cause: error },
		hint: "Say how it wants its samples: input.size, [height, width]; input.channels; input.layout, nhwc for channels last.",
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
	{ threads }: EnsembleOptions,
): Promise<Finish> {
	const plain = members.every(({ form, select }) => form === "logits" && select === undefined);
	if (plain && members.length === 1 && combine !== "sum") {
		return {
			of: ([logits = new Float32Array()]) => Promise.resolve({ logits, members: [logits] }),
			release: () => Promise.resolve(),
		};
	}
	const g = createGraph();
	const read = members.map((member, k) =>
		logitsOf(g, g.input(`answer/${String(k)}`, { type: "float", dims: [1, member.width] }), member),
	);
	const logits = combineMembers(g, read, members, combine);
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
	g: Parameters<typeof combineLogits>[0],
	logits: Parameters<typeof combineLogits>[1],
	members: readonly Pick<OpenMember, "classifier">[],
	combine: Combination,
): ReturnType<typeof combineLogits> {
	const [only] = logits;
	if (only !== undefined && logits.length === 1 && combine !== "sum") return only;
	return combineLogits(
		g,
		logits,
		members.map(({ classifier }) => classifier.weight),
		combine,
	);
}

function answering(
	members: readonly OpenMember[],
	finish: Finish,
	{ sampleShape, classes, unchecked }: EnsembleOptions,
): OpenEnsemble["answers"] {
	return async (set) => {
		const all = (): Float32Array => new Float32Array(set.count * classes.length);
		const whole = { logits: all(), members: members.map(all) };
		for (let first = 0; first < set.count; first += sliceCount) {
			const slice = sliceOf(set, sampleShape, first, Math.min(sliceCount, set.count - first));
			const answers: Float32Array[] = [];
			for (const { predictor, classifier, form, width } of members) {
				const data = await predictor.logits(slice);
				if (unchecked !== true) checkAnswers({ data, width, where: classifier.where, first }, form);
				answers.push(data);
			}
			const part = await finish.of(answers, slice.count);
			whole.logits.set(part.logits, first * classes.length);
			for (const [k, logits] of part.members.entries()) whole.members[k]?.set(logits, first * classes.length);
		}
		return whole;
	};
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
