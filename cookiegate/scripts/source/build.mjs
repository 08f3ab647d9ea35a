// Build the scripts into a directory: `node build.mjs DIRECTORY`. esbuild joins the modules of each, terser makes it small.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

// Names of properties that only these scripts use, and that are no words of the browser or of the rules: they get short.
const OWN = /^(?:isFine|isEnforced|objection|left_s|said|readJar|native|told|tell|stale|judge|allows|refused|isFetched|observer|change|wait|until|gate|base|consented|findConsent|guardTag|isBarred|ruling)$/;
let mangleCache = {};
for (const [name, format] of [["guard", "iife"], ["companion", "esm"], ["databases", "esm"], ["waiting", "esm"]]) {
  const { mangleCache: names, outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    bundle: true,
    charset: "ascii",
    entryPoints: [`${name}.js`],
    format,
    legalComments: "none",
    mangleCache,
    mangleProps: OWN,
    minify: true,
    target: ["chrome105", "firefox115", "safari16"],
    write: false,
  });
  mangleCache = names;
  const { code } = await minify(outputFiles[0].text, {
    compress: { ecma: 2022, passes: 3, unsafe_arrows: true },
    ecma: 2022,
    format: { ascii_only: true, ecma: 2022 },
    module: format === "esm",
  });
  await writeFile(join(argv[2], `${name}.js`), `${code}\n`);
}
