/** The system's Chromium. */
import { type Browser, chromium } from "playwright-core";
import { onTestFinished } from "vitest";

/** Starts it without a window; it ends with the test. */
export async function startChromium(): Promise<Browser> {
	const executablePath = process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium";
	const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
	onTestFinished(() => browser.close());
	return browser;
}
