/** `npm run bench -- NAME [options]`: the benchmarks, side by side with peers. Progress goes to stderr. */
import { availableParallelism, cpus } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";

import { LimbeckError } from "../src/errors.js";
import { type DeviceName, deviceNames } from "../src/runtime/devices.js";
import { measureCalls } from "./calls.js";
import { measureConvolutions } from "./convolution.js";
import { measureDashboard } from "./dashboard.js";
import { measureDevices } from "./devices.js";
import { measureEpoch, measureMemory } from "./epoch.js";
import { medianOf } from "./median.js";
import { netOf } from "./nets.js";
import {
	exportForms,
	judged,
	measureNetwork,
	networkHead,
	networkLine,
	networkNames,
	networkReasons,
	weightKinds,
} from "./networks.js";
import { measurePipeline, type PipelineRound, type Spent } from "./pipeline.js";
import { profileOf } from "./profile.js";
import { measureSpecialists, type Scale } from "./specialists.js";
import { measureScoring, measureStore } from "./targets.js";
import { DEFAULT_CASES, formatResult, measure, type TrainResult } from "./train.js";
import { measureTypes } from "./types.js";
import type { Bytes } from "./web.js";

/** Hidden layers, batch and epochs of a round. */
const epochCases = [
	[[1200, 1200], 128, 3],
	[[32, 32], 128, 20],
] as const;

interface TrainOptions {
	readonly net?: string;
	readonly batch?: number;
	readonly rounds: number;
	readonly threads: number;
	readonly cpu?: true;
	readonly device?: DeviceName;
	readonly json?: true;
}

function count(text: string): number {
	if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Expected a whole number above zero.");
	return Number(text);
}

function toStderr(line: string): void {
	process.stderr.write(`${line}\n`);
}

async function train({ net, batch, rounds, threads, cpu, device, json }: TrainOptions): Promise<void> {
	const [standard] = DEFAULT_CASES;
	const cases =
		net === undefined && batch === undefined
			? DEFAULT_CASES
			: [{ ...(net === undefined ? standard : netOf(net)), batch: batch ?? standard.batch }];
	const results: TrainResult[] = [];
	for (const each of cases) {
		const options = { rounds, clock: cpu === true ? "processor" : "wall", log: toStderr } as const;
		const result = await measure({ ...each, threads, ...(device === undefined ? {} : { device }) }, options);
		results.push(result);
		if (json !== true) process.stdout.write(`${formatResult(result)}\n\n`);
	}
	if (json === true) {
		const machine = { cpu: cpus()[0]?.model ?? "unknown", platform: process.platform, node: process.version };
		process.stdout.write(`${JSON.stringify({ machine, results }, undefined, "\t")}\n`);
	}
}

async function epoch({ threads }: { readonly threads: number }): Promise<void> {
	for (const [hidden, batch, epochs] of epochCases) {
		const { net, stepMs, trainingStepMs, share } = await measureEpoch(hidden, batch, epochs, threads);
		process.stdout.write(
			`${net}, batch ${batch}: bare step ${stepMs.toFixed(3)} ms, in training ${trainingStepMs.toFixed(3)} ms: ` +
				`${(100 * share).toFixed(0)} % of the bare rate\n`,
		);
	}
}

async function memory({ steps, threads }: { readonly steps: number; readonly threads: number }): Promise<void> {
	const { early, late, bytesPerStep } = await measureMemory(steps, threads);
	const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
	process.stdout.write(
		`${steps} steps: resident ${megabytes(early)} MiB after a tenth, ${megabytes(late)} MiB at the end: ` +
			`${bytesPerStep.toFixed(0)} bytes a step\n`,
	);
}

async function calls({ rounds }: { readonly rounds: number }): Promise<void> {
	for (const { vectors, length, how, wall, processor } of await measureCalls(rounds)) {
		const [took, used] = [wall.toFixed(1), processor.toFixed(1)].map((figure) => figure.padStart(8));
		process.stdout.write(
			`${`${vectors} × ${length} floats`.padEnd(18)}${how.padEnd(34)}${took} µs, processor ${used} µs\n`,
		);
	}
}

interface WatchOptions {
	readonly net: string;
	readonly batch: number;
	readonly steps: number;
}

/** A command that trains a net for some steps and watches it. */
function watching(command: Command, { net, batch, steps }: WatchOptions): Command {
	return command
		.option("--net <net>", "the net, such as resnet:8x1 or 784-128-10", net)
		.option("--batch <count>", "samples a step", count, batch)
		.option("--steps <count>", "steps", count, steps);
}

async function devices({ net, batch, steps }: WatchOptions): Promise<void> {
	for (const { device, firstStepMs, stepMs, onProcessor } of await measureDevices(netOf(net), batch, steps)) {
		process.stdout.write(`${device}: ${stepMs.toFixed(1)} ms a step, the first ${firstStepMs.toFixed(0)} ms\n`);
		const rows = [...onProcessor].sort(([, a], [, b]) => b - a);
		for (const [name, ms] of rows) process.stdout.write(`  on the processor: ${name}, ${ms.toFixed(3)} ms a step\n`);
	}
}

interface ProfileOptions extends WatchOptions {
	readonly threads: number;
}

/** Where a step's time goes, with one thread and with several. */
async function profile({ net, batch, steps, threads }: ProfileOptions): Promise<void> {
	const one = (await profileOf({ net: netOf(net), batch, steps, threads: 1 })).byOperator();
	const several = (await profileOf({ net: netOf(net), batch, steps, threads })).byOperator();
	const whole = (times: ReadonlyMap<string, number>): number => [...times.values()].reduce((sum, ms) => sum + ms, 0);
	const line = (name: string, first: number, second: number): string =>
		[
			name.padEnd(24),
			...[first, second].map((ms) => `${(ms / steps).toFixed(2)} ms`.padStart(12)),
			`${(first / second).toFixed(2)}x`.padStart(8),
			`${((100 * first) / whole(one)).toFixed(1)} %`.padStart(8),
		].join("");
	process.stdout.write(`${net}, batch ${batch}: a step with 1 thread, with ${threads}, the gain, the share with 1\n`);
	process.stdout.write(`${line("all", whole(one), whole(several))}\n`);
	const rows = [...one].sort(([, a], [, b]) => b - a).filter(([, ms]) => ms > whole(one) / 200);
	for (const [name, ms] of rows) process.stdout.write(`${line(name, ms, several.get(name) ?? 0)}\n`);
}

interface PipelineOptions {
	readonly epochs: number;
	readonly rounds: number;
	readonly threads: number;
}

/** A training of mnist, long enough for several checkpoints by default, and the one of the first five minutes. */
async function pipeline({ epochs, rounds, threads }: PipelineOptions): Promise<void> {
	const cases = {
		[`mnist, 784-800-800-10, ${epochs} epochs`]: { data: { name: "mnist" }, network: { hidden: [800, 800], epochs } },
		"digits, the first five minutes": { data: { name: "digits" } },
	} as const;
	for (const [name, recipe] of Object.entries(cases)) {
		const results = await measurePipeline(recipe, threads, rounds);
		const middle = (pick: (round: PipelineRound) => number): number => medianOf(results.map(pick));
		const more = (pick: keyof Spent): string => {
			const [command, bare] = [middle((round) => round.command[pick]), middle((round) => round.bare[pick])];
			const seconds = middle((round) => round.command[pick] - round.bare[pick]);
			return (
				`command ${command.toFixed(2)} s, bare ${bare.toFixed(2)} s, median of the differences ` +
				`${seconds.toFixed(2)} s (${((100 * seconds) / bare).toFixed(1)} %)`
			);
		};
		const saves = middle(({ saving }) => saving.saves);
		const share = middle(({ saving, bare }) => (100 * saving.wall) / bare.wall);
		process.stdout.write(
			`${name}, ${rounds} rounds\n  wall time: ${more("wall")}\n  processor time: ${more("processor")}\n` +
				`  checkpoints, within the bare run: ${saves} saves, ${share.toFixed(2)} % of its time\n` +
				`  again, all in the store: ${middle(({ cached }) => cached).toFixed(2)} s\n`,
		);
	}
}

async function web({ rounds }: { readonly rounds: number }): Promise<void> {
	// The other benchmarks need no browser.
	const { measureWeb } = await import("./web.js");
	const figures = await measureWeb(rounds, toStderr);
	const { predict, pageScripts, interactiveMs, answersASecond, framesASecond, training, parity, webgpu } = figures;
	const kilobytes = ({ raw, gzip }: Bytes): string =>
		`${(raw / 1000).toFixed(1)} kB, ${(gzip / 1000).toFixed(1)} kB gzip`;
	const lines = [
		`limbeck/predict/web and onnxruntime-web, bundled: ${kilobytes(predict.scripts)}; WebAssembly: ${kilobytes(predict.wasm)}`,
		`the page's scripts and styles: ${kilobytes(pageScripts)}`,
		`from the start of navigation until both networks answer: ${interactiveMs.toFixed(0)} ms`,
		`while drawing: ${answersASecond.toFixed(1)} answers of both a second, in ${framesASecond.toFixed(1)} frames`,
		`training in the tab on ${training.threads} threads: ${training.samplesASecond.toFixed(0)} samples a second`,
		`largest difference of a weight from Node's after ${parity.steps} steps: ${parity.difference.toExponential(1)}`,
		`steps beside a software adapter: ${webgpu.wasm.toFixed(0)} samples a second in WebAssembly, ${webgpu.webgpu.toFixed(0)} with WebGPU, which loads ${kilobytes(webgpu.bytes)}`,
	];
	process.stdout.write(`${lines.join("\n")}\n`);
}

const separated = (text: string): readonly string[] => text.split(",");

interface NetworksOptions {
	readonly nets?: readonly string[];
	readonly forms: readonly string[];
	readonly weights: readonly string[];
	readonly day?: number;
}

/** The part of all networks that is tried on one day. */
const daysOfNetworks = 7;

async function networks({ nets, forms, weights, day }: NetworksOptions): Promise<void> {
	const all = nets ?? (await networkNames());
	const chosen = day === undefined ? all : all.filter((_, at) => at % daysOfNetworks === day % daysOfNetworks);
	process.stdout.write(`${networkHead.join("\n")}\n`);
	const reasons: string[] = [];
	for (const net of chosen) {
		for (const kind of weights) {
			for (const row of await measureNetwork(net, kind, forms)) {
				process.stdout.write(`${networkLine(row)}\n`);
				reasons.push(...networkReasons(row));
				if (Object.values(judged(row)).includes("wrong")) process.exitCode = 1;
			}
		}
	}
	process.stdout.write(`\n${reasons.join("\n")}\n`);
}

const program = new Command("bench");
program
	.command("networks")
	.description("networks of timm, transformers and PyTorch: their answers and training here against PyTorch's")
	.option("--nets <names>", "names, separated by commas; all by default", separated)
	.option("--forms <names>", "forms of export", separated, exportForms)
	.option("--weights <kinds>", "how they start: random, fresh", separated, weightKinds)
	.option("--day <number>", "a seventh of the networks, another one each day", count)
	.action(networks);
program
	.command("web")
	.description("the page and the browser's bundle: bytes, time until it answers, answers a second, training")
	.option("--rounds <count>", "rounds; the report is their median", count, 5)
	.action(web);
program
	.command("pipeline")
	.description("what plan, store, checkpoints and process cost beside training")
	.option("--epochs <count>", "epochs of mnist", count, 40)
	.option("--rounds <count>", "rounds; the report is their median", count, 3)
	.option("--threads <count>", "threads", count, availableParallelism())
	.action(pipeline);
program
	.command("epoch")
	.description("whole training, with the data pipeline, against the bare step")
	.option("--threads <count>", "threads", count, availableParallelism())
	.action(epoch);
program
	.command("calls")
	.description("what a call of a graph costs beside its work, against onnxruntime-node")
	.option("--rounds <count>", "rounds; the report is their median", count, 7)
	.action(calls);
watching(program.command("devices"), { net: "784-128-10", batch: 32, steps: 10 })
	.description("a training step on every device that works, and what runs on the processor there at what cost")
	.action(devices);
watching(program.command("profile"), { net: "cnn", batch: 128, steps: 4 })
	.description("where the time of a training step goes, by operator, with one thread and with several")
	.option("--threads <count>", "threads of the second run", count, availableParallelism())
	.action(profile);
program
	.command("memory")
	.description("resident memory over a long training")
	.option("--steps <count>", "steps", count, 10_000)
	.option("--threads <count>", "threads", count, availableParallelism())
	.action(memory);
program
	.command("train")
	.description("a training step, against PyTorch and, for a ReLU net, TensorFlow.js and jax-js")
	.option("--net <name>", "units per layer, 784-1200-1200-10, or a family: cnn, resnet:8x4, mobilenet, vit")
	.option("--batch <examples>", "examples in a step", count)
	.option("--rounds <count>", "rounds; the report is their median", count, 5)
	.option("--threads <count>", "threads of every contestant", count, availableParallelism())
	.option("--cpu", "processor time in place of wall time: with one thread, other work hardly moves it")
	.addOption(new Option("--device <name>", "what trains, PyTorch on CUDA alone").choices(deviceNames))
	.option("--json", "print JSON")
	.action(train);

program
	.command("convolution")
	.description("a convolution and its gradients, in our formulations and PyTorch's layouts")
	.option("--rounds <count>", "rounds; the report is their median", count, 3)
	.option("--threads <count>", "threads of every contestant", count, availableParallelism())
	.action(({ rounds, threads }: { readonly rounds: number; readonly threads: number }) =>
		measureConvolutions(rounds, threads, toStderr, (line) => process.stdout.write(`${line}\n`)),
	);

program
	.command("targets")
	.description("the store of targets, written and read, and teacher scoring against Python's onnxruntime")
	.option("--rounds <count>", "rounds of scoring; the report is their median", count, 3)
	.option("--threads <count>", "threads of every contestant", count, availableParallelism())
	.action(async ({ rounds, threads }: { readonly rounds: number; readonly threads: number }) => {
		const report = (line: string): boolean => process.stdout.write(`${line}\n`);
		await measureStore(report);
		await measureScoring(rounds, threads, toStderr, report);
	});

program
	.command("specialists")
	.description("covariance, clustering and combination at scale, against gradient descent in PyTorch")
	.option("--classes <count>", "classes", count, 15_000)
	.option("--specialists <count>", "specialists, and planted clusters", count, 61)
	.option("--classes-per-specialist <count>", "classes of each specialist", count, 300)
	.option("--predictions <count>", "predictions", count, 200_000)
	.option("--rounds <count>", "rounds of the combination; the report is their median", count, 3)
	.option("--threads <count>", "threads of every contestant", count, availableParallelism())
	.action(({ rounds, ...scale }: Scale & { readonly rounds: number }) =>
		measureSpecialists(scale, rounds, toStderr, (line) => process.stdout.write(`${line}\n`)),
	);

program
	.command("dashboard")
	.description("how long the dashboard takes to show many runs, in Chromium too")
	.option("--runs <count>", "runs", count, 1000)
	.option("--rounds <count>", "rounds; the report is their median", count, 5)
	.action(async ({ runs, rounds }: { readonly runs: number; readonly rounds: number }) => {
		const { firstAnswer, answer, firstOpen, open, bytes } = await measureDashboard(runs, rounds);
		const ms = (value: number): string => `${value.toFixed(0)} ms`;
		process.stdout.write(
			`${runs} runs, a page of ${(bytes / 1000).toFixed(0)} kB: answered in ${ms(answer)} (the first time ` +
				`${ms(firstAnswer)}), drawn in Chromium in ${ms(open)} (the first time ${ms(firstOpen)})\n`,
		);
	});

program
	.command("types")
	.description("what a recipe of six lines costs tsc, against the packed package")
	.action(() => measureTypes((line) => process.stdout.write(`${line}\n`)));

// A signal must not leave stopped children behind: they are killed on exit.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
try {
	await program.parseAsync();
} catch (error) {
	if (!(error instanceof LimbeckError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}
