import type { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../console/terminal.js";
import { parseOptions } from "../options.js";
import { openStore, storeFolder } from "../store/open-store.js";

const flags = z.object({
	store: z.string().min(1).optional(),
	port: z.coerce.number().pipe(z.int().min(0).max(65_535)),
	host: z.string().min(1),
});

/** Adds `limbeck dashboard`. */
export function addDashboardCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	program
		.command("dashboard")
		.summary("runs in the browser, as they train")
		.description(
			"Shows the runs of a store in the browser: those that go on with their curves, time left, samples a second and " +
				"memory, those that are done with their results, several side by side. Prints its address; Ctrl-C ends it. It " +
				"reads, and changes nothing.",
		)
		.option("--store <folder>", "the store (default: LIMBECK_STORE, or .limbeck of the project)")
		.option("--port <number>", "port; 0: any that is free", "4470")
		.option("--host <address>", "address to listen at; others than 127.0.0.1 let other machines in", "127.0.0.1")
		.action(async (raw: unknown) => {
			const { store, port, host } = parseOptions(flags, raw, "limbeck dashboard");
			// The server is needed by no other command.
			const { isLoopback } = await import("../dashboard/guard.js");
			const { openDashboard } = await import("../dashboard/server.js");
			const opened = openStore(store ?? storeFolder(process.env, process.cwd()));
			const { address, closed } = await openDashboard({ store: opened, port, host, signal });
			terminal.print(address);
			if (!isLoopback(host)) {
				terminal.tell("Whoever has this address can read all runs, over a connection that others can listen to.");
			}
			await closed;
		});
}
