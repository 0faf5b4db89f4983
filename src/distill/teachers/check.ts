import { classData } from "../../data/class-data.js";
import { dataSetOf } from "../../data/index.js";
import type { DataChoice } from "../../data/options.js";
import type { TrainingContext } from "../../train/training.js";
import { judgeClassifiers, judgeTargets } from "./judge.js";
import { readMember } from "./open.js";
import type { TargetsTeacher } from "./options.js";
import type { GivenMember } from "./sources.js";
import { readTargets } from "./targets.js";
import { refuseTeacher, type TeacherVerdict } from "./verdict.js";

/** Model files, or soft targets, to try on some training samples, as plain data. */
export interface CheckStep {
	readonly data: DataChoice;
	readonly teacher: { readonly members: readonly GivenMember[] } | TargetsTeacher;
	readonly threads?: number;
}

/** What is said of teachers before they teach. */
export interface CheckOutcome {
	readonly verdicts: readonly TeacherVerdict[];
}

/**
 * Tries teachers before anything is trained: whether they can answer, and what labelled training samples say of them.
 *
 * @throws LimbeckError (`model`, `usage`, `file`, `data`) by the name of the file that cannot teach, or makes no sense
 * and is not trusted.
 */
export async function checkTeachers(
	{ data: choice, teacher, threads }: CheckStep,
	{ runtime, openSamples }: TrainingContext,
): Promise<CheckOutcome> {
	const data = await dataSetOf(choice).load(choice);
	if (!("members" in teacher)) {
		const classes = classData(data, "teacher of targets");
		const verdict = await judgeTargets(await readTargets(teacher, classes), teacher, classes);
		if (teacher.trust !== true) refuseTeacher(verdict);
		return { verdicts: [verdict] };
	}
	const judged = [];
	for (const member of teacher.members) judged.push(await readMember(member, data));
	const verdicts = await judgeClassifiers(judged, data, { runtime, openSamples, threads }, true);
	for (const [k, verdict] of verdicts.entries()) if (teacher.members[k]?.trust !== true) refuseTeacher(verdict);
	return { verdicts };
}
