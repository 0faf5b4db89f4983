/** The system's Chromium. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { onTestFinished } from "vitest";

/** Where Chromium is; `LIMBECK_CHROMIUM` names another. */
export const chromiumPath = process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a Chromium. */
export const hasChromium = existsSync(chromiumPath);

/** Starts it, without a window. */
export function launchChromium(): Promise<Browser> {
	return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Starts it with WebGPU, on a software adapter: slow, and to be had where there is no GPU. */
export function launchChromiumWithWebGpu(): Promise<Browser> {
	const args = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
	return chromium.launch({ executablePath: chromiumPath, args });
}

/** {@link launchChromium} for one test, with which it ends. */
export async function startChromium(): Promise<Browser> {
	const browser = await launchChromium();
	onTestFinished(() => browser.close());
	return browser;
}
