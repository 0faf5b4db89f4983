/** Pictures of pages, for people to look at. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** The width of a window, and of a phone. */
export const widths = [1000, 390] as const;

/** Keeps pictures of a page, light and dark, wide and narrow, where `LIMBECK_SCREENSHOTS` names a folder. */
export async function keepPictures(page: Page, name: string): Promise<void> {
	const folder = process.env["LIMBECK_SCREENSHOTS"];
	if (folder === undefined) return;
	await mkdir(folder, { recursive: true });
	for (const colorScheme of ["light", "dark"] as const) {
		await page.emulateMedia({ colorScheme });
		for (const width of widths) {
			await page.setViewportSize({ width, height: 900 });
			await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${String(width)}.png`), fullPage: true });
		}
	}
}
