import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RemoteFile } from "./data-set.js";
import { type DownloadProgress, downloadFiles } from "./download.js";
import { verifyFiles } from "./verify.js";

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves the content, from the byte that a Range header names. */
const whole: Answer = (request, response) => {
	const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
	if (start >= content.length) {
		response.writeHead(416).end();
		return;
	}
	const range = { "content-range": `bytes ${String(start)}-${String(content.length - 1)}/${String(content.length)}` };
	response.writeHead(start > 0 ? 206 : 200, start > 0 ? range : {}).end(content.subarray(start));
};

const send =
	(status: number, bytes: Uint8Array): Answer =>
	(_, response) => {
		response.writeHead(status).end(bytes);
	};

/** Announces the content and cuts the connection after half of it. */
const cut: Answer = (_, response) => {
	response.writeHead(200, { "content-length": content.length });
	response.write(content.subarray(0, 150_000), () => setImmediate(() => response.destroy()));
};

let folder: string;
let server: Server;
let origin: string;
/** What the server answers to one request after another; the last answer serves all that follow. */
let answers: Answer[];
/** The path and the Range header of each request. */
let requests: (readonly [path: string | undefined, range: string | undefined])[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-download-"));
	answers = [whole];
	requests = [];
	server = createServer((request, response) => {
		requests.push([request.url, request.headers.range]);
		const answer = answers.length > 1 ? answers.shift() : answers[0];
		answer?.(request, response);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`; // A TCP server's address is this.
});
afterEach(async () => {
	server.closeAllConnections();
	server.close();
	await rm(folder, { recursive: true });
});

const file = (changes: Partial<RemoteFile> = {}): RemoteFile => ({
	name: "a.bin",
	sha256: sha256(content),
	bytes: content.length,
	mirrors: [`${origin}/first`],
	...changes,
});
const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes);
const isWhole = async (): Promise<void> => {
	expect(await readdir(folder)).toEqual(["a.bin"]);
	expect(Buffer.compare(await readFile(join(folder, "a.bin")), content)).toBe(0);
};

describe("downloadFiles", () => {
	test("fetches a file, reports progress, and does not fetch it again", async () => {
		const progress: DownloadProgress[] = [];
		const onProgress = (step: DownloadProgress): number => progress.push(step);
		await downloadFiles([file()], folder, { onProgress });
		await isWhole();
		expect(progress.at(-1)).toEqual({ name: "a.bin", received: 300_000, total: 300_000 });
		await downloadFiles([file()], folder);
		expect(requests).toEqual([["/first", undefined]]);
	});

	test("makes the folder", async () => {
		folder = join(folder, "made", "here");
		await downloadFiles([file()], folder);
		await isWhole();
		folder = join(folder, "..", "..");
	});

	test("resumes what an earlier call left", async () => {
		await put("a.bin.part", content.subarray(0, 1000));
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests).toEqual([["/first", "bytes=1000-"]]);
	});

	test("refuses a file of another hash unopened: nothing in it is unpacked", async () => {
		answers = [send(200, gzipSync(Buffer.alloc(2 ** 20)))];
		let opened = 0;
		const hasContent = (): Promise<boolean> => {
			opened++;
			return Promise.resolve(true);
		};
		await expect(downloadFiles([file({ hasContent })], folder)).rejects.toMatchObject({ category: "data" });
		expect(opened).toBe(0);
		expect(await readdir(folder)).toEqual([]);
	});

	test("judges the content of a file that is packed on request, and refuses another", async () => {
		const packed = { sha256: sha256(Buffer.from("as packed once")), packedOnRequest: true } as const;
		await downloadFiles([file({ ...packed, hasContent: () => Promise.resolve(true) })], folder);
		await isWhole();
		const refused = file({ ...packed, name: "b.bin", hasContent: () => Promise.resolve(false) });
		await expect(downloadFiles([refused], folder)).rejects.toThrow(sha256(content));
		const broken = file({ ...packed, name: "b.bin", hasContent: () => Promise.reject(new Error("no archive")) });
		await expect(downloadFiles([broken], folder)).rejects.toThrow(sha256(content));
		await isWhole();
	});

	test("takes the whole file from a server that ignores Range", async () => {
		answers = [send(200, content)];
		await put("a.bin.part", content.subarray(0, 1000));
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests).toHaveLength(1);
	});

	test("resumes after a cut connection", async () => {
		answers = [cut, whole];
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests[1]?.[1]).toMatch(/^bytes=[1-9]\d*-$/);
	});

	test("starts afresh where the part was wrong, or complete but for its name (416)", async () => {
		await put("a.bin.part", Buffer.alloc(1000, 1));
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests.map(([, range]) => range)).toEqual(["bytes=1000-", undefined]);

		requests = [];
		await rm(join(folder, "a.bin"));
		await put("a.bin.part", content);
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests.map(([, range]) => range)).toEqual(["bytes=300000-"]);
	});

	test("fetches again a file that is there with a wrong hash", async () => {
		await put("a.bin", content.subarray(1));
		await downloadFiles([file()], folder);
		await isWhole();
	});

	test("goes on to the next mirror", async () => {
		answers = [send(404, Buffer.alloc(0)), send(200, Buffer.from("not it")), whole];
		const mirrors = ["first", "second", "third"].map((path) => `${origin}/${path}`);
		await downloadFiles([file({ mirrors: ["http://127.0.0.1:9/refused", ...mirrors] })], folder);
		await isWhole();
		expect(requests.map(([path]) => path)).toEqual(["/first", "/second", "/third"]);
	});

	test("refuses a wrong hash, names both, and leaves nothing", async () => {
		const other = Buffer.from("other bytes");
		answers = [send(200, other)];
		const download = downloadFiles([file()], folder);
		await expect(download).rejects.toThrow(`SHA-256 ${sha256(content)}, got SHA-256 ${sha256(other)}`);
		await expect(download).rejects.toThrow(expect.objectContaining({ category: "data" }) as Error);
		expect(await readdir(folder)).toEqual([]);
	});

	test("refuses more bytes than the file has", async () => {
		const download = downloadFiles([file({ bytes: 299_999 })], folder);
		await expect(download).rejects.toThrow("got more than 299999 bytes from");
		expect(await readdir(folder)).toEqual([]);
	});

	test("stops when told to, and keeps the part", async () => {
		const controller = new AbortController();
		answers = [
			(_, response) => {
				response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 1000));
			},
			whole,
		];
		const onProgress = (): void => {
			controller.abort();
		};
		const download = downloadFiles([file()], folder, { onProgress, signal: controller.signal });
		await expect(download).rejects.toThrow(expect.objectContaining({ category: "interrupted" }) as Error);
		expect(await readdir(folder)).toEqual(["a.bin.part"]);
		await downloadFiles([file()], folder);
		await isWhole();
		expect(requests[1]?.[1]).toBe("bytes=1000-");
	});

	test.each(["../a.bin", "/a.bin", "sub/a.bin"])("refuses the name %s", async (name) => {
		await expect(downloadFiles([file({ name })], folder)).rejects.toThrow(
			expect.objectContaining({ category: "usage" }) as Error,
		);
		expect(requests).toEqual([]);
	});

	test("says which folder it cannot write", async () => {
		await put("plain", content);
		await expect(downloadFiles([file()], join(folder, "plain"))).rejects.toThrow(
			expect.objectContaining({ category: "file", where: join(folder, "plain") }) as Error,
		);
	});
});

describe("verifyFiles", () => {
	test("says ok, missing or wrong, with the hash found", async () => {
		await put("good", content);
		await put("bad", content.subarray(1));
		const files = ["good", "bad", "none"].map((name) => file({ name }));
		expect(await verifyFiles(files, folder)).toEqual([
			{ name: "good", status: "ok", sha256: sha256(content) },
			{ name: "bad", status: "wrong", sha256: sha256(content.subarray(1)) },
			{ name: "none", status: "missing" },
		]);
	});

	test("takes contents that are packed otherwise or not at all", async () => {
		const published = file({ name: "a.gz", sha256: sha256(gzipSync(content)), contentSha256: sha256(content) });
		const status = async (): Promise<string | undefined> => (await verifyFiles([published], folder))[0]?.status;
		await put("a", content);
		expect(await status()).toBe("ok");
		await put("a.gz", gzipSync(content, { level: 1 }));
		expect(await status()).toBe("ok");
		await put("a.gz", gzipSync(content, { level: 1 }).subarray(0, 999));
		expect(await status()).toBe("wrong");
		await downloadFiles([{ ...published, name: "a" }], folder);
		expect(requests).toEqual([]);
	});
});
