/** Makes a folder that ships a model: float32, float16 and int8, what libraries need to load it, and a model card. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { AnyDataSet } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import { openSamples } from "../../data/open-samples.js";
import { type DataChoice, decodingOf } from "../../data/options.js";
import { anyChannels } from "../../deploy/any-channels.js";
import { calibrationCount } from "../../deploy/calibrate.js";
import { inputNameFor, isImage } from "../../deploy/deployable.js";
import { modelCard } from "../../deploy/model-card.js";
import {
	adviceOn,
	type ExportedModel,
	type ExportReport,
	firstLikeness,
	type PreprocessPlace,
} from "../../deploy/report.js";
import { shippable } from "../../deploy/shippable.js";
import { jsonFile, loadsInTransformers, transformersFiles } from "../../deploy/transformers.js";
import { pathsIn, textWithoutPaths } from "../../deploy/without-paths.js";
import { compareClassNames } from "../../distill/class-names.js";
import { noticesOn } from "../../distill/teachers/judge.js";
import { readMember } from "../../distill/teachers/open.js";
import { type FileReading, fileMember } from "../../distill/teachers/sources.js";
import { atChanceCode } from "../../distill/teachers/verdict.js";
import { LimbeckError, throwIfStopped } from "../../errors.js";
import { fileError, isMissing } from "../../files.js";
import { distinct, type Notice } from "../../notices.js";
import { writeModelFile } from "../../onnx/file.js";
import { describeEnvironment } from "../../pipeline/environment.js";
import type { StepOutput } from "../../pipeline/steps.js";
import { precisions } from "../../predict/precisions.js";
import { nodeRuntime } from "../../runtime/node.js";
import { figuresIn } from "../../tasks/figures.js";
import { namesOutputs } from "../../train/class-order.js";
import { offsetsOf } from "../../train/stored-preprocessing.js";
import { type InTransformers, measureInTransformers, measureShipped } from "./measure.js";
import type { ExportSource } from "./source.js";
import { type Variants, variants } from "./variants.js";

/** What is exported, and how. */
export interface ExportOptions {
	readonly source: ExportSource;
	/** What it is calibrated on (training samples), chosen by (validation samples) and measured on (test samples). */
	readonly data: DataChoice;
	/** The folder to make: none, or an empty one. */
	readonly to: string;
	readonly preprocess: PreprocessPlace;
	/** How the model's file is read, where that is not as it turns out to be. */
	readonly reading?: FileReading;
	readonly threads: number;
	readonly signal?: AbortSignal;
	/** Told before each part of the work, in a few words. */
	readonly onPart?: (part: string) => void;
	/** Told what should be known of the data and the model. */
	readonly onNotice?: (notice: Notice) => void;
}

/**
 * Exports a model: `onnx/model.onnx`, `onnx/model_fp16.onnx` and, where something in it can be quantised,
 * `onnx/model_quantized.onnx`; `README.md`, `export.json`, and for images whose preprocessing is outside the model the
 * files by which transformers.js loads the folder. The folder appears whole or not at all.
 *
 * @throws LimbeckError `interrupted` where `signal` is aborted; `usage` for a folder that is not empty; `model` for a file that is no such classifier, quantised, or
 * of operators that Limbeck does not know; `data`, `file`, `disk-full`, `environment`.
 */
export async function exportModel(options: ExportOptions): Promise<ExportReport> {
	const { source, to, signal, onPart = () => undefined, onNotice = () => undefined } = options;
	throwIfStopped(signal, to);
	await requireEmpty(to);
	const loaded = await dataSetOf(options.data).load(options.data);
	if (options.preprocess === "in-graph") requireExact(loaded);
	const member = await readMember(fileMember(source.file, options.reading), loaded);
	if (!namesOutputs(member.order)) compareClassNames(member.model, loaded.classes, source.file);
	const runtime = await nodeRuntime();
	const { model: float32, ...taken } = await shippable(runtime, member, loaded, options.threads);
	const context = { runtime, openSamples, threads: options.threads };
	const notices = await noticesOn([member], loaded, context);
	for (const notice of notices) onNotice(notice);
	const data = { ...loaded, ...taken, notices: [...(loaded.notices ?? []), ...notices] };
	onPart("int8: calibrating on training samples, choosing on the validation split");
	const made = await variants(runtime, float32, data, options);
	const folder = join(dirname(resolve(to)), `.limbeck-export-${randomUUID()}`);
	try {
		await makeFolder(join(folder, "onnx"));
		for (const { precision, model: variant } of made.models) {
			await writeModelFile(join(folder, precisions[precision]), variant);
		}
		throwIfStopped(signal, "export");
		onPart("measuring on the test split");
		const shipped = {
			folder,
			data: options.data,
			threads: options.threads,
			signal,
			made: made.models.map(({ precision }) => precision),
		};
		const measured = await measureShipped(shipped, source.file);
		const known = loadsInTransformers(options.preprocess, data.sampleShape);
		const there = known ? await measureInTransformers(shipped, measured, source.file) : { models: {}, notices: [] };
		const report = await reportOf(measured, there, made, data, options);
		await writeTexts(folder, report, data, options);
		await publish(folder, to);
		return report;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** A graph subtracts in float32, which would blur numbers that had to be shifted in float64. */
function requireExact({ name, train }: AnyDataSet): void {
	if (offsetsOf(train.samples) === undefined) return;
	throw new LimbeckError("usage", {
		where: "preprocess",
		expected: "numbers that float32 holds, to normalise them inside the model",
		got: `${name} data of large numbers that differ by little`,
		hint: "Leave preprocessing outside (--preprocess outside): whoever normalises in float64 loses nothing.",
	});
}

async function requireEmpty(to: string): Promise<void> {
	const entries = await readdir(to).catch((error: unknown) => {
		if (isMissing(error)) return [];
		throw fileError(error, to);
	});
	if (entries.length === 0) return;
	throw new LimbeckError("usage", {
		where: `--to ${to}`,
		expected: "a folder that does not exist, or is empty",
		got: `${String(entries.length)} files in it`,
	});
}

/** Notices without the folders of this machine. */
function shortened(notices: readonly Notice[], choice: DataChoice): readonly Notice[] {
	const known = pathsIn(choice);
	// The same may be found of every precision.
	return distinct(notices.map((notice) => ({ ...notice, text: textWithoutPaths(notice.text, known) })));
}

/** Notices without the one that says of training samples what `faultOf` says of the validation split. */
function withoutTwin(notices: readonly Notice[], fault: string | undefined): readonly Notice[] {
	return fault === undefined ? notices : notices.filter(({ code }) => code !== atChanceCode);
}

function chanceNotice(fault: string | undefined): readonly Notice[] {
	return fault === undefined ? [] : [{ code: "near-chance", text: `The float32 model ${fault}.` }];
}

async function reportOf(
	{ test, models: evaluations, fidelity, byClass, notices = [] }: StepOutput<"evaluate">,
	there: InTransformers,
	{ models, fault, quantization }: Variants,
	data: AnyDataSet,
	{ preprocess, threads, data: choice }: ExportOptions,
): Promise<ExportReport> {
	const exported = models.map(({ precision, validation, chosen }, at): ExportedModel => {
		const evaluation = evaluations[precision];
		if (evaluation === undefined) throw new TypeError(`export: expected an evaluation of ${precision}, got none`);
		const { bytes, latencyMs } = evaluation;
		return {
			precision,
			file: precisions[precision],
			bytes,
			latencyMs,
			validation,
			test: { ...firstLikeness(fidelity[at] ?? {}), ...figuresIn(evaluation) },
			...(chosen === undefined ? {} : { chosen }),
			...(there.models[precision] === undefined ? {} : { transformers: there.models[precision] }),
		};
	});
	const [float32] = exported;
	const decode = decodingOf(choice);
	const int8 = exported.find(({ precision }) => precision === "int8");
	const advised =
		quantization === undefined || int8 === undefined || float32 === undefined
			? {}
			: {
					int8: {
						...quantization,
						...adviceOn(int8, float32, data.task, fault),
						calibrationSamples: Math.min(calibrationCount, data.train.count),
					},
				};
	return {
		schema: 1,
		kind: "export",
		created: new Date().toISOString(),
		data: data.name,
		...(data.task === undefined ? {} : { task: data.task }),
		test,
		...(byClass === undefined ? {} : { balance: byClass.balance }),
		classes: data.classes,
		input: {
			name: inputNameFor(data.sampleShape),
			type: preprocess === "in-graph" ? data.train.samples.type : "float",
			sampleShape: data.sampleShape,
			preprocess,
			...(preprocess === "outside" && isImage(data.sampleShape) ? { channels: anyChannels } : {}),
			...(decode === undefined ? {} : { decode }),
		},
		...(data.features === undefined ? {} : { features: data.features }),
		...(data.pixelScale === undefined ? {} : { pixelRanges: data.pixelScale.ranges }),
		models: exported,
		notices: shortened(
			[...withoutTwin(data.notices ?? [], fault), ...notices, ...chanceNotice(fault), ...there.notices],
			choice,
		),
		...advised,
		environment: await describeEnvironment(threads),
	};
}

async function writeTexts(
	folder: string,
	report: ExportReport,
	data: AnyDataSet,
	{ source, preprocess }: ExportOptions,
): Promise<void> {
	const files = loadsInTransformers(preprocess, data.sampleShape)
		? transformersFiles({ ...data, int8: report.int8?.recommended === true })
		: new Map<string, string>();
	const texts = new Map([
		...files,
		["export.json", jsonFile(report)],
		["README.md", modelCard(report, source.report, files.size > 0)],
	]);
	for (const [name, text] of texts) {
		await writeFile(join(folder, name), text).catch((error: unknown) => {
			throw fileError(error, join(folder, name));
		});
	}
}

async function makeFolder(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
}

/** Gives a folder that is whole its name; an empty one that stood there goes. */
async function publish(folder: string, to: string): Promise<void> {
	try {
		if (
			await stat(to).then(
				() => true,
				() => false,
			)
		)
			await rmdir(to);
		await rename(folder, to);
	} catch (error) {
		throw fileError(error, to);
	}
}
