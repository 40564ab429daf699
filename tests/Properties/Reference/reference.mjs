// The reference engine behind a line protocol. One request a line on standard input, one answer a line on standard output, both DAG-JSON:
//   {"id": 7, "verb": "database.open", …}   →   {"id": 7, "result": {…}}   or   {"id": 7, "error": {"name": …, "message": …}}
// Requests are served one after another, in the order of their arrival. The first line is the greeting, with id 0.
// The process ends when its standard input does.
import { writeLine } from './stdout.mjs';
import readline from 'node:readline';
import * as dagCbor from '@ipld/dag-cbor';
import * as dagJson from '@ipld/dag-json';
import manifest from '@fireproof/core/package.json' with { type: 'json' };
import { databaseVerbs } from './databases.mjs';
import { cidOf, pailVerbs } from './pails.mjs';
import { revive } from './values.mjs';

const verbs = {
  ...databaseVerbs,
  ...pailVerbs,

  'cbor.encode': async ({ value }) => {
    const bytes = dagCbor.encode(revive(value));
    return { cid: String(await cidOf(dagCbor.code, bytes)), bytes };
  },

  'cbor.decode': async ({ bytes }) => ({ value: dagCbor.decode(bytes) }),
};

const answer = (message) => writeLine(new TextDecoder().decode(dagJson.encode(message)));

async function serve(line) {
  let id = null;
  try {
    const { id: number, verb, ...request } = dagJson.decode(new TextEncoder().encode(line));
    id = number;
    if (!Object.hasOwn(verbs, verb)) throw new Error(`There is no verb '${verb}'.`);
    answer({ id, result: await verbs[verb](request) });
  } catch (failure) {
    answer({ id, error: { name: failure.name ?? 'Error', message: String(failure.message ?? failure).trim() } });
  }
}

// A failure that no request waits for (the engine starts work of its own) must not end the process under the requests to come.
process.on('unhandledRejection', (failure) => console.error('not awaited:', failure));

answer({ id: 0, result: { engine: `${manifest.name} ${manifest.version}`, node: process.version } });
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.length > 0) await serve(line);
}
process.exit(0);
