/** Node tests that say nothing about our entries, each with its reason. */
const skips: readonly (readonly [name: RegExp, reason: string])[] = [
	[/^test_training_dropout/, "expects the random numbers of ONNX's reference implementation"],
	[/^test_dropout_default_mask/, "the mask is not given: outside training it says nothing"],
	[/^test_(?:lstm|gru|simple_rnn)_batchwise/, "ONNX Runtime runs no layout but 0"],
	[/^test_maxpool_with_argmax_2d_precomputed_strides/, "indices in column order are refused"],
	[/^test_maxunpool_export_with_output_shape/, "ONNX Runtime counts the places in the shape that is given"],
	[/^test_pow_types_float32_uint/, "ONNX Runtime has no kernel"],
	[/^test_(?:max|min)_u?int16$/, "ONNX Runtime has no kernel"],
	[
		/^test_resize_downsample_scales_(?:linear|cubic)_align_corners/,
		"expects an output that ONNX corrected later; ONNX Runtime leaves it out, too",
	],
];

/** Why a test is left out; `undefined` for one that is run. */
export function skipReason(name: string): string | undefined {
	return skips.find(([pattern]) => pattern.test(name))?.[1];
}

/** Sums that cancel: what is left of them is as inexact as their summands are. */
const cancelling = /^test_(?:dft|stft)/;

/** How far an element may be from what a test expects where that is near 0. */
export function roundingOf(name: string, expected: readonly number[]): number {
	return cancelling.test(name) ? 2 ** -20 * Math.max(...expected.map(Math.abs)) : 1e-7;
}
