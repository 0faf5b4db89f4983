/** The page of a run: one file that needs nothing else, no script and no network. */
import sharp from "sharp";
import type { Exhibits, ShownSample } from "../../distill/exhibits.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import type { Column } from "../columns.js";
import { describeMachine } from "../evaluation.js";
import { count, percentInterval } from "../numbers.js";
import { columnsOf, networksOf, type Row, trainVerdict, verdict } from "../table.js";
import { type Content, Html, html } from "./html.js";
import type { ClassShare, CurvePoint, Series } from "./plots.js";
import * as plots from "./plots.js";
import { isTraining, type RunFolder } from "./run-folder.js";
import { style } from "./style.js";

/** A part of a page; absent where there is nothing to show. */
interface Section {
	readonly title: string;
	readonly of: (run: Shown) => Content | Promise<Content>;
}

/** A run with what all sections use. */
interface Shown extends RunFolder {
	readonly rows: readonly (readonly [label: string, network: Row])[];
}

const sections: readonly Section[] = [
	{ title: "Results", of: results },
	{ title: "Size and errors", of: sizes },
	{ title: "Dark knowledge", of: darkKnowledge },
	{ title: "Training", of: training },
	{ title: "Calibration", of: calibration },
	{ title: "Confusions", of: confusions },
	{ title: "Steps", of: steps },
	{ title: "To do it again", of: again },
];

/** A run as a page. */
export async function runPage(run: RunFolder): Promise<string> {
	const { report } = run;
	const shown: Shown = { ...run, rows: networkRows(report) };
	const contents: Html[] = [];
	for (const { title, of } of sections) {
		const content = await of(shown);
		if (content !== undefined) contents.push(html`<section><h2>${title}</h2>${content}</section>`);
	}
	const { data, seeds, created, recipe } = report;
	const learned = `${count(data.train)} samples to learn from, ${count(data.validation)} to choose by, ${count(data.test)} to test`;
	return page(
		`${recipe.name}: ${isTraining(report) ? "a training" : "a distillation"}`,
		html`<p class="soft">${data.name}, ${count(data.classes)} classes, ${learned}; ${
			seeds.length === 1 ? `seed ${String(seeds[0])}` : `seeds ${seeds.join(", ")}`
		}; ${created.slice(0, 16).replace("T", " ")} UTC</p>${contents}`,
	);
}

/** The networks of a run of either kind, by what they are called. */
export function networkRows(report: RunFolder["report"]): readonly (readonly [label: string, network: Row])[] {
	return isTraining(report) ? [[report.recipe.network.family, report.network]] : networksOf(report);
}

/** A table of networks. */
export function tableOf(
	rows: readonly (readonly [label: string, network: Row, ...others: readonly unknown[]])[],
	columns: readonly Column<Row>[],
): Html {
	return html`<div class="scroll"><table><thead><tr><th></th>${columns.map(({ heading }) => html`<th>${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
		([label, network]) => html`<tr><td>${label}</td>${columns.map(({ cell }) => html`<td>${cell(network)}</td>`)}</tr>`,
	)}</tbody></table></div>`;
}

/** A whole document. Nothing in it runs, and nothing is fetched: the policy says so to the browser too. */
export function page(title: string, content: Html): string {
	const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
	return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="generator" content="Limbeck">
<title>${title}</title><style>${new Html(style)}</style></head>
<body><main><h1>${title}</h1>${content}</main></body></html>
`.text;
}

function results({ report, rows, details }: Shown): Content {
	const intervals = new Map(
		rows.flatMap(([label, network]) => {
			const interval = details?.details?.[nameOf(label)]?.accuracyInterval;
			return interval === undefined ? [] : [[network, percentInterval(interval)] as const];
		}),
	);
	const interval: Column<Row> = { heading: "accuracy, 95 %", cell: (network) => intervals.get(network) ?? "–" };
	const sentences = isTraining(report) ? [trainVerdict(report)] : verdict(report);
	const notes = isTraining(report) ? [] : (report.notes ?? []);
	const whose = report.seeds.length === 1 ? "" : "first seed, ";
	return html`${[...sentences, ...notes].map((sentence) => html`<p>${sentence}</p>`)}
${tableOf(rows, intervals.size === 0 ? columnsOf(rows) : [...columnsOf(rows), interval])}${
	intervals.size === 0
		? undefined
		: html`<p class="soft">Intervals: bootstrap over the test samples, ${whose}2,000 resamples.</p>`
}`;
}

function sizes({ rows }: Shown): Content {
	const networks = rows.flatMap(([label, { bytes, errors, std }]) =>
		errors === undefined ? [] : [{ series: seriesOf(label), bytes, errors, std: std?.errors }],
	);
	if (networks.length < 2) return undefined;
	return figure(
		plots.sizes("Test errors by size of the file", networks),
		"Errors on the test samples by the size of the file. Down and to the left is better.",
	);
}

function training({ metrics, report }: Shown): Content {
	const first = report.seeds[0];
	const own = metrics.filter(({ seed }) => seed === first);
	const pointsOf = (value: (line: (typeof own)[number]) => number | undefined): readonly CurvePoint[] =>
		own.flatMap((line) => {
			const at = value(line);
			return at === undefined ? [] : [{ series: seriesOf(labelOf(line)), epoch: line.epoch, value: at }];
		});
	const loss = pointsOf(({ kind, loss }) => (kind === "progress" ? loss : undefined));
	const errors = pointsOf(({ kind, errors }) => (kind === "validation" ? errors : undefined));
	const kl = pointsOf(({ kind, klToTeacher }) => (kind === "validation" ? klToTeacher : undefined));
	if (loss.length === 0) return undefined;
	return html`${legend([...loss, ...errors].map(({ series }) => series))}<div class="row">${figure(
		plots.curves("Training loss", loss, "loss", "log"),
		"Training loss, means over a few steps. Those who are taught minimise another loss than those who are not: heights do not compare.",
	)}${
		errors.length === 0
			? undefined
			: figure(plots.curves("Validation errors", errors, "errors", "linear"), "Errors on the validation samples.")
	}${
		kl.length === 0
			? undefined
			: figure(
					plots.curves("KL to the teacher", kl, "KL, nats", "linear"),
					"KL to the teacher on the validation samples.",
				)
	}</div>`;
}

function calibration({ rows, details }: Shown): Content {
	const known = rows.flatMap(([label]) => {
		const found = details?.details?.[nameOf(label)];
		return found === undefined ? [] : [{ label, ...found }];
	});
	if (known.length === 0) return undefined;
	return html`<p>Accuracy of the samples by confidence, the probability of the top class; on the diagonal a network is as
often right as it says. Area goes by the number of samples.</p><div class="row">${known.map(
		({ label, reliability, calibration: fitted }) =>
			figure(
				plots.reliability(`Reliability of ${label}`, reliability, seriesOf(label).color),
				html`${label}${
					fitted === undefined
						? undefined
						: html`<br>T = ${fitted.temperature.toPrecision(3)} fitted on validation:<br>NLL ${fitted.nll.toFixed(
								4,
							)}, ECE ${fitted.ece.toFixed(4)}`
				}`,
			),
	)}</div>`;
}

async function confusions({ details }: Shown): Promise<Content> {
	const exhibits = details?.exhibits;
	if (exhibits === undefined) return undefined;
	const pairs: Html[] = [];
	for (const { label, predicted, count: times, samples } of exhibits.confused) {
		const pictures: Html[] = [];
		for (const sample of samples) pictures.push(...(await picture(sample, exhibits, "sample small")));
		pairs.push(
			html`<div class="card"><h3>${label} taken for ${predicted}</h3><p class="soft">${
				times === 1 ? "once" : `${count(times)} times`
			}</p>${pictures}</div>`,
		);
	}
	return html`<p>Of ${titleOf(exhibits.of)}.${
		exhibits.confused.length === 0
			? " It confuses nothing."
			: " The pairs that it confuses most, with the first samples of each:"
	}</p><div class="row">${pairs}</div>${
		exhibits.confusion === undefined
			? undefined
			: figure(
					plots.confusion("Confusion matrix", exhibits.confusion, exhibits.classes),
					"A row for each true class, a column for each predicted one. Colour goes by the share of the row.",
				)
	}`;
}

/** Temperatures at which distributions are shown. */
function temperaturesOf({ report }: Shown): readonly number[] {
	const told = isTraining(report) ? undefined : report.recipe.distillation;
	const own = told !== undefined && "temperature" in told ? told.temperature : undefined;
	return [...new Set([1, own ?? 4])];
}

const shownClasses = 5;

async function darkKnowledge(run: Shown): Promise<Content> {
	const exhibits = run.details?.exhibits;
	const [teller] = Object.keys(exhibits?.soft[0]?.logits ?? {});
	if (exhibits === undefined || teller === undefined || isTraining(run.report)) return undefined;
	const temperatures = temperaturesOf(run);
	const cards: Html[] = [];
	for (const sample of exhibits.soft) {
		const names = Object.keys(sample.logits).filter((name) => name !== "baseline");
		const order = topClasses(sample.logits[teller] ?? [], exhibits.classes.length);
		const rows = names.map(
			(name) =>
				html`<tr><th scope="row">${titleOf(name)}</th>${temperatures.map((temperature) => {
					const shares = sharesOf(sample.logits[name] ?? [], temperature, order, exhibits.classes);
					const title = `${titleOf(name)}, T = ${String(temperature)}`;
					return html`<td>${plots.distribution(title, shares, seriesOf(titleOf(name)).color)}</td>`;
				})}</tr>`,
		);
		cards.push(
			html`<div class="card"><h3>${sample.label} ${await picture(sample, exhibits, "sample small")}</h3>
<table class="bars"><thead><tr><th></th>${temperatures.map((one) => html`<th>T = ${one}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
		);
	}
	return html`<p>What ${titleOf(teller)} says of single test samples that it has right, from a sure one to the least sure: the
shares of its ${shownClasses} most probable classes. A temperature divides the logits; it shows what the answer says of the
classes that are wrong, which is what the student learns from.</p><div class="row">${cards}</div>`;
}

function topClasses(logits: readonly number[], classes: number): readonly number[] {
	return Array.from({ length: classes }, (_, index) => index)
		.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0))
		.slice(0, shownClasses);
}

function sharesOf(
	logits: readonly number[],
	temperature: number,
	order: readonly number[],
	classes: readonly string[],
): readonly ClassShare[] {
	const logs = logSoftmaxRow(logits.map((value) => value / temperature));
	return order.map((index) => ({ name: classes[index] ?? "", share: Math.exp(logs[index] ?? -Infinity) }));
}

function steps({ details }: Shown): Content {
	if (details === undefined || details.steps.length === 0) return undefined;
	const found = details.steps.filter(({ state }) => state === "cached").length;
	const caption = found === 0 ? "" : ` ${count(found)} of ${count(details.steps.length)} were found in the store.`;
	return figure(plots.timeline("Steps of the run", details.steps), `When each step ran.${caption}`);
}

function again({ report, details }: Shown): Content {
	const { environment, data, recipe } = report;
	const command = `npx limbeck ${isTraining(report) ? "train" : "distill"} recipe.json`;
	return html`<p>Save this recipe as <code>recipe.json</code>, then <code>${command}</code>. The same version on the same
kind of processor gives the same networks to the last bit.</p><dl>
<dt>Limbeck</dt><dd>${environment.limbeck}, Node ${environment.node}, ${environment.platform}</dd>
<dt>Machine</dt><dd>${describeMachine(environment)}</dd>
<dt>Data</dt><dd>${data.fingerprint}</dd>${details === undefined ? undefined : html`<dt>Run</dt><dd>${details.run}</dd>`}</dl>
<details><summary>The recipe, every default filled in</summary><pre>${JSON.stringify(recipe, undefined, "  ")}</pre></details>`;
}

/** A picture and what it shows. */
export function figure(drawing: Html, caption: Content): Html {
	return html`<figure>${drawing}<figcaption>${caption}</figcaption></figure>`;
}

function legend(series: readonly Series[]): Html {
	const own = new Map(series.map((one) => [one.label, one]));
	const keys = Array.from(own.values(), ({ label, color }) => {
		return html`<span class="key"><i style="background:${color}"></i>${label}</span>`;
	});
	return html`<p class="legend">${keys}</p>`;
}

/** A sample as a picture; nothing where it is none. */
async function picture({ pixels, label }: ShownSample, { shape }: Exhibits, look: string): Promise<readonly Html[]> {
	if (pixels === undefined || shape === undefined) return [];
	const [channels, height, width] = shape;
	const planes = Buffer.from(pixels, "base64");
	const area = width * height;
	// Colours of a pixel stand together in a picture, and apart in a sample.
	const interleaved = Buffer.alloc(planes.length);
	for (let at = 0; at < planes.length; at++) {
		interleaved[(at % area) * channels + Math.floor(at / area)] = planes[at] ?? 0;
	}
	const raw = { width, height, channels: channels === 3 ? 3 : 1 } as const;
	const png = await sharp(interleaved, { raw }).png().toBuffer();
	return [
		html`<img class="${look}" alt="a sample of ${label}" src="data:image/png;base64,${png.toString("base64")}"> `,
	];
}

/** What results call a network, by what tables call it. */
const names: Readonly<Record<string, string>> = {
	"student, distilled": "student",
	"student, alone": "baseline",
	"alone, stopped early": "early-stopped",
	"all generations": "generations",
};

function nameOf(label: string): string {
	if (label.startsWith("teacher, all")) return "teacher";
	return names[label] ?? label.replace(" ", "-");
}

function titleOf(name: string): string {
	const known = Object.entries(names).find(([, one]) => one === name);
	return known?.[0] ?? name.replace("-", " ");
}

/** What tables call the network of a line of metrics. */
function labelOf({
	role,
	member,
}: {
	readonly role?: string | undefined;
	readonly member?: number | undefined;
}): string {
	const name = role === "earlyStopped" ? "early-stopped" : (role ?? "network");
	return titleOf(member === undefined ? name : `${name}-${String(member)}`);
}

const otherColors = ["--other-1", "--other-2", "--other-3"];

/** The same colour for the same network in all pictures. */
export function seriesOf(label: string): Series {
	const name = nameOf(label);
	const known = ["teacher", "student", "baseline"].find((role) => name.startsWith(role));
	const variable = known === undefined ? otherColors[name.length % otherColors.length] : `--${known}`;
	return { label, color: `var(${variable ?? ""})` };
}
