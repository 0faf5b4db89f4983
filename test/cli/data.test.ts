import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deviceNames } from "../../src/runtime/devices.js";
import { libraryPath } from "../../src/runtime/native/library.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const files = [
	"train-images-idx3-ubyte.gz",
	"train-labels-idx1-ubyte.gz",
	"t10k-images-idx3-ubyte.gz",
	"t10k-labels-idx1-ubyte.gz",
];

describe("limbeck data list", () => {
	it("says where data sets are and how to get them", async () => {
		const folder = await temporaryFolder();
		for (const name of files) await writeFile(join(folder, name), "not looked into");
		const { code, stdout, stderr } = await runCli(["data", "list", "--json"], { LIMBECK_DATA: folder });
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(JSON.parse(stdout)).toMatchObject({
			dataSets: [
				{ name: "digits", ready: true, folder: null, get: null, classes: 10, sampleShape: [1, 28, 28] },
				{ name: "mnist", ready: true, folder, get: "limbeck data get mnist" },
				{ name: "fashion-mnist" },
				{ name: "cifar-100", sampleShape: [3, 32, 32] },
				{ name: "fsdd", classes: 10, sampleShape: null, get: "limbeck data get fsdd" },
			],
			own: [
				{ name: "folder", options: { required: ["name", "directory"] } },
				{ name: "npz" },
				{ name: "npy" },
				{ name: "csv", options: { properties: { delimiter: { type: "string" } } } },
				{ name: "parquet" },
				{ name: "recordings", options: { required: ["name", "directory"] } },
			],
		});
	});

	it("lists for people", async () => {
		const { code, stdout } = await runCli(["data", "list"], { LIMBECK_DATA: await temporaryFolder() });
		expect(code).toBe(0);
		expect(stdout).toMatch(/^digits +10,000 handwritten digits.*\n +ready\n/);
		expect(stdout).toContain("not here; get it with: limbeck data get mnist");
		expect(stdout).toMatch(/^csv +your table.*\n +file delimiter decimal header=true task label="label"/m);
	});
});

describe("limbeck data verify", () => {
	it("tells the state of every file, and fails unless all are right", async () => {
		const folder = await temporaryFolder();
		await writeFile(join(folder, "train-labels-idx1-ubyte.gz"), "something else");
		const { code, stdout, stderr } = await runCli(["data", "verify", "mnist", "--data", folder, "--json"]);
		expect(code).toBe(3);
		expect(stderr).toContain("0 ok, 3 missing, 1 wrong");
		expect(stderr).toContain(`limbeck data get mnist --to ${folder}`);
		expect(JSON.parse(stdout)).toMatchObject({
			data: "mnist",
			folder,
			ok: false,
			files: files.map((name) => ({ name, status: name.startsWith("train-labels") ? "wrong" : "missing" })),
		});
	});

	it("checks what comes with Limbeck", async () => {
		expect(await runCli(["data", "verify", "digits"])).toEqual({ code: 0, stdout: "digits: ok\n", stderr: "" });
	});

	it("refuses an unknown data set", async () => {
		const { code, stderr } = await runCli(["data", "verify", "digts"]);
		expect(code).toBe(2);
		expect(stderr).toContain("Did you mean digits?");
	});
});

describe("limbeck data get", () => {
	it("has nothing to do for what comes with Limbeck", async () => {
		expect(await runCli(["data", "get", "digits"])).toMatchObject({ code: 0, stderr: "" });
	});

	it("refuses a folder that cannot be made", async () => {
		const file = join(await temporaryFolder(), "file");
		await writeFile(file, "");
		const { code, stderr } = await runCli(["data", "get", "mnist", "--to", join(file, "below")]);
		expect(code).toBe(6);
		expect(stderr).toContain("expected a folder");
	});
});

describe("limbeck doctor", () => {
	it("finds this machine well", async () => {
		const { code, stdout, stderr } = await runCli(["doctor", "--json"], { XDG_CACHE_HOME: await temporaryFolder() });
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; found: string }[] };
		expect(ok).toBe(true);
		expect(checks.find(({ name }) => name === "onnxruntime-node")?.found).toMatch(
			/runs a model, through the C API of onnxruntime-node's library \(koffi 3[\d.]+\); providers: cpu/,
		);
	});

	it("lists the devices, which of them work, and why the others do not", async () => {
		const { stdout } = await runCli(["doctor", "--json"], {
			XDG_CACHE_HOME: await temporaryFolder(),
			VK_ICD_FILENAMES: "/no/such/driver",
		});
		const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; hint?: string }[] };
		const devices = checks.filter(({ name }) => name.startsWith("device "));
		expect(devices.map(({ name }) => name)).toEqual(deviceNames.map((name) => `device ${name}`));
		expect(devices.find(({ name }) => name === "device webgpu")).toMatchObject({
			status: "note",
			found: expect.stringMatching(/^not here: /) as string,
			hint: expect.stringContaining("Vulkan") as string,
		});
	});

	it("tells why the C API is not used", async () => {
		const file = join(await temporaryFolder(), "first.mjs");
		const [koffi, library] = [import.meta.resolve("koffi"), libraryPath()];
		await writeFile(file, `import koffi from ${JSON.stringify(koffi)}; koffi.load(${JSON.stringify(library)});`);
		const { code, stdout } = await runCli(["doctor"], { NODE_OPTIONS: `--import=${file}` });
		expect(code).toBe(0);
		expect(stdout).toMatch(/^note {5}onnxruntime-node/m);
		expect(stdout.replaceAll(/\s+/g, " ")).toContain("The reason: koffi: expected a stack of 8 MiB");
	});

	it("names a problem and how to mend it", async () => {
		const file = join(await temporaryFolder(), "file");
		await writeFile(file, "");
		const { code, stdout, stderr } = await runCli(["doctor"], { XDG_CACHE_HOME: file });
		expect(code).toBe(8);
		expect(stdout).toMatch(/^PROBLEM {2}cache folder/m);
		expect(stderr).toContain("XDG_CACHE_HOME");
	});
});
