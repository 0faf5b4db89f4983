import { loadClassifier } from "limbeck/predict/web";

const [pad, answer, clear] = ["pad", "answer", "clear"].map((id) => document.getElementById(id));
const context = pad instanceof HTMLCanvasElement ? pad.getContext("2d", { willReadFrequently: true }) : null;
if (pad === null || pad === undefined || !context || !answer) throw new TypeError("expected the page of this example");

const classifier = await loadClassifier(new URL("model/", document.baseURI));

async function ask({ data }: ImageData): Promise<string> {
	const pixels = Uint8Array.from({ length: 28 * 28 }, (_, k) => data[4 * k] ?? 0);
	const { label, probabilities } = await classifier.predict(pixels);
	return `${label}, ${(100 * Math.max(...probabilities)).toFixed(1)} %`;
}

function blank(): void {
	context?.fillRect(0, 0, 28, 28);
	if (answer) answer.textContent = "Fill the area, as the digits that it learned from do.";
}

blank();
context.strokeStyle = "#fff";
context.lineWidth = 2.5;
context.lineCap = "round";
pad.addEventListener("pointermove", (event) => {
	if (event.buttons === 0) return;
	const { width } = pad.getBoundingClientRect();
	const [x, y] = [(event.offsetX * 28) / width, (event.offsetY * 28) / width];
	context.beginPath();
	context.moveTo(x - (event.movementX * 28) / width, y - (event.movementY * 28) / width);
	context.lineTo(x, y);
	context.stroke();
	ask(context.getImageData(0, 0, 28, 28)).then((text) => (answer.textContent = text), console.error);
});
clear?.addEventListener("click", blank);
