// How long it takes from a put on one device of the reference engine until it is read on another one, each in a process of its own, over an endpoint of the cloud protocol.
//   TOOL=path/to/FireproofBench.Scenarios node bench/Endpoint/visible.mjs [PUTS=300] [PAUSE_MS=100]
// A device looks through all documents whenever it is told of new ones, as a page does, so the figure grows with their number. Needs the packages of tests/Properties/Reference (npm ci there).
import { fork, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [role = '300', second = '100', ...more] = process.argv.slice(2);
const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

if (role === 'device') await device(second, ...more);
else await judge(Number(role), Number(second));

// A device writes when it is told to, and tells of what it sees of others.
async function device(folder, url, token) {
  const { attachCloud, openDatabase } = await import('../../tests/Properties/Reference/engine.mjs');
  const database = await openDatabase({ directory: folder, name: 'notes' });
  await attachCloud(database, { url, token, withinMs: 30_000 });
  const seen = new Set();
  const look = async () => {
    const { docs } = await database.changes([]).then(({ rows }) => ({ docs: rows.map(({ value }) => value) }));
    const now = Date.now();
    for (const { _id, sent } of docs) {
      if (sent === undefined || seen.has(_id)) continue;
      seen.add(_id);
      process.send({ seen: _id, after: now - sent });
    }
  };
  database.subscribe(look, true);
  process.on('message', async ({ put }) => {
    if (put === undefined) process.exit(0);
    seen.add(put);
    await database.put({ _id: put, sent: Date.now(), text: 'x'.repeat(200) });
  });
  process.send({ ready: true });
}

async function judge(puts, between) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'visible-'));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  fs.writeFileSync(path.join(scratch, 'public.jwk'), JSON.stringify(publicKey.export({ format: 'jwk' })));
  const serving = spawn(
    process.env.TOOL,
    ['serve', '--listen', 'http://127.0.0.1:0', '--data', path.join(scratch, 'objects'), '--meta', `sqlite:${path.join(scratch, 'heads.sqlite')}`, '--cloud', path.join(scratch, 'public.jwk')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = (name) => (code) => {
    if (over) return;
    console.error(`${name} ended with ${code}`);
    serving.kill();
    process.exit(1);
  };
  let over = false;
  serving.on('exit', ended('the endpoint'));
  const address = await new Promise((resolve) => serving.stdout.once('data', (line) => resolve(String(line).trim())));
  const url = `${address.replace('http:', 'fpcloud:')}?protocol=ws`;
  const token = tokenOf(privateKey);
  const after = [];
  const devices = [];
  for (const name of ['one', 'two']) {
    const process_ = fork(fileURLToPath(import.meta.url), ['device', path.join(scratch, name), url, token], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    process_.on('exit', ended(`device ${name}`));
    await new Promise((resolve) => {
      process_.on('message', (message) => {
        if (message.ready) resolve();
        else if (message.seen.startsWith('counted')) after.push(message.after);
      });
    });
    devices.push(process_);
    // The first device's database is to be there before the second attaches.
    process_.send({ put: `begun-${name}` });
    await pause(2000);
  }

  for (let n = 0; n < puts; n++) {
    devices[n % 2].send({ put: `counted-${n}` });
    await pause(between);
  }

  await pause(3000);
  after.sort((a, b) => a - b);
  const at = (share) => after[Math.min(after.length - 1, Math.floor(share * after.length))];
  console.log(`${after.length} of ${puts} puts seen by the other device; from the put until it is read: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${after.at(-1)} ms`);
  over = true;
  for (const one of devices) one.send({});
  serving.kill();
  await pause(500);
  fs.rmSync(scratch, { recursive: true, force: true });
}

function tokenOf(key) {
  const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    userId: 'bench',
    email: 'bench@example.com',
    created: new Date().toISOString(),
    tenants: [{ id: 'bench', role: 'member' }],
    ledgers: [{ id: 'notes', role: 'member', right: 'write' }],
    selected: { tenant: 'bench', ledger: 'notes' },
    exp: Math.floor(Date.now() / 1000) + 7200,
  };
  const signed = `${text({ alg: 'ES256', typ: 'JWT' })}.${text(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
