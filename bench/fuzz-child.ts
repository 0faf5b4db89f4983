/** The process in which `npm run fuzz` gives files to a parser: its heap is bounded, and it can be killed. */
import { openSync, writeSync } from "node:fs";
import { fuzz, type Parser } from "../test/fuzz/engine.js";
import { parsers } from "../test/fuzz/parsers.js";
import type { Failure, Task } from "./fuzz.js";

// The parent passes exactly this.
const { name, seed, first, end, budget, progress } = JSON.parse(process.argv[2] ?? "") as Task;
const table: Readonly<Record<string, Parser>> = parsers;
const parser = table[name];
if (parser === undefined) throw new TypeError(`expected a parser, got ${name}`);
const file = openSync(progress, "w");
const counters = { at: first, read: 0, slowest: 0 };
let start = 0;
const onAttempt = (attempt: number): void => {
	counters.at = attempt;
	// At once on the disk: this file may be the last.
	writeSync(file, JSON.stringify(counters).padEnd(100), 0);
	start = performance.now();
};
for await (const { attempt, bytes, outcome } of fuzz(name, parser, { seed, first, end, budget, onAttempt })) {
	if (attempt >= 0) counters.slowest = Math.max(counters.slowest, performance.now() - start);
	if (attempt >= 0 && outcome === true) counters.read++;
	if (typeof outcome === "string") process.send?.({ attempt, bytes, why: outcome } satisfies Failure);
}
onAttempt(end);
process.disconnect();
