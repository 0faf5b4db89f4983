import type { Evidence, NetworkEvidence } from "../distill/diagnosis/evidence.js";
import { trainingEvidence } from "../distill/diagnosis/of-reports.js";
import type { SpeechSeedResult } from "./report.js";

/** The evidence of an experiment with speech: how its nets were trained; what is right is counted in frames. */
export function speechEvidence(results: readonly [SpeechSeedResult, ...SpeechSeedResult[]]): Evidence {
	const [{ aligned, judged, trained }] = results;
	return {
		...{ split: "test", test: judged.test.frames, validation: aligned.validation.frames },
		networks: Object.keys(trained).map((name) => networkEvidence(name, results)),
	};
}

function networkEvidence(name: string, results: readonly SpeechSeedResult[]): NetworkEvidence {
	const runs = results.flatMap(({ seed, trained }) => {
		const outcome = trained[name];
		if (outcome === undefined) return [];
		const { trainAccuracy } = outcome;
		const learned = trainAccuracy === undefined ? undefined : { accuracy: trainAccuracy };
		return [
			{ name: `seed ${String(seed)}`, training: trainingEvidence(outcome, outcome.teacher === undefined), learned },
		];
	});
	return { title: `the net ${name}`, options: name.startsWith("few-") ? "few" : "network", parameters: 0, runs };
}
