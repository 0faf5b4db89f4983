// TensorFlow.js. Its wasm backend has no threads in Node (tensorflow/tfjs#3830): it switches them off there, and
// switched on by force the step took longer with two threads than with one.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import * as tf from "@tensorflow/tfjs";
import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const BATCHES = 32;

export async function prepare({ model, sampleShape, classes, batch }) {
	const net = [sampleShape.reduce((product, size) => product * size), ...model.hidden, classes];
	// In Node the paths are file names, not URLs; the folder must end in a slash.
	const backend = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
	setWasmPaths(join(dirname(backend), "dist", "/"));
	if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend of TensorFlow.js did not start");

	const layers = net.slice(1).map((outputs, i) => ({
		weight: tf.variable(tf.randomNormal([net[i], outputs], 0, Math.sqrt(2 / net[i]), "float32", i)),
		bias: tf.variable(tf.zeros([outputs])),
	}));
	const batches = Array.from({ length: BATCHES }, (_, i) => ({
		images: tf.randomUniform([batch, net[0]], 0, 1, "float32", 2 * i),
		labels: tf.oneHot(tf.randomUniform([batch], 0, classes, "int32", 2 * i + 1), classes),
	}));
	const optimizer = tf.train.momentum(0.01, 0.9);

	function loss({ images, labels }) {
		const logits = layers.reduce((x, { weight, bias }, i) => {
			const sum = tf.add(tf.matMul(x, weight), bias);
			return i < layers.length - 1 ? tf.relu(sum) : sum;
		}, images);
		return tf.losses.softmaxCrossEntropy(labels, logits);
	}

	return {
		about: `TensorFlow.js ${tf.version.tfjs}, wasm with SIMD, ${getThreadsCount()} thread`,
		async run(steps) {
			for (let step = 0; step < steps - 1; step++) optimizer.minimize(() => loss(batches[step % BATCHES]));
			const last = optimizer.minimize(() => loss(batches[(steps - 1) % BATCHES]), true);
			const [value] = await last.data();
			last.dispose();
			return value;
		},
	};
}
