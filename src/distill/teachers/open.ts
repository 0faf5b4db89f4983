import { classData } from "../../data/class-data.js";
import type { AnyDataSet } from "../../data/data-set.js";
import { sampleInput } from "../../models/input.js";
import { readModelFile } from "../../onnx/file.js";
import { classNamesOf, normalizationOf, preprocessingKey } from "../../predict/metadata.js";
import { settingOf } from "../../predict/setting.js";
import type { Classifier, Ensemble } from "../../train/ensemble.js";
import type { Preprocessing } from "../../train/preprocess.js";
import type { Teacher } from "../../train/teacher.js";
import { alignData, type SampleFacts } from "../align-data.js";
import type { EnsembleSource, GivenMember, TeacherSource } from "./sources.js";
import { readTargets } from "./targets.js";

/** The code of the notice that a file contains no normalisation. */
export const unsaidCode = "normalisation-unsaid";

/**
 * Reads a teacher's files.
 *
 * @throws LimbeckError (`model`, `data`, `file`) by the name of the file.
 */
export async function openSource(source: TeacherSource, data: AnyDataSet): Promise<Teacher> {
	return "members" in source ? readEnsemble(source, data) : readTargets(source, classData(data, "teacher of targets"));
}

/**
 * Reads the model files of an ensemble, to be given samples as the data have them.
 *
 * @param data - what they say of their samples.
 * @throws LimbeckError (`model`, `file`) by the name of the file; (`model`) for a model of other columns, or of another range of pixels.
 */
export async function readEnsemble({ members, combine }: EnsembleSource, data: SampleFacts): Promise<Ensemble> {
	const read: Classifier[] = [];
	for (const member of members) read.push(await readMember(member, data));
	return { members: read, combine };
}

/**
 * Reads one model file, to be given samples as the data have them.
 *
 * @param data - what they say of their samples.
 * @throws LimbeckError (`model`, `file`) by the name of the file; (`model`) for a model of other columns, or of another range of pixels.
 */
export async function readMember(source: GivenMember, data: SampleFacts): Promise<Classifier> {
	const { file, name, outputs, output, input, classes, select, weight, option } = source;
	const read = await readModelFile(file);
	sampleInput(read, file);
	const { model, features, pixelScale, notices: aligned } = alignData(read, data, file);
	const notices = [...(read.notices ?? []), ...aligned];
	const fileNames = classNamesOf(model, file);
	const { mean, std, ...rest } = input;
	const own = normalizationOf(model, file);
	const told = model.metadata.has(preprocessingKey) || mean !== undefined || std !== undefined;
	const unsaid = {
		code: unsaidCode,
		text: `${file} contains no normalisation: bytes are given as byte / 255, and numbers as they are.`,
		...(option === undefined
			? {}
			: { hint: `If it was trained with another: ${settingOf(option)("input", '{"mean":…,"std":…}')}.` }),
	};
	// The schema has checked the fields; those left out are not there.
	const changes = rest as Omit<Preprocessing, "mean" | "std">;
	return {
		model,
		where: name ?? file,
		outputs,
		weight,
		option,
		...(output === undefined ? {} : { output }),
		normalization: { ...changes, mean: mean ?? own.mean, std: std ?? own.std },
		order: {
			...(select === undefined ? {} : { select }),
			...(classes === undefined ? {} : { names: classes }),
			...(fileNames === undefined ? {} : { fileNames }),
		},
		...(features === undefined ? {} : { features }),
		...(pixelScale === undefined ? {} : { pixelScale }),
		notices: [...(told ? [] : [unsaid]), ...notices],
	};
}
