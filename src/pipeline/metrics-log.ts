import { open } from "node:fs/promises";
import { fileError } from "../files.js";

/** A file of JSON lines that grows while a run goes on. */
export interface MetricsLog {
	/** Adds a line with `seconds` since the log was opened. Failures are told by {@link MetricsLog.close}. */
	append(event: object): void;
	/**
	 * Resolves when every line is on disk.
	 *
	 * @throws LimbeckError (`disk-full`, `file`) if a line could not be written.
	 */
	close(): Promise<void>;
}

/** @throws LimbeckError (`file`) where the file cannot be made. */
export async function openMetricsLog(path: string): Promise<MetricsLog> {
	const file = await open(path, "w").catch((error: unknown) => {
		throw fileError(error, path);
	});
	const started = performance.now();
	let failure: unknown;
	let written = Promise.resolve();
	return {
		append(event) {
			const seconds = Math.round(performance.now() - started) / 1000;
			const line = `${JSON.stringify({ ...event, seconds })}\n`;
			written = written
				.then(() => file.appendFile(line))
				.catch((error: unknown) => {
					failure ??= error;
				});
		},
		async close() {
			await written;
			await file.sync().catch((error: unknown) => {
				failure ??= error;
			});
			await file.close();
			if (failure !== undefined) throw fileError(failure, path);
		},
	};
}
