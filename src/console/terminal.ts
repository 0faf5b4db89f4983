/** How commands talk: results and JSON on stdout, everything for people on stderr. */
import { createColors } from "picocolors";
import type { LimbeckError } from "../errors.js";
import type { Notice } from "../notices.js";

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
	/** Columns of the window for people. */
	readonly columns: number;
	/** Columns for results; without limit where they go to a file or another program. */
	readonly width: number;
	readonly colors: ReturnType<typeof createColors>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
	const { stdout, stderr, env } = process;
	// A reader that has seen enough, such as `head`, closes its end: no reason for a stack trace.
	stdout.on("error", () => undefined);
	stderr.on("error", () => undefined);
	const able = stderr.isTTY && env["TERM"] !== "dumb";
	const live = able && env["CI"] === undefined;
	const clear = "\r\u001b[2K";
	/** Whether the cursor stands at the end of a line that may go. */
	let replaceable = false;
	return {
		print: (line) => stdout.write(`${line}\n`),
		tell(line) {
			stderr.write(`${replaceable ? clear : ""}${line}\n`);
			replaceable = false;
		},
		replace(line) {
			stderr.write(`${replaceable ? clear : ""}${line}`);
			replaceable = true;
		},
		live,
		get columns() {
			return columnsOf(stderr) ?? 80;
		},
		get width() {
			return columnsOf(stdout) ?? Infinity;
		},
		// https://no-color.org: an empty variable counts as unset.
		colors: createColors(able && (env["NO_COLOR"] ?? "") === ""),
	};
}

/** The columns of a stream's window; `undefined` where it has none, or one that does not tell its size. */
function columnsOf({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
	return isTTY && columns > 0 ? columns : undefined;
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

/** The notice as lines for people. */
export function describeNotice({ text, hint }: Notice, { colors }: Terminal): string {
	return [`${colors.yellow("note")} ${text}`, ...(hint === undefined ? [] : [`  ${colors.cyan(hint)}`])].join("\n");
}
