/** What an experienced colleague would say of results: one table of checks. */
import type { Notice } from "../../notices.js";
import { type Evidence, type Findings, ofLabels, ofNetworks, ofTeaching } from "./evidence.js";
import { absurdLikelihood, guessing, neverPredicted, unequalClasses } from "./quality-checks.js";
import { harmedByTask, helpedByTask, ignorantByTask, openByTask, teacherWorseByTask } from "./teaching-by-task.js";
import {
	didNotHelp,
	helped,
	noDifference,
	noSmaller,
	nothingToDistil,
	studentAsGood,
	teacherWorse,
} from "./teaching-checks.js";
import { lossJumped, lossNeverFell, overfitted, tooFewSteps } from "./training-checks.js";

/** One thing that may be said of results. */
export interface Check {
	/** What the notice is called, in kebab case. */
	readonly code: string;
	/** What is found; it looks at as much of the evidence as its kind of report has. */
	readonly find: (evidence: Evidence) => Findings;
	/** Whether, where it finds something, figures do not say what came of teaching. */
	readonly unsettles?: true;
	/** Whether it says what came of teaching: left out where that is unsettled. */
	readonly concludes?: true;
}

/** What one of several checks finds: those of classes, and those of other tasks. */
const any =
	(...finders: readonly ((evidence: Evidence) => Findings)[]): ((evidence: Evidence) => Findings) =>
	(evidence) =>
		finders.flatMap((find) => find(evidence));

/** The code of the check that a network is no better than guessing. */
export const guessingCode = "no-better-than-guessing";

/** Every check, the gravest first: what makes the others moot stands before them. */
export const checks: readonly Check[] = [
	{ code: "too-few-steps", find: ofNetworks(tooFewSteps), unsettles: true },
	{ code: "loss-never-fell", find: ofNetworks(lossNeverFell), unsettles: true },
	{ code: "loss-jumped", find: ofNetworks(lossJumped) },
	{ code: guessingCode, find: any(ofNetworks(guessing), ofNetworks(ignorantByTask)), unsettles: true },
	{ code: "absurd-likelihood", find: ofNetworks(absurdLikelihood), unsettles: true },
	{ code: "nothing-to-distil", find: ofTeaching(nothingToDistil), unsettles: true },
	{ code: "distillation-helped", find: any(ofTeaching(helped), ofTeaching(helpedByTask)), concludes: true },
	{ code: "distillation-did-not-help", find: any(ofTeaching(didNotHelp), ofTeaching(harmedByTask)), concludes: true },
	{ code: "no-difference-shown", find: any(ofTeaching(noDifference), ofTeaching(openByTask)), concludes: true },
	{
		code: "teacher-worse-than-student",
		find: any(ofTeaching(teacherWorse), ofTeaching(teacherWorseByTask)),
		concludes: true,
	},
	{ code: "student-as-good-as-teacher", find: ofTeaching(studentAsGood), concludes: true },
	{ code: "overfitting", find: ofNetworks(overfitted) },
	{ code: "class-never-predicted", find: ofNetworks(neverPredicted) },
	{ code: "unequal-classes", find: ofLabels(unequalClasses) },
	{ code: "student-no-smaller", find: ofTeaching(noSmaller) },
];

/** What is to be said of results, the gravest first. */
export function diagnose(evidence: Evidence): readonly Notice[] {
	const notices: Notice[] = [];
	let unsettled = false;
	for (const { code, find, unsettles, concludes } of checks) {
		if (concludes === true && unsettled) continue;
		const found = find(evidence);
		notices.push(...found.map((one) => ({ code, ...one })));
		if (unsettles === true && found.length > 0) unsettled = true;
	}
	return notices;
}
