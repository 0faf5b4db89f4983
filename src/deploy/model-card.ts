/** README.md of an exported folder: the model card. */

import type { Decoding } from "../data/options.js";
import { noticeText } from "../notices.js";
import { outputNameFor } from "./deployable.js";
import { codeBlock, escaped, markdownTable } from "./markdown.js";
import { adviceSentence, type ExportedModel, type ExportReport } from "./report.js";
import type { RunReport } from "./run-report.js";
import { pathsIn, textWithoutPaths, withoutPaths } from "./without-paths.js";

/** The most names of classes or columns that a card lists. */
const mostNames = 100;

/** A model card in Markdown. @param run - the report of the run that made the model, where there is one. */
export function modelCard(report: ExportReport, run: RunReport | undefined, transformers: boolean): string {
	const parts = [
		frontMatter(transformers),
		`# Classifier of ${escaped(report.data)}, ${String(report.classes.length)} classes`,
		made(run),
		"## Use",
		use(report, transformers),
		"## Figures",
		figures(report),
		...(run === undefined ? [] : origin(run)),
		"## Limits",
		limits(report),
	];
	return `${parts.join("\n\n")}\n`;
}

function frontMatter(transformers: boolean): string {
	const library = transformers ? "library_name: transformers.js\npipeline_tag: image-classification\n" : "";
	return `---\n${library}tags:\n- onnx\n- knowledge-distillation\n---`;
}

function made(run: RunReport | undefined): string {
	if (run?.student !== undefined) {
		return "A student network, distilled from a teacher by Limbeck (Hinton, Vinyals & Dean 2015, arXiv:1503.02531).";
	}
	return run === undefined ? "A network, exported by Limbeck." : "A network, trained on hard labels by Limbeck.";
}

function use({ input, classes, features, pixelRanges = {}, models }: ExportReport, transformers: boolean): string {
	const [, ...size] = input.sampleShape;
	const shape = `[batch, ${(input.channels === undefined ? input.sampleShape : ["channels", ...size]).join(", ")}]`;
	const files = models.map(({ file, precision }) => `\`${file}\` (${precision})`).join(", ");
	const lines = [
		`- Input \`${input.name}\`, ${input.type} \`${shape}\`: ${valuesOf(input)}.`,
		...decodingLines(input),
		...Object.entries(pixelRanges).map(
			([type, [black, white]]) =>
				`- Pixels of type ${type}: ${String(black)} is black (0), ${String(white)} white (255).`,
		),
		...(features === undefined ? [] : [`- Columns of the input, in order: ${namesOf(features)}.`]),
		`- Output \`${outputNameFor({})}\`, float \`[batch, ${String(classes.length)}]\`; softmax gives probabilities.`,
		`- Files: ${files}.`,
		`- Classes, in order: ${namesOf(classes)}.`,
	];
	const node = [
		'import { loadClassifier } from "limbeck/predict";',
		"",
		'const classifier = await loadClassifier("this-folder");',
		"const { label, probabilities } = await classifier.predict(sample);",
	].join("\n");
	return [lines.join("\n"), codeBlock(node, "js"), ...(transformers ? [transformersUse()] : [])].join("\n\n");
}

function valuesOf({ preprocess, channels, sampleShape }: ExportReport["input"]): string {
	if (preprocess === "in-graph") return "samples as they are stored; the model normalises them itself";
	if (channels === undefined) {
		return "normalised samples; `limbeck.normalization` in the file's metadata says with what";
	}
	const made = sampleShape[0] === 1 ? "grey (0.299 R + 0.587 G + 0.114 B)" : "red, green and blue";
	return (
		`bytes / 255 of grey images, colours, or colours and alpha (${channels.join(", ")} channels); the model lays them on ` +
		`white, makes them ${made} and normalises them`
	);
}

/** How pictures become what the model was measured on. */
const decodings: Readonly<Record<Decoding, string>> = {
	limbeck:
		"turned upright by EXIF, laid on white, scaled to cover the size (Lanczos, which averages where it makes them smaller) " +
		"and cut at the middle",
	"transformers.js": "as transformers.js decodes them in Node, with `preprocessor_config.json`",
};

function decodingLines({ decode, sampleShape: [, height, width] }: ExportReport["input"]): readonly string[] {
	if (decode === undefined || height === undefined || width === undefined) return [];
	return [`- Pictures were ${decodings[decode]}, to ${String(height)} × ${String(width)}. Decode others alike.`];
}

function transformersUse(): string {
	const code = [
		'import { pipeline } from "@huggingface/transformers";',
		"",
		'const classify = await pipeline("image-classification", "this-folder", { dtype: "fp32" });',
		"const [best] = await classify(image);",
	].join("\n");
	const browser =
		"Images may be grey, coloured or have alpha. In a browser transformers.js scales with a canvas, whose way depends on " +
		"the browser: figures for Node need not hold there for pictures much larger than the model's input. Scale them first, " +
		"or measure in that browser.";
	return [codeBlock(code, "js"), browser].join("\n\n");
}

function namesOf(names: readonly string[]): string {
	const shown = names.slice(0, mostNames).map(escaped).join(", ");
	return names.length > mostNames ? `${shown} and ${String(names.length - mostNames)} more` : shown;
}

function figures({ models, test, int8, environment, notices, balance }: ExportReport): string {
	const there = models.some(({ transformers }) => transformers !== undefined);
	const unequal = balance?.unequal === true;
	const table = markdownTable(
		[
			...["", "errors", "accuracy", ...(there ? ["accuracy in transformers.js"] : [])],
			...(unequal ? balanced.map(({ heading }) => heading) : []),
			...["as float32", "as float32, validation", "kB", "ms, p50", "ms, p99"],
		],
		models.map((model) => [model.precision, ...cells(model, { there, unequal })]),
	);
	const machine = `${environment.cpu}, ${String(environment.threads)} threads, ONNX Runtime ${environment.onnxruntime}`;
	const lines = [
		`On ${String(test)} test samples that neither training, calibration nor choice has seen. Timed on ${escaped(machine)}.`,
		...(int8 === undefined
			? []
			: [
					adviceSentence(int8),
					`int8 is static: ${String(int8.weightBits)}-bit weights by channel, ranges that hold ` +
						`${String(100 * int8.share)} % of the values on ${String(int8.calibrationSamples)} training samples.`,
				]),
	];
	const found = notices.map((notice) => `- ${escaped(noticeText(notice))}`);
	return [table, lines.join(" "), ...(found.length === 0 ? [] : [found.join("\n")])].join("\n\n");
}

/** What stands beside accuracy where classes are so unequal that it misleads. */
const balanced = [
	{ heading: "balanced accuracy", of: ({ balancedAccuracy }: ExportedModel["test"]) => balancedAccuracy },
	{ heading: "macro F1", of: ({ macroF1 }: ExportedModel["test"]) => macroF1 },
] as const;

/** @param shown - whether there are columns for transformers.js, and for what stands beside accuracy. */
function cells(
	{ bytes, latencyMs, validation, test, transformers }: ExportedModel,
	{ there, unequal }: { readonly there: boolean; readonly unequal: boolean },
): readonly string[] {
	return [
		test.errors === undefined ? "–" : String(test.errors),
		shareOf(test.accuracy),
		...(there ? [shareOf(transformers?.accuracy)] : []),
		...(unequal ? balanced.map(({ of }) => shareOf(of(test))) : []),
		shareOf(test.agreement),
		shareOf(validation.agreement),
		(bytes / 1000).toFixed(0),
		latencyMs.p50.toFixed(3),
		latencyMs.p99.toFixed(3),
	];
}

const shareOf = (share: number | undefined): string => (share === undefined ? "–" : `${(100 * share).toFixed(2)} %`);

/** What the run's report says of where the model came from. */
function origin(run: RunReport): readonly string[] {
	const { data, seeds, notes = [], created } = run;
	const networks = [
		["teacher", run.teacher],
		["student alone", run.baseline],
		["student, distilled", run.student],
		["network", run.network],
	] as const;
	const rows = networks.flatMap(([name, one]) =>
		one === undefined
			? []
			: [[name, one.errors?.toFixed(1) ?? "–", shareOf(one.accuracy), String(Math.round(one.parameters))]],
	);
	const known = pathsIn(run.recipe);
	const seedNote = seeds.length > 1 ? `, means of ${String(seeds.length)} seeds; the model is the first's` : "";
	return [
		"## Training",
		`${String(data.train)} training, ${String(data.validation)} validation and ${String(data.test)} test samples ` +
			`(${escaped(created)})${seedNote}.`,
		markdownTable(["", "errors", "accuracy", "parameters"], rows),
		...(notes.length === 0 ? [] : [notes.map((note) => `- ${escaped(textWithoutPaths(note, known))}`).join("\n")]),
		"The recipe, every default filled in, paths without their folders:",
		codeBlock(JSON.stringify(withoutPaths(run.recipe), undefined, "\t"), "json"),
	];
}

function limits({ data, classes }: ExportReport): string {
	return [
		`- It knows ${String(classes.length)} classes and answers with one of them, whatever it is shown.`,
		`- The figures hold for samples like those of ${escaped(data)}, prepared alike; others were not tried.`,
		"- Nothing was tried on changed, noisy or hostile samples, nor for fairness between groups of people.",
		"- Latencies are of one machine. int8 with 8-bit weights can saturate on x64 processors without VNNI.",
	].join("\n");
}
