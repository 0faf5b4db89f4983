/** What came of teaching, and whether a network knows anything, by the figures of a task other than classification. */
import { mean } from "../../metrics/index.js";
import { type FigureName, figureKinds, figureText } from "../../tasks/figures.js";
import { taskOf } from "../../tasks/index.js";
import {
	amount,
	capital,
	type Evidence,
	type Findings,
	type NetworkEvidence,
	type TeachingEvidence,
} from "./evidence.js";
import { shownBy } from "./teaching-checks.js";

/** A network's figure, the mean over its runs; absent where it is not known. */
function figureOf(network: NetworkEvidence | undefined, name: FigureName): number | undefined {
	const known = network?.runs.flatMap(({ quality }) => quality?.[name] ?? []) ?? [];
	return known.length === 0 ? undefined : mean(known);
}

/** What two networks are compared by. */
function compared(
	{ student, alone, studentAlone }: TeachingEvidence,
	{ task, test }: Evidence,
): { readonly name: FigureName; readonly text: string; readonly shown: ReturnType<typeof shownBy> } | undefined {
	if (task === undefined || studentAlone.length === 0) return undefined;
	const [name] = taskOf({ task }).measures;
	const [taught, own] = [figureOf(student, name), figureOf(alone, name)];
	if (taught === undefined || own === undefined) return undefined;
	const [better, worse] = [mean(studentAlone.map(({ onlyA }) => onlyA)), mean(studentAlone.map(({ onlyB }) => onlyB))];
	const p = studentAlone.map((one) => one.p.toPrecision(2)).join(", ");
	const seeds = studentAlone.length > 1 ? `, mean of ${String(studentAlone.length)} seeds` : "";
	const text =
		`${figureKinds[name].title} ${figureText(name, taught)}, alone ${figureText(name, own)} (${amount(test)} test samples${seeds}: ` +
		`better on ${amount(better)} of them, worse on ${amount(worse)}; sign test p = ${p})`;
	return { name, text, shown: shownBy(studentAlone) };
}

/** The student answers significantly more samples better than without a teacher. */
export function helpedByTask(teaching: TeachingEvidence, all: Evidence): Findings {
	const found = compared(teaching, all);
	if (found === undefined || !found.shown.significant || found.shown.gain <= 0) return [];
	return [{ text: `Distillation helped: ${found.text}.` }];
}

/** The student answers significantly more samples worse than without a teacher. */
export function harmedByTask(teaching: TeachingEvidence, all: Evidence): Findings {
	const found = compared(teaching, all);
	if (found === undefined || !found.shown.significant || found.shown.gain > 0) return [];
	return [
		{
			text: `Distillation did not help here: ${found.text}.`,
			hint: "Look at the teacher first; then at the objective (distillation) and its weight of the labels.",
		},
	];
}

/** The test does not show whether teaching helped. */
export function openByTask(teaching: TeachingEvidence, all: Evidence): Findings {
	const found = compared(teaching, all);
	if (found === undefined || found.shown.significant) return [];
	return [
		{
			text: `This test shows no difference between ${teaching.student.title} and ${teaching.alone?.title ?? ""}: ${found.text}.`,
			hint: "More test samples show smaller differences; several seeds (--seeds 5) show how much of it is chance.",
		},
	];
}

/** The teacher's figure is worse than its student's without it. */
export function teacherWorseByTask({ teacher, alone, teacherAlone }: TeachingEvidence, { task }: Evidence): Findings {
	if (task === undefined || teacher === undefined || alone === undefined || teacherAlone.length === 0) return [];
	const { gain, significant } = shownBy(teacherAlone);
	const [name] = taskOf({ task }).measures;
	const [taught, own] = [figureOf(teacher, name), figureOf(alone, name)];
	if (!significant || gain > 0 || taught === undefined || own === undefined) return [];
	const figures = `${figureKinds[name].title} ${figureText(name, taught)} against ${figureText(name, own)}`;
	return [
		{
			text: `${capital(teacher.title)} is worse than ${alone.title}: ${figures}. It has nothing to teach.`,
			hint:
				teacher.fieldOf === undefined
					? "Take a better teacher."
					: `Train a better teacher first: longer (${teacher.fieldOf("epochs")}), with less dropout, or a larger network.`,
		},
	];
}

/** A network that is no better than one answer for all samples. */
export function ignorantByTask(
	{ title, fieldOf, ...network }: NetworkEvidence,
	{ task, ignorant }: Evidence,
): Findings {
	if (task === undefined || ignorant === undefined) return [];
	const [name] = taskOf({ task }).measures;
	const [own, chance] = [figureOf({ title, ...network }, name), ignorant[name]];
	if (own === undefined || chance === undefined) return [];
	if (figureKinds[name].better === "less" ? own < chance : own > chance) return [];
	return [
		{
			text: `${capital(title)} is no better than one answer for all samples: ${figureKinds[name].title} ${figureText(name, own)}, where that has ${figureText(name, chance)}.`,
			hint:
				fieldOf === undefined
					? "Look at how it takes its samples (input), and in which order it gives its answers (classes)."
					: `Look whether its loss fell; train it longer (${fieldOf("epochs")}), or give it other samples or sizes.`,
		},
	];
}
