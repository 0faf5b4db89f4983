/** Distillation of samples without labels: a teacher that is given, or its soft targets, say what they are. */
import { isUnlabelled } from "../../data/options.js";
import type { GivenTeacher, TargetsTeacher } from "../../distill/teachers/options.js";
import { targetClasses } from "../../distill/teachers/targets.js";
import { LimbeckError } from "../../errors.js";
import { classesOfOutput } from "../../import/flat-output.js";
import { readModelFile } from "../../onnx/file.js";
import { classNamesOf } from "../../predict/metadata.js";
import { refuseLabels } from "../../train/labels.js";
import type { Recipe } from "./recipe.js";

/**
 * A recipe's data with the teacher's classes, where samples have no labels and nobody has named the classes; other data
 * as they are. Of several teachers the first that names its classes says them; one that does not has "0", "1" and so on.
 *
 * @throws LimbeckError (`usage`) without labels for a teacher that would have to be trained, or an objective or another field
 * that needs labels; (`model`, `file`, `data`) for a teacher, or targets, that do not say how many classes there are.
 */
export async function withTeacherClasses(recipe: Recipe): Promise<Recipe["data"]> {
	const { data, teacher, distillation } = recipe;
	if (!isUnlabelled(data)) return data;
	const targets = teacher.family === "targets";
	const members = teacher.family === "ensemble" ? teacher.members : [teacher];
	const given = members.filter((member) => member.family === "file");
	if (!targets && given.length < members.length) throw nobodyToAsk(data);
	refuseLabels(distillation);
	refuseFields(recipe);
	const named = data.classes ?? (await (targets ? classesOfTargets(teacher) : classesOf(given)));
	return { ...data, classes: named };
}

/** Samples that nobody has labelled, and no teacher that could. */
function nobodyToAsk(data: Recipe["data"]): LimbeckError {
	const labelled =
		data.name === "folder"
			? ` Or put the pictures of each class into a folder of its own in ${data.directory}, or in its train and test.`
			: "";
	return new LimbeckError("usage", {
		where: "teacher",
		expected: "model files, as the samples have no labels to train a teacher on",
		got: "a network to be trained",
		hint: `Give it: --teacher teacher.onnx, or its soft targets: --teacher targets.npz.${labelled}`,
	});
}

/** Refuses fields of a recipe that make sense only with labels. */
function refuseFields({ student, chain, earlyStopped, trainAccuracy }: Recipe): void {
	const networks = [["student", student] as const, ...chain.map((link, k) => [`chain.${String(k)}`, link] as const)];
	const fields: Readonly<Record<string, unknown>> = {
		...Object.fromEntries(networks.map(([name, { fraction }]) => [`${name}.fraction`, fraction])),
		earlyStopped: earlyStopped || undefined,
		trainAccuracy: trainAccuracy || undefined,
	};
	const set = Object.entries(fields).find(([, value]) => value !== undefined);
	if (set === undefined) return;
	const [where, got] = set;
	throw new LimbeckError("usage", {
		where,
		expected: "nothing, as the samples have no labels",
		got: String(got),
		hint: `Leave ${where} out.`,
	});
}

async function classesOf(teachers: readonly GivenTeacher[]): Promise<string[]> {
	let names: string[] | undefined;
	let counted: string[] | undefined;
	for (const teacher of teachers) {
		const { named, width } = await outputsOf(teacher);
		names ??= named;
		if (width !== undefined) counted ??= Array.from({ length: width }, (_, index) => String(index));
	}
	const classes = names ?? counted;
	if (classes !== undefined) return classes;
	throw new LimbeckError("model", {
		where: teachers[0]?.file ?? "teacher",
		expected: "an output whose number of classes is known",
		got: "one of any size, and no names of classes",
		hint: "Name them in the teacher's order: data.classes.",
	});
}

async function classesOfTargets(teacher: TargetsTeacher): Promise<string[]> {
	const classes = await targetClasses(teacher);
	if (classes !== undefined) return classes;
	throw new LimbeckError("data", {
		where: teacher.file,
		expected: "a number for each class in a row",
		got: "some of the classes only",
		hint: "Name the classes in the targets' order: teacher.classes.",
	});
}

/** The classes that a teacher gives: by name where it has names, else how many. */
async function outputsOf({ file, classes, select }: GivenTeacher): Promise<{
	readonly named: string[] | undefined;
	readonly width: number | undefined;
}> {
	const model = await readModelFile(file);
	const all = classes ?? classNamesOf(model, file);
	const [output] = model.graph.outputs;
	const named = select === undefined || all === undefined ? all : select.map((index) => all[index] ?? String(index));
	return { named: named && [...named], width: select?.length ?? (output && classesOfOutput(output)) };
}
