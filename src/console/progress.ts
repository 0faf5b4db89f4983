import { stripVTControlCharacters } from "node:util";
import type { SeedEvent } from "../pipeline/run-types.js";
import { duration } from "../report/numbers.js";
import { figureKinds, figureNames, figureText } from "../tasks/figures.js";
import type { Terminal } from "./terminal.js";

/** How far one network's training has come. */
interface Training {
	readonly label: string;
	/** When its first event came, in ms, and the step of that event. */
	readonly started: number;
	readonly firstStep: number;
	readonly progress: Extract<SeedEvent, { readonly kind: "progress" }>;
	/** What the last validation said; empty before the first. */
	readonly validation: string;
	/** Quarters of the run that have their line, where lines do not move. */
	readonly quarters: number;
}

/**
 * Shows training as it goes: a line that moves where a person watches, a line for each quarter of the work where the
 * output is a file.
 *
 * @param seeds - how many seeds the run has; named where there are several.
 * @param labelOf - whose event it is; filled up to one width, so that moving lines stand in columns.
 */
export function createProgress<Event extends SeedEvent>(
	terminal: Terminal,
	seeds: number,
	labelOf: (event: Event) => string,
): (event: Event) => void {
	// Those that train; several may side by side.
	const trainings = new Map<string, Training>();
	const showLive = (): void => {
		const [first, ...others] = trainings.values();
		if (first === undefined) return;
		terminal.replace(others.length === 0 ? liveLine(first, terminal) : sharedLine([first, ...others], terminal));
	};
	return (event) => {
		const network = labelOf(event);
		const label = seeds > 1 ? `${network.trimEnd()}, seed ${event.seed}`.padEnd(network.length) : network;
		const before = trainings.get(label);
		if (event.kind === "progress") {
			const fresh = { label, started: performance.now(), firstStep: event.step, validation: "", quarters: 0 };
			const training: Training = { ...(before ?? fresh), progress: event };
			trainings.set(label, training);
			if (terminal.live) showLive();
		} else if (event.kind === "validation" && before !== undefined) {
			// Validation follows the progress that it belongs to, and is the last event of every network.
			const quarters = Math.floor((4 * event.step) / before.progress.steps);
			const training: Training = { ...before, validation: `validation ${validated(event)}`, quarters };
			trainings.set(label, training);
			const ended = event.step === before.progress.steps;
			if (ended) trainings.delete(label);
			if (!terminal.live) {
				if (quarters > before.quarters) terminal.tell(calmLine(training));
			} else if (ended) terminal.tell(liveLine(training, terminal));
			else showLive();
		} else {
			for (const note of notesOf(event)) terminal.tell(`${label.trimEnd()}: ${note}`);
		}
	};
}

/** What a look at validation says, in short. */
function validated(event: Extract<SeedEvent, { readonly kind: "validation" }>): string {
	const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
	const { accuracy, agreement, klToTeacher } = event;
	if (accuracy !== undefined) return percent(accuracy);
	if (agreement !== undefined && klToTeacher !== undefined) {
		return `agreement ${percent(agreement)}, KL ${klToTeacher.toFixed(4)}`;
	}
	const [name] = figureNames.filter((one) => event[one] !== undefined);
	return name === undefined ? "" : `${figureKinds[name].title} ${figureText(name, event[name] ?? 0)}`;
}

/** What an event says that a person should know. */
function notesOf(event: SeedEvent): readonly string[] {
	if (event.kind === "note") return [event.text];
	if (event.kind !== "teacher") return [];
	return event.members.flatMap(({ where, outputs, reason, notes = [] }) => [
		...(outputs === "logits" ? [] : [`${where} gives ${outputs}: ${reason}`]),
		...notes,
	]);
}

function calmLine({ label, validation, progress: { epoch, step, steps } }: Training): string {
	const epochs = (epoch * steps) / step;
	return `${label.trimEnd()}: epoch ${epoch.toFixed(1)} of ${epochs.toFixed(1)}, ${validation}`;
}

function liveLine(
	{ label, validation, progress, started, firstStep }: Training,
	{ colors, columns }: Terminal,
): string {
	const { step, steps, loss, throughput } = progress;
	const perStep = (performance.now() - started) / (step - firstStep);
	const parts = [
		`${label} ${bar(step / steps, columns < 100 ? 8 : 24, colors)}`,
		...(validation === "" ? [] : [validation]),
		`loss ${loss.toPrecision(3)}`,
		...(step > firstStep && step < steps ? [`${duration((perStep * (steps - step)) / 1000)} left`] : []),
		colors.dim(`${Math.round(throughput).toLocaleString("en-US")} samples/s`),
	];
	return fitted(parts, columns - 1);
}

/** Several networks in a line. */
function sharedLine(trainings: readonly Training[], { colors, columns }: Terminal): string {
	const parts = trainings.map(({ label, validation, progress: { step, steps } }) => {
		const seen = validation === "" ? "" : ` ${validation.replace("validation ", "")}`;
		return `${label.trimEnd()} ${bar(step / steps, 8, colors)}${seen}`;
	});
	return fitted(parts, columns - 1);
}

/** As many parts, from the first on, as fit into a line. */
export function fitted(parts: readonly string[], columns: number): string {
	const line = parts.join("  ");
	const plain = stripVTControlCharacters(line);
	if (plain.length <= columns) return line;
	return parts.length > 1 ? fitted(parts.slice(0, -1), columns) : plain.slice(0, columns);
}

/** A bar of `width` columns and the percentage. */
export function bar(share: number, width: number, colors: Terminal["colors"]): string {
	const filled = Math.round(share * width);
	const percent = `${String(Math.floor(100 * share)).padStart(3)} %`;
	return `${colors.cyan("█".repeat(filled))}${colors.dim("░".repeat(width - filled))} ${percent}`;
}
