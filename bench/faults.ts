/**
 * `npm run faults -- [--only R1] [--tries N]`: tries to break what Limbeck promises of files and processes. Prints a
 * Markdown table on stdout; what failed, and how to try it again, on stderr.
 */
// First: it replaces calls that the modules behind it import.
import "../test/faults/file-layer.js";
import { Command, InvalidArgumentError } from "commander";
import { type Tally, tryMany, untried } from "../test/faults/promise.js";
import { promises } from "../test/faults/promises.js";

/** How long a run that is told to stop may take. */
const patienceMs = 5000;

interface Options {
	readonly only?: string;
	readonly tries?: number;
}

function count(text: string): number {
	if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
	return Number(text);
}

/** What is told of the tries besides their number. */
function remarks({ kinds, slowestMs, skipped }: Tally): string {
	const parts = [...kinds].map(([kind, times]) => `${kind}: ${times}`);
	if (slowestMs > 0) parts.push(`slowest answer ${(slowestMs / 1000).toFixed(1)} s`);
	if (skipped.length > 0) parts.push(`skipped ${skipped.length}: ${skipped[0]}`);
	return parts.join("; ");
}

async function run({ only, tries }: Options): Promise<void> {
	const chosen = Object.entries(promises).filter(([id]) => only === undefined || id === only);
	if (chosen.length === 0) throw new InvalidArgumentError(`Expected one of ${Object.keys(promises).join(", ")}.`);
	process.stdout.write("| # | promise | one try | tries | failures | of which |\n|---|---|---|---|---|---|\n");
	let failed = 0;
	for (const [id, promise] of chosen) {
		const tally = await tryMany(promise, tries ?? promise.tries.long, patienceMs, (text) => {
			process.stderr.write(`${id}, ${text}\n`);
		});
		const missing = untried(promise, tally);
		for (const text of missing) process.stderr.write(`${id}, ${text}\n`);
		const failures = tally.failures.length + missing.length;
		failed += failures;
		const made = tally.tries - tally.skipped.length;
		const cells = [id, promise.promise, promise.fault, made, failures, remarks(tally)];
		process.stdout.write(`| ${cells.join(" | ")} |\n`);
	}
	process.exitCode = failed === 0 ? 0 : 1;
}

await new Command("faults")
	.option("--only <id>", "one promise, such as R1")
	.option("--tries <count>", "tries of each, with the seeds from 1 on", count)
	.action(run)
	.parseAsync();
