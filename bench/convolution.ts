/**
 * The convolution benchmark: a convolution (y) and the gradients of its input (dx) and weights (dw), each in our
 * formulations and in PyTorch's two layouts, in turn.
 */
import { LimbeckError } from "../src/errors.js";
import type { FormulationName } from "../src/ops/convolution-gradient.js";
import { attempted, type Contestant, installPytorch, node, openContest, pytorch, stepTime } from "./contest.js";

/** A square convolution, padded to keep the image at stride 1. */
interface Shape {
	/** `[batch, channels, height, width]`. */
	readonly x: readonly [number, number, number, number];
	/** `[outputs, channels / group, kernel, kernel]`. */
	readonly w: readonly [number, number, number, number];
	readonly stride: number;
	readonly padding: number;
	readonly group: number;
}

/** What a child computes, again and again. */
export interface ConvolutionTask extends Shape {
	readonly what: "y" | "dx" | "dw";
	/** Ours: in the blocked layout where there is one. */
	readonly blocked: boolean;
	/** Ours: how dw is computed. */
	readonly formulation?: FormulationName;
	/** PyTorch's. */
	readonly channelsLast: boolean;
	readonly threads: number;
}

function shapeOf(channels: number, outputs: number, side: number, options: Partial<Shape> & { kernel?: number } = {}) {
	const { kernel = 3, stride = 1, group = 1 } = options;
	return {
		x: [128, channels, side, side],
		w: [outputs, channels / group, kernel, kernel],
		stride,
		padding: Math.floor(kernel / 2),
		group,
	} as const satisfies Shape;
}

/** Layers of the networks of the training benchmark. */
const shapes: readonly Shape[] = [
	shapeOf(3, 32, 32),
	shapeOf(64, 64, 32),
	shapeOf(128, 256, 16, { stride: 2 }),
	shapeOf(144, 24, 32, { kernel: 1 }),
	shapeOf(144, 144, 32, { group: 144 }),
	shapeOf(384, 384, 8, { group: 384 }),
	shapeOf(96, 96, 16, { kernel: 7, group: 96 }),
	shapeOf(512, 512, 2),
	shapeOf(256, 512, 4, { stride: 2 }),
	shapeOf(160, 640, 4, { kernel: 1 }),
];

const ours = node("./peers/convolution.ts");
const theirs = pytorch("convolution");
const turnMs = 300;

/** The contestants of one line: names with what differs from the others in their task. */
function contestantsOf(
	what: ConvolutionTask["what"],
	{ group }: Shape,
): readonly (readonly [name: string, own: Partial<ConvolutionTask>])[] {
	const weightGradients: readonly FormulationName[] =
		group === 1 ? ["gathered", "stacked", "sliced"] : ["paired", "stacked", "sliced"];
	return what === "dw"
		? weightGradients.map((formulation) => [formulation, { formulation }] as const)
		: [
				["plain", {}],
				["blocked", { blocked: true }],
			];
}

/**
 * Measures every shape.
 *
 * @param log - takes progress, a line at a time.
 * @param report - takes results, a line at a time.
 * @throws LimbeckError of category `environment` if our own program does not start.
 */
export async function measureConvolutions(
	rounds: number,
	threads: number,
	log: (line: string) => void,
	report: (line: string) => void,
): Promise<void> {
	for (const shape of shapes) {
		const { x, w, stride, group } = shape;
		const strided = `${stride === 1 ? "" : `, stride ${String(stride)}`}${group === 1 ? "" : ", depthwise"}`;
		report(`${x.join(" x ")}, ${w.slice(2).join(" x ")} to ${String(w[0])}${strided}: ms`);
		for (const what of ["y", "dx", "dw"] as const) {
			const times = await measureOne({ ...shape, what, blocked: false, channelsLast: false, threads }, rounds, log);
			report(`  ${what.padEnd(3)} ${times}`);
		}
	}
}

async function measureOne(task: ConvolutionTask, rounds: number, log: (line: string) => void): Promise<string> {
	const contest = openContest(log);
	try {
		const entered: Contestant[] = [];
		for (const [name, own] of contestantsOf(task.what, task)) {
			entered.push(await contest.enter({ name, command: ours, install: "npm ci", turnMs }, { ...task, ...own }));
		}
		for (const [name, channelsLast] of [
			["pytorch", false],
			["channels-last", true],
		] as const) {
			const peer = { name, command: theirs, install: installPytorch, turnMs };
			const contestant = await attempted(contest.enter(peer, { ...task, channelsLast }));
			if (contestant instanceof LimbeckError) log(`${name} skipped: ${contestant.got}`);
			else entered.push(contestant);
		}
		await contest.takeTurns(rounds);
		return entered.map((one) => `${one.name} ${stepTime(one).stepMs.toFixed(2)}`.padEnd(22)).join(" ");
	} finally {
		contest.close();
	}
}
