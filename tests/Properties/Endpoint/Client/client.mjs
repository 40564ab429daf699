// Speaks to an endpoint from its OpenAPI document alone: paths, methods and statuses are taken from there, and nothing but the ids of operations is known
// beforehand. An answer that the document does not know is a failure.
//
//   node client.mjs http://host:port [TOKEN]
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [base, token] = process.argv.slice(2);
const document = await (await fetch(`${base}/openapi.json`)).json();
const operations = Object.fromEntries(
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [operation.operationId, { path, method: method.toUpperCase(), responses: operation.responses }])),
);
const seen = new Set();

function urlOf(id, names) {
  let path = operations[id].path;
  for (const [name, value] of Object.entries(names)) path = path.replace(`{${name}}`, value.split('/').map(encodeURIComponent).join('/'));
  return base + path;
}

async function call(id, names, { query = '', headers = {}, body } = {}) {
  const operation = operations[id];
  const authorization = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(urlOf(id, names) + query, { method: operation.method, headers: { ...authorization, ...headers }, body });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!operation.responses[answer.status]) throw new Error(`${id} answered ${answer.status}, which the document does not know`);
  if (answer.headers.get('Fireproof-Endpoint') !== '1') throw new Error(`${id} answered ${answer.status} without the mark`);
  seen.add(`${id} ${answer.status}`);
  return { status: answer.status, headers: answer.headers, bytes, json: () => JSON.parse(bytes) };
}

function expect(actual, wanted, what) {
  const [is, should] = [actual, wanted].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`${what}: ${is}, and not ${should}`);
}

function base32(bytes) {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{1,5}/g).map((five) => letters[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

function entryOf(data, parents = []) {
  const digest = createHash('sha256').update(data).digest();
  return { cid: `b${base32(Buffer.concat([Buffer.from([1, 0x71, 0x12, 0x20]), digest]))}`, parents, data: `M${data.toString('base64')}` };
}

const database = { database: `js ${randomBytes(4).toString('hex')}` };

// Objects.
const bytes = randomBytes(5000);
const file = { ...database, key: 'data/é file.car' };
expect((await call('getObject', file)).status, 404, 'a file that is not there');
const stored = await call('putObject', file, { body: bytes, headers: { 'If-None-Match': '*', 'Fireproof-Write-Id': 'js1' } });
expect(stored.status, 201, 'a new file');
expect((await call('putObject', file, { body: bytes, headers: { 'If-None-Match': '*' } })).status, 412, 'a file that is there');
const read = await call('getObject', file);
expect(
  [read.status, read.bytes.equals(bytes), read.headers.get('etag'), read.headers.get('fireproof-write-id')],
  [200, true, stored.headers.get('etag'), 'js1'],
  'the file',
);
const part = await call('getObject', file, { headers: { Range: 'bytes=10-19' } });
expect([part.status, part.bytes.equals(bytes.subarray(10, 20)), part.headers.get('content-range')], [206, true, 'bytes 10-19/5000'], 'a part of it');
expect((await call('getObject', file, { headers: { Range: 'bytes=5000-' } })).status, 416, 'a part beyond its end');
expect((await call('headObject', file)).headers.get('content-length'), '5000', 'its length');
const page = (await call('listObjects', database, { query: '?prefix=data/&limit=1' })).json();
expect([page.objects.map((one) => one.key), page.after], [[file.key], null], 'the listing');

// Heads, and a socket that hears of them.
const first = entryOf(Buffer.from('first'));
const second = entryOf(Buffer.from('second'), [first.cid]);
const json = { 'Content-Type': 'application/json' };
const publish = (entry, superseded) => call('publishHead', database, { body: JSON.stringify({ entry, superseded }), headers: json });
const start = (await call('getHeads', database)).json();
expect(start.heads, [], 'no heads');
const protocols = token ? ['fireproof.v1', `fireproof.token.${token}`] : ['fireproof.v1'];
const socket = new WebSocket(`${urlOf('openSocket', database).replace('http', 'ws')}?since=${start.cursor}`, protocols);
const messages = [];
let wake = () => {};
socket.on('message', (text) => {
  messages.push(JSON.parse(text));
  wake();
});
socket.on('error', (error) => {
  throw error;
});
async function heard() {
  while (messages.length === 0) await new Promise((resolve) => (wake = resolve));
  return messages.shift();
}

expect(await heard(), { type: 'cursor', cursor: start.cursor }, 'nothing new');
const published = (await publish(first, [])).json();
expect(await heard(), { type: 'change', cursor: published.cursor, since: start.cursor, added: [first], removed: [] }, 'the first change');
await publish(second, [first.cid]);
const change = await heard();
expect([change.since, change.added, change.removed], [published.cursor, [second], [first.cid]], 'the second change');
await publish(second, [first.cid]);
await publish(first, []);
const heads = await call('getHeads', database);
expect(heads.json().heads, [second], 'the heads');
expect((await call('getHeads', database, { headers: { 'If-None-Match': heads.headers.get('etag') } })).status, 304, 'heads that did not change');
expect((await call('getChanges', database, { query: `?since=${start.cursor}` })).json().added, [second], 'the changes');
expect((await call('getChanges', database, { query: '?since=other.5' })).status, 410, 'changes since an unknown moment');
expect((await publish({}, [])).status, 400, 'what is no entry');

// The same by curl, as people would.
const authorization = token ? ['-H', `Authorization: Bearer ${token}`] : [];
const curl = (...options) => execFileSync('curl', ['-s', ...authorization, ...options]).toString();
expect(curl('-o', '/dev/null', '-w', '%{http_code} %{size_download}', urlOf('getObject', file)), '200 5000', 'the file by curl');
expect(curl('-X', 'DELETE', '-o', '/dev/null', '-w', '%{http_code}', urlOf('deleteObject', file)), '204', 'its removal by curl');
// The stream has no end: curl is ended when it has shown the first event.
const stream = spawn('curl', ['-s', '-N', ...authorization, '-H', `Last-Event-ID: ${start.cursor}`, urlOf('streamEvents', database)]);
let events = '';
for await (const piece of stream.stdout) {
  events += piece;
  if (/^data: .*\n/m.test(events)) break;
}
stream.kill();
const data = events.split('\n').find((line) => line.startsWith('data: '));
expect(JSON.parse(data.slice('data: '.length)).added, [second], 'the events by curl');

expect((await call('clearHeads', database)).status, 204, 'the end');
const end = await heard();
expect([end.type, end.removed], ['change', [second.cid]], 'the last change');
socket.close();
console.log(`ok: ${[...seen].join(', ')}`);
process.exit(0);
