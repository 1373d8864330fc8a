#!/usr/bin/env node
// Makes the npm packages: pack.mjs OUT TARGET=BINARY…
//
// `stagewright` holds a launcher; it depends on one package for each platform, of which npm installs
// the one that fits. There is no install script and nothing is downloaded but packages.
import { execFileSync } from "node:child_process";
import { copyFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// On Linux the static program runs whatever the C library is.
const PLATFORMS = {
  "x86_64-unknown-linux-musl": ["linux", "x64"],
  "aarch64-unknown-linux-musl": ["linux", "arm64"],
  "x86_64-apple-darwin": ["darwin", "x64"],
  "aarch64-apple-darwin": ["darwin", "arm64"],
  "x86_64-pc-windows-msvc": ["win32", "x64"],
  "aarch64-pc-windows-msvc": ["win32", "arm64"],
};

// The licences of what is in the program besides our own code.
const THIRD_PARTY = "LICENSES-THIRD-PARTY.txt";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
const field = (name) => manifest.match(new RegExp(`^${name} = "(.*)"$`, "m"))[1];

const common = {
  version: field("version"),
  license: field("license"),
  repository: { type: "git", url: `git+${field("repository")}.git` },
  homepage: field("homepage"),
};

/** Makes one package of its package.json and of files, by their names in it. */
function pack(out, json, files) {
  const folder = mkdtempSync(join(tmpdir(), "stagewright-npm-"));
  const all = { ...files, "LICENSE-MIT": join(root, "LICENSE-MIT"), "LICENSE-APACHE": join(root, "LICENSE-APACHE") };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...json, ...common, files: Object.keys(all) }, null, 2) + "\n");
  for (const [name, from] of Object.entries(all)) copyFileSync(from, join(folder, name));
  chmodSync(join(folder, Object.keys(files)[0]), 0o755);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", out, folder], { stdio: ["ignore", "ignore", "inherit"] });
  rmSync(folder, { recursive: true });
}

const [out, ...binaries] = process.argv.slice(2);
if (binaries.length === 0) {
  console.error("usage: pack.mjs OUT TARGET=BINARY…");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

for (const entry of binaries) {
  const [target, binary] = entry.split("=");
  if (!PLATFORMS[target]) throw new Error(`there is no package for ${target}`);
  const [os, cpu] = PLATFORMS[target];
  const program = os === "win32" ? "stagewright.exe" : "stagewright";
  pack(
    out,
    { name: `@stagewright/${os}-${cpu}`, description: `Stagewright's program for ${os} on ${cpu}`, os: [os], cpu: [cpu], preferUnplugged: true },
    { [program]: binary, [THIRD_PARTY]: join(root, THIRD_PARTY) },
  );
}

const packages = Object.values(PLATFORMS).map(([os, cpu]) => [`@stagewright/${os}-${cpu}`, common.version]);
pack(
  out,
  {
    name: "stagewright",
    description: field("description"),
    keywords: ["dockerfile", "lsp", "language-server", "buildkit", "multi-stage"],
    bin: { stagewright: "launcher.js" },
    engines: { node: ">=16" },
    optionalDependencies: Object.fromEntries(packages),
  },
  { "launcher.js": join(here, "launcher.js"), "README.md": join(root, "README.md") },
);
