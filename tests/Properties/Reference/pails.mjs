// The verbs of pails and Merkle clocks. A session keeps blocks, pail roots and clock heads by name, so that a list of operations reads
// as a history. The operations are those of the vector files pail.jsonl and clock.jsonl.
// Clocks that are merged must share an ancestor: the package looks for it without end when there is none.
import * as Pail from '@web3-storage/pail';
import * as PailBatch from '@web3-storage/pail/batch';
import { MemoryBlockstore } from '@web3-storage/pail/block';
import { advance, EventBlock } from '@web3-storage/pail/clock';
import * as Crdt from '@web3-storage/pail/crdt';
import * as CrdtBatch from '@web3-storage/pail/crdt/batch';
import { difference } from '@web3-storage/pail/diff';
import { merge } from '@web3-storage/pail/merge';
import { ShardBlock } from '@web3-storage/pail/shard';
import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { sha256 } from 'multiformats/hashes/sha2';
import { revive } from './values.mjs';

export const cidOf = async (code, bytes) => CID.createV1(code, await sha256.digest(bytes));

/** A value is a CID as text, {"seed": text} for the raw block of a text, or anything else for a DAG-CBOR block of it. */
async function linkTo(value) {
  if (typeof value === 'string') return CID.parse(value);
  if (value.seed !== undefined) return cidOf(raw.code, new TextEncoder().encode(value.seed));
  return cidOf(dagCbor.code, dagCbor.encode(revive(value)));
}

const text = (cid) => (cid ? String(cid) : null);
const texts = (list) => list.map(String);
const cidsOf = (blocks) => blocks.map((block) => String(block.cid));

async function collect(entries) {
  const list = [];
  for await (const [key, value] of entries) list.push([key, String(value)]);
  return list;
}

class Session {
  #blocks = new MemoryBlockstore();
  #roots = new Map();
  #heads = new Map();

  async take(operation) {
    const { op, name = 'main' } = operation;
    if (!Object.hasOwn(Session.#operations, op)) throw new Error(`A pail session has no operation '${op}'.`);
    try {
      return await Session.#operations[op].call(this, operation, name);
    } catch (failure) {
      return { error: failure.message };
    }
  }

  static #operations = {
    async put({ key, value }, name) {
      return this.#changed(name, await Pail.put(this.#blocks, await this.#root(name), key, await linkTo(value)));
    },
    async del({ key }, name) {
      return this.#changed(name, await Pail.del(this.#blocks, await this.#root(name), key));
    },
    async batch({ ops }, name) {
      const batch = await PailBatch.create(this.#blocks, await this.#root(name));
      for (const { key, value } of ops) await batch.put(key, await linkTo(value));
      return this.#changed(name, await batch.commit());
    },
    async get({ key }, name) {
      return { value: text(await Pail.get(this.#blocks, await this.#root(name), key)) };
    },
    async entries({ opts }, name) {
      return { entries: await collect(Pail.entries(this.#blocks, await this.#root(name), opts)) };
    },
    async fork({ to }, name) {
      this.#roots.set(to, await this.#root(name));
      this.#heads.set(to, [...this.#head(name)]);
      return {};
    },
    async diff({ a, b }) {
      const { keys } = await difference(this.#blocks, await this.#root(a), await this.#root(b));
      return { keys: keys.map(([key, [before, after]]) => [key, text(before), text(after)]) };
    },
    async merge({ base, targets, to }, name) {
      const roots = [];
      for (const target of targets) roots.push(await this.#root(target));
      return this.#changed(to ?? name, await merge(this.#blocks, await this.#root(base), roots));
    },
    async 'crdt.put'({ key, value }, name) {
      return this.#committed(name, await Crdt.put(this.#blocks, this.#head(name), key, await linkTo(value)));
    },
    async 'crdt.batch'({ ops }, name) {
      const batch = await CrdtBatch.create(this.#blocks, this.#head(name));
      for (const { key, value } of ops) await batch.put(key, await linkTo(value));
      return this.#committed(name, await batch.commit());
    },
    async 'crdt.merge'({ into, from }) {
      let head = this.#head(into);
      for (const event of from.flatMap((name) => this.#head(name))) head = await advance(this.#blocks, head, event);
      this.#heads.set(into, head);
      return this.#resolved(head);
    },
    async 'crdt.root'(_, name) {
      return this.#resolved(this.#head(name));
    },
    async 'crdt.get'({ key }, name) {
      return { value: text(await Crdt.get(this.#blocks, this.#head(name), key)) };
    },
    async 'crdt.entries'(_, name) {
      return { entries: await collect(Crdt.entries(this.#blocks, this.#head(name))) };
    },
    async event({ data, parents = [] }) {
      const event = await EventBlock.create(revive(data), parents.map((parent) => CID.parse(parent)));
      this.#keep([event]);
      return { cid: String(event.cid), bytes: event.bytes };
    },
    async advance({ head, event }) {
      const next = await advance(this.#blocks, head.map((cid) => CID.parse(cid)), CID.parse(event));
      return { heads: texts(next) };
    },
    async block({ cid }) {
      const block = await this.#blocks.get(CID.parse(cid));
      return { bytes: block ? block.bytes : null };
    },
  };

  #head(name) {
    return this.#heads.get(name) ?? [];
  }

  async #root(name) {
    if (!this.#roots.has(name)) {
      const empty = await ShardBlock.create();
      this.#keep([empty]);
      this.#roots.set(name, empty.cid);
    }
    return this.#roots.get(name);
  }

  #keep(blocks) {
    for (const { cid, bytes } of blocks) this.#blocks.putSync(cid, bytes);
  }

  #changed(name, { root, additions, removals }) {
    this.#keep(additions);
    this.#roots.set(name, root);
    return { root: String(root), additions: cidsOf(additions), removals: cidsOf(removals) };
  }

  #committed(name, { root, head, event, additions, removals }) {
    this.#keep(additions);
    if (event) this.#keep([event]);
    this.#heads.set(name, head);
    return {
      root: String(root),
      heads: texts(head),
      event: event ? String(event.cid) : null,
      eventBytes: event ? event.bytes : null,
      additions: cidsOf(additions),
      removals: cidsOf(removals),
    };
  }

  async #resolved(head) {
    const { root, additions, removals } = await Crdt.root(this.#blocks, head);
    this.#keep(additions);
    return { heads: texts(head), root: String(root), additions: cidsOf(additions), removals: cidsOf(removals) };
  }
}

const sessions = new Map();

export const pailVerbs = {
  /** Applies operations to a session, which is made when it is first named. */
  'pail.run': async ({ session, operations }) => {
    if (!sessions.has(session)) sessions.set(session, new Session());
    const results = [];
    for (const operation of operations) results.push(await sessions.get(session).take(operation));
    return { results };
  },

  'pail.drop': async ({ session }) => ({ dropped: sessions.delete(session) }),
};
