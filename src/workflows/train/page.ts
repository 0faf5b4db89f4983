/** The page of a training. */

import { isUnequal } from "../../report/balance.js";
import {
	calibration,
	classifiersPage,
	confusions,
	pictured,
	results,
	roleCurves,
} from "../../report/html/classifier-sections.js";
import { reportKind } from "../../report/html/report-kind.js";
import { againSection, stepsSection, verdictSection } from "../../report/html/sections.js";
import { classifiers } from "../../report/rows.js";
import { reportSchema, type TrainReport } from "./report.js";
import { trainedRows, trainVerdict } from "./table.js";

/** The page of `limbeck train`. */
export const trainReport = reportKind<TrainReport>({
	schema: reportSchema,
	...classifiersPage,
	title: ({ recipe }) => `${recipe.name}: a training`,
	networks: (report) => ({ sort: classifiers, rows: pictured(trainedRows(report)), unequal: isUnequal(report.data) }),
	sections: [
		verdictSection,
		{ title: "Results", of: (run) => results(run, trainedRows(run.report), trainVerdict(run.report)) },
		roleCurves,
		{ title: "Calibration", of: (run) => calibration(run, trainedRows(run.report)) },
		{ title: "Confusions", of: confusions },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "train", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
});
