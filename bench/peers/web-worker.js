// As much of the browser's Worker as jax-js uses, over Node's worker threads.
import { Worker as NodeWorker } from "node:worker_threads";

const PRELUDE = `
	const { parentPort } = require("node:worker_threads");
	globalThis.self = globalThis;
	globalThis.postMessage = (message) => parentPort.postMessage(message);
	parentPort.on("message", (data) => globalThis.onmessage({ data }));
`;

/** Sets the global `Worker`; it runs scripts that stand behind URLs of blobs. */
export function installWebWorker() {
	// Node's workers do not take the URL of a blob, so its text is kept here.
	const sources = new Map();
	const { createObjectURL } = URL;
	URL.createObjectURL = (blob) => {
		const url = createObjectURL(blob);
		sources.set(url, blob.text());
		return url;
	};
	globalThis.Worker = class {
		#worker;

		constructor(url) {
			this.#worker = sources.get(url).then((source) => {
				const worker = new NodeWorker(PRELUDE + source, { eval: true });
				worker.on("message", (data) => this.onmessage({ data }));
				return worker;
			});
			this.#worker.then((worker) => worker.on("error", (error) => this.onerror(error)));
		}

		postMessage(message) {
			this.#worker.then((worker) => worker.postMessage(message));
		}
	};
}
