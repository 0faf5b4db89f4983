/** The page as it is built, in a real Chromium. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { preview } from "vite";

const root = join(import.meta.dirname, "../..");

/** Builds the page into `folder`/dist, with networks that are trained for an epoch; the teacher is a small one. */
export async function buildPage(folder: string): Promise<void> {
	const changes = ["teacher.hidden=[64]", "teacher.epochs=1", "student.epochs=1"];
	const settings = changes.flatMap((change) => ["--set", change]);
	const places = ["--out", join(folder, "dist"), "--work", join(folder, "work")];
	const args = ["--import", "jiti/register", join(root, "web/build.ts"), ...places, ...settings];
	const env = { ...process.env, LIMBECK_STORE: join(folder, "store") };
	await promisify(execFile)(process.execPath, args, { cwd: root, env });
}

/** A server of the page. */
export interface PageServer {
	readonly url: string;
	readonly close: () => Promise<void>;
}

/**
 * Serves a built page.
 *
 * @param isolated - whether with the headers of `npm run web:preview`; without, as any host of static files does.
 */
export async function servePage(folder: string, isolated: boolean): Promise<PageServer> {
	const server = await preview({
		...(isolated ? {} : { configFile: false }),
		root: join(root, "web"),
		base: "./",
		logLevel: "error",
		build: { outDir: join(folder, "dist") },
		preview: { port: 0, host: "localhost" },
	});
	const address = server.httpServer.address();
	if (address === null || typeof address === "string") throw new TypeError("expected a port");
	return { url: `http://localhost:${String(address.port)}/`, close: () => server.close() };
}
