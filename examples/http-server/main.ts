import { createServer } from "node:http";
import { LimbeckError, loadClassifier } from "limbeck/predict";
import { answering } from "./answering.js";

const [path = "limbeck-out/student.onnx"] = process.argv.slice(2);
const port = Number(process.env["PORT"] ?? 8080);

try {
	const classifier = await loadClassifier(path, { threads: 1 });
	// A client has ten seconds to send a sample; who is late is looked for every second.
	const limits = { requestTimeout: 10_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };
	const server = createServer(limits, answering(classifier));
	server.maxConnections = 256;
	server.listen(port, "localhost", () => {
		const address = server.address();
		const told = typeof address === "object" && address !== null ? address.port : port;
		console.log(`listening on http://localhost:${told}`);
	});
	process.once("SIGTERM", () => {
		server.close(() => void classifier.release());
	});
} catch (error) {
	if (!(error instanceof LimbeckError)) throw error;
	console.error(error.message);
	process.exitCode = 1;
}
