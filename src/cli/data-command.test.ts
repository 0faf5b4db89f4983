import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createColors } from "picocolors";
import { expect, it, onTestFinished } from "vitest";
import { getDataSet } from "./data-command.js";

it("getDataSet fetches what is missing, goes on where it was, and tells about it", async () => {
	const bytes = Buffer.alloc(1_500_000, "limbeck");
	const ranges: (string | undefined)[] = [];
	const server = createServer((request, response) => {
		const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
		ranges.push(request.headers.range);
		const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
		response.writeHead(start > 0 ? 206 : 200, start > 0 ? range : {}).end(bytes.subarray(start));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => void server.close());
	const to = await mkdtemp(join(tmpdir(), "limbeck-get-"));
	onTestFinished(() => rm(to, { recursive: true }));
	const { port } = server.address() as AddressInfo; // A TCP server's address is this.
	const file = (
		name: string,
	): { readonly name: string; readonly sha256: string; readonly bytes: number; readonly mirrors: string[] } => ({
		name,
		sha256: createHash("sha256").update(bytes).digest("hex"),
		bytes: bytes.length,
		mirrors: [`http://127.0.0.1:${port}/${name}`],
	});
	const printed: string[] = [];
	const told: string[] = [];
	const terminal = {
		live: false,
		columns: 80,
		width: 80,
		colors: createColors(false),
		print: (line: string) => printed.push(line),
		tell: (line: string) => told.push(line),
		replace: () => undefined,
	};
	const get = (): Promise<void> =>
		getDataSet("shapes", { download: [file("a"), file("b")] }, { terminal, signal: new AbortController().signal, to });

	await writeFile(join(to, "a.part"), bytes.subarray(0, 1_000_000));
	await get();
	expect(ranges).toEqual(["bytes=1000000-", undefined]);
	expect(told).toEqual(["a: 1.5 MB", "b: 1.5 MB"]);
	expect(printed).toEqual([`shapes is in ${to}.`]);
	expect(await readFile(join(to, "a"))).toEqual(bytes);
	expect(await readdir(to)).toEqual(["a", "b"]);

	await get();
	expect(ranges).toHaveLength(2);
	expect(told).toHaveLength(2);
});
