/**
 * What kind of thing went wrong. The command line turns it into an exit code; nothing else branches on it.
 *
 * - `usage`: an option, a recipe or a call is wrong; nothing was started.
 * - `data`: a data file is missing, truncated, hostile or inconsistent.
 * - `model`: an ONNX file is missing, malformed, hostile or unsupported.
 * - `training`: training could not go on, for instance because the loss was not finite.
 * - `file`: the file system refused (permission, read-only, not a folder).
 * - `disk-full`: no space was left; what stood before is intact.
 * - `environment`: this machine lacks something, such as a working onnxruntime-node.
 * - `interrupted`: a signal asked us to stop.
 * - `internal`: a defect of Limbeck's own, met in another process.
 */
export type ErrorCategory =
	| "usage"
	| "data"
	| "model"
	| "training"
	| "file"
	| "disk-full"
	| "environment"
	| "interrupted"
	| "internal";

/** The parts of an error message: where it happened, what was expected, what was got, and how to mend it. */
export interface ErrorDetail {
	/** The place: a file, an option, a node. */
	readonly where: string;
	/** What was expected there; a noun phrase. */
	readonly expected: string;
	/** What was found instead. */
	readonly got: string;
	/** One sentence: how to mend it. */
	readonly hint?: string;
	readonly cause?: unknown;
}

/** The one error that Limbeck throws on purpose: `where: expected X, got Y. Hint.` */
export class LimbeckError extends Error {
	override readonly name = "LimbeckError";
	readonly category: ErrorCategory;
	readonly where: string;
	readonly expected: string;
	readonly got: string;
	readonly hint: string | undefined;

	constructor(category: ErrorCategory, detail: ErrorDetail) {
		const { where, expected, got, hint, cause } = detail;
		super(
			`${where}: expected ${expected}, got ${got}${hint === undefined ? "" : `. ${hint}`}`,
			cause === undefined ? {} : { cause },
		);
		this.category = category;
		this.where = where;
		this.expected = expected;
		this.got = got;
		this.hint = hint;
	}

	/** The error as plain data, to cross a process boundary. The cause stays behind. */
	toJSON(): SerializedError {
		const { category, where, expected, got, hint } = this;
		return { category, where, expected, got, ...(hint === undefined ? {} : { hint }) };
	}
}

/** A {@link LimbeckError} as plain data. */
export interface SerializedError {
	readonly category: ErrorCategory;
	readonly where: string;
	readonly expected: string;
	readonly got: string;
	readonly hint?: string;
}

/**
 * Ends work that a signal has stopped, whatever that was aborted with.
 *
 * @throws LimbeckError (`interrupted`).
 */
export function throwIfStopped(signal: { readonly aborted: boolean } | undefined, where: string): void {
	if (signal?.aborted === true) throw interruption(where);
}

/** The error of work that a signal has stopped. */
export function interruption(where: string, hint?: string): LimbeckError {
	const detail = { where, expected: "time to finish", got: "a signal to stop" };
	return new LimbeckError("interrupted", hint === undefined ? detail : { ...detail, hint });
}
