import type { Report, Role } from "../distill/report.js";

/** One column of the result table: its heading, and the cell of a network. */
interface Column {
	readonly heading: string;
	readonly cell: (network: Report[Role]) => string;
}

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A mean, with its deviation where there are several seeds. */
function spread(value: number, deviation: number | undefined, digits: number): string {
	return deviation === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

const columns: readonly Column[] = [
	{ heading: "errors", cell: ({ errors, std }) => spread(errors, std?.errors, std === undefined ? 0 : 1) },
	{ heading: "accuracy", cell: ({ accuracy, std }) => `${spread(100 * accuracy, std && 100 * std.accuracy, 2)} %` },
	{ heading: "NLL", cell: ({ nll, std }) => spread(nll, std?.nll, 4) },
	{ heading: "ECE", cell: ({ ece, std }) => spread(ece, std?.ece, 4) },
	{ heading: "parameters", cell: ({ parameters }) => number.format(parameters) },
	{ heading: "kB", cell: ({ bytes }) => number.format(bytes / 1000) },
	{ heading: "ms/sample", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	{ heading: "trained in", cell: ({ trainSeconds }) => `${trainSeconds.toFixed(1)} s` },
];

const rows: readonly (readonly [label: string, role: Role])[] = [
	["teacher", "teacher"],
	["student, alone", "baseline"],
	["student, distilled", "student"],
];

/** The report's results as lines of text: a table, and what it means. */
export function reportTable(report: Report): string {
	const table = [
		["", ...columns.map(({ heading }) => heading)],
		...rows.map(([label, role]) => [label, ...columns.map(({ cell }) => cell(report[role]))]),
	];
	const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
	const lines = table.map((row) =>
		row
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
			.join("  "),
	);
	return [...lines, "", ...verdict(report)].join("\n");
}

/** What the numbers say, in sentences; nothing is claimed that they do not show. */
function verdict({ student, baseline, data, mcnemar, seeds }: Report): readonly string[] {
	const saved = baseline.errors - student.errors;
	const test = `${number.format(data.test)} test samples${seeds.length > 1 ? `, mean of ${seeds.length} seeds` : ""}`;
	const change =
		saved > 0
			? `Distillation saved ${saved.toFixed(seeds.length > 1 ? 1 : 0)} of the student's ${baseline.errors.toFixed(seeds.length > 1 ? 1 : 0)} errors`
			: `Distillation did not help here: ${Math.abs(saved).toFixed(seeds.length > 1 ? 1 : 0)} errors more than the student alone`;
	const p = [mcnemar].flat().map((test) => test.p.toPrecision(2));
	const fidelity = `agrees with the teacher on ${(100 * student.agreement).toFixed(2)} %`;
	return [
		`${change} (${test}; McNemar's p = ${p.join(", ")}).`,
		`The distilled student ${fidelity}; KL to it ${student.klToTeacher.toFixed(4)}.`,
	];
}
