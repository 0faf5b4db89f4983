import type { RunDetails } from "../../pipeline/run.js";

/** A point of a training: a mean loss, or a look at the validation split. */
export interface MetricsLine {
	readonly kind: string;
	readonly seed: number;
	readonly role?: string | undefined;
	readonly member?: number | undefined;
	readonly network?: string | undefined;
	readonly step?: number | undefined;
	readonly epoch: number;
	readonly loss?: number | undefined;
	readonly errors?: number | undefined;
	readonly klToTeacher?: number | undefined;
}

/** What a finished run's folder holds besides its report. */
export interface RunFiles {
	/** The folder's name. */
	readonly name: string;
	readonly details?: RunDetails;
	readonly metrics: readonly MetricsLine[];
}
