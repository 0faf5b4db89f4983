import { dataSetOf } from "../../data/index.js";
import { openEnsemble } from "../../train/ensemble.js";
import type { TrainingContext } from "../../train/training.js";
import type { Recipe } from "../recipe.js";
import { readEnsemble } from "./open.js";
import type { EnsembleSource } from "./sources.js";

/** Model files to try on some training samples, as plain data. */
export interface CheckStep {
	readonly data: Recipe["data"];
	readonly teacher: EnsembleSource;
	readonly threads?: number;
}

/**
 * Tries teachers before anything is trained.
 *
 * @throws LimbeckError (`model`, `usage`, `file`) by the name of the file that cannot teach.
 */
export async function checkTeachers({ data, teacher, threads }: CheckStep, context: TrainingContext): Promise<void> {
	const { train, sampleShape, classes, features } = await dataSetOf(data).load(data);
	const { runtime, openSamples } = context;
	const opened = await openEnsemble(runtime, await readEnsemble(teacher, features), {
		...{ sampleShape, classes, probe: train },
		...(threads === undefined ? {} : { threads }),
		...(openSamples === undefined ? {} : { openSamples }),
	});
	await opened.release();
}
