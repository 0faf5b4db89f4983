import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Classifier } from "limbeck/predict";

/** Samples that may wait for the model at once. */
const mostWaiting = 32;

/** A status with what is said of it. */
interface Answer {
	readonly status: number;
	readonly body: unknown;
}

/** Answers `GET /` with what the model takes, `POST /predict` with what it says. */
export function answering(classifier: Classifier): RequestListener {
	const length = classifier.sampleShape.reduce((product, size) => product * size, 1);
	let waiting = 0;
	const predict = async (request: IncomingMessage): Promise<Answer> => {
		const sample = await bodyOf(request, length);
		if (!(sample instanceof Uint8Array)) return sample;
		if (waiting >= mostWaiting) return { status: 503, body: { error: "too many samples wait: try again later" } };
		waiting++;
		try {
			const { label, probabilities } = await classifier.predict(sample);
			const named = classifier.classes.map((name, k) => [name, probabilities[k]] as const);
			return { status: 200, body: { label, probabilities: Object.fromEntries(named) } };
		} finally {
			waiting--;
		}
	};
	const answer = (request: IncomingMessage): Answer | Promise<Answer> => {
		const { method, url } = request;
		const { classes, sampleShape } = classifier;
		if (method === "GET" && url === "/") return { status: 200, body: { classes, sampleShape, bytes: length } };
		if (method === "POST" && url === "/predict") return predict(request);
		return { status: 404, body: { error: "expected GET / or POST /predict" } };
	};
	return (request, response) => {
		Promise.resolve(answer(request))
			.catch((error: unknown): Answer => {
				console.error(error);
				return { status: 500, body: { error: "the model could not answer" } };
			})
			.then((answered) => {
				send(request, response, answered);
			}, console.error);
	};
}

/** The body, of exactly so many bytes; or what is wrong with it. */
async function bodyOf(request: IncomingMessage, length: number): Promise<Uint8Array | Answer> {
	const tooLarge = { status: 413, body: { error: `expected ${length} bytes, got more` } };
	if (Number(request.headers["content-length"] ?? 0) > length) return tooLarge;
	const sample = new Uint8Array(length);
	let got = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		if (got + chunk.length > length) return tooLarge;
		sample.set(chunk, got);
		got += chunk.length;
	}
	return got === length ? sample : { status: 400, body: { error: `expected ${length} bytes, got ${got}` } };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
	response.writeHead(status, {
		"content-type": "application/json; charset=utf-8",
		"x-content-type-options": "nosniff",
		// What was not read of a body would be taken for the next request.
		...(request.complete ? {} : { connection: "close" }),
	});
	response.end(`${JSON.stringify(body)}\n`);
}
