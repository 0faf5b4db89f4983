import { expect, it } from "vitest";
import { caseFolder, runIn } from "./case.js";

it("a class folder in NFD and a teacher's class in NFC are the same", async () => {
	const folder = await caseFolder("names-nfd");
	const args = [
		"distill",
		"--data",
		"pictures",
		"--set",
		"data.size=8",
		"--teacher",
		"teacher.onnx",
		"--student",
		"mlp:8",
	];
	const short = ["--set", "student.epochs=1", "--set", "student.batch=16", "--threads", "1", "--quiet", "--json"];
	const { code, stdout, stderr } = await runIn(folder, [...args, ...short, "--out", "out"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(JSON.parse(stdout)).toMatchObject({ data: { classes: 2 }, teacher: { errors: 0 } });
});
