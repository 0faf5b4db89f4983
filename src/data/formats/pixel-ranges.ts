/** The ranges of one data set's pictures whose pixels are not bytes: one for each type of pixels. */

import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { PixelScale } from "../data-set.js";
import { type DeepType, ordinaryRanges } from "./deep-pixels.js";
import { type Extent, joined, type PixelRange, rangeOf } from "./pixel-range.js";

/** Gathers what values there are, and says what becomes black and white. */
export interface PixelRanges {
	/** Forgets all: the pictures are read anew. */
	restart(): void;
	/** Takes in a training picture's values, before any range is asked for. */
	see(type: DeepType, extent: Extent): void;
	/** @throws LimbeckError `data` where no training picture has such pixels, and nothing says what they mean. */
	of(type: DeepType, where: string): PixelRange;
	/** The ranges that were asked for; `undefined` where none was. */
	scale(): PixelScale | undefined;
	/** Takes in the values of a picture that was scaled. */
	scaled(type: DeepType, extent: Extent): void;
	notices(): readonly Notice[];
}

/** What people call the types. */
const names: Readonly<Record<DeepType, string>> = {
	ushort: "uint16",
	short: "int16",
	uint: "uint32",
	int: "int32",
	char: "int8",
	float: "float32",
};

/** Values this far beyond a range, as a share of it, are not distinguished from its end. */
const tolerance = 0.5 / 255;

/** @param told - the range that the user set, for every type. */
export function createPixelRanges(told: PixelRange | undefined): PixelRanges {
	const extents = new Map<DeepType, Extent>();
	const pictures = new Map<DeepType, { count: number; beyond: number }>();
	const used = new Map<string, PixelRange>();
	const rangeFor = (type: DeepType): PixelRange | undefined => {
		const extent = extents.get(type);
		return told ?? (extent === undefined ? ordinaryRanges[type] : rangeOf(extent));
	};
	return {
		restart() {
			extents.clear();
			pictures.clear();
			used.clear();
		},
		see(type, extent) {
			extents.set(type, joined(extents.get(type), extent));
		},
		of(type, where) {
			const range = rangeFor(type);
			if (range !== undefined) {
				used.set(names[type], range);
				return range;
			}
			throw new LimbeckError("data", {
				where,
				expected: "pixels of a type that training pictures have, or data.range",
				got: names[type],
				hint: "Say which values are black and white: --set data.range='[BLACK,WHITE]'.",
			});
		},
		scale: () => (used.size === 0 ? undefined : { ranges: Object.fromEntries(used), set: told !== undefined }),
		scaled(type, { least, most }) {
			const [black, white] = rangeFor(type) ?? [least, most];
			const slack = tolerance * (white - black);
			const seen = pictures.get(type) ?? { count: 0, beyond: 0 };
			const beyond = least < black - slack || most > white + slack ? 1 : 0;
			pictures.set(type, { count: seen.count + 1, beyond: seen.beyond + beyond });
		},
		notices() {
			return Array.from(pictures).flatMap(([type, { count, beyond }]) => {
				const range = rangeFor(type);
				if (range === undefined) return [];
				const said = told === undefined ? [rangeNotice(type, count, range, extents.get(type))] : [];
				return beyond === 0 ? said : [...said, beyondNotice(type, beyond, range)];
			});
		},
	};
}

const pixels = (type: DeepType, count: number): string =>
	`${String(count)} picture${count === 1 ? "" : "s"} with pixels of type ${names[type]}`;
const short = (value: number): string => String(Number(value.toPrecision(6)));

function rangeNotice(type: DeepType, count: number, [black, white]: PixelRange, extent: Extent | undefined): Notice {
	const seen =
		extent === undefined
			? ""
			: ` The training pictures of this folder hold ${short(extent.least)} to ${short(extent.most)}.`;
	return {
		code: "pixel-range",
		text: `${pixels(type, count)}: ${short(black)} becomes black, ${short(white)} white.${seen}`,
		hint: "If other values are black and white: --set data.range='[BLACK,WHITE]'.",
	};
}

function beyondNotice(type: DeepType, count: number, [black, white]: PixelRange): Notice {
	return {
		code: "pixels-beyond-range",
		text: `${pixels(type, count)} hold values beyond ${short(black)} to ${short(white)}, which are cut off.`,
		hint: "To take a range that holds them: --set data.range='[BLACK,WHITE]'.",
	};
}
