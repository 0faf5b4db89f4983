import { stripVTControlCharacters } from "node:util";
import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import type { DistillEvent } from "../workflows/distill/plan.js";
import { createProgress } from "./progress.js";
import type { Terminal } from "./terminal.js";

/** A terminal that remembers: every line told, and every line that the last one was replaced with. */
function recording(live: boolean, columns: number): Terminal & { readonly told: string[]; readonly moving: string[] } {
	const told: string[] = [];
	const moving: string[] = [];
	return {
		told,
		moving,
		live,
		columns,
		width: columns,
		colors: createColors(live),
		print: () => undefined,
		tell: (line) => told.push(line),
		replace: (line) => moving.push(line),
	};
}

const labels = { teacher: "teacher           ", student: "student, distilled", baseline: "student, alone    " };
const labelOf = ({ role }: DistillEvent): string => (role in labels ? labels[role as keyof typeof labels] : role);

/** What a network's training tells: a step, then what validation thinks of it, twenty times. */
function events(role: DistillEvent["role"]): readonly DistillEvent[] {
	return Array.from({ length: 20 }, (_, index): readonly DistillEvent[] => {
		const step = (index + 1) * 1000;
		const at = { seed: 7, role, step, epoch: step / 500 };
		return [
			{ ...at, kind: "progress", steps: 20_000, loss: 0.012345, throughput: 1_234_567 },
			{ ...at, kind: "validation", errors: 10, accuracy: 0.9 + step / 1e6, nll: 0.1 },
		];
	}).flat();
}

describe("createProgress", () => {
	it("tells four calm lines for each network where nobody watches", () => {
		const terminal = recording(false, 80);
		const show = createProgress(terminal, 1, labelOf);
		for (const event of [...events("teacher"), ...events("student")]) show(event);
		expect(terminal.moving).toEqual([]);
		expect(terminal.told).toEqual([
			"teacher: epoch 10.0 of 40.0, validation 90.50 %",
			"teacher: epoch 20.0 of 40.0, validation 91.00 %",
			"teacher: epoch 30.0 of 40.0, validation 91.50 %",
			"teacher: epoch 40.0 of 40.0, validation 92.00 %",
			"student, distilled: epoch 10.0 of 40.0, validation 90.50 %",
			"student, distilled: epoch 20.0 of 40.0, validation 91.00 %",
			"student, distilled: epoch 30.0 of 40.0, validation 91.50 %",
			"student, distilled: epoch 40.0 of 40.0, validation 92.00 %",
		]);
	});

	it("shows networks that train side by side in one line", () => {
		const terminal = recording(true, 100);
		const show = createProgress(terminal, 1, labelOf);
		const [a, b] = [events("teacher"), events("baseline")];
		a.forEach((event, k) => {
			for (const one of [event, b[k]]) if (one !== undefined) show(one);
		});
		const plain = terminal.moving.map(stripVTControlCharacters);
		expect(plain[3]).toBe("teacher ░░░░░░░░   5 % 90.10 %  student, alone ░░░░░░░░   5 % 90.10 %");
		expect(terminal.told.map((line) => stripVTControlCharacters(line).slice(0, 14))).toEqual([
			"teacher       ",
			"student, alone",
		]);
	});

	it.each([10, 40, 80, 120])("keeps a moving line within %i columns", (columns) => {
		const terminal = recording(true, columns);
		const show = createProgress(terminal, 3, labelOf);
		for (const event of events("student")) show(event);
		const lines = [...terminal.moving, ...terminal.told].map(stripVTControlCharacters);
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
		expect(lines.every((line) => line.startsWith("student,".slice(0, columns - 1)))).toBe(true);
	});

	it("ends each network's line with its last validation", () => {
		const terminal = recording(true, 120);
		const show = createProgress(terminal, 1, labelOf);
		for (const event of [...events("teacher"), ...events("baseline")]) show(event);
		expect(terminal.told.map(stripVTControlCharacters)).toEqual([
			"teacher            ████████████████████████ 100 %  validation 92.00 %  loss 0.0123  1,234,567 samples/s",
			"student, alone     ████████████████████████ 100 %  validation 92.00 %  loss 0.0123  1,234,567 samples/s",
		]);
	});

	it("starts each network without the validation of the one before", () => {
		const terminal = recording(true, 120);
		const show = createProgress(terminal, 1, labelOf);
		for (const event of [...events("teacher"), ...events("student").slice(0, 1)]) show(event);
		expect(terminal.moving.at(-1)).not.toContain("validation");
	});
});
