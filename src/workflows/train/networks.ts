import { networkLooks } from "../../report/networks.js";

/** The network of a training. */
export const trainNetworks = networkLooks({ network: { title: "network", color: "student" } });
