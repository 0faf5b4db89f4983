/** The files of an exported folder, by the precision of their weights; the names are those of transformers.js. */
export const precisions = {
	float32: "onnx/model.onnx",
	float16: "onnx/model_fp16.onnx",
	int8: "onnx/model_quantized.onnx",
} as const;

/** In what a model's weights are kept. */
export type Precision = keyof typeof precisions;
