import type { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../console/terminal.js";
import { LimbeckError } from "../errors.js";
import { parseOptions } from "../options.js";
import { wrapText } from "../report/text.js";
import { type Check, runChecks } from "./doctor-checks.js";

const doctorFlags = z.object({ json: z.boolean().default(false) });

/** Adds `limbeck doctor`. */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
	program
		.command("doctor")
		.summary("check this machine and say how to mend what is wrong")
		.description("Checks what Limbeck needs of this machine. Exit code 8 if something is missing.")
		.option("--json", "print one JSON object on stdout")
		.action(async (raw: unknown) => {
			const { json } = parseOptions(doctorFlags, raw, "limbeck doctor");
			const checks = await runChecks();
			const problems = checks.filter(({ status }) => status === "problem");
			if (json) terminal.print(JSON.stringify({ ok: problems.length === 0, checks }));
			else terminal.print(checks.map((check) => asLines(check, terminal.width)).join("\n"));
			const [first] = problems;
			if (first === undefined) return;
			throw new LimbeckError("environment", {
				where: "limbeck doctor",
				expected: "a machine on which Limbeck works",
				got: `a problem with ${problems.map(({ name }) => name).join(", ")}`,
				...(first.hint === undefined ? {} : { hint: first.hint }),
			});
		});
}

const nameWidth = 24;

function asLines({ name, status, found, hint }: Check, width: number): string {
	const mark = status === "ok" ? "ok     " : status === "note" ? "note   " : "PROBLEM";
	const margin = mark.length + 2 + nameWidth;
	const lines = [found, ...(hint === undefined ? [] : [hint])].flatMap((text) => wrapText(text, width - margin));
	const head = `${mark}  ${name.padEnd(nameWidth)}`;
	return lines.map((line, index) => `${index === 0 ? head : " ".repeat(margin)}${line}`).join("\n");
}
