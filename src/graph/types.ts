import { LimbeckError } from "../errors.js";
import { describeType, type ValueType } from "./value.js";

/** More elements have no tensor that any machine holds; a file can ask for them all the same. */
const mostElements = 2 ** 40;

/**
 * Types whose sizes are sizes.
 *
 * @throws LimbeckError (`model`) for a size that is negative, not whole or beyond reason, as a hostile file can make one.
 */
export function checkedTypes(types: readonly ValueType[]): readonly ValueType[] {
	const wrong = types.find(({ dims }) => {
		// A zero must not hide the sizes around it.
		const elements = dims.reduce((product, dim) => product * Math.max(1, dim), 1);
		return !dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || elements > mostElements;
	});
	if (wrong === undefined) return types;
	const expected = `sizes of at least 0 that make at most ${mostElements} elements`;
	throw new LimbeckError("model", { where: "shape", expected, got: describeType(wrong) });
}
