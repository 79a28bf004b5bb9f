// Builds what the pages load into anxin/portal/static/dist: names carry a hash of the content, each file lies there
// beside its gzip and brotli form, and manifest.json tells the templates which name is current.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";

import { smaller } from "./outlines.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const source = path.join(root, "anxin/portal/ui/src");
const dist = path.join(root, "anxin/portal/static/dist");
const target = `${dist}.${process.pid}`;
const modules = path.join(root, "node_modules");
const manifest = {};
process.on("exit", () => fs.rmSync(target, { recursive: true, force: true }));

function write(name, content) {
  const bytes = Buffer.from(content);
  const { dir, name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = path.posix.join(dir, `${stem}.${hash}${ext}`);
  const file = path.join(target, hashed);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  const gzip = zlib.gzipSync(bytes, { level: 9 });
  fs.writeFileSync(`${file}.gz`, gzip);
  fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes));
  manifest[name] = hashed;
  return gzip.length;
}

// Tabler's stylesheet holds every component there is; only the classes that some page names are kept.
async function stylesheet() {
  const [{ css }] = await new PurgeCSS().purge({
    content: [
      path.join(root, "anxin/portal/**/*.html"),
      path.join(root, "anxin/portal/**/*.py"),
      path.join(source, "**/*.js"),
    ],
    css: [path.join(modules, "@tabler/core/dist/css/tabler.min.css")],
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const sheets = fs.readdirSync(source).filter((name) => name.endsWith(".css")).sort();
  const own = sheets.map((name) => fs.readFileSync(path.join(source, name), "utf8")).join("\n");
  const { code } = await transform(css + own, { loader: "css", minify: true });
  return code.replace(/\/\*# sourceMappingURL=.*?\*\//g, "");
}

// The worker's pages load nothing of the officers'.
async function workerStylesheet() {
  const own = ["worker.css", "claim.css"].map((name) => fs.readFileSync(path.join(source, "worker", name), "utf8")).join("\n");
  return (await transform(own, { loader: "css", minify: true, target: "chrome64" })).code;
}

async function script(entry, age = "es2020") {
  const result = await build({
    entryPoints: [path.join(source, entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: age,
    write: false,
    logLevel: "warning",
    legalComments: "none",
  });
  return result.outputFiles[0].text;
}

// Outlines of a province's cities, adcode as feature id. They stay in the compressed form that ECharts unpacks itself.
function maps() {
  const folder = path.join(modules, "echarts-outlines/map/json/province");
  let count = 0;
  for (const file of fs.readdirSync(folder).sort()) {
    const outline = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
    const province = String(outline.features?.[0]?.id ?? "").slice(0, 2);
    // shanxi1 is 陕西 and shanxi 山西: the ids tell them apart, the file names are not needed.
    if (!/^\d\d$/.test(province) || manifest[`maps/${province}.json`]) continue;
    for (const feature of outline.features) {
      feature.properties = { name: feature.id };
    }
    write(`maps/${province}.json`, JSON.stringify(smaller(outline)));
    count += 1;
  }
  return count;
}

const sizes = {
  "app.css": write("app.css", await stylesheet()),
  "app.js": write("app.js", await script("app.js")),
  "charts.js": write("charts.js", await script("charts.js")),
  "worker.css": write("worker.css", await workerStylesheet()),
  // Telephones of 2016 still read this.
  "worker.js": write("worker.js", await script("worker/worker.js", "es2015")),
  "claim.js": write("claim.js", await script("worker/claim.js", "es2015")),
};
const provinces = maps();
fs.writeFileSync(path.join(target, "manifest.json"), JSON.stringify(manifest, null, 1));
// The finished folder takes the old one's place at once: nobody meets half a build.
fs.rmSync(dist, { recursive: true, force: true });
fs.renameSync(target, dist);
const told = Object.entries(sizes).map(([name, size]) => `${name} ${Math.ceil(size / 1024)} KB`);
console.log(`front end built: ${told.join(", ")} (gzip); outlines of ${provinces} provinces`);
