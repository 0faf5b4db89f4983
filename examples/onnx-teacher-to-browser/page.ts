import { loadClassifier } from "limbeck/predict/web";

const side = 28;
const [pad, answer, clear] = ["pad", "answer", "clear"].map((id) => document.getElementById(id));
const context = pad instanceof HTMLCanvasElement ? pad.getContext("2d", { willReadFrequently: true }) : null;
if (!pad || !context || !answer) throw new TypeError("expected the page of this example");

const classifier = await loadClassifier(new URL("model/", document.baseURI)).catch((error: unknown) => {
	answer.textContent = `No student here: run main.ts first, as README.md says. (${String(error)})`;
	throw error;
});

async function ask({ data }: ImageData): Promise<string> {
	const pixels = Uint8Array.from({ length: side * side }, (_, k) => data[4 * k] ?? 0);
	const { label, probabilities } = await classifier.predict(pixels);
	return `${label}, ${(100 * Math.max(...probabilities)).toFixed(1)} %`;
}

function blank(): void {
	context?.fillRect(0, 0, side, side);
	if (answer) answer.textContent = "Large and in the middle, as the digits that it learned from are.";
}

/** Where a stroke is that goes on. */
let last: readonly [number, number] | undefined;

function draw({ offsetX, offsetY }: PointerEvent): void {
	if (!pad || !context || !answer) return;
	const scale = side / pad.clientWidth;
	const to = [offsetX * scale, offsetY * scale] as const;
	context.beginPath();
	context.moveTo(...(last ?? to));
	context.lineTo(...to);
	context.stroke();
	last = to;
	ask(context.getImageData(0, 0, side, side)).then((text) => (answer.textContent = text), console.error);
}

blank();
context.strokeStyle = "#fff";
context.lineWidth = 2.5;
context.lineCap = "round";
pad.addEventListener("pointerdown", (event) => {
	pad.setPointerCapture(event.pointerId);
	draw(event);
});
pad.addEventListener("pointermove", (event) => {
	if (last !== undefined) draw(event);
});
for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (last = undefined));
clear?.addEventListener("click", blank);
