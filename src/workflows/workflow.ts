/** What a workflow is: a kind of run, in a folder of its own. */
import type { Command } from "commander";
import type { RunFlags, Surroundings } from "../console/run-flags.js";
import type { Terminal } from "../console/terminal.js";
import type { JsonSchema } from "../options.js";
import type { Html } from "../report/html/html.js";
import type { ReportKind } from "../report/html/report-kind.js";
import type { NetworkLooks } from "../report/networks.js";

/** Adds a command to the program. */
export type AddCommand = (program: Command, terminal: Terminal, signal: AbortSignal) => void;

/** The recipes of a workflow. */
export interface Recipes {
	/** Those that come with Limbeck, by name. */
	readonly builtIn: Readonly<Record<string, unknown>>;
	/**
	 * Checks one, and fills in the defaults.
	 *
	 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
	 */
	readonly parse: (input: unknown, where: string) => object;
	/** Whether each has fields of its own, so that there is none without a name. */
	readonly named?: true;
	/** @param input - a recipe, where its fields depend on what it says. */
	readonly schema: (input: unknown) => JsonSchema;
}

/** What messages call a recipe that was recorded. */
export const recordedRecipe = "the run's recipe";

/** Runs a recipe that was recorded; its command's flags are those of that run. */
export type Perform = (recipe: unknown, flags: RunFlags, surroundings: Surroundings) => Promise<void>;

/** A picture of a run that goes on, of what one of its steps has found. */
export interface LivePicture {
	readonly title: string;
	/** The kind of that step; the first that is done has the picture. */
	readonly step: string;
	/** @returns nothing where the step's result, an older version's, has not what it takes. */
	readonly draw: (result: unknown) => Promise<Html | undefined>;
}

/** A workflow's parts. Each loads when it is wanted: most of a start is loading. */
export interface Workflow {
	readonly command: () => Promise<AddCommand>;
	/** What runs of it are made from; absent where it leaves no run in the store, as is the next. */
	readonly recipes?: () => Promise<Recipes>;
	readonly perform?: () => Promise<Perform>;
	/** How its networks are shown; by their names where absent. */
	readonly networks?: () => Promise<NetworkLooks>;
	/** What is shown of its runs before they end, besides curves. */
	readonly live?: () => Promise<LivePicture>;
	/** The kinds of its reports, by what report.json calls them. */
	readonly reports?: Readonly<Record<string, () => Promise<ReportKind>>>;
}
