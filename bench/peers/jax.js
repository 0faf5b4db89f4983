// jax-js. It takes its threads from Web Workers, which Node lacks, so as it ships it runs on one thread there;
// asked for more, it gets the stand-in of web-worker.js. That helps large nets and slows small ones down.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { installWebWorker } from "./web-worker.js";

const BATCHES = 32;

export async function prepare({ model, sampleShape, classes, batch, threads }) {
	const net = [sampleShape.reduce((product, size) => product * size), ...model.hidden, classes];
	// It reads both, and Node has no `navigator` before version 21.
	Object.defineProperty(globalThis, "navigator", { value: { hardwareConcurrency: threads, userAgent: "Node.js" } });
	if (threads > 1) installWebWorker();
	const {
		blockUntilReady,
		defaultDevice,
		init,
		jit,
		nn,
		numpy: np,
		random,
		valueAndGrad,
	} = await import("@jax-js/jax");
	await init();
	defaultDevice("wasm");

	const batches = Array.from({ length: BATCHES }, (_, i) => ({
		images: random.uniform(random.key(2 * i), [batch, net[0]]),
		labels: nn.oneHot(random.randint(random.key(2 * i + 1), { minval: 0, maxval: classes, shape: [batch] }), classes),
	}));
	let weights = net
		.slice(1)
		.flatMap((outputs, i) => [
			random.normal(random.key(i), [net[i], outputs]).mul(Math.sqrt(2 / net[i])),
			np.zeros([outputs]),
		]);
	let velocities = weights.map((weight) => np.zeros(weight.shape));
	await blockUntilReady([batches, weights, velocities]);

	function objective(parameters, images, labels) {
		let x = images;
		for (let i = 0; i < parameters.length; i += 2) {
			x = np.dot(x, parameters[i]).add(parameters[i + 1]);
			if (i < parameters.length - 2) x = nn.relu(x);
		}
		return nn
			.logSoftmax(x, -1)
			.mul(labels)
			.sum()
			.mul(-1 / batch);
	}
	// A use of an array consumes it; `.ref` keeps it for the next use.
	const update = jit((parameters, momenta, images, labels) => {
		const [loss, gradients] = valueAndGrad(objective)(
			parameters.map((parameter) => parameter.ref),
			images,
			labels,
		);
		const nextMomenta = momenta.map((momentum, i) => momentum.mul(0.9).add(gradients[i]));
		const next = parameters.map((parameter, i) => parameter.sub(nextMomenta[i].ref.mul(0.01)));
		return [next, nextMomenta, loss];
	});

	return {
		about: `jax-js ${version()}, wasm, ${threads} thread${threads === 1 ? "" : "s"}`,
		async run(steps) {
			let loss;
			for (let step = 0; step < steps; step++) {
				const { images, labels } = batches[step % BATCHES];
				loss?.dispose();
				[weights, velocities, loss] = update(weights, velocities, images.ref, labels.ref);
				await blockUntilReady([weights, velocities, loss]);
			}
			const [value] = await loss.data();
			return value;
		},
	};
}

function version() {
	const entry = createRequire(import.meta.url).resolve("@jax-js/jax");
	return JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8")).version;
}
