import { Command, CommanderError } from "commander";
import { exitCodes } from "../console/exit-codes.js";
import { describeError, processTerminal, type Terminal } from "../console/terminal.js";
import { interruption, LimbeckError } from "../errors.js";
import { packageVersion } from "../pipeline/environment.js";
import { workflows } from "../workflows/index.js";
import type { AddCommand } from "../workflows/workflow.js";

/** The signals that ask a command to tidy up and leave. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The command line.
 *
 * @param argv - the arguments after the program's name.
 * @returns the exit code; see {@link exitCodes}.
 */
export async function main(argv: readonly string[]): Promise<number> {
	const terminal = processTerminal();
	const stop = new AbortController();
	const onSignal = (): void => {
		// The second signal: whoever sends it does not want to wait for anything.
		if (stop.signal.aborted) process.exit(exitCodes.interrupted);
		stop.abort(interruption("limbeck"));
	};
	for (const name of stopSignals) process.on(name, onSignal);
	const program = await createProgram(argv, terminal, stop.signal);
	try {
		if (argv.length === 0) program.outputHelp();
		else await program.parseAsync(argv, { from: "user" });
		return 0;
	} catch (error) {
		return report(error, commandPath(program, argv), terminal);
	} finally {
		for (const name of stopSignals) process.off(name, onSignal);
	}
}

/** The commands in the order of the help; each is loaded only when it is wanted, since most of a start is loading. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
	init: async () => (await import("./init-command.js")).addInitCommand,
	...Object.fromEntries(Object.entries(workflows).map(([name, { command }]) => [name, command])),
	resume: async () => (await import("./resume-command.js")).addResumeCommand,
	runs: async () => (await import("./runs-command.js")).addRunsCommands,
	report: async () => (await import("./report-command.js")).addReportCommand,
	dashboard: async () => (await import("./dashboard-command.js")).addDashboardCommand,
	evaluate: async () => (await import("./evaluate-command.js")).addEvaluateCommand,
	compare: async () => (await import("./compare-command.js")).addCompareCommand,
	recipe: async () => (await import("./recipe-command.js")).addRecipeCommand,
	data: async () => (await import("./data-command.js")).addDataCommands,
	doctor: async () => (await import("./doctor-command.js")).addDoctorCommand,
};

/** The program with the command that the arguments name; with every command where they name none, as help does. */
async function createProgram(
	[first = ""]: readonly string[],
	terminal: Terminal,
	signal: AbortSignal,
): Promise<Command> {
	const program = new Command("limbeck")
		.description("Knowledge distillation: big teachers in, small students out, trained as ONNX graphs.")
		.version(await packageVersion())
		.exitOverride()
		.configureOutput({ writeErr: () => undefined })
		.addHelpText("after", helpText);
	if (first === "--version") return program;
	const named = Object.entries(commands).filter(([name]) => name === first);
	for (const [, load] of named.length === 0 ? Object.entries(commands) : named) {
		const add = await load();
		add(program, terminal, signal);
	}
	return program;
}

const helpText = `
Examples:
  limbeck init                                    a recipe for what you have
  limbeck distill                                 real digits, in minutes
  limbeck distill --set 'student.hidden=[20,20]'  with a smaller student
  limbeck train --model cnn:16,32                 one network, hard labels
  limbeck specialize                              a generalist and specialists
  limbeck speech                                  spoken digits: nets, an ensemble, its distillation
  limbeck study list                              the paper's open questions, answered by experiment
  limbeck evaluate --model limbeck-out/student.onnx --data digits
  limbeck compare a.onnx b.onnx --data digits
  limbeck export last --to ./model                float32, float16 and int8 to ship
  limbeck data get mnist                          fetch a data set
  limbeck recipe                                  every field of a recipe
  limbeck runs list                               what has been run, and limbeck resume last
  limbeck dashboard                               the same in the browser, as it trains
  limbeck distill --help                          more about one command

Exit codes:
  0  success              4  model is missing, malformed or unsupported
  1  defect of Limbeck    5  training could not go on
  2  wrong usage          6  the file system refused
  3  data is missing      7  disk full
     or wrong             8  this machine lacks something (see limbeck doctor)
                        130  interrupted

Results go to stdout, everything else to stderr. NO_COLOR turns colours off.`;

/** Tells people what went wrong with a command. @returns the exit code. */
function report(error: unknown, command: string, terminal: Terminal): number {
	if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
	const known = error instanceof CommanderError ? usageError(error, command) : error;
	if (known instanceof LimbeckError) {
		terminal.tell(known.category === "interrupted" ? stopped(known) : describeError(known, terminal));
		return exitCodes[known.category];
	}
	terminal.tell(known instanceof Error ? (known.stack ?? known.message) : String(known));
	return exitCodes.internal;
}

/** Whoever sent the signal knows why: no error, and no more than a line. */
function stopped({ hint }: LimbeckError): string {
	return `Stopped.${hint === undefined ? "" : ` ${hint}`}`;
}

/** What had to be on the command line, by commander's code for what is wrong. */
const expectations: Readonly<Record<string, string>> = {
	"commander.unknownCommand": "a command",
	"commander.unknownOption": "an option of the command",
	"commander.missingArgument": "every argument",
	"commander.excessArguments": "no further arguments",
	"commander.optionMissingArgument": "a value for every option that takes one",
	"commander.missingMandatoryOptionValue": "every required option",
	"commander.help": "a command's name",
};

/** A mistake on the command line, as commander tells it, in Limbeck's form. */
function usageError({ code, message }: CommanderError, where: string): LimbeckError {
	const [got = "", suggestion = ""] = message.replace(/^error: /, "").split("\n");
	return new LimbeckError("usage", {
		where,
		expected: expectations[code] ?? "a command line that Limbeck understands",
		got: code === "commander.help" ? "none" : got,
		hint: `${suggestion.replace(/^\((.*)\)$/, "$1 ")}See ${where} --help.`,
	});
}

/** The command that the arguments name, as far as there is one: `limbeck data get`. */
function commandPath(program: Command, argv: readonly string[]): string {
	const [first, ...rest] = argv;
	const command = program.commands.find((candidate) => candidate.name() === first);
	return command === undefined ? program.name() : `${program.name()} ${commandPath(command, rest)}`;
}
