/** Whether a given teacher can be in the training graph, where its pupil needs it there: checked before anything trains. */
import type { SampleShape } from "../../data/data-set.js";
import { taskOf } from "../../tasks/index.js";
import type { TaskName } from "../../tasks/names.js";
import { type Classifier, readOutput } from "../../train/ensemble.js";
import { type GraphTeacher, lookInsideSeveral } from "../../train/graph-teacher.js";
import { planInGraph, refuseOutside, targetsAlone } from "../../train/teacher.js";
import { readMember } from "./open.js";
import type { KnownTeacher, MemberSource } from "./sources.js";

/** What is known of a training before it begins. */
export interface TeacherNeed {
	/** Whether the objective looks inside the teacher. */
	readonly looksInside: boolean;
	/** Whether batches are mixed in the training graph. */
	readonly mixes: boolean;
	readonly batch: number;
	readonly sampleShape: SampleShape;
	/** What is learned; classes where absent. */
	readonly task?: TaskName | undefined;
	/** How many there are: their names are not known yet, nor how the teacher's outputs are read. */
	readonly classes: number;
}

/**
 * A given teacher as the training graph will have it, with its first outputs in the place of those of the data's classes.
 *
 * @returns `undefined` where nothing needs it there, where members are still to be trained, or where the names of the
 * classes decide what is read.
 * @throws LimbeckError (`usage`) for soft targets, several models or a model that the training graph cannot hold; (`model`,
 * `file`) for a file that cannot be read.
 */
export async function givenInGraph(source: KnownTeacher, need: TeacherNeed): Promise<GraphTeacher | undefined> {
	if (!need.looksInside && !need.mixes) return undefined;
	if (!("members" in source)) {
		refuseOutside(targetsAlone(source.file), need);
		return undefined;
	}
	const { members, combine } = source;
	if (need.looksInside && members.length > 1) throw lookInsideSeveral("distillation", members.length);
	const given: GraphTeacher["members"][number][] = [];
	for (const member of members.filter((one) => one !== "trained")) {
		const read = await memberInGraph(member, need);
		if (read !== undefined) given.push(read);
	}
	if (given.length === 0) return undefined;
	const { batch, sampleShape } = need;
	const teacher = { members: given, combine, task: taskOf(need), width: need.classes };
	const plan = planInGraph(teacher, { type: "uint8", dims: [batch, ...sampleShape] });
	if (plan.how === "fed") refuseOutside(plan.reason, need);
	else if (given.length === members.length) return plan.teacher;
	return undefined;
}

async function memberInGraph(
	source: MemberSource,
	need: TeacherNeed,
): Promise<GraphTeacher["members"][number] | undefined> {
	const { classes } = need;
	const classifier = await readMember(source, {});
	if (namesDecide(classifier, classes)) return undefined;
	const places = Array.from({ length: classes }, (_, index) => index);
	const { model } = readOutput(classifier, places.map(String), taskOf(need));
	const last = model.graph.outputs[0]?.dims?.at(-1);
	const pair = last === 1 && classes === 2 && need.task === undefined ? ({ pair: true } as const) : {};
	return { model, classifier, form: "logits", select: places, ...pair };
}

/** Whether it depends on the names of the data's classes which of a file's outputs gives them. */
function namesDecide({ model, output, order }: Classifier, classes: number): boolean {
	const { fileNames, names, select } = order;
	const isSet = output !== undefined || names !== undefined || select !== undefined;
	return !isSet && model.graph.outputs.length > 1 && fileNames !== undefined && fileNames.length !== classes;
}
