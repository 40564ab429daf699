// The reference engine's side of the comparison, in JSON lines:
//   {"id": 3, "verb": "round", "workload": "put-200", "sizes": {…}, "prepared": folder, "scratch": folder}  →  {"id": 3, "result": {…}}
// `node reference.mjs --alone OUT.json [rounds] [workload,…]` measures it without the other side.
import { writeLine } from '../../tests/Properties/Reference/stdout.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { prepare, workloads } from './workloads.mjs';

/** What a run measures unless it is told otherwise: transactions of the small databases, documents of the large, gets, and puts of a branch. */
const SIZES = { transactions: 1000, documents: 10000, gets: 1000, getsAfterBulk: 50, branch: 500 };

async function round({ workload, sizes, prepared, scratch }) {
  if (!Object.hasOwn(workloads, workload)) throw new Error(`There is no workload '${workload}'.`);
  fs.mkdirSync(scratch, { recursive: true });
  // The engine remembers the keys of a key bag by its path for as long as the process lives: a path is never used twice.
  const folder = fs.mkdtempSync(path.join(scratch, 'reference-'));
  try {
    globalThis.gc?.();
    return await workloads[workload]({ ...SIZES, ...sizes, prepared, scratch: folder });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const verbs = {
  describe: async () => ({ engine: '@fireproof/core 0.24.19', runtime: `Node ${process.version}`, workloads: Object.keys(workloads), sizes: SIZES }),
  prepare: async ({ sizes, prepared }) => prepare({ ...SIZES, ...sizes, prepared }),
  round,
};

async function serve() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.length === 0) continue;
    const { id, verb, ...request } = JSON.parse(line);
    try {
      if (!Object.hasOwn(verbs, verb)) throw new Error(`There is no verb '${verb}'.`);
      writeLine(JSON.stringify({ id, result: await verbs[verb](request) }));
    } catch (failure) {
      writeLine(JSON.stringify({ id, error: String(failure.stack ?? failure) }));
    }
  }
}

async function measureAlone(out, rounds, only) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fireproofbench-peers-'));
  const request = { prepared: path.join(folder, 'prepared'), scratch: path.join(folder, 'scratch'), sizes: {} };
  const report = { ...(await verbs.describe()), cpu: os.cpus()[0]?.model, cores: os.cpus().length, rounds: {} };
  try {
    await prepare({ ...SIZES, prepared: request.prepared });
    for (const workload of only ?? Object.keys(workloads)) {
      report.rounds[workload] = [];
      // A merge takes minutes here: once is enough to tell.
      for (let i = 0; i < (workload === 'merge' ? 1 : rounds); i++) {
        const figures = await round({ ...request, workload });
        report.rounds[workload].push(figures);
        console.error(workload, JSON.stringify(figures));
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  fs.writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
}

const [mode, out, rounds = '3', only] = process.argv.slice(2);
if (mode === '--alone') await measureAlone(out, Number(rounds), only?.split(','));
else await serve();
process.exit(0);
