#!/usr/bin/env node
// Runs the program of the package that is for this machine, as if it had been called itself.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const { platform, arch } = process;
const name = `@stagewright/${platform}-${arch}`;

let program;
try {
  program = require.resolve(`${name}/stagewright${platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(
    `stagewright: the package ${name} is not installed.\n` +
      "Either there is none for this machine, or optional packages were left out: install again\n" +
      "without --omit=optional, and without a lock file that was made on another machine."
  );
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// Whoever ends this process means the program.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`stagewright: ${program} does not start: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
