/** report.json of `limbeck study`. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import type { DataReport, Measured } from "../../distill/network-report.js";
import { dataFields, figures, reportHead, written } from "../../report/report-schema.js";
import type { StudyName, StudyRecipe } from "./studies.js";
import { findingsFields, type NetworkMeasures } from "./study.js";

/** The report of a study, `schema: 1`. */
export const reportSchema = z.object({
	...reportHead,
	kind: z.literal("study"),
	study: z.custom<StudyName>((name) => typeof name === "string"),
	title: z.string(),
	question: z.string(),
	...findingsFields,
	recipe: written<Fitted<StudyRecipe>>({ name: z.string() }),
	data: written<DataReport>(dataFields),
	/** Networks and ensembles by their names. */
	networks: z.record(z.string(), figures<Measured<NetworkMeasures>>()),
});

/**
 * The report of a study, `schema: 1`.
 *
 * @interface
 */
export type StudyReport = Readonly<z.infer<typeof reportSchema>>;
