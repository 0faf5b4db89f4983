/** Gradients against central differences, in ONNX Runtime. */
import { expect } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { cast, createGraph } from "../../src/ops/index.js";
import type { Session } from "../../src/runtime/runtime.js";
import { createDraws } from "./draws.js";
import { compile, numbers, type RealTensor, real } from "./graphs.js";

/** A function of some tensors. */
export interface Differentiated {
	/** The values to differentiate with respect to. */
	readonly at: readonly RealTensor[];
	/** Adds the function to a graph; the result may have any shape and any floating type. */
	readonly build: (g: Graph, inputs: readonly Value[]) => Value;
}

/**
 * Steps of the differences, and the errors allowed, relative to the largest gradient or 1. The truncation error is of
 * the order step², the rounding error ε / step.
 */
const accuracy = {
	double: { step: 2 ** -16, tolerance: 1e-8 },
	float: { step: 2 ** -9, tolerance: 5e-4 },
} as const;

/**
 * Expects the gradient of a random linear function of the result, Σ c y, to be the central differences'. With respect to
 * a value that the result does not depend on, that is 0.
 */
export async function expectGradients({ at, build }: Differentiated): Promise<void> {
	const g = createGraph();
	const inputs = at.map(({ type, dims }, index) => g.input(inputName(index), { type, dims }));
	const y = build(g, inputs);
	if (y.type !== "float" && y.type !== "double") throw new Error(`a result of type ${y.type}`);
	const coefficients = createDraws(1, "coefficients").reals(elementCount(y.dims), 0.5, 1.5);
	const c = g.parameter("coefficients", real(y.type, y.dims, coefficients));
	const total = (x: Value): Value => g.op("ReduceSum", [x], { keepdims: { kind: "int", value: 0 } });
	// So that the loss depends on every input.
	const nothing = inputs.map((x) => cast(g, total(g.op("Mul", [x, g.scalar(0, x)])), y.type));
	const loss = g.op("Sum", [total(g.op("Mul", [y, c])), ...nothing]);
	const found = gradients(g, loss, inputs);
	for (const [index, gradient] of found.entries()) expect(gradient.dims).toEqual(inputs[index]?.dims);

	const { step, tolerance } = accuracy[[y, ...at].some(({ type }) => type === "float") ? "float" : "double"];
	const session = await compile(g, { y, ...named(found, (index) => `d${inputName(index)}`) });
	try {
		const outputs = await session.run(named(at, inputName));
		for (const [index, tensor] of at.entries()) {
			const expected = await differences(session, at, index, step, coefficients);
			const got = numbers(outputs, `d${inputName(index)}`);
			const scale = Math.max(1, ...expected.map(Math.abs));
			const errors = expected.map((value, element) => Math.abs(value - (got[element] ?? NaN)) / scale);
			expect(got).toHaveLength(tensor.data.length);
			expect(Math.max(0, ...errors), `gradient of input ${index}`).toBeLessThan(tolerance);
		}
	} finally {
		await session.release();
	}
}

const inputName = (index: number): string => `x${index}`;

function named<T>(values: readonly T[], nameOf: (index: number) => string): Readonly<Record<string, T>> {
	return Object.fromEntries(values.map((value, index) => [nameOf(index), value]));
}

/** (f(x + h) − f(x − h)) / 2h for every element of one input; f is summed in doubles. */
async function differences(
	session: Session,
	at: readonly RealTensor[],
	index: number,
	step: number,
	coefficients: readonly number[],
): Promise<readonly number[]> {
	const base = at[index]?.data ?? [];
	const valueAt = async (element: number, change: number): Promise<number> => {
		const moved = at.map((tensor, other) =>
			other === index
				? real(tensor.type, tensor.dims, tensor.data.with(element, (base[element] ?? 0) + change))
				: tensor,
		);
		const y = numbers(await session.run(named(moved, inputName)), "y");
		return y.reduce((sum, value, i) => sum + value * (coefficients[i] ?? NaN), 0);
	};
	const slopes: number[] = [];
	for (let element = 0; element < base.length; element++) {
		slopes.push(((await valueAt(element, step)) - (await valueAt(element, -step))) / (2 * step));
	}
	return slopes;
}
