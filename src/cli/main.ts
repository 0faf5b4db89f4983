import { Command, CommanderError } from "commander";
import { createColors } from "picocolors";
import { LimbeckError } from "../errors.js";
import { packageVersion } from "../pipeline/environment.js";
import { addDistillCommand } from "./distill-command.js";
import { exitCodes } from "./exit-codes.js";
import { describeError, type Terminal } from "./terminal.js";

/**
 * The command line.
 *
 * @param argv - the arguments after the program's name.
 * @returns the exit code; see the README.
 */
export async function main(argv: readonly string[]): Promise<number> {
	const terminal = processTerminal();
	const stop = new AbortController();
	const onSignal = (): void => {
		if (stop.signal.aborted) process.exit(exitCodes.interrupted);
		stop.abort(
			new LimbeckError("interrupted", { where: "limbeck", expected: "time to finish", got: "a signal to stop" }),
		);
	};
	process.on("SIGINT", onSignal);
	process.on("SIGTERM", onSignal);
	try {
		const program = await createProgram(terminal, stop.signal);
		await program.parseAsync(argv, { from: "user" });
		return 0;
	} catch (error) {
		return report(error, terminal);
	} finally {
		process.off("SIGINT", onSignal);
		process.off("SIGTERM", onSignal);
	}
}

async function createProgram(terminal: Terminal, signal: AbortSignal): Promise<Command> {
	const program = new Command("limbeck")
		.description("Knowledge distillation: big teachers in, small students out, trained as ONNX graphs.")
		.version(await packageVersion())
		.exitOverride()
		.showSuggestionAfterError()
		.configureOutput({ writeErr: () => undefined });
	addDistillCommand(program, terminal, signal);
	return program;
}

function report(error: unknown, terminal: Terminal): number {
	if (error instanceof CommanderError) {
		if (error.exitCode !== 0) terminal.tell(`${error.message}\nSee limbeck --help.`);
		return error.exitCode === 0 ? 0 : exitCodes.usage;
	}
	if (error instanceof LimbeckError) {
		terminal.tell(describeError(error, terminal));
		return exitCodes[error.category];
	}
	terminal.tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
	return exitCodes.internal;
}

function processTerminal(): Terminal {
	const { stdout, stderr, env } = process;
	const live = stderr.isTTY && env["TERM"] !== "dumb" && env["CI"] === undefined;
	const clear = "\r\u001b[2K";
	return {
		print: (line) => stdout.write(`${line}\n`),
		tell: (line) => stderr.write(`${live ? clear : ""}${line}\n`),
		replace: (line) => stderr.write(`${clear}${line}`),
		live,
		columns: stderr.columns,
		colors: createColors(stderr.isTTY && env["NO_COLOR"] === undefined),
	};
}
