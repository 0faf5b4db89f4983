/** A model and data meet by what the model's file says of its samples: names of columns, and what pixels were scaled by. */
import type { DataSet, PixelScale } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import type { Notice } from "../notices.js";
import type { OnnxModel } from "../onnx/model.js";
import { pixelRangesOf, rangeKey } from "../predict/metadata.js";
import { settingText } from "../settings.js";
import { type AlignedModel, alignFeatures } from "./features.js";

/** What data say of their samples that a model's file may say too. */
export type SampleFacts = Partial<{ readonly [Fact in "features" | "pixelScale"]: DataSet[Fact] | undefined }>;

/** A model that takes the samples as the data have them. */
export interface AlignedToData extends AlignedModel {
	/** What its pixels are scaled by, where its file or the data say so. */
	readonly pixelScale?: PixelScale;
}

/**
 * Compares a model's file with data: see `alignFeatures` for columns; pixels that are not bytes must be scaled by the range
 * that the model was trained with, unless the user set another.
 *
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) for other columns or another range; for metadata that is not what we write.
 */
export function alignData(model: OnnxModel, { features, pixelScale }: SampleFacts, where: string): AlignedToData {
	const ranges = pixelRangesOf(model, where);
	const unlike = compareScales(ranges, pixelScale, `${where}: metadata ${rangeKey}`);
	const { notices, ...aligned } = alignFeatures(model, features, where);
	const set = pixelScale?.set ?? false;
	return {
		...aligned,
		...(ranges === undefined && pixelScale === undefined
			? {}
			: { pixelScale: { ranges: { ...pixelScale?.ranges, ...ranges }, set } }),
		notices: [...notices, ...unlike],
	};
}

/**
 * Compares the ranges that pixels are scaled by with those that a model knows.
 *
 * @param where - what says `known`, for messages.
 * @returns what should be known where the user set another range.
 * @throws LimbeckError (`model`) for another range that nobody set.
 */
export function compareScales(
	known: PixelScale["ranges"] = {},
	scale: PixelScale | undefined,
	where: string,
): readonly Notice[] {
	const both = Object.entries(scale?.ranges ?? {}).flatMap(([type, range]) => {
		const own = known[type];
		return own === undefined ? [] : [{ type, own, range }];
	});
	const unlike = both.filter(({ own, range }) => own.join() !== range.join());
	if (unlike.length === 0) return [];
	const each = (of: "own" | "range"): string =>
		unlike.map((one) => `${one.type} from ${String(one[of][0])} to ${String(one[of][1])}`).join(", ");
	if (scale?.set === true) {
		const text = `${where} has pixels of type ${each("own")} as black and white; data.range sets others: ${each("range")}.`;
		return [{ code: "pixel-range-unlike", text }];
	}
	const [first, ...others] = new Set(both.map(({ own }) => settingText("data.range", own)));
	throw new LimbeckError("model", {
		where,
		expected: `pictures scaled as those that the model was trained on: pixels of type ${each("own")}`,
		got: `${each("range")}, as the training pictures of these data say`,
		hint:
			others.length === 0
				? `Scale them as those were: ${first ?? ""}.`
				: "One data.range serves all types: take pictures of each type by themselves, with the range of that type.",
	});
}
