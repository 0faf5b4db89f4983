/** report.json of `limbeck novelty`, whose page is made with it: pixels are not in the file. */
import type { SiftOutcome } from "../../distill/novelty/sift.js";

/** What became of somebody's data. */
export interface NoveltyReport extends SiftOutcome {
	readonly schema: 1;
	readonly kind: "novelty";
	readonly created: string;
	/** The model's file, what it was trained on, and what was sifted. */
	readonly model: string;
	readonly known: string;
	readonly data: string;
}
