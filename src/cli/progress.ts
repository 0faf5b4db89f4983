import type { Role } from "../distill/report.js";
import type { DistillEvent } from "../pipeline/distill.js";
import type { Terminal } from "./terminal.js";

const labels: Readonly<Record<Role, string>> = {
	teacher: "teacher",
	student: "student, distilled",
	baseline: "student, alone",
};

const barWidth = 24;

/**
 * Shows training as it goes: a bar that moves where a person watches, a line now and then where the output is a file.
 *
 * @param seeds - how many seeds the run has; named where there are several.
 */
export function createProgress(terminal: Terminal, seeds: number): (event: DistillEvent) => void {
	const { colors, live, replace, tell } = terminal;
	let accuracy = "";
	let current = "";
	return (event) => {
		const label = `${labels[event.role]}${seeds > 1 ? ` (seed ${String(event.seed)})` : ""}`;
		if (label !== current) accuracy = "";
		current = label;
		if (event.kind === "validation") {
			accuracy = `validation ${(100 * event.accuracy).toFixed(2)} %`;
			if (!live) tell(`${label}: epoch ${event.epoch.toFixed(1)}, ${accuracy}`);
			return;
		}
		if (!live) return;
		const share = event.step / event.steps;
		const filled = Math.round(share * barWidth);
		const bar = colors.cyan("█".repeat(filled)) + colors.dim("░".repeat(barWidth - filled));
		const rate = `${Math.round(event.throughput).toLocaleString("en-US")} samples/s`;
		const line = [
			`${label.padEnd(19)} ${bar} ${String(Math.floor(100 * share)).padStart(3)} %`,
			`loss ${event.loss.toPrecision(3)}`,
			...(accuracy === "" ? [] : [accuracy]),
			colors.dim(rate),
		].join("  ");
		if (event.step < event.steps) replace(line);
		else tell(line);
	};
}
