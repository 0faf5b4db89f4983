/** The plan of a run: its steps for every seed, what it refuses, and what it needs on the disk. */
import { availableParallelism } from "node:os";
import { LimbeckError } from "../errors.js";
import type { DeviceName } from "../runtime/devices.js";
import { openStore, storeFolder } from "../store/open-store.js";
import type { Store } from "../store/store.js";
import type { DataIdentity } from "./data-identity.js";
import { placing } from "./placing.js";
import { openPlanner, type Planner } from "./plan.js";
import { checkRoom, needOf, type RunNeed } from "./preflight.js";
import type { Run, RunOptions, SeedEvent, SeedPlan } from "./run-types.js";
import type { StepProcesses } from "./step-processes.js";

/** A run, planned. */
export interface PlannedRun<Event extends SeedEvent, Result> {
	readonly planner: Planner;
	readonly seeds: readonly { readonly seed: number; readonly plan: SeedPlan<Event, Result> }[];
	readonly threads: number;
	readonly store: Store;
	readonly data: DataIdentity;
}

/** Plans a run whose steps are to be done, and sees that there is room for them. */
export async function planWork<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
	processes: StepProcesses,
): Promise<PlannedRun<Event, Result>> {
	const planned = await planRun(run, options, processes);
	const { forced } = await checkRun(planned, options);
	for (const key of forced) await planned.store.remove(key);
	return planned;
}

/** What `--dry-run` refuses as a run does: steps that there are not, trainings that cannot begin, too little room. */
export async function checkRun<Event extends SeedEvent, Result>(
	planned: PlannedRun<Event, Result>,
	{ force = [], out }: Pick<RunOptions<Event>, "force" | "out">,
): Promise<{ readonly need: RunNeed; readonly forced: ReadonlySet<string> }> {
	const forced = new Set(force.flatMap((label) => [...dependingOn(planned.planner, label)]));
	const need = await needFor(planned, forced);
	await checkRoom(need, { store: planned.store.rooms.folder, out });
	return { need, forced };
}

function needFor<Event extends SeedEvent, Result>(
	{ planner, seeds, data, store }: PlannedRun<Event, Result>,
	forced: ReadonlySet<string>,
): Promise<RunNeed> {
	const left = seeds.flatMap(({ plan }) => plan.networks.filter(({ name }) => name !== undefined));
	const copied = new Set(left.map(({ step }) => step.key));
	return needOf(planner.steps, data, { store, cores: availableParallelism(), copied, forced });
}

/** Plans a run; none of its steps is looked for in the store. */
export async function planRun<Event extends SeedEvent, Result, Report extends object>(
	{ recipe, identify, fitted, planSeed }: Run<Event, Result, Report>,
	{ threads = availableParallelism(), device, store: named, signal, onNotice }: RunOptions<Event>,
	processes: StepProcesses,
): Promise<PlannedRun<Event, Result>> {
	const store = openStore(named ?? storeFolder(process.env, process.cwd()));
	const how = { processes, ...(signal === undefined ? {} : { signal }) };
	const identity = await identify(store.rooms, how);
	const data = { ...identity, notices: [...identity.notices, ...(fitted?.(identity) ?? [])] };
	for (const notice of data.notices) onNotice?.(notice);
	const planner = openPlanner({ ...data, placeOn: placing(device, { ...how, onNotice }) });
	const seeds: { seed: number; plan: SeedPlan<Event, Result> }[] = [];
	for (let seed = recipe.seed; seed < recipe.seed + recipe.seeds; seed++) {
		seeds.push({ seed, plan: await planSeed({ seed, threads, data, planner }) });
	}
	return { planner, seeds, threads, store, data };
}

/** The devices other than the processor that train networks of a plan. */
export function devicesOf({ steps }: Planner): readonly DeviceName[] {
	const devices = steps.flatMap((step) => ("network" in step.options ? [step.options.network.device] : []));
	return [...new Set(devices)].filter((device) => device !== undefined && device !== "cpu" && device !== "auto");
}

/** The keys of the steps of that label, and of all that depends on them. */
function dependingOn({ steps }: Planner, label: string): ReadonlySet<string> {
	const found = steps.filter((step) => step.label === label || step.label.endsWith(`, ${label}`));
	if (found.length === 0) {
		throw new LimbeckError("usage", {
			where: "--force",
			expected: `one of ${steps.map((step) => JSON.stringify(step.label)).join(", ")}`,
			got: JSON.stringify(label),
		});
	}
	const gone = new Set(found.map(({ key }) => key));
	// Steps stand in order: inputs first.
	for (const { key, inputs } of steps) if (inputs.some((input) => gone.has(input))) gone.add(key);
	return gone;
}
