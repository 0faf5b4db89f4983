import {
	type Evidence,
	fieldsOf,
	fromLabels,
	type NetworkEvidence,
	type RunEvidence,
} from "../../distill/diagnosis/evidence.js";
import {
	networkEvidence,
	present,
	splitEvidence,
	taughtBy,
	trainingEvidence,
} from "../../distill/diagnosis/of-networks.js";
import { comparisonOf } from "../../distill/evaluation.js";
import type { RunRecipe } from "./recipe.js";
import type { SeedResult } from "./report.js";

/** The evidence of a distillation. */
export function distillEvidence(recipe: RunRecipe, results: readonly [SeedResult, ...SeedResult[]]): Evidence {
	const [first] = results;
	const last = first.trained.links.length - 1;
	const taught = first.trained.links.map((link, k) =>
		networkEvidence(results, {
			...linkTitle(link.name, k === last),
			name: link.name,
			objective: taughtBy(recipe.distillation),
			trained: ({ trained }) => trained.links[k]?.outcome,
		}),
	);
	const teacher = teacherEvidence(recipe, results);
	const alone = networkEvidence(results, {
		title: "the student alone",
		name: "baseline",
		fieldOf: fieldsOf("student"),
		trained: ({ trained }) => trained.baseline,
	});
	const student = taught[last];
	const compared = (name: string) =>
		results.flatMap(({ evaluated }) => comparisonOf(evaluated, name, "baseline") ?? []);
	return {
		...splitEvidence(first.evaluated, first.trained.links[0]?.outcome.data.validation ?? 0),
		networks: present([teacher, ...memberEvidence(recipe, results), alone, ...taught]),
		...(student === undefined
			? {}
			: {
					teaching: {
						teacher,
						student,
						alone,
						studentAlone: compared("student"),
						teacherAlone: compared("teacher"),
						sameSize: recipe.generations > 1 || recipe.student.fraction !== undefined,
					},
				}),
	};
}

function linkTitle(
	name: string,
	isStudent: boolean,
): { readonly title: string; readonly fieldOf: (field: string) => string } {
	if (isStudent) return { title: "the distilled student", fieldOf: fieldsOf("student") };
	const [, role = name, member = "1"] = /^([a-z]+)-(\d+)$/.exec(name) ?? [];
	// Generations are the student, trained again.
	const options = role === "assistant" ? `chain.${String(Number(member) - 1)}` : "student";
	return { title: `${role} ${member}`, fieldOf: fieldsOf(options) };
}

/** The teacher, several as one; the training is that of a single one. */
function teacherEvidence({ teacher }: RunRecipe, results: readonly SeedResult[]): NetworkEvidence | undefined {
	const single = teacher.family !== "ensemble" && results.every(({ trained }) => trained.teacher.length === 1);
	const isGiven = results.every(({ trained }) => trained.teacher.length === 0);
	return networkEvidence(results, {
		title: "the teacher",
		name: "teacher",
		...(isGiven || teacher.family === "ensemble" ? {} : { fieldOf: fieldsOf("teacher") }),
		...(teacher.family === "file" ? { option: "teacher" } : {}),
		...(single ? { trained: ({ trained }: SeedResult) => trained.teacher[0] } : {}),
	});
}

/** How the members of an ensemble were trained. */
function memberEvidence({ teacher }: RunRecipe, results: readonly SeedResult[]): readonly NetworkEvidence[] {
	const runs = results.flatMap(({ seed, trained }) =>
		trained.teacher.map((outcome, k): RunEvidence => {
			const of = results.length > 1 ? `seed ${String(seed)}, ` : "";
			return { name: `${of}teacher ${String(k + 1)}`, training: trainingEvidence(outcome, fromLabels) };
		}),
	);
	if (teacher.family !== "ensemble" && runs.length <= results.length) return [];
	const entry = teacher.family === "ensemble" ? teacher.members.findIndex(({ family }) => family !== "file") : -1;
	const options = entry === -1 ? "teacher" : `teacher.members.${String(entry)}`;
	return [{ title: "a teacher of the ensemble", fieldOf: fieldsOf(options), parameters: 0, runs }];
}
