/** The thread in which `npm run fuzz` gives files to a parser: its heap is bounded, and it can be stopped. */
import { parentPort, workerData } from "node:worker_threads";
import { fuzz, type Parser } from "../test/fuzz/engine.js";
import { parsers } from "../test/fuzz/parsers.js";
import type { Task } from "./fuzz.js";

const { name, seed, first, end, budget, counters } = workerData as Task;
const table: Readonly<Record<string, Parser>> = parsers;
const parser = table[name];
if (parser === undefined) throw new TypeError(`expected a parser, got ${name}`);
const [at, read, slowest] = [0, 1, 2];
let start = 0;
const onAttempt = (attempt: number): void => {
	counters[at] = attempt;
	start = performance.now();
};
for await (const { attempt, bytes, outcome } of fuzz(name, parser, { seed, first, end, budget, onAttempt })) {
	if (attempt < 0 && typeof outcome !== "string") continue;
	if (attempt >= 0) counters[slowest] = Math.max(counters[slowest] ?? 0, performance.now() - start);
	if (outcome === true) counters[read] = (counters[read] ?? 0) + 1;
	if (typeof outcome === "string") parentPort?.postMessage({ attempt, bytes, why: outcome });
}
