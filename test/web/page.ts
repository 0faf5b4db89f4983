/** The page as it is built, in a real Chromium. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { preview } from "vite";

const root = join(import.meta.dirname, "../..");

/** Where Chromium is; `LIMBECK_CHROMIUM` names another. */
export const chromiumPath = process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a Chromium. */
export const hasChromium = existsSync(chromiumPath);

/** Starts it, without a window. */
export function startChromium(): Promise<Browser> {
	return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Starts it with WebGPU, on a software adapter: slow, and to be had where there is no GPU. */
export function startChromiumWithWebGpu(): Promise<Browser> {
	const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
	return chromium.launch({ executablePath: chromiumPath, args });
}

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
