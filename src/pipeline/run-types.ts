/** What a kind of run says of itself, and what whoever starts one says of how it goes. */
import type { EvaluateOutcome } from "../distill/evaluation.js";
import type { Environment } from "../distill/network-report.js";
import type { ChosenClasses } from "../distill/specialists/choose-classes.js";
import type { Notice } from "../notices.js";
import type { DeviceChoice } from "../runtime/devices.js";
import type { TrainingEvent } from "../train/training.js";
import type { DataIdentity, Identify } from "./data-identity.js";
import type { OutputOf, StepNews } from "./drive.js";
import type { PlannedStep, Planner } from "./plan.js";
import type { RunRecord, StepRecord } from "./records.js";
import type { StepFile } from "./references.js";

/** A training event, and which seed's it is. */
export type SeedEvent = TrainingEvent & { readonly seed: number };

/** How a run goes. */
export interface RunOptions<Event extends SeedEvent> {
	/** The folder for the results; made where it does not exist. */
	readonly out: string;
	/** Threads inside one operator; every core where absent. */
	readonly threads?: number;
	/** What trains the networks; what the recipe says, or else the processor, where absent. */
	readonly device?: DeviceChoice;
	/** Where finished steps are kept and found again: see `storeFolder` where absent. */
	readonly store?: string;
	/** Seconds between checkpoints; where absent about 30, and so many that they cost a hundredth of the time. */
	readonly checkpointSeconds?: number;
	/** Labels of steps, such as `seed 1, student`, to be done again with all that depends on them. */
	readonly force?: readonly string[];
	/** Hears of progress and validation while networks train. */
	readonly onEvent?: (event: Event) => void;
	/** Hears what should be known of the data before anything trains. */
	readonly onNotice?: (notice: Notice) => void;
	/** Hears what becomes of each step. */
	readonly onStep?: (step: StepLabel, what: StepNews) => void;
	readonly signal?: AbortSignal;
}

/** What the plan of one seed sees of its run. */
export interface SeedContext {
	readonly seed: number;
	readonly threads: number;
	readonly data: DataIdentity;
	readonly planner: Planner;
}

/** The plan of one seed. */
export interface SeedPlan<Event extends SeedEvent, Result> {
	/** The networks, and what their events say besides. */
	readonly networks: readonly {
		/** What it is called in the output folder; it stays in the store alone where absent. */
		readonly name?: string;
		readonly step: PlannedStep<"train">;
		readonly about: Omit<Event, keyof TrainingEvent | "seed">;
	}[];
	/** Other files that are left there; a name may have a folder, as those of networks may. */
	readonly files?: readonly { readonly name: string; readonly from: StepFile }[];
	/** Steps whose results are asked for besides. */
	readonly others: readonly PlannedStep[];
	/** Puts the results together when all is done. */
	readonly result: (outputOf: OutputOf) => Result;
}

/** A run: seeds, what is planned for each, and what is reported of all. */
export interface Run<Event extends SeedEvent, Result, Report extends object> {
	readonly command: RunRecord["command"];
	readonly recipe: { readonly name: string; readonly data: object; readonly seed: number; readonly seeds: number };
	readonly identify: Identify;
	readonly planSeed: (context: SeedContext) => Promise<SeedPlan<Event, Result>>;
	/** What was chosen by the data otherwise than the recipe says; nothing where absent. */
	readonly fitted?: (data: DataIdentity) => readonly Notice[];
	/** @param created - ISO 8601 time. */
	readonly assemble: (
		results: readonly [Result, ...Result[]],
		environment: Environment,
		created: string,
		data: DataIdentity,
	) => Report;
	/** What is known of the networks of a seed besides: `details.json` has it of the first. */
	readonly details?: (result: Result) => Pick<RunDetails, "details" | "exhibits" | "tables" | "chosen">;
}

/** `details.json`: what a page shows of a run besides its report. */
export interface RunDetails extends Partial<Pick<EvaluateOutcome, "details" | "exhibits" | "tables">> {
	/** The run's name in the store. */
	readonly run: string;
	/** The networks and other files that the run left beside its report, by their paths in its folder. */
	readonly files: readonly string[];
	readonly steps: readonly StepRecord[];
	/** The classes of specialists, of the first seed. */
	readonly chosen?: ChosenClasses;
}

/** What a step is called. */
export interface StepLabel {
	/** For people, and for `force`: `seed 1, student`. */
	readonly label: string;
	/** `train`, `evaluate` and so on. */
	readonly kind: string;
	/** Its key in the store. */
	readonly key: string;
}

/** A step of a plan, and whether it is in the store. */
export interface PlanLine extends StepLabel {
	/** Cores that it uses. */
	readonly cores: number;
	readonly cached: boolean;
	/** Bytes that a training needs on the disk while it goes on: checkpoints, its network, stored answers. */
	readonly diskBytes?: number;
}
