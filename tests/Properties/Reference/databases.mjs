// The verbs that drive databases. A handle is a name that the caller gives to a database it opened.
import { attachCloud, attachFolder, carLog, closeDatabase, compact, openDatabase, readAll, settle } from './engine.mjs';
import { revive } from './values.mjs';

const open = new Map();

function find(handle) {
  const entry = open.get(handle);
  if (!entry) throw new Error(`No open database has the handle '${handle}'.`);
  return entry;
}

const headsOf = ({ clock }) => ({ heads: clock.map(String).sort() });

const steps = {
  put: async ({ database }, { doc }) => headsOf(await database.put(revive(doc))),
  del: async ({ database }, { id }) => headsOf(await database.del(id)),
  bulk: async ({ database }, { docs }) => headsOf(await database.bulk(revive(docs))),
  get: async ({ database }, { id }) => ({ document: await database.get(id) }),
  compact: async ({ database }) => {
    await compact(database);
    return { carLog: carLog(database) };
  },
  reopen: async (entry) => {
    await closeDatabase(entry.database);
    entry.database = await openDatabase(entry.request);
    return { carLog: carLog(entry.database) };
  },
  // Steps that are not awaited one by one are applied to the same head: the clock forks.
  parallel: async (entry, { txs }) => ({ results: await Promise.all(txs.map((step) => take(entry, step))) }),
};

/** Takes one step of a script; a refusal is a result too, the script goes on. */
async function take(entry, step) {
  if (!Object.hasOwn(steps, step.op)) throw new Error(`A script has no step '${step.op}'.`);
  try {
    return await steps[step.op](entry, step);
  } catch (failure) {
    return { refused: `${failure.name}: ${String(failure.message).trim()}` };
  }
}

export const databaseVerbs = {
  'database.open': async ({ handle, ...request }) => {
    if (open.has(handle)) throw new Error(`The handle '${handle}' is taken.`);
    const database = await openDatabase(request);
    open.set(handle, { database, request });
    return { carLog: carLog(database) };
  },

  'database.run': async ({ handle, script }) => {
    const entry = find(handle);
    const results = [];
    for (const step of script) results.push(await take(entry, step));
    return { results };
  },

  'database.attach': async ({ handle, ...remote }) => {
    await attachFolder(find(handle).database, remote);
    return {};
  },

  'database.attachCloud': async ({ handle, ...remote }) => {
    await attachCloud(find(handle).database, remote);
    return {};
  },

  'database.settle': async ({ handle }) => {
    await settle(find(handle).database);
    return {};
  },

  'database.read': async ({ handle, changes }) => readAll(find(handle).database, { changes }),

  'database.compact': async ({ handle }) => {
    const { database } = find(handle);
    const before = carLog(database);
    await compact(database);
    return { before, after: carLog(database) };
  },

  'database.close': async ({ handle }) => {
    const { database } = find(handle);
    open.delete(handle);
    await closeDatabase(database);
    return {};
  },
};
