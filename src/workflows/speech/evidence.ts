import { type Evidence, fromLabels, fromTeacher, type NetworkEvidence } from "../../distill/diagnosis/evidence.js";
import { trainingEvidence } from "../../distill/diagnosis/of-networks.js";
import type { SpeechRecipe } from "./recipe.js";
import type { SpeechSeedResult } from "./report.js";

type Results = readonly [SpeechSeedResult, ...SpeechSeedResult[]];

/** The evidence of an experiment with speech: how its nets were trained; what is right is counted in frames. */
export function speechEvidence(recipe: SpeechRecipe, results: Results): Evidence {
	const [{ aligned, judged, trained }] = results;
	return {
		split: "test",
		test: judged.test.frames,
		validation: aligned.validation.frames,
		networks: Object.keys(trained).map((name) => networkEvidence(name, recipe, results)),
	};
}

function networkEvidence(name: string, recipe: SpeechRecipe, results: Results): NetworkEvidence {
	const runs = results.flatMap(({ seed, trained }) => {
		const outcome = trained[name];
		if (outcome === undefined) return [];
		const { trainAccuracy, teacher } = outcome;
		const learned = trainAccuracy === undefined ? undefined : { accuracy: trainAccuracy };
		const objective = teacher === undefined ? fromLabels : fromTeacher;
		return [{ name: `seed ${String(seed)}`, training: trainingEvidence(outcome, objective), learned }];
	});
	return { title: `the net ${name}`, fieldOf: (field) => fieldOf(name, field, recipe), parameters: 0, runs };
}

/** What the recipe calls a field of a net: most are those of all nets. */
function fieldOf(name: string, field: string, { few, student }: SpeechRecipe): string {
	const own = name.startsWith("few-")
		? { few }
		: { student: ["distilled", "student-alone"].includes(name) ? student : {} };
	const [owner] = Object.entries(own).flatMap(([at, fields]) => (field in (fields ?? {}) ? [at] : []));
	return `${owner ?? "network"}.${field}`;
}
