// What the reference engine does in one round of each workload. Times are milliseconds of wall clock around the engine's own calls;
// documents are made, folders copied and databases settled outside of them.
import fs from 'node:fs';
import path from 'node:path';
import { carLog, closeDatabase, openDatabase, settle } from '../../tests/Properties/Reference/engine.mjs';
import { documentOf, idOf, picks } from './documents.mjs';

const NAME = 'peer';
const UNCOMPACTED = 'refuse';

const locate = (folder, more = {}) => ({ directory: folder, name: NAME, keyBag: path.join(folder, 'keybag'), ...more });

async function timed(action) {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** Bytes and files of a database folder, its keys left out. */
function sizeOf(folder) {
  const files = fs.readdirSync(path.join(folder, NAME), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath ?? file.path, file.name)).size, 0);
  return { bytes, files: files.length };
}

async function withDatabase(location, action) {
  const database = await openDatabase(location);
  try {
    return await action(database);
  } finally {
    await closeDatabase(database);
  }
}

async function putAll(database, documents) {
  for (const document of documents) await database.put(document);
}

const documents = (count, size, from = 0) => Array.from({ length: count }, (_, i) => documentOf(from + i, size));

function putOneByOne(size) {
  return async ({ scratch, transactions }) => {
    const list = documents(transactions, size);
    return withDatabase(locate(scratch), async (database) => {
      const milliseconds = await timed(() => putAll(database, list));
      const settling = await timed(() => settle(database));
      return { milliseconds, operations: transactions, settling, ...sizeOf(scratch) };
    });
  };
}

function openAndGet(prepared) {
  return async ({ prepared: folder, transactions }) => {
    const location = locate(path.join(folder, prepared), { strategy: UNCOMPACTED });
    let database;
    let document;
    const milliseconds = await timed(async () => {
      database = await openDatabase(location);
      document = await database.get(idOf(Math.floor(transactions / 2)));
    });
    if (document.n !== Math.floor(transactions / 2)) throw new Error('The first get gave another document.');
    const groups = carLog(database).length;
    await closeDatabase(database);
    return { milliseconds, operations: 1, groups };
  };
}

async function getAtRandom(database, count, gets) {
  const pick = picks(count);
  await database.get(idOf(0));
  return timed(async () => {
    for (let i = 0; i < gets; i++) await database.get(idOf(pick.next().value));
  });
}

const remoteAt = (folder) => ({
  name: 'remote',
  configHash: () => 'remote',
  prepare: async () => ({ car: { url: `file://${folder}` }, meta: { url: `file://${folder}` }, file: { url: `file://${folder}` } }),
});

export const workloads = {
  'put-200': putOneByOne(200),
  'put-2048': putOneByOne(2048),

  'bulk': async ({ scratch, documents: count }) => {
    const list = documents(count, 200);
    return withDatabase(locate(scratch), async (database) => {
      const milliseconds = await timed(() => database.bulk(list));
      await settle(database);
      return { milliseconds, operations: count, ...sizeOf(scratch) };
    });
  },

  'open-uncompacted': openAndGet('uncompacted'),
  'open-compacted': openAndGet('compacted'),

  'get': async ({ prepared, transactions, gets }) =>
    withDatabase(locate(path.join(prepared, 'compacted')), async (database) => ({
      milliseconds: await getAtRandom(database, transactions, gets),
      operations: gets,
    })),

  // After a bulk the engine decodes the whole event for each get, so fewer of them are enough to tell. It cannot open a database again
  // whose newest commit is larger than 1 MB: this and the next workload write their bulk first, unmeasured.
  'get-after-bulk': async ({ scratch, documents: count, getsAfterBulk }) =>
    withDatabase(locate(scratch), async (database) => {
      await database.bulk(documents(count, 200));
      return { milliseconds: await getAtRandom(database, count, getsAfterBulk), operations: getsAfterBulk };
    }),

  'all': async ({ scratch, documents: count }) =>
    withDatabase(locate(scratch), async (database) => {
      await database.bulk(documents(count, 200));
      await settle(database);
      let rows = 0;
      const milliseconds = await timed(async () => {
        rows = (await database.allDocs()).rows.length;
      });
      if (rows !== count) throw new Error(`${rows} documents instead of ${count}.`);
      return { milliseconds, operations: count };
    }),

  'compact': async ({ prepared, scratch }) => {
    fs.cpSync(path.join(prepared, 'uncompacted'), scratch, { recursive: true });
    return withDatabase(locate(scratch), async (database) => {
      // All blocks are in memory since the engine opened: it reads every file then.
      await database.changes([]);
      const milliseconds = await timed(() => database.compact());
      return compacted(database, scratch, milliseconds);
    });
  },

  'open-compact': async ({ prepared, scratch }) => {
    fs.cpSync(path.join(prepared, 'uncompacted'), scratch, { recursive: true });
    const start = performance.now();
    return withDatabase(locate(scratch), async (database) => {
      await database.compact();
      return compacted(database, scratch, performance.now() - start);
    });
  },

  // Device B meets what device A left at a remote; the merge is done when B shows every document.
  'merge': async ({ prepared, scratch, branch }) => {
    fs.cpSync(path.join(prepared, 'branches'), scratch, { recursive: true });
    const at = (device) => ({ ...locate(path.join(scratch, device), { strategy: UNCOMPACTED }), keyBag: path.join(scratch, 'keybag') });
    const remote = path.join(scratch, 'remote');
    await withDatabase(at('a'), (a) => a.attach(remoteAt(remote)));
    return withDatabase(at('b'), async (b) => {
      let rows = 0;
      const attaching = await timed(() => b.attach(remoteAt(remote)));
      const reading = await timed(async () => {
        rows = (await b.allDocs()).rows.length;
      });
      if (rows !== branch + Math.floor(branch / 2)) throw new Error(`${rows} documents after the merge.`);
      return { milliseconds: attaching + reading, operations: 1, attaching, reading };
    });
  },
};

async function compacted(database, scratch, milliseconds) {
  const groups = carLog(database).length;
  // A log of more than a thousand groups is not always taken in whole.
  if (groups > 10) throw new Error(`${groups} groups after the compaction.`);
  await settle(database);
  return { milliseconds, operations: 1, ...sizeOf(scratch) };
}

/** Writes the databases that the reading workloads start from: uncompacted, compacted, and two branches under one key. */
export async function prepare({ prepared, transactions, branch }) {
  const uncompacted = path.join(prepared, 'uncompacted');
  const compacted = path.join(prepared, 'compacted');
  await withDatabase(locate(uncompacted, { strategy: UNCOMPACTED }), (database) => putAll(database, documents(transactions, 200)));
  fs.cpSync(uncompacted, compacted, { recursive: true });
  await withDatabase(locate(compacted), (database) => database.compact());

  // The second branch writes half of the first one's ids again.
  for (const [device, from] of [['a', 0], ['b', Math.floor(branch / 2)]]) {
    const location = { ...locate(path.join(prepared, 'branches', device), { strategy: UNCOMPACTED }), keyBag: path.join(prepared, 'branches', 'keybag') };
    const list = documents(branch, 200, from).map((document) => ({ ...document, side: device }));
    await withDatabase(location, (database) => putAll(database, list));
  }
  return {};
}
