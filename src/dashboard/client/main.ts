/** What runs in the browser: parts of the page are exchanged as they change, and keys move through the list. */
import { follow } from "./follow.js";
import { listenToKeys, showRuns } from "./run-list.js";

listenToKeys();
showRuns();
follow(showRuns);
