/** Runs a study: its networks through the pipeline, its findings from what was measured. */
import { fitRecipe } from "../../distill/data-fit.js";
import { isLabelled } from "../../distill/evaluation.js";
import { combine, dataReport, evaluationOf, networkReport } from "../../distill/network-report.js";
import { LimbeckError } from "../../errors.js";
import { identifyData } from "../../pipeline/data-identity.js";
import type { ExperimentEvent, ExperimentResult } from "../../pipeline/experiment.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions } from "../../pipeline/run-types.js";
import type { StudyReport } from "./report.js";
import { type StudyRecipe, studyOf } from "./studies.js";
import type { Measurements, NetworkMeasures } from "./study.js";

/** How a study runs. */
export type StudyOptions = RunOptions<ExperimentEvent>;

/**
 * Runs a study: for every seed its networks, then all of them on the test set, which nothing before has seen; then what
 * they say. Leaves `report.json`, `details.json` and `metrics.jsonl` in `out`; the networks stay in the store.
 *
 * @throws LimbeckError of every category.
 */
export function study(recipe: StudyRecipe, options: StudyOptions): Promise<StudyReport> {
	return executeRun(runOf(recipe), options);
}

/** The steps of {@link study}, and which of them are in the store. */
export function planStudy(recipe: StudyRecipe, options: StudyOptions): Promise<readonly PlanLine[]> {
	return planLines(runOf(recipe), options);
}

function runOf(recipe: StudyRecipe): Run<ExperimentEvent, ExperimentResult, StudyReport> {
	const { title, question, dataOf, plan, findings } = studyOf(recipe.name);
	const data = dataOf?.(recipe) ?? recipe.data;
	return {
		command: "study",
		recipe,
		identify: (store, how) => identifyData(store, data, how),
		fitted: (identity) => fitRecipe(recipe, identity).notices,
		planSeed: (context) => plan(fitRecipe(recipe, context.data).recipe, context),
		assemble(results, environment, created, identity) {
			const fitted = fitRecipe(recipe, identity).recipe;
			const [first] = results;
			const measured = measurementsOf(results);
			const [trained] = Object.values(first.trained);
			if (trained === undefined) throw new TypeError(`study ${recipe.name}: expected networks, got none`);
			return {
				schema: 1,
				kind: "study",
				created,
				study: recipe.name,
				title,
				question,
				...findings(fitted, measured),
				recipe: fitted,
				seeds: results.map(({ seed }) => seed),
				data: dataReport(trained, first.evaluated),
				networks: Object.fromEntries(
					Object.keys(first.evaluated.models).map((name) => [
						name,
						combine(measured.of(name).map((measures, k) => ({ seed: results[k]?.seed ?? 0, measures }))),
					]),
				),
				environment,
			};
		},
	};
}

function measurementsOf(results: readonly ExperimentResult[]): Measurements {
	return {
		results,
		of: (name) =>
			results.map(({ trained, evaluated }): NetworkMeasures => {
				const outcome = trained[name];
				const report = outcome === undefined ? evaluationOf(evaluated, name) : networkReport(outcome, evaluated, name);
				if (isLabelled(report)) return report;
				throw new LimbeckError("data", {
					where: "the test split",
					expected: "samples with labels, which a study judges by",
					got: "samples without",
				});
			}),
	};
}
