/** README.md of an exported folder: the model card. */

import type { Decoding } from "../data/options.js";
import { noticeText } from "../notices.js";
import { type FigureName, figureKinds, figureText } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { TaskCard } from "../tasks/task.js";
import { outputNameFor } from "./deployable.js";
import { codeBlock, escaped, markdownTable } from "./markdown.js";
import { adviceSentence, type ExportReport } from "./report.js";
import type { RunReport } from "./run-report.js";
import { type ModelColumn, taskColumns } from "./task-columns.js";
import { pathsIn, textWithoutPaths, withoutPaths } from "./without-paths.js";

/** The most names of classes or columns that a card lists. */
const mostNames = 100;

/** A model card in Markdown. @param run - the report of the run that made the model, where there is one. */
export function modelCard(report: ExportReport, run: RunReport | undefined, transformers: boolean): string {
	const parts = [
		frontMatter(report, transformers),
		`# ${taskOf(report).card.title} of ${escaped(report.data)}, ${namesCount(report)}`,
		made(run),
		"## Use",
		use(report, transformers),
		"## Figures",
		figures(report),
		...(run === undefined ? [] : origin(run, report)),
		"## Limits",
		limits(report),
	];
	return `${parts.join("\n\n")}\n`;
}

/** `10 classes`, `1 number`. */
function namesCount({ task, classes }: ExportReport): string {
	const [one, many] = taskOf({ task }).noun;
	return `${String(classes.length)} ${classes.length === 1 ? one : many}`;
}

function frontMatter({ task }: ExportReport, transformers: boolean): string {
	const { pipeline } = taskOf({ task }).card.transformers;
	const tag = pipeline === undefined ? "" : `pipeline_tag: ${pipeline}\n`;
	const library = transformers ? `library_name: transformers.js\n${tag}` : "";
	return `---\n${library}tags:\n- onnx\n- knowledge-distillation\n---`;
}

function made(run: RunReport | undefined): string {
	if (run?.student !== undefined) {
		return "A student network, distilled from a teacher by Limbeck (Hinton, Vinyals & Dean 2015, arXiv:1503.02531).";
	}
	return run === undefined ? "A network, exported by Limbeck." : "A network, trained on hard labels by Limbeck.";
}

function use(report: ExportReport, transformers: boolean): string {
	const { task, input, classes, features, pixelRanges = {}, models } = report;
	const { card, noun } = taskOf({ task });
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
		`- Output \`${outputNameFor({ task })}\`, float \`[batch, ${String(classes.length)}]\`; ${card.output}.`,
		`- Files: ${files}.`,
		`- ${capital(noun[1])}, in order: ${namesOf(classes)}.`,
		...chosenLines(report),
	];
	const node = codeBlock(card.code.join("\n"), "js");
	return [lines.join("\n"), node, ...(transformers ? [transformersUse(card)] : [])].join("\n\n");
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** What was chosen for the float32 model. */
function chosenLines({ task, classes, models }: ExportReport): readonly string[] {
	const { chosen: entry } = taskOf({ task }).card;
	const numbers = models[0]?.chosen?.[entry?.list ?? ""];
	if (entry === undefined || numbers === undefined) return [];
	const each = classes.slice(0, mostNames).map((name, at) => `${escaped(name)} ${entry.text(numbers[at] ?? 0)}`);
	const more = classes.length > mostNames ? ` and ${String(classes.length - mostNames)} more` : "";
	return [`- ${entry.title} (float32; each file has its own): ${each.join(", ")}${more}.`];
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

function transformersUse({ transformers: { code, note } }: TaskCard): string {
	const browser =
		"Images may be grey, coloured or have alpha. In a browser transformers.js scales with a canvas, whose way depends on " +
		"the browser: figures for Node need not hold there for pictures much larger than the model's input. Scale them first, " +
		"or measure in that browser.";
	return [codeBlock(code.join("\n"), "js"), ...(note === undefined ? [] : [note]), browser].join("\n\n");
}

function namesOf(names: readonly string[]): string {
	const shown = names.slice(0, mostNames).map(escaped).join(", ");
	return names.length > mostNames ? `${shown} and ${String(names.length - mostNames)} more` : shown;
}

function figures(report: ExportReport): string {
	const { task, models, test, int8, environment, notices } = report;
	const columns = [...(task === undefined ? classColumns(report) : taskColumns(report)), ...cost];
	const table = markdownTable(
		["", ...columns.map(({ heading }) => heading)],
		models.map((model) => [model.precision, ...columns.map(({ cell }) => cell(model))]),
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

/** What is told of classifiers; beside accuracy more where classes are so unequal that it misleads. */
function classColumns({ models, balance }: ExportReport): readonly ModelColumn[] {
	const there = models.some(({ transformers }) => transformers !== undefined);
	return [
		{ heading: "errors", cell: ({ test }) => (test.errors === undefined ? "–" : String(test.errors)) },
		{ heading: "accuracy", cell: ({ test }) => shareOf(test.accuracy) },
		...(there ? [{ heading: "accuracy in transformers.js", cell: inTransformers }] : []),
		...(balance?.unequal === true ? balanced : []),
		{ heading: "as float32", cell: ({ test }) => shareOf(test.agreement) },
		{ heading: "as float32, validation", cell: ({ validation }) => shareOf(validation.agreement) },
	];
}

const inTransformers: ModelColumn["cell"] = ({ transformers }) => shareOf(transformers?.accuracy);

const balanced: readonly ModelColumn[] = [
	{ heading: "balanced accuracy", cell: ({ test }) => shareOf(test.balancedAccuracy) },
	{ heading: "macro F1", cell: ({ test }) => shareOf(test.macroF1) },
];

const cost: readonly ModelColumn[] = [
	{ heading: "kB", cell: ({ bytes }) => (bytes / 1000).toFixed(0) },
	{ heading: "ms, p50", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	{ heading: "ms, p99", cell: ({ latencyMs }) => latencyMs.p99.toFixed(3) },
];

const shareOf = (share: number | undefined): string => (share === undefined ? "–" : `${(100 * share).toFixed(2)} %`);

/** A column about the networks of a run. */
interface TrainedColumn {
	readonly heading: string;
	readonly cell: (network: Readonly<Partial<Record<FigureName, number | undefined>>>) => string;
}

const trainedColumns: readonly TrainedColumn[] = [
	{ heading: "errors", cell: ({ errors }) => errors?.toFixed(1) ?? "–" },
	{ heading: "accuracy", cell: ({ accuracy }) => shareOf(accuracy) },
];

function trainedColumn(name: FigureName): TrainedColumn {
	return {
		heading: figureKinds[name].title,
		cell({ [name]: value }) {
			return value === undefined ? "–" : figureText(name, value);
		},
	};
}

/** What the run's report says of where the model came from. */
function origin(run: RunReport, { task }: ExportReport): readonly string[] {
	const { data, seeds, notes = [], created } = run;
	const networks = [
		["teacher", run.teacher],
		["student alone", run.baseline],
		["student, distilled", run.student],
		["network", run.network],
	] as const;
	const columns = task === undefined ? trainedColumns : taskOf({ task }).measures.slice(0, 2).map(trainedColumn);
	const rows = networks.flatMap(([name, one]) =>
		one === undefined ? [] : [[name, ...columns.map(({ cell }) => cell(one)), String(Math.round(one.parameters))]],
	);
	const known = pathsIn(run.recipe);
	const seedNote = seeds.length > 1 ? `, means of ${String(seeds.length)} seeds; the model is the first's` : "";
	return [
		"## Training",
		`${String(data.train)} training, ${String(data.validation)} validation and ${String(data.test)} test samples ` +
			`(${escaped(created)})${seedNote}.`,
		markdownTable(["", ...columns.map(({ heading }) => heading), "parameters"], rows),
		...(notes.length === 0 ? [] : [notes.map((note) => `- ${escaped(textWithoutPaths(note, known))}`).join("\n")]),
		"The recipe, every default filled in, paths without their folders:",
		codeBlock(JSON.stringify(withoutPaths(run.recipe), undefined, "\t"), "json"),
	];
}

function limits({ task, data, classes }: ExportReport): string {
	return [
		`- ${taskOf({ task }).card.limit(classes.length)}`,
		`- The figures hold for samples like those of ${escaped(data)}, prepared alike; others were not tried.`,
		"- Nothing was tried on changed, noisy or hostile samples, nor for fairness between groups of people.",
		"- Latencies are of one machine. int8 with 8-bit weights can saturate on x64 processors without VNNI.",
	].join("\n");
}
