/** IEEE 754 binary16: sixteen bits as numbers and back. */

/** The largest finite half. */
export const largestHalf = 65_504;

/** The number that 16 bits stand for. */
export function fromHalf(bits: number): number {
	const sign = bits >> 15 === 0 ? 1 : -1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/**
 * The half nearest to a float32, the even one of two that are as near; infinite beyond 65,519.
 *
 * @param value - a float32.
 */
export function toHalf(value: number): number {
	float[0] = value;
	const bits = word[0] ?? 0;
	const sign = (bits >>> 16) & 0x8000;
	const magnitude = bits & 0x7fffffff;
	// 2¹⁶ and above, where NaN is as well.
	if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
	if (magnitude < 0x38800000) {
		// Below 2⁻¹⁴ halves are multiples of 2⁻²⁴, as are the floats from ½ to 1: the addition rounds.
		float[0] = Math.abs(value) + 0.5;
		return sign | ((word[0] ?? 0) - 0x3f000000);
	}
	// Half of the last place is added, or just less where the last place is even; 112 is the difference of the biases.
	return sign | (((magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) - (112 << 10));
}

/** {@link fromHalf} of all 65,536 halves. */
export function halfTable(): Float32Array {
	return Float32Array.from({ length: 2 ** 16 }, (_, bits) => fromHalf(bits));
}
