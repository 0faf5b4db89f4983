import type { Notice } from "../../notices.js";
import type { SampleShape } from "../data-set.js";
import type { Shares, SplitName } from "./partition.js";
import type { Source } from "./source.js";

/** Data whose labels are known, or known to be missing, before any sample is read. */
export interface Plan {
	readonly classes: readonly string[];
	readonly type: Source["type"];
	readonly sampleShape: SampleShape;
	/** Names of a sample's elements, where there are any. */
	readonly features?: readonly string[] | undefined;
	readonly sources: readonly PlannedSource[];
	/** The shares that are split off the samples to train on; 0 where a part has samples of its own. */
	readonly held: Shares;
	/** What should be known of how samples were grouped. */
	readonly notices: readonly Notice[];
}

/** A source whose labels are known. */
export interface PlannedSource {
	readonly source: Source;
	/** `[rows]`, indices into the classes; of no meaning where rows have no labels. */
	readonly labels: Int32Array;
	readonly labelled: boolean;
	/** `[rows]`, the group of each, where groups are not to be split. */
	readonly groups?: Int32Array;
	/** Which part a row belongs to. */
	readonly partOf: (row: number) => SplitName;
}
