/** --device, and the device of a recipe. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { noWebGpu } from "../support/devices.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const tiny = ["train", "--model", "mlp:8", "--epochs", "0.1", "--threads", "1"];

/** Where the driver is that this process uses. */
const driver = { VK_ICD_FILENAMES: process.env["VK_ICD_FILENAMES"] };

/** The keys of the steps of a plan. */
async function keys(...args: readonly string[]): Promise<readonly string[]> {
	const { code, stdout } = await runCli([...tiny, ...args, "--dry-run", "--json"], driver);
	expect(code).toBe(0);
	return (JSON.parse(stdout) as { steps: { key: string }[] }).steps.map(({ key }) => key);
}

describe("--device", () => {
	it.runIf(process.platform === "linux")("that does not work is refused before anything trains", async () => {
		const out = join(await temporaryFolder(), "out");
		const { code, stderr } = await runCli([...tiny, "--device", "coreml", "--out", out]);
		expect(code).toBe(8);
		expect(stderr.split("\n")).toEqual([
			"error device coreml",
			"  expected a device that ONNX Runtime can use here",
			"  got      CoreML execution provider is not supported in this build.",
			"  It needs macOS. `limbeck doctor` lists the devices that work here.",
			"",
		]);
		expect((await runCli([...tiny, "--device", "coreml", "--out", out, "--dry-run"])).code).toBe(8);
	});

	it("of a name that is none is refused with those that there are", async () => {
		const { code, stderr } = await runCli([...tiny, "--device", "gpu"]);
		expect(code).toBe(2);
		expect(stderr).toContain("webgpu");
	});

	it("cpu leaves the keys of steps as they are without it", async () => {
		const plain = await keys();
		expect(await keys("--device", "cpu")).toEqual(plain);
		expect(await keys("--set", "network.device=cpu")).toEqual(plain);
		// The command line's comes first.
		expect(await keys("--device", "cpu", "--set", "network.device=coreml")).toEqual(plain);
	});

	it("auto says where networks are trained", async () => {
		const none = { VK_ICD_FILENAMES: "/no/such/driver" };
		const { stderr } = await runCli([...tiny, "--device", "auto", "--dry-run"], none);
		expect(stderr).toContain("Networks with the device auto are trained on");
	});

	it.skipIf(noWebGpu !== undefined)(
		`webgpu is in the key and in the report (${noWebGpu ?? "it works here"})`,
		async () => {
			expect(await keys("--device", "webgpu")).toEqual(await keys("--set", "network.device=webgpu"));
			expect(await keys("--device", "webgpu")).not.toEqual(await keys());
			const out = await temporaryFolder();
			const { code, stdout, stderr } = await runCli([...tiny, "--device", "webgpu", "--json", "--out", out], driver);
			expect(code).toBe(0);
			expect(JSON.parse(stdout)).toMatchObject({ environment: { devices: ["webgpu"] } });
			expect(await readFile(join(out, "report.html"), "utf8")).toContain("trained on webgpu");
			expect(stderr).toContain("Training runs on the device webgpu");
		},
	);
});
