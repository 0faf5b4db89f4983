import type { Notice } from "../../notices.js";
import type { LabelData, LabelKind } from "../../tasks/labels.js";
import type { TaskName } from "../../tasks/names.js";
import type { SampleShape } from "../data-set.js";
import type { LabelReader } from "./label-readers.js";
import type { Shares, SplitName } from "./partition.js";
import type { Source } from "./source.js";

/** Data whose labels are known, or known to be missing, before any sample is read. */
export interface Plan {
	readonly classes: readonly string[];
	readonly task: TaskName;
	/** How labels are read. */
	readonly reader: LabelReader<LabelKind>;
	/** Groups of samples that are split in equal parts: by classes, where there are such. */
	readonly strata: readonly string[];
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
	/** `[rows]`: equal where labels are equal, of classes their indices; of no meaning where rows have no labels. */
	readonly labels: Int32Array;
	/** The labels as they are learned; of no meaning where rows have none. */
	readonly encoded: LabelData;
	/** `[rows]`, indices into the strata, where a part is split off. */
	readonly strata: Int32Array;
	readonly labelled: boolean;
	/** `[rows]`, the group of each, where groups are not to be split. */
	readonly groups?: Int32Array;
	/** Which part a row belongs to. */
	readonly partOf: (row: number) => SplitName;
}
