/** How commands talk: results and JSON on stdout, everything for people on stderr. */
import type { createColors } from "picocolors";
import type { LimbeckError } from "../errors.js";

/** A command's surroundings: its streams and its environment. */
export interface Terminal {
	/** Writes a line of results. */
	readonly print: (line: string) => void;
	/** Writes a line for people. */
	readonly tell: (line: string) => void;
	/** Replaces the last line for people; only where {@link Terminal.live}. */
	readonly replace: (line: string) => void;
	/** Whether a person watches: lines may move. */
	readonly live: boolean;
	/** Columns of the window. */
	readonly columns: number;
	readonly colors: ReturnType<typeof createColors>;
}

/** The error as lines for people. */
export function describeError({ where, expected, got, hint }: LimbeckError, { colors }: Terminal): string {
	const lines = [
		`${colors.red("error")} ${colors.bold(where)}`,
		`  expected ${expected}`,
		`  got      ${got}`,
		...(hint === undefined ? [] : [`  ${colors.cyan(hint)}`]),
	];
	return lines.join("\n");
}
