/** The page of a training. */

import {
	calibration,
	classifierNetworks,
	classifiersPage,
	confusions,
	results,
	taskTables,
} from "../../report/html/classifier-sections.js";
import { reportKind } from "../../report/html/report-kind.js";
import { againSection, stepsSection, trainingSection, verdictSection } from "../../report/html/sections.js";
import { trainNetworks } from "./networks.js";
import { reportSchema, type TrainReport } from "./report.js";
import { trainedRows, trainVerdict } from "./table.js";

/** The page of `limbeck train`. */
export const trainReport = reportKind<TrainReport>({
	schema: reportSchema,
	...classifiersPage,
	title: ({ recipe }) => `${recipe.name}: a training`,
	networks: (report) => classifierNetworks(trainedRows(report), report, trainNetworks),
	sections: [
		verdictSection,
		{ title: "Results", of: (run) => results(run, trainedRows(run.report), trainVerdict(run.report)) },
		trainingSection(trainNetworks),
		{ title: "Calibration", of: (run) => calibration(run, trainedRows(run.report), trainNetworks) },
		{ title: "Figures in detail", of: (run) => taskTables(run, trainedRows(run.report)) },
		{ title: "Confusions", of: (run) => confusions(run, trainNetworks) },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "train", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
});
