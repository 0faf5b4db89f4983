import { layoutOf, page } from "./format.js";
import { rowCodec } from "./rows.js";
import type { TargetForm } from "./targets.js";

/** Bytes of a block, about: small enough to be read for one row, large enough for a fast pass. */
const blockBytes = 2 ** 18;

/** Samples whose rows make a block. */
export function blockSamplesOf(rowBytes: number): number {
	return Math.max(1, Math.floor(blockBytes / rowBytes));
}

/** Bytes of the file that keeps the answers to one view of so many samples. */
export function viewBytes(form: TargetForm, count: number, classes: number): number {
	const { rowBytes } = rowCodec(form, classes);
	const { blocks, startOf, bytesOf } = layoutOf({ count, rowBytes, blockSamples: blockSamplesOf(rowBytes) }, page);
	return blocks === 0 ? page : startOf(blocks - 1) + bytesOf(blocks - 1);
}
