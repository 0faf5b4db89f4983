/** Operators that cut and join. Source: ONNX operator specification, opset 21. */
import { int, numberOf } from "../graph/attributes.js";
import { constantIntegers, required } from "./infer.js";
import type { Operator } from "./operator.js";
export const movement = {
	Pad: {
		infer: (inputs) => {
			const x = required(inputs, 0);
			const pads = constantIntegers(required(inputs, 1), "pads");
			return [{ type: x.type, dims: x.dims.map((d, i) => d + (pads[i] ?? 0) + (pads[i + x.dims.length] ?? 0)) }];
		},
		vjp: "nondifferentiable",
		cases: [{ inputs: [{ dims: [2, 3] }, { dims: [4], integers: [0, 1, 1, 0] }] }],
	},
	Slice: {
		infer: (inputs) => {
			const x = required(inputs, 0);
			const [s, e, a, t] = [1, 2, 3, 4].map((i) => constantIntegers(required(inputs, i), "slice"));
			const dims = [...x.dims];
			a?.forEach((axis, i) => {
				dims[axis] = Math.ceil(((e?.[i] ?? 0) - (s?.[i] ?? 0)) / (t?.[i] ?? 1));
			});
			return [{ type: x.type, dims }];
		},
		vjp: "nondifferentiable",
		cases: [
			{
				inputs: [
					{ dims: [4, 5] },
					{ dims: [1], integers: [1] },
					{ dims: [1], integers: [4] },
					{ dims: [1], integers: [1] },
					{ dims: [1], integers: [2] },
				],
			},
		],
	},
	Concat: {
		infer: (inputs, attributes) => {
			const axis = numberOf(attributes, "axis", 0);
			const x = required(inputs, 0);
			return [
				{
					type: x.type,
					dims: x.dims.map((d, i) => (i === axis ? inputs.reduce((n, v) => n + (v?.dims[axis] ?? 0), 0) : d)),
				},
			];
		},
		vjp: "nondifferentiable",
		cases: [{ inputs: [{ dims: [2, 3] }, { dims: [2, 1] }], attributes: { axis: int(1) } }],
	},
} as const satisfies Record<string, Operator>;
