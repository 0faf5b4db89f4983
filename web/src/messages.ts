/** What the page and the worker that distils tell each other. */

import type { TrainingEvent } from "limbeck";

/** What the worker is told: to distil, to stop after the call that goes on, to go on from there. */
export type Command = Order | { readonly kind: "stop" } | { readonly kind: "go-on" };

/** What is to be distilled, as the form has it. */
export interface Order {
	readonly kind: "distil";
	/** The page's address. */
	readonly page: string;
	readonly temperature: number;
	readonly epochs: number;
	readonly hidden: readonly number[];
	readonly seed: number;
	readonly threads: number;
	/** What computes. */
	readonly engine: "wasm" | "webgpu";
}

/** What the worker tells. */
export type News =
	| { readonly kind: "started"; readonly training: number; readonly validation: number }
	| Extract<TrainingEvent, { readonly kind: "progress" }>
	| { readonly kind: "validated"; readonly step: number; readonly errors: number }
	| {
			/** A student, and how it does. */
			readonly kind: "student";
			/** Epochs that it was trained for, where it was stopped. */
			readonly stoppedAfter: number | undefined;
			/** The student's ONNX file. */
			readonly model: Uint8Array<ArrayBuffer>;
			/** `[steps]`, the training loss of each. */
			readonly losses: Float32Array;
			readonly parameters: number;
			readonly seconds: number;
			readonly errors: number;
			readonly validation: number;
	  }
	| { readonly kind: "failed"; readonly message: string };
