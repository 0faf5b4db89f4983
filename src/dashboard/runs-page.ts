/** The list of all runs. */
import type { RunRecord } from "../pipeline/records.js";
import { type Html, html } from "../report/html/html.js";
import { count, duration } from "../report/numbers.js";
import type { Part } from "./live.js";
import type { TrainingLog } from "./run-log.js";
import type { Surroundings, View } from "./view.js";

/** Every run, the newest first. */
export async function runsView({ records, logs }: Surroundings): Promise<View> {
	const runs = await records.list();
	logs.keep(new Set(runs.map(({ id }) => id)));
	const rows = await Promise.all(
		runs.map(async (run): Promise<Part> => {
			const html = run.state === "running" ? rowOf(run, await logs.read(run.id)) : endedRow(run);
			return { id: `run-${run.id}`, into: "runs", html };
		}),
	);
	const summary: Part = { id: "summary", into: "head", html: summaryOf(runs) };
	return {
		title: "Runs",
		parts: [summary, ...rows],
		body: html`<div id="head">${summary.html}</div>
<form class="tools" role="search"><label>Filter <input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="name, command, state"></label><button form="compare">Compare the marked</button><span id="shown" class="soft" role="status"></span></form>
<form id="compare" action="/compare" method="get"><div class="scroll"><table class="cards"><thead><tr><th><span class="unseen">mark</span></th><th>run</th><th>command</th><th>state</th><th>steps</th><th>started</th><th>time</th></tr></thead>
<tbody id="runs">${rows.map((row) => row.html)}</tbody></table></div></form>
<p class="soft keys"><kbd>j</kbd> <kbd>k</kbd> next and previous run, <kbd>Enter</kbd> open, <kbd>x</kbd> mark, <kbd>c</kbd> compare, <kbd>/</kbd> filter</p>`,
	};
}

function summaryOf(runs: readonly RunRecord[]): Html {
	const states = (["running", "done", "failed", "stopped"] as const).flatMap((state) => {
		const those = runs.filter((run) => run.state === state).length;
		return those === 0 ? [] : [`${count(those)} ${state}`];
	});
	const told =
		runs.length === 0 ? "None yet: npx limbeck distill makes one." : `${count(runs.length)}: ${states.join(", ")}.`;
	return html`<p id="summary" class="soft">${told}</p>`;
}

const clock = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });

/** A time of day as this machine has it. */
export const timeOf = (iso: string): string => clock.format(new Date(iso));

/** A state with its name and its colour. */
export const stateOf = ({ state }: { readonly state: string }): Html =>
	html`<span class="state ${state}">${state}</span>`;

/** Seconds from a run's beginning to its last change, or to now where it goes on. */
export function secondsOf({ created, updated, state }: RunRecord): number {
	return Math.max(0, ((state === "running" ? Date.now() : Date.parse(updated)) - Date.parse(created)) / 1000);
}

const endedRows = new WeakMap<RunRecord, Html>();

/** The row of a run that has ended, which stays as long as its record. */
function endedRow(run: RunRecord): Html {
	const row = endedRows.get(run) ?? rowOf(run, []);
	endedRows.set(run, row);
	return row;
}

function rowOf(run: RunRecord, trainings: readonly TrainingLog[]): Html {
	const { id, command, steps, created, state, error } = run;
	const done = steps.filter((step) => step.state === "done" || step.state === "cached").length;
	const box =
		state === "done"
			? html`<input type="checkbox" name="run" value="${id}" aria-label="mark ${id}">`
			: html`<span class="unseen">not done</span>`;
	return html`<tr id="run-${id}"><td>${box}</td><th scope="row"><a href="/runs/${id}">${id}</a>${
		error === undefined ? undefined : html`<p class="error" title="${error}">${firstLine(error)}</p>`
	}</th><td data-label="command">${command}</td><td data-label="state">${stateOf(run)}</td><td data-label="steps">${done} of ${
		steps.length
	}${nowOf(run, trainings)}</td><td data-label="started">${timeOf(created)}</td><td data-label="time">${duration(secondsOf(run))}</td></tr>`;
}

const firstLine = (text: string): string => {
	const [line = ""] = text.split("\n");
	return line.length > 160 ? `${line.slice(0, 160)}…` : line;
};

/** The step that is at work, and how far it is. */
function nowOf({ steps }: RunRecord, trainings: readonly TrainingLog[]): Html | undefined {
	const running = steps.find((step) => step.state === "running");
	if (running === undefined) return undefined;
	const progress = trainings.find(({ label }) => label === running.label)?.progress;
	const share = progress === undefined ? undefined : progress.step / progress.steps;
	const left = progress?.left === undefined ? "" : `, ${duration(progress.left)} left`;
	return html`<p class="soft">${running.label}${share === undefined ? "" : ` ${String(Math.floor(100 * share))} %${left}`}</p>`;
}
