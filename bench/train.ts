/**
 * The training benchmark: one step (forward, backward, momentum SGD, cross entropy) of a network, ours and the peers',
 * on random data of the shape of MNIST's or CIFAR-100's. All run with the same number of threads, in turn, in several
 * rounds. Ours and PyTorch's start from uint8 pixels, the others from floats.
 */
import { LimbeckError } from "../src/errors.js";
import type { Clock } from "./child.js";
import {
	attempted,
	type Contest,
	type Contestant,
	installPytorch,
	node,
	openContest,
	type Peer,
	pytorch,
	type StepTime,
	stepTime,
} from "./contest.js";
import { netOf } from "./nets.js";
import type { Product } from "./peers/sgemm.js";
import type { Task } from "./serve.js";

/** A program that trains the network of a task. */
interface TrainingPeer extends Peer {
	/** Which networks it is for: fully connected ones, families of image networks, or both. */
	readonly trains: readonly ("layers" | "images")[];
	/** Its own number of threads, in place of the task's. */
	readonly threads?: number;
}

const installPeers = "npm ci --prefix bench/peers";

// A turn holds a native call as long as the trainer makes them; between calls the weights cross into JavaScript.
const OURS: Peer = { name: "limbeck", command: node("./peers/limbeck.ts"), install: "npm ci", turnMs: 4000 };

const PEERS: readonly TrainingPeer[] = [
	...(
		[
			{ name: "pytorch-eager", mode: "eager", trains: ["layers", "images"] },
			{ name: "pytorch-compile", mode: "compile", trains: ["layers"] },
			{ name: "pytorch-channels-last", mode: "channels-last", trains: ["images"] },
		] as const
	).map(({ name, mode, trains }) => ({ name, command: pytorch(mode), install: installPytorch, turnMs: 1500, trains })),
	...(
		[
			{ name: "tfjs-wasm", module: "./peers/tfjs.js" },
			{ name: "jax-js", module: "./peers/jax.js", threads: 1 },
			{ name: "jax-js-threads", module: "./peers/jax.js" },
		] as const
	).map(({ module, ...peer }) => ({
		...peer,
		command: node(module),
		install: installPeers,
		turnMs: 500,
		trains: ["layers" as const],
	})),
];

/** The machine's limit, a product of two large matrices: PyTorch's, or ONNX Runtime's where PyTorch is absent. */
const PYTORCH_SGEMM: Peer = { name: "sgemm", command: pytorch("sgemm"), install: installPytorch, turnMs: 300 };
const ORT_SGEMM: Peer = { name: "sgemm", command: node("./peers/sgemm.ts"), install: "npm ci", turnMs: 300 };
const SGEMM_SIZE = 2048;

/** The cases that are run when none is named. */
export const DEFAULT_CASES = [
	{ ...netOf("784-1200-1200-10"), batch: 128 },
	{ ...netOf("784-32-32-10"), batch: 128 },
	{ ...netOf("784-1200-1200-10"), batch: 512 },
] as const satisfies readonly Omit<Task, "threads">[];

/** What one case gave; times are in milliseconds. */
export interface TrainResult {
	readonly net: string;
	readonly batch: number;
	readonly threads: number;
	/** What times are of. */
	readonly clock: Clock;
	/** What is trained, the same number in every contestant that counts its parameters. */
	readonly parameters: number | undefined;
	/** `gflops` is the rate of the matrix products, of fully connected networks. */
	readonly ours: StepTime & { readonly gflops?: number };
	/** `ratio` is the peer's `stepMs` over ours: above 1, ours is faster. */
	readonly peers: Readonly<Record<string, StepTime & { readonly ratio: number }>>;
	/** The peers that did not run, and why. */
	readonly skipped: Readonly<Record<string, string>>;
	/** The rate of one product of two 2048 × 2048 matrices. */
	readonly sgemmGflops: number;
	readonly sgemmBy: string;
	/**
	 * The share of the processors that other programs used, the worst round's, 0 to 1. PyTorch's threads wait for each
	 * other in busy loops, so it loses far more than this share; above a few percent the ratios flatter us.
	 */
	readonly otherLoad: number;
}

/** How a case is measured. */
export interface MeasureOptions {
	readonly rounds: number;
	readonly clock: Clock;
	/** Takes progress, a line at a time. */
	readonly log: (line: string) => void;
}

/**
 * Measures one case.
 *
 * @throws LimbeckError of category `environment` if our own step does not start, if a child fails after its start, or
 * if a peer's network has another number of parameters than ours; a peer that does not start is skipped.
 */
export async function measure(task: Task, { rounds, clock, log }: MeasureOptions): Promise<TrainResult> {
	const contest = openContest(log, clock);
	const skipped: Record<string, string> = {};
	try {
		const ours = await contest.enter(OURS, task);
		const peers: Contestant[] = [];
		const kind = task.model.family === "mlp" ? "layers" : "images";
		for (const peer of PEERS.filter(({ trains }) => trains.includes(kind))) {
			const entered = await attempted(contest.enter(peer, { ...task, threads: peer.threads ?? task.threads }));
			if (entered instanceof LimbeckError) {
				skipped[peer.name] = `${entered.got} (to install: ${peer.install})`;
			} else {
				requireSameNet(ours, entered);
				peers.push(entered);
			}
		}
		const limit = await enterLimit(contest, { size: SGEMM_SIZE, threads: task.threads });
		const otherLoad = await contest.takeTurns(rounds);
		return { ...summarize(task, ours, peers, limit), clock, skipped, otherLoad };
	} finally {
		contest.close();
	}
}

async function enterLimit(contest: Contest, product: Product): Promise<Contestant> {
	const entered = await attempted(contest.enter(PYTORCH_SGEMM, product));
	return entered instanceof LimbeckError ? contest.enter(ORT_SGEMM, product) : entered;
}

/** Times of different networks say nothing. */
function requireSameNet(ours: Contestant, { name, child: { parameters } }: Contestant): void {
	if (parameters === undefined || parameters === ours.child.parameters) return;
	throw new LimbeckError("environment", {
		where: name,
		expected: `our network, of ${String(ours.child.parameters)} parameters`,
		got: `one of ${String(parameters)}`,
	});
}

function summarize(
	task: Task,
	ours: Contestant,
	peers: readonly Contestant[],
	limit: Contestant,
): Omit<TrainResult, "clock" | "skipped" | "otherLoad"> {
	const ourTime = stepTime(ours);
	const sgemm = stepTime(limit);
	const flop = flopOfStep(task);
	return {
		net: task.name,
		batch: task.batch,
		threads: task.threads,
		parameters: ours.child.parameters,
		ours: { ...ourTime, ...(flop === undefined ? {} : { gflops: flop / ourTime.stepMs / 1e6 }) },
		peers: Object.fromEntries(
			peers.map((peer) => {
				const time = stepTime(peer);
				return [peer.name, { ...time, ratio: time.stepMs / ourTime.stepMs }];
			}),
		),
		sgemmGflops: (2 * SGEMM_SIZE ** 3) / sgemm.stepMs / 1e6,
		sgemmBy: sgemm.about,
	};
}

/** Floating-point operations of a step's matrix products, where there are no others; the input needs no gradient. */
function flopOfStep({ model, sampleShape, classes, batch }: Task): number | undefined {
	if (model.family !== "mlp") return undefined;
	const inputs = sampleShape.reduce((product, size) => product * size, 1);
	const net = [inputs, ...model.hidden, classes];
	const products = net.slice(1).map((outputs, i) => 2 * batch * (net[i] ?? 0) * outputs);
	return 3 * products.reduce((sum, flop) => sum + flop, 0) - (products[0] ?? 0);
}

/** A result as a table for people. */
export function formatResult(result: TrainResult): string {
	const row = (name: string, { stepMs, roundsMs, peakBytes, about }: StepTime, note: string) =>
		[
			`  ${name.padEnd(22)}`,
			`${stepMs.toFixed(2)} ms`.padStart(11),
			`(${Math.min(...roundsMs).toFixed(2)} to ${Math.max(...roundsMs).toFixed(2)})`.padEnd(22),
			note.padStart(12),
			(peakBytes === undefined ? "" : `${(peakBytes / 2 ** 20).toFixed(0)} MiB`).padStart(9),
			` ${about}`,
		].join(" ");
	const { ours, otherLoad } = result;
	return [
		`${result.net}, batch ${String(result.batch)}, ${String(result.threads)} threads, ` +
			`${String(result.parameters)} parameters: ${result.clock} time, median of rounds (range), peak memory`,
		row(OURS.name, ours, ours.gflops === undefined ? "" : `${ours.gflops.toFixed(0)} GFLOP/s`),
		...Object.entries(result.peers).map(([name, peer]) => row(name, peer, `${peer.ratio.toFixed(2)}x`)),
		...Object.entries(result.skipped).map(([name, reason]) => `  ${name.padEnd(22)} skipped: ${reason}`),
		`  limit                  ${result.sgemmGflops.toFixed(0)} GFLOP/s, sgemm 2048 x 2048 x 2048, ${result.sgemmBy}`,
		...(otherLoad > 0.05 && result.clock === "wall"
			? [`  Other programs used ${(100 * otherLoad).toFixed(0)} % of the processors; measure again without them.`]
			: []),
	].join("\n");
}
