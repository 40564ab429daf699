// Opening, settling and reading databases of the reference engine.
import fs from 'node:fs';
import path from 'node:path';
import { fireproof, registerCompactStrategy } from '@fireproof/core';
import { SimpleTokenStrategy, toCloud } from '@fireproof/core-gateways-cloud';

/** Above this length of the car log the engine compacts by itself, 10 ms after a commit. It cannot be set in this version. */
export const AUTOMATIC_COMPACTION_ABOVE = 100;

const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

// A strategy that refuses is the only way to keep a log uncompacted: the engine logs the refusal and goes on.
registerCompactStrategy({
  name: 'refuse',
  compact: async () => {
    throw new Error('This database is kept uncompacted.');
  },
});

/**
 * Opens (or makes) a database folder. The keys of a key bag are remembered by its path for as long as the process lives: a key bag that was
 * replaced by another is not seen, so a new database wants a new path.
 * @param {{directory: string, name: string, keyBag?: string, insecure?: boolean, strategy?: string}} request
 */
export async function openDatabase({ directory, name, keyBag, insecure = false, strategy }) {
  const folder = path.resolve(directory);
  fs.mkdirSync(folder, { recursive: true });
  const options = {
    storeUrls: { base: `file://${folder}${insecure ? '?storekey=insecure' : ''}` },
    keyBag: { url: `file://${path.resolve(keyBag ?? path.join(folder, 'keybag'))}` },
  };
  if (strategy) options.compactStrategy = strategy;
  const database = fireproof(name, options);
  await database.ready();
  return database;
}

const storeOf = (database) => database.ledger.crdt.blockstore;

export const carLog = (database) => storeOf(database).loader.carLog.asArray().map((group) => group.map(String));

/** Waits until nothing is under way behind the last call: upload log, commit queue, automatic compaction. */
export async function settle(database) {
  const store = storeOf(database);
  const { loader } = store;
  const log = loader.attachedStores.local().active.wal.walState;
  // The timer of an automatic compaction starts with the commit and is not visible until it fires.
  if (loader.carLog.length > AUTOMATIC_COMPACTION_ABOVE) await pause(30);
  while (store.compacting || log.operations.length > 0 || log.fileOperations.length > 0) {
    await loader.commitQueue.waitIdle();
    await pause(1);
  }
  await loader.commitQueue.waitIdle();
}

/**
 * Attaches a folder as a remote store, `<directory>/<name>`, and waits until it was read and has what is here. The engine's file gateway tells of no change:
 * what others write there later is seen at the next opening and attaching.
 * @param {{directory: string, name: string}} remote
 */
export async function attachFolder(database, { directory, name }) {
  const url = `file://${path.resolve(directory)}`;
  const store = { url };
  await database.attach({ name, configHash: () => url, prepare: async () => ({ car: store, file: store, meta: store }) });

  // What goes to remote stores goes through the commit queue too.
  await settle(database);
}

/**
 * Attaches a cloud endpoint, and stays attached: what others write there comes by itself.
 * @param {{url: string, token: string, withinMs: number}} remote
 */
export async function attachCloud(database, { url, token, withinMs }) {
  // The engine's attach neither ends nor fails when the endpoint cannot be reached.
  const tooLong = new Promise((_, reject) => setTimeout(() => reject(new Error(`not attached within ${withinMs} ms`)), withinMs).unref());
  await Promise.race([database.attach(toCloud({ urls: { base: url }, strategy: new SimpleTokenStrategy(token) })), tooLong]);
}

/**
 * Settles, then closes. The engine keeps one open ledger for each folder in a process and shares it between handles, so a database
 * is read from disk again only when its last handle was closed to the end.
 */
export async function closeDatabase(database) {
  await settle(database);
  await database.close();
}

export async function compact(database) {
  await settle(database);
  await database.compact();
  await settle(database);
}

/** Everything that is visible of a database, deleted documents included, in the order of the ids. */
export async function readAll(database, { changes = false } = {}) {
  const all = await database.allDocs({ includeDeleted: true });
  const documents = [];
  for (const { key, value } of all.rows) documents.push(await readDocument(key, value));
  documents.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const answer = { documents, heads: all.clock.map(String).sort(), carLog: carLog(database) };
  if (changes) {
    const { rows } = await database.changes([]);
    answer.changes = rows.map(({ key, value, clock }) => ({
      id: key,
      deleted: value._deleted === true,
      event: clock ? String(clock) : null,
    }));
  }
  return answer;
}

async function readDocument(id, value) {
  if (value._deleted === true) return { id, deleted: true };
  const answer = { id, deleted: false, document: withoutFunctions(value) };
  for (const [name, entry] of Object.entries(value._files ?? {})) {
    answer.files ??= {};
    try {
      const file = await entry.file();
      answer.files[name] = { type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
    } catch (failure) {
      answer.files[name] = { failure: String(failure.message ?? failure) };
    }
  }
  return answer;
}

/** A read document carries functions (the readers of its attachments), which no format can hold. */
function withoutFunctions(value) {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  const isRecord = value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  if (!isRecord) return value;
  const kept = Object.entries(value).filter(([, inner]) => typeof inner !== 'function' && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutFunctions(inner)]));
}
