/** What a run's data is, told without loading it where its files hold what they held when it was last loaded. */

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { canonicalHash } from "../canonical.js";
import { dataContent } from "../data/data-content.js";
import type { DataChoice } from "../data/options.js";
import { readersVersion } from "../data/readers-version.js";
import type { DataDescription } from "../distill/train-network.js";
import { fileError, writeFileAtomic } from "../files.js";
import { type Notice, noticeSchema } from "../notices.js";
import { parsedJson } from "../options.js";
import { speechContent } from "../speech/corpora/content.js";
import type { DescribeSpeechStep } from "../speech/describe.js";
import type { Rooms } from "../store/rooms.js";
import { type TaskName, taskNames } from "../tasks/names.js";
import { packageVersion } from "./environment.js";
import { type RunStepOptions, runStep } from "./run-step.js";

/** What a plan needs of the data. */
export interface DataIdentity {
	readonly fingerprint: string;
	readonly sampleShape: readonly number[];
	/** Training samples. */
	readonly train: number;
	/** The hash of the names of classes and columns, where they are the user's. */
	readonly names?: string | undefined;
	/** How many there are; none where samples have no labels and nobody has named them. */
	readonly classes: number;
	/** What is learned; classes where absent. */
	readonly task?: TaskName | undefined;
	/** What should be known of the data. */
	readonly notices: readonly Notice[];
}

const natural = z.int().min(1);
const shape = z.strictObject({
	fingerprint: z.string(),
	sampleShape: z.array(natural),
	train: natural,
	names: z.string().optional(),
	classes: z.int().min(0),
	task: z.enum(taskNames).optional(),
	notices: z.array(noticeSchema),
});

/** What a step says of data. */
type Described = Omit<DataIdentity, "notices" | "names"> & {
	readonly notices?: readonly Notice[];
	readonly names?: DataDescription["names"];
};

/** Tells the identity of a run's data, which is remembered in the rooms of a store. */
export type Identify = (rooms: Rooms, options: RunStepOptions) => Promise<DataIdentity>;

/**
 * The identity of data. It is remembered in the store under the data's options, what is in its files and the versions of
 * Limbeck and its readers; a training checks it when it reads the data.
 *
 * @throws LimbeckError (`data`, `file`, `usage`) for data that cannot be loaded.
 */
export async function identifyData(rooms: Rooms, data: DataChoice, options: RunStepOptions): Promise<DataIdentity> {
	return remembered(rooms, data, await dataContent(data), () => runStep("describe", { data }, options));
}

/** The identity of a corpus, likewise. */
export async function identifySpeech(
	rooms: Rooms,
	step: DescribeSpeechStep,
	options: RunStepOptions,
): Promise<DataIdentity> {
	return remembered(rooms, step, await speechContent(step.data), () => runStep("describeSpeech", step, options));
}

async function remembered(
	{ data: folder }: Rooms,
	data: DataChoice | DescribeSpeechStep,
	content: readonly string[],
	describe: () => Promise<Described>,
): Promise<DataIdentity> {
	const path = join(
		folder,
		`${canonicalHash({ limbeck: await packageVersion(), readersVersion, data, content })}.json`,
	);
	const known = await readFile(path, "utf8").then(
		(text) => shape.safeParse(parsedJson(text)).data,
		() => undefined,
	);
	if (known !== undefined) return known;
	const { fingerprint, sampleShape, train, classes, task, names, notices = [] } = await describe();
	const named = names === undefined ? {} : { names: canonicalHash(names) };
	const learned = task === undefined ? {} : { task };
	const identity = { fingerprint, sampleShape: [...sampleShape], train, classes, ...learned, ...named, notices };
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
	await writeFileAtomic(path, JSON.stringify(identity));
	return identity;
}
