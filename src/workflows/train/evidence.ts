import { type Evidence, fieldsOf } from "../../distill/diagnosis/evidence.js";
import { networkEvidence, present, splitEvidence } from "../../distill/diagnosis/of-networks.js";
import type { TrainSeedResult } from "./report.js";

/** The evidence of a training. */
export function trainEvidence(results: readonly [TrainSeedResult, ...TrainSeedResult[]]): Evidence {
	const [first] = results;
	return {
		...splitEvidence(first.evaluated, first.trained.data.validation),
		networks: present([
			networkEvidence(results, {
				title: "the network",
				name: "network",
				fieldOf: fieldsOf("network"),
				trained: ({ trained }) => trained,
			}),
		]),
	};
}
