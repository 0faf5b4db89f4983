/** The kinds of steps that runs are made of. */
import { join } from "node:path";
import { dataContent } from "../data/data-content.js";
import type { ConvertStep } from "../deploy/convert.js";
import type { evaluateModels, judgeNovelty, siftSamples } from "../distill/evaluate.js";
import type { EvaluateContext } from "../distill/evaluated-model.js";
import type { AssembleStep } from "../distill/specialists/assemble.js";
import type { ChooseClassesStep } from "../distill/specialists/choose-classes.js";
import { clustersFile } from "../distill/specialists/clusters.js";
import { manifestFile } from "../distill/specialists/manifest.js";
import type { CheckOutcome, CheckStep } from "../distill/teachers/check.js";
import type { TeacherSource } from "../distill/teachers/sources.js";
import type { describeData, TrainNetworkContext, TrainOutcome, TrainStep } from "../distill/train-network.js";
import type { ErrorCategory } from "../errors.js";
import type { Notice } from "../notices.js";
import type { DeviceChoice, DeviceState, PlaceOn } from "../runtime/devices.js";
import type { AlignStep } from "../speech/align-corpus.js";
import { speechContent } from "../speech/corpora/content.js";
import type { DescribeSpeechStep } from "../speech/describe.js";
import type { RecognizeStep } from "../speech/evaluate.js";
import type { TargetForm } from "../targets/targets.js";
import { type ByReference, isStepFile, type StepFile } from "./references.js";

/** The folders of a step that leaves files. */
export interface StepFolders {
	/** Empty; what is in it at the end is the step's output. */
	readonly output: string;
	/** Outlasts a failure: what an earlier try left there is still in it. */
	readonly progress: string;
	/** Soft targets, shared by all steps. */
	readonly targets: string;
}

/** What every step may use of its surroundings. */
export type StepContext = TrainNetworkContext & EvaluateContext & { readonly folders?: StepFolders | undefined };

/** A file that a step reads: a model, whose external data belongs to it, or one that is whole by itself. */
export interface InputFile {
	/** The path of a user's, or a step's. */
	readonly file: string | StepFile;
	readonly kind: "model" | "plain";
}

/** One kind of step. */
interface StepEntry<Options, Result> {
	/** To be raised whenever the same options give another result than before. */
	readonly version: number;
	/** The files that its options name. */
	readonly files: (options: NoInfer<ByReference<Options>>) => readonly InputFile[];
	/** Options that change no bit of its result. */
	readonly unkeyed: readonly (keyof Options & string)[];
	/** The options with the device that is to train, where it trains; they say none where that is the processor. */
	readonly placed?: (options: NoInfer<ByReference<Options>>, placeOn: PlaceOn) => Promise<object>;
	/** What is in the files of the data of which it opens the test split, which no fingerprint holds; absent where it opens none. */
	readonly opened?: (options: Options) => Promise<readonly string[]>;
	/** Whether it goes on where it was when it is stopped and run again. */
	readonly goesOn: boolean;
	/** What should be known of its result; nothing where absent. */
	notices?(result: Result): readonly Notice[];
	/** What its process's death says is wrong. */
	readonly death: ErrorCategory;
	/** Does it. Its modules are loaded only then: whoever plans, or finds everything in the store, starts without them. */
	readonly run: (options: Options, context: StepContext) => Promise<Result>;
}

/** The file that a training leaves. */
export const modelFile = "model.onnx";

/** A network to train; where its files go is the pipeline's business. */
type TrainOptions = Omit<TrainStep, "output" | "checkpoints" | "store" | "pupils"> & {
	/** The form in which the teacher's answers are kept; they are not where absent. */
	readonly targets?: TargetForm;
	readonly pupils?: readonly (Pick<TrainStep, "network" | "loss"> & { readonly targets?: TargetForm })[];
};

/** Classes to choose; where they go is the pipeline's business. */
type ClusterOptions = Omit<ChooseClassesStep, "output">;

/** What becomes one; where that goes is the pipeline's business. */
type AssembleOptions = Omit<AssembleStep, "output" | "manifest">;

/** A model to convert; where it goes is the pipeline's business. */
type ConvertOptions = Omit<ConvertStep, "output">;

const model = (file: InputFile["file"]): InputFile => ({ file, kind: "model" });
const plain = (file: InputFile["file"]): InputFile => ({ file, kind: "plain" });

const entry = <Options, Result>(one: StepEntry<Options, Result>): StepEntry<Options, Result> => one;

/** Every kind of step: plain data in, plain data out, files on the side. */
export const steps = {
	describe: entry({
		version: 1,
		files: () => [],
		unkeyed: [],
		goesOn: false,
		death: "data",
		run: async (options: Parameters<typeof describeData>[0]) =>
			(await import("../distill/train-network.js")).describeData(options),
	}),
	check: entry({
		version: 3,
		files: ({ teacher }: ByReference<CheckStep>) => sourceFiles(teacher),
		notices: ({ verdicts }: CheckOutcome) => verdicts.flatMap(({ notices }) => notices),
		unkeyed: ["threads"],
		goesOn: false,
		death: "model",
		run: async (options: CheckStep, context: StepContext) =>
			(await import("../distill/teachers/check.js")).checkTeachers(options, context),
	}),
	device: entry({
		version: 1,
		files: () => [],
		unkeyed: [],
		goesOn: false,
		death: "environment",
		run: async ({ name }: Pick<DeviceState, "name">, { runtime }: StepContext): Promise<DeviceState> => {
			const refusal = await runtime.deviceRefusal(name);
			return { name, ...(refusal === undefined ? {} : { refusal }) };
		},
	}),
	train: entry({
		version: 3,
		placed: (options: ByReference<TrainOptions>, placeOn) => onDevice(options, placeOn),
		files: ({ data, network, teacher, specialist }: ByReference<TrainOptions>) => [
			...(data.name === "frames" ? [plain(data.file)] : []),
			...(network.family === "file" ? [model(network.file)] : []),
			...(teacher === undefined ? [] : sourceFiles(teacher)),
			...(specialist === undefined ? [] : [plain(specialist.clusters)]),
		],
		// Threads change no bit on one machine; pupils are only checked.
		unkeyed: ["threads", "pupils"],
		goesOn: true,
		death: "training",
		run: train,
	}),
	cluster: entry({
		version: 2,
		files: ({ generalist }: ByReference<ClusterOptions>) => [model(generalist)],
		unkeyed: ["threads"],
		goesOn: false,
		death: "training",
		async run(options: ClusterOptions, context: StepContext) {
			const { chooseClasses } = await import("../distill/specialists/choose-classes.js");
			return chooseClasses({ ...options, output: join(foldersOf(context).output, clustersFile) }, context);
		},
	}),
	assemble: entry({
		version: 1,
		files: ({ generalist, specialists, clusters }: ByReference<AssembleOptions>) => [
			...[generalist, ...specialists].map(model),
			plain(clusters),
		],
		unkeyed: [],
		goesOn: false,
		death: "model",
		async run(options: AssembleOptions, context: StepContext) {
			const { assemble } = await import("../distill/specialists/assemble.js");
			const { output } = foldersOf(context);
			return assemble({ ...options, output: join(output, modelFile), manifest: join(output, manifestFile) });
		},
	}),
	convert: entry({
		version: 1,
		files: ({ model: file }: ByReference<ConvertOptions>) => [model(file)],
		unkeyed: ["threads"],
		goesOn: false,
		death: "model",
		async run(options: ConvertOptions, context: StepContext) {
			const { convertModel } = await import("../deploy/convert.js");
			return convertModel({ ...options, output: join(foldersOf(context).output, modelFile) }, context);
		},
	}),
	describeSpeech: entry({
		version: 1,
		files: () => [],
		unkeyed: [],
		goesOn: false,
		death: "data",
		run: async (options: DescribeSpeechStep) => (await import("../speech/describe.js")).describeSpeech(options),
	}),
	align: entry({
		version: 1,
		placed: (options: ByReference<AlignStep>, placeOn) => onDevice(options, placeOn),
		files: () => [],
		unkeyed: ["threads"],
		goesOn: false,
		death: "training",
		run: async (options: AlignStep, context: StepContext) =>
			(await import("../speech/align-corpus.js")).alignCorpus(options, foldersOf(context), context),
	}),
	recognize: entry({
		version: 2,
		files: ({ alignment, models }: ByReference<RecognizeStep>) => [
			plain(alignment),
			...Object.values(models).flatMap(modelFiles),
		],
		unkeyed: [],
		opened: ({ data }) => speechContent(data),
		goesOn: false,
		death: "model",
		run: async (options: RecognizeStep, context: StepContext) =>
			(await import("../speech/evaluate.js")).evaluateSpeech(options, context),
	}),
	evaluate: entry({
		// 3: results of pairs say of which.
		version: 3,
		files: ({ models, coverage = [] }: ByReference<Parameters<typeof evaluateModels>[0]>) => [
			...Object.values(models).flatMap(modelFiles),
			...coverage.map(({ clusters }) => plain(clusters)),
		],
		unkeyed: [],
		opened: ({ data }) => dataContent(data),
		goesOn: false,
		death: "model",
		run: async (options: Parameters<typeof evaluateModels>[0], context: StepContext) =>
			(await import("../distill/evaluate.js")).evaluateModels(options, context),
	}),
	novelty: entry({
		version: 4,
		files: ({ generalist, specialists, clusters }: ByReference<Parameters<typeof judgeNovelty>[0]>) => [
			...[generalist, ...specialists].map(model),
			plain(clusters),
		],
		unkeyed: ["threads"],
		opened: async ({ data, foreign }) => [
			...(await dataContent(data)),
			...(foreign === undefined ? [] : await dataContent(foreign)),
		],
		goesOn: false,
		death: "model",
		run: async (options: Parameters<typeof judgeNovelty>[0], context: StepContext) =>
			(await import("../distill/evaluate.js")).judgeNovelty(options, context),
	}),
	sift: entry({
		version: 3,
		files: ({ generalist, specialists }: ByReference<Parameters<typeof siftSamples>[0]>) =>
			[generalist, ...specialists.map(({ file }) => file)].map(model),
		unkeyed: ["threads"],
		opened: async ({ known, data }) => [...(await dataContent(known)), ...(await dataContent(data))],
		goesOn: false,
		death: "model",
		run: async (options: Parameters<typeof siftSamples>[0], context: StepContext) =>
			(await import("../distill/evaluate.js")).siftSamples(options, context),
	}),
} as const;

/** Options with the device that is to train their network. */
async function onDevice(
	options: { readonly network: { readonly device?: DeviceChoice | undefined } },
	placeOn: PlaceOn,
): Promise<object> {
	const { device: choice, ...network } = options.network;
	const device = await placeOn(choice);
	return { ...options, network: device === undefined ? network : { ...network, device } };
}

function foldersOf({ folders }: StepContext): StepFolders {
	if (folders === undefined) throw new TypeError("step: expected folders, got none");
	return folders;
}

async function train({ targets, pupils = [], ...options }: TrainOptions, context: StepContext): Promise<TrainOutcome> {
	const folders = foldersOf(context);
	const stored = (form: TargetForm | undefined): Pick<TrainStep, "store"> =>
		form === undefined ? {} : { store: { ...form, folder: folders.targets } };
	const step: TrainStep = {
		...options,
		...stored(targets),
		pupils: pupils.map(({ targets: form, ...pupil }) => ({ ...pupil, ...stored(form) })),
		output: join(folders.output, modelFile),
		checkpoints: join(folders.progress, "checkpoints"),
	};
	const { trainNetwork } = await import("../distill/train-network.js");
	return trainNetwork(step, context);
}

/** The files of a model, or of several that answer as one. */
function modelFiles(source: string | StepFile | ByReference<TeacherSource>): readonly InputFile[] {
	return typeof source === "string" || isStepFile(source) ? [model(source)] : sourceFiles(source);
}

function sourceFiles(source: ByReference<TeacherSource | CheckStep["teacher"]>): readonly InputFile[] {
	return "members" in source ? source.members.map(({ file }) => model(file)) : [plain(source.file)];
}

/** The name of a kind of step. */
export type StepName = keyof typeof steps;

/** What a step takes. */
export type StepInput<Name extends StepName> = Parameters<(typeof steps)[Name]["run"]>[0];

/** What a plan offers a step: what it takes, with references to what other steps leave. */
export type PlannedInput<Name extends StepName> = ByReference<StepInput<Name>>;

/** What a step gives. */
export type StepOutput<Name extends StepName> = Awaited<ReturnType<(typeof steps)[Name]["run"]>>;

/** The entry of a kind, with its own types forgotten: the name decides what its options are. */
export function stepEntry(name: StepName): StepEntry<never, unknown> {
	return steps[name];
}
