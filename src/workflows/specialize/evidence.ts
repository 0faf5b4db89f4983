import {
	type Evidence,
	fieldsOf,
	fromTeacher,
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
import type { RunSpecializeRecipe } from "./recipe.js";
import type { SpecializeSeedResult } from "./report.js";

/** The evidence of a run of specialists. */
export function specializeEvidence(
	recipe: RunSpecializeRecipe,
	results: readonly [SpecializeSeedResult, ...SpecializeSeedResult[]],
): Evidence {
	const [first] = results;
	const generalist = networkEvidence(results, {
		title: "the generalist",
		name: "generalist",
		fieldOf: fieldsOf("generalist"),
		trained: ({ trained }) => trained.generalist,
	});
	const distilled = networkEvidence(results, {
		title: "the network distilled back",
		name: "distilled",
		fieldOf: fieldsOf("student"),
		objective: taughtBy(recipe.distillation),
		trained: ({ trained }) => trained.distilled,
	});
	const combined = networkEvidence(results, { title: "the generalist with specialists", name: "combined" });
	return {
		...splitEvidence(first.evaluated, first.trained.generalist.data.validation),
		networks: present([generalist, ...specialistEvidence(results), combined, distilled]),
	};
}

/** How the specialists were trained. */
function specialistEvidence(results: readonly SpecializeSeedResult[]): readonly NetworkEvidence[] {
	const runs = results.flatMap(({ seed, trained }) =>
		trained.specialists.map((outcome, m): RunEvidence => {
			const of = results.length > 1 ? `seed ${String(seed)}, ` : "";
			return { name: `${of}specialist ${String(m + 1)}`, training: trainingEvidence(outcome, fromTeacher) };
		}),
	);
	return runs.length === 0 ? [] : [{ title: "a specialist", fieldOf: fieldsOf("specialist"), parameters: 0, runs }];
}
