/** The promise that numbers stay finite: bad ones are put into the data, and rates explode. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import { decodeCheckpoint } from "../../src/train/checkpoint/checkpoint.js";
import type { TrainingJob } from "../../src/train/training.js";
import {
	data,
	exploding,
	firstSeen,
	jobOf,
	poisonedJob,
	type Seen,
	slowClock,
	spikedJob,
	train,
} from "../support/diverging.js";
import { createDraws } from "../support/draws.js";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";

const actions = ["stop", "rollback"] as const;

/** What is put in: a training with it, and what is wrong with what became of that. */
interface Injection {
	readonly job: (sample: number, action: (typeof actions)[number]) => TrainingJob;
	/** @param step - the first that sees the sample. */
	readonly wrong: (seen: Seen, told: Told) => string | undefined;
}

interface Told {
	readonly sample: number;
	readonly step: number;
	readonly action: (typeof actions)[number];
}

/** A value that no rate mends: training ends whatever the recipe says, and names the sample. */
function valueOf(value: number): Injection {
	return {
		job: (sample, action) => poisonedJob(sample, value, { action }),
		wrong({ error, notes }, { sample, step }) {
			const place = `Training sample ${String(sample)} (counted from 0) holds ${String(value)} at step ${String(step)}`;
			return error?.hint === `${place}: mend it or leave it out.` && notes.length === 0
				? undefined
				: `${String(error?.message)}; ${notes.join()}`;
		},
	};
}

const injections: Readonly<Record<string, Injection>> = {
	NaN: valueOf(Number.NaN),
	infinity: valueOf(Number.POSITIVE_INFINITY),
	"minus infinity": valueOf(Number.NEGATIVE_INFINITY),
	spike: {
		job: (sample, action) => spikedJob(sample, { action, spike: 20 }),
		wrong({ error, notes }, { step, action }) {
			const seen = error?.where === `loss at step ${String(step)}` && error.expected.includes("20 times the median");
			const isTold =
				action === "stop"
					? notes.length === 0
					: notes.length === 3 && error?.hint?.includes("look at the samples of that step") === true;
			return seen && isTold ? undefined : `step ${String(step)}: ${String(error?.message)}; ${notes.join()}`;
		},
	},
	"exploding rate": {
		job: (_, action) => jobOf({ optimizer: exploding, divergence: { action, factor: 0.001 } }),
		wrong({ error, result, notes }, { action }) {
			if (action === "stop") return error?.message.includes("1000 with sgd") === true ? undefined : "no cause is named";
			const isFinite = result?.history.losses.every(Number.isFinite) === true;
			return isFinite && notes.length > 0 ? undefined : `${String(error?.message)}; ${notes.join()}`;
		},
	},
};

/** The files of checkpoints that hold a number that is not finite. */
async function badFiles(folder: string): Promise<readonly string[]> {
	const names = await readdir(folder).catch(() => []);
	const bad: string[] = [];
	for (const name of names) {
		const { state, kept, good } = decodeCheckpoint(await readFile(join(folder, name)), name);
		const tensors = [state, kept?.state ?? {}, good ?? {}].flatMap((one) => Object.values(one));
		if (!tensors.every((one) => one.type === "float" && one.data.every(Number.isFinite))) bad.push(name);
	}
	return bad;
}

async function injected({ seed, folder }: Attempt): Promise<Outcome> {
	const names = Object.keys(injections);
	const name = names[(seed - 1) % names.length] ?? "";
	const action = actions[Math.floor((seed - 1) / names.length) % 2] ?? "stop";
	const steps = await firstSeen();
	const draws = createDraws(seed, "injections");
	let sample = draws.integer(0, data.train.count - 1);
	// There is no loss before the first step to measure a spike by, and no checkpoint.
	while (steps.get(sample) === 1) sample = draws.integer(0, data.train.count - 1);
	const injection = injections[name];
	if (injection === undefined) return { kind: "broken", why: `no ${name}` };
	const bad: string[] = [];
	const files = checkpointFolder(folder, (text) => bad.push(text));
	const checkpoints: typeof files = {
		newest: () => files.newest(),
		async save(checkpoint) {
			await files.save(checkpoint);
			bad.push(...(await badFiles(folder)));
		},
	};
	const seen = await train(injection.job(sample, action), { checkpoints, checkpointSeconds: 0, now: slowClock() });
	const wrong = injection.wrong(seen, { sample, step: steps.get(sample) ?? 0, action });
	const why = [...(wrong === undefined ? [] : [wrong]), ...bad.map((text) => `not finite: ${text}`)].join("; ");
	return expectation(why === "", `${name}, ${action}: ${why}`, `${name}, ${action}`);
}

export const numberPromises = {
	R10: {
		promise: "numbers stay finite",
		fault:
			"NaN, ±∞ or a spike at a step of its own, or a rate that explodes; kept after every step: seen at its step, " +
			"stopped or rolled back as the recipe says, with its cause named; no such number in any checkpoint",
		tries: { short: 10, long: 60 },
		tryOnce: injected,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
