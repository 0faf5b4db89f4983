import { InferenceSession, Tensor } from "onnxruntime-node";

import type { Trainer } from "../serve.js";

/** An ONNX model of one node, `c = MatMul(a, b)`, over float matrices of `[n, n]`; operator set 13. */
const MATMUL =
	"CAgSADpbChEKAWEKAWISAWMiBk1hdE11bBIBZ1oVCgFhEhAKDggBEgoKAxIBbgoDEgFuWhUKAWISEAoOCAESCgoDEgFuCgMSAW5iFQoBYxIQ" +
	"Cg4IARIKCgMSAW4KAxIBbkIECgAQDQ==";

/** A product of two square matrices. */
export interface Product {
	/** Rows and columns of both. */
	readonly size: number;
	readonly threads: number;
}

/** ONNX Runtime's product of two square matrices; a step is one product. */
export async function prepare({ size, threads }: Product): Promise<Trainer> {
	const session = await InferenceSession.create(Buffer.from(MATMUL, "base64"), { intraOpNumThreads: threads });
	const matrix = new Tensor(
		Float32Array.from({ length: size * size }, (_, i) => (i % 97) / 97),
		[size, size],
	);
	return {
		about: `onnxruntime-node MatMul, ${String(threads)} threads`,
		async run(steps) {
			for (let step = 0; step < steps; step++) await session.run({ a: matrix, b: matrix });
			return 0;
		},
	};
}
