/** What a built classifier answers. */
import { expect } from "vitest";
import { elementCount } from "../../src/onnx/tensor.js";
import { createDraws } from "./draws.js";
import { numbers, real, runtime } from "./graphs.js";

/** Logits of `batch` drawn samples, the same samples for every model; fails unless they are `[batch, classes]`. */
export async function logitsOfDraws(
	bytes: Uint8Array,
	batch: number,
	shape: readonly number[],
	classes: number,
): Promise<readonly number[]> {
	const session = await runtime.createSession(bytes, { threads: 1 });
	try {
		const dims = [batch, ...shape];
		const input = real("float", dims, createDraws(1, "input").reals(elementCount(dims), -1, 1));
		const outputs = await session.run({ input });
		expect(outputs["logits"]?.dims).toEqual([batch, classes]);
		return numbers(outputs, "logits");
	} finally {
		await session.release();
	}
}
