/** The page of one run: its steps, its curves, what it confuses, and its results when it is done. */
import { LimbeckError } from "../errors.js";
import { megabytes } from "../pipeline/preflight.js";
import type { RunRecord, StepRecord } from "../pipeline/records.js";
import { paragraphs } from "../report/html/blocks.js";
import { type Content, type Html, html } from "../report/html/html.js";
import { networkLooks, networkName } from "../report/networks.js";
import { count, duration } from "../report/numbers.js";
import { workflowOf } from "../workflows/index.js";
import type { Part } from "./live.js";
import { resultsOf } from "./results.js";
import type { LogPoint, Progress, TrainingLog } from "./run-log.js";
import { secondsOf, stateOf, timeOf } from "./runs-page.js";
import { type Surroundings, sectionPart, type View } from "./view.js";

/** A picture, and what it was drawn from. */
interface Drawn {
	readonly from: string;
	readonly at: number;
	readonly html: Html | undefined;
}

/** What the pages of runs keep from one look to the next, so that nothing is drawn twice. */
export interface Drawings {
	readonly curves: Map<string, Drawn>;
	readonly live: Map<string, Html | undefined>;
	readonly ended: WeakMap<RunRecord, View>;
}

/** Nothing drawn yet. */
export const noDrawings = (): Drawings => ({ curves: new Map(), live: new Map(), ended: new WeakMap() });

/** Curves that grow are drawn again so often. */
const redrawMs = 2000;

/** One run; `undefined` where there is none of that name. */
export async function runView(id: string, around: Surroundings, drawings: Drawings): Promise<View | undefined> {
	const run = await around.records.find(id);
	if (run === undefined) return undefined;
	const before = drawings.ended.get(run);
	if (before !== undefined) return before;
	const trainings = await around.logs.read(id);
	const results = run.state === "done" ? await resultsOf(run) : undefined;
	const live = await liveOf(run, around, drawings);
	const parts: readonly Part[] = [
		{ id: "facts", into: "parts", html: factsOf(run) },
		sectionPart("steps", "Steps", stepsOf(run, trainings)),
		sectionPart("results", "Results", results),
		sectionPart("curves", "Training", await curvesOf(run, trainings, drawings)),
		sectionPart("live", live?.title ?? "", live?.html),
	];
	const view = { title: id, parts, body: html`<div id="parts">${parts.map((part) => part.html)}</div>` };
	if (run.state !== "running") drawings.ended.set(run, view);
	return view;
}

function factsOf(run: RunRecord): Html {
	const { command, recipe, created, out, error, process: worker, state, threads } = run;
	const next =
		state === "stopped" || state === "failed"
			? html`<dt>go on</dt><dd><code>npx limbeck resume ${run.id}</code></dd>`
			: undefined;
	return html`<div id="facts"><dl><dt>state</dt><dd>${stateOf(run)}</dd><dt>command</dt><dd>limbeck ${command}, recipe ${String(
		recipe["name"],
	)}</dd><dt>started</dt><dd>${timeOf(created)}, ${duration(secondsOf(run))} ${state === "running" ? "ago" : "in all"}</dd>
<dt>results</dt><dd>${out}</dd><dt>where</dt><dd>${worker.host}, process ${worker.pid}, threads: ${threads}</dd>${next}</dl>${
		error === undefined ? undefined : html`<p class="error">${error}</p>`
	}</div>`;
}

function stepsOf({ steps }: RunRecord, trainings: readonly TrainingLog[]): Html {
	const byLabel = new Map(trainings.map((one) => [one.label, one]));
	const notes = trainings.flatMap(({ label, notes: told }) => told.map((text) => `${label}: ${text}`));
	const rows = steps.map((step) => {
		const progress = step.state === "cached" ? undefined : byLabel.get(step.label)?.progress;
		const cells = [
			["state", stateOf(step)],
			["time", step.seconds === undefined ? undefined : `${step.seconds.toFixed(1)} s`],
			...(progress === undefined ? progressHeadings.map((name) => [name] as const) : progressCells(step, progress)),
		] as const;
		return html`<tr><th scope="row">${step.label}</th>${cells.map(
			([name, content]) => html`<td data-label="${name}">${content}</td>`,
		)}</tr>`;
	});
	const headings = ["step", "state", "time", ...progressHeadings].map((name) => html`<th>${name}</th>`);
	return html`<div class="scroll"><table class="cards"><thead><tr>${headings}</tr></thead><tbody>${rows}</tbody></table></div>${
		notes.length === 0 ? undefined : paragraphs(notes)
	}`;
}

const progressHeadings = ["progress", "left", "loss", "samples/s", "memory"] as const;

function progressCells(
	{ label, state }: StepRecord,
	{ step, steps, loss, throughput, memory, left }: Progress,
): readonly (readonly [name: string, content: Content])[] {
	const share = step / steps;
	const percent = `${String(Math.floor(100 * share))} %`;
	const live = state === "running";
	const bar = html`<progress max="1" value="${share.toFixed(3)}" aria-label="progress of ${label}"></progress> ${percent}`;
	return [
		["progress", live ? bar : percent],
		["left", live && left !== undefined ? duration(left) : undefined],
		["loss", loss.toPrecision(3)],
		["samples/s", count(throughput)],
		["memory", memory === undefined ? undefined : megabytes(memory)],
	];
}

/** A line has no more points: there are not more columns of pixels. */
const mostPoints = 300;

async function curvesOf(
	{ id, command, state }: RunRecord,
	trainings: readonly TrainingLog[],
	{ curves }: Drawings,
): Promise<Html | undefined> {
	const from = trainings.map(({ losses, errors, kl }) => [losses.length, errors.length, kl.length]).join(" ");
	const before = curves.get(id);
	const fresh = before !== undefined && state === "running" && performance.now() - before.at < redrawMs;
	if (before !== undefined && (before.from === from || fresh)) return before.html;
	// Drawing takes a while to load, and the list draws nothing.
	const sections = await import("../report/html/sections.js");
	const { seriesOf } = (await workflowOf(command)?.networks?.()) ?? networkLooks({});
	const points = (of: (training: TrainingLog) => readonly LogPoint[]) =>
		trainings.flatMap((training) => {
			const series = seriesOf(networkName(training.part));
			return thinned(of(training)).map((point) => ({ ...point, line: training.label, series }));
		});
	const drawn = sections.curvesOf({
		loss: points(({ losses }) => losses),
		errors: points(({ errors }) => errors),
		kl: points(({ kl }) => kl),
	});
	curves.set(id, { from, at: performance.now(), html: drawn });
	return drawn;
}

function thinned(points: readonly LogPoint[]): readonly LogPoint[] {
	const stride = Math.ceil(points.length / mostPoints);
	return points.filter((_, k) => k % stride === 0 || k === points.length - 1);
}

/** What the workflow shows of a run before it ends: of a step's result in the store, made by this run or not. */
async function liveOf(
	{ command, steps }: RunRecord,
	{ store }: Surroundings,
	{ live }: Drawings,
): Promise<{ readonly title: string; readonly html: Html | undefined } | undefined> {
	const picture = await workflowOf(command)?.live?.();
	const step = steps.find(({ kind, state }) => kind === picture?.step && (state === "done" || state === "cached"));
	if (picture === undefined || step === undefined) return undefined;
	const { title, draw } = picture;
	if (!live.has(step.key)) {
		const entry = await store.find(step.key);
		live.set(step.key, entry === undefined ? undefined : await draw(entry.result));
	}
	return { title, html: live.get(step.key) };
}

/** What an error says to people: where, what was expected, what was got, how to mend it. */
export function sentencesOf(error: unknown): readonly string[] {
	if (!(error instanceof LimbeckError)) throw error;
	const { where, expected, got, hint } = error;
	return [`${where}: expected ${expected}, got ${got}.`, ...(hint === undefined ? [] : [hint])];
}
