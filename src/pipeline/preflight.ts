/** Whether the disk has room for a run, looked at before any of its work is done. */
import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { canonicalHash } from "../canonical.js";
import type { TrainedOn } from "../distill/check-training.js";
import type { DiskNeed } from "../distill/disk-need.js";
import type { TargetsTeacher } from "../distill/teachers/options.js";
import type { KnownTeacher } from "../distill/teachers/sources.js";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { sizeOf } from "../store/maintenance.js";
import type { Store } from "../store/store.js";
import { mostCheckpoints } from "./checkpoint-folder.js";
import type { PlannedStep } from "./plan.js";
import { isStepFile, materialized, nameOf, type StepFile } from "./references.js";
import type { PlannedInput, StepInput } from "./steps.js";

/** What one training needs of the store's disk. */
export interface StepNeed {
	readonly step: PlannedStep<"train">;
	/** Bytes of checkpoints while it goes on, beyond those that are there. */
	readonly checkpoints: number;
	/** Bytes of what it leaves in the store. */
	readonly network: number;
	/** Bytes of its teacher's answers, and which answers they are; several trainings may share them. */
	readonly targets: number;
	readonly answers: string;
}

/** What a run needs on the disk, in bytes. */
export interface RunNeed {
	/** The most that the store's folder grows by. */
	readonly store: number;
	/** What comes into the output folder. */
	readonly out: number;
	readonly steps: readonly StepNeed[];
}

/** Where a run's files go. */
export interface Places {
	/** The store's folder. */
	readonly store: string;
	readonly out: string;
}

/**
 * Checks trainings before any begins, and estimates what a run needs on the disk: networks, stored answers, and the
 * checkpoints of trainings that go on at the same time. Steps that are in the store need nothing. Records, logs and reports are not counted.
 *
 * @param cores - for steps that run side by side.
 * @param copied - keys of the trainings whose networks come into the output folder as well.
 * @param forced - keys of steps that are done again though they are in the store; none where absent.
 * @throws LimbeckError (`model`, `file`) for a network whose file cannot be read; (`usage`, `model`) by the name of the
 * training for one that cannot begin.
 */
export async function needOf(
	plan: readonly PlannedStep[],
	data: TrainedOn,
	{
		store,
		cores,
		copied,
		forced = new Set(),
	}: {
		readonly store: Store;
		readonly cores: number;
		readonly copied: ReadonlySet<string>;
		readonly forced?: ReadonlySet<string>;
	},
): Promise<RunNeed> {
	const steps: StepNeed[] = [];
	const needs = new Map<string, DiskNeed>();
	const alike = new Map<string, DiskNeed>();
	let out = 0;
	for (const step of plan) {
		if (step.kind !== "train") continue;
		const there = await store.sizeOf(step.key);
		if (there !== undefined && !forced.has(step.key)) {
			if (copied.has(step.key)) out += there;
			continue;
		}
		// A network that begins as another's, which is still to be trained, is as large as that one.
		const need = (await originOf(step, needs, store)) ?? (await knownNeed(step, data, { store, alike }));
		needs.set(step.key, need);
		if (copied.has(step.key)) out += need.network;
		steps.push(await stepNeed(step, need, store));
	}
	const peaks = steps.map((step) => peakWith(step, steps, plan, cores));
	return { store: Math.max(left(steps), ...peaks), out, steps };
}

/** The need of a training that is checked once for all seeds. */
async function knownNeed(
	planned: PlannedStep<"train">,
	data: TrainedOn,
	{ store, alike }: { readonly store: Store; readonly alike: Map<string, DiskNeed> },
): Promise<DiskNeed> {
	const { label, options } = planned;
	const { teacher: source, ...others } = options;
	const teacher = knownTeacher(source);
	const given = await materialized<Omit<StepInput<"train">, "teacher">>(others, (file) => pathOrName(store, file));
	const { network, loss, targets, pupils = [], specialist } = given;
	const key = canonicalHash({ network, loss, teacher, targets, pupils, isSpecialist: specialist !== undefined });
	const known = alike.get(key);
	if (known !== undefined) return known;
	// Networks are built to see how large they are: what that takes is loaded only where something is to be trained.
	const { checkedNeedOf } = await import("../distill/disk-need.js");
	const step = {
		...given,
		teacher,
		store: targets,
		pupils: pupils.map(({ targets: store, ...pupil }) => ({ ...pupil, store })),
	};
	try {
		const need = await checkedNeedOf(step, data, teacher === undefined ? undefined : targets);
		alike.set(key, need);
		return need;
	} catch (error) {
		if (!(error instanceof LimbeckError)) throw error;
		const { category, where, expected, got, hint } = error;
		const detail = { where: `${label}: ${where}`, expected, got, cause: error };
		throw new LimbeckError(category, hint === undefined ? detail : { ...detail, hint });
	}
}

/** The path of a step's output, and its name where it is not made yet: no check opens such a one. */
async function pathOrName(store: Store, { step, file }: StepFile): Promise<string> {
	return (await store.sizeOf(step)) === undefined ? nameOf({ step, file }) : store.pathOf(step, file);
}

/** A training's teacher, as far as it is known before the run: files that are given, and how many the run trains. */
function knownTeacher(teacher: PlannedInput<"train">["teacher"]): KnownTeacher | undefined {
	if (teacher === undefined) return undefined;
	// No step makes such a file.
	if (!("members" in teacher)) return teacher as TargetsTeacher;
	const { combine, members } = teacher;
	return {
		combine,
		members: members.map(({ file, ...member }) => (isStepFile(file) ? "trained" : { ...member, file })),
	};
}

/** The need of the training whose network a step begins from, where that is not there yet. */
async function originOf(
	{ options: { network } }: PlannedStep<"train">,
	needs: ReadonlyMap<string, DiskNeed>,
	store: Store,
): Promise<DiskNeed | undefined> {
	if (network.family !== "file" || !isStepFile(network.file)) return undefined;
	const { step } = network.file;
	return (await store.sizeOf(step)) === undefined ? needs.get(step) : undefined;
}

async function stepNeed(step: PlannedStep<"train">, need: DiskNeed, store: Store): Promise<StepNeed> {
	const { teacher, targets, network } = step.options;
	const { augment, jitter, views, viewSeed, fraction, fractionSeed } = network;
	const kept = await sizeOf(store.rooms.progress(step.key));
	return {
		step,
		checkpoints: Math.max(0, mostCheckpoints * need.checkpoint - kept),
		network: need.network,
		targets: need.targets,
		answers: canonicalHash({ teacher, targets, augment, jitter, views, viewSeed, fraction, fractionSeed }),
	};
}

function answersOf(steps: readonly StepNeed[]): number {
	return [...new Map(steps.map(({ answers, targets }) => [answers, targets])).values()].reduce((a, b) => a + b, 0);
}

/** What is on the disk while a training goes on, others beside it, and all is done that can be without them. */
function peakWith(first: StepNeed, all: readonly StepNeed[], plan: readonly PlannedStep[], cores: number): number {
	const dependOn = (key: string): ReadonlySet<string> => dependents(plan, key);
	const running = [first];
	for (const other of [...all].sort((a, b) => b.checkpoints - a.checkpoints)) {
		const apart = running.every(
			({ step: { key } }) =>
				key !== other.step.key && !dependOn(key).has(other.step.key) && !dependOn(other.step.key).has(key),
		);
		// Trainings that are ready share the cores.
		if (apart && running.length < cores) running.push(other);
	}
	const later = new Set(running.flatMap(({ step: { key } }) => [key, ...dependOn(key)]));
	const done = all.filter(({ step }) => !later.has(step.key));
	const checkpoints = running.reduce((sum, one) => sum + one.checkpoints, 0);
	return checkpoints + done.reduce((sum, { network }) => sum + network, 0) + answersOf([...running, ...done]);
}

/** The keys of the steps that build on one. */
function dependents(plan: readonly PlannedStep[], key: string): ReadonlySet<string> {
	const found = new Set<string>();
	// Steps stand in order: inputs first.
	for (const step of plan) if (step.inputs.some((input) => input === key || found.has(input))) found.add(step.key);
	return found;
}

/**
 * Refuses a run for which the disk has no room.
 *
 * @throws LimbeckError (`disk-full`).
 */
export async function checkRoom(need: RunNeed, { store, out }: Places): Promise<void> {
	const [disk, outDisk] = [await diskOf(store), await diskOf(out)];
	const together = disk.device === outDisk.device;
	refuse(store, together ? Math.max(need.store, left(need.steps) + need.out) : need.store, disk.free, "--store");
	if (!together) refuse(out, need.out, outDisk.free, "--out");
}

/** What trainings leave in the store. */
function left(steps: readonly StepNeed[]): number {
	return steps.reduce((sum, { network }) => sum + network, 0) + answersOf(steps);
}

function refuse(where: string, needed: number, free: number, option: string): void {
	if (needed <= free) return;
	throw new LimbeckError("disk-full", {
		where,
		expected: `${megabytes(needed)} free for checkpoints, networks and stored answers`,
		got: megabytes(free),
		hint: `Make room, or name a folder on another disk with ${option}.`,
	});
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The disk of a folder, which need not be there yet. */
async function diskOf(folder: string): Promise<{ readonly device: number; readonly free: number }> {
	try {
		const path = resolve(folder);
		if (!existsSync(path) && dirname(path) !== path) return await diskOf(dirname(path));
		const [{ dev }, { bavail, bsize }] = [await stat(path), await statfs(path)];
		return { device: dev, free: bavail * bsize };
	} catch (error) {
		throw fileError(error, folder);
	}
}
