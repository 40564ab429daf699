// Notes, kept by the reference engine in this browser and shared through a cloud endpoint. The endpoint and the token come behind the # of the page's address, which
// no server gets to see: #endpoint=fpcloud://HOST:PORT?protocol=ws&token=JWT, each encoded as in a query.
import { fireproof } from '@fireproof/core';
import manifest from '@fireproof/core/package.json';
import { SimpleTokenStrategy, toCloud } from '@fireproof/core-gateways-cloud';

const HERE = 'this browser';

const settings = new URLSearchParams(location.hash.slice(1));
const endpoint = settings.get('endpoint');
const token = settings.get('token');
const database = fireproof('notes');
const find = (selector) => document.querySelector(selector);

function tell(state, words = state) {
  document.body.dataset.state = state;
  find('#state').textContent = words;
}

async function read() {
  const { rows, clock } = await database.allDocs();
  const documents = rows.map(({ value }) => value).sort((a, b) => (a._id < b._id ? -1 : 1));
  return { documents, heads: clock.map(String).sort() };
}

function cell(text, ...classes) {
  const made = document.createElement('td');
  const inner = document.createElement('span');
  inner.textContent = text;
  inner.classList.add(...classes);
  made.append(inner);
  return made;
}

function row({ _id, text, by }) {
  const made = document.createElement('tr');
  made.dataset.id = _id;
  made.append(cell(_id), cell(text), cell(by, 'by', ...(by === HERE ? ['here'] : [])));
  return made;
}

async function show() {
  const { documents, heads } = await read();
  find('#documents').textContent = documents.length;
  find('#heads').textContent = heads.length;
  find('#at').textContent = heads.map((head) => (heads.length > 1 ? `…${head.slice(-12)}` : head)).join(', ') || 'nothing yet';
  find('tbody').replaceChildren(...documents.map(row));
}

// One reading after another: of two at once the older could be shown last.
let showing = Promise.resolve();
const refresh = () => (showing = showing.then(show));

find('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const { id, text } = Object.fromEntries(new FormData(form));
  form.reset();
  await database.put({ _id: id, text, by: HERE });
});

// For whoever compares with other devices. As text, which drops the functions that the engine puts beside the values.
window.readAsText = async () => {
  const { documents, heads } = await read();
  return { documents: documents.map((document) => JSON.stringify(document)), heads };
};

await database.ready();
database.subscribe(refresh, true);
await refresh();

// An engine whose database is empty tells its subscribers nothing of the first documents that it takes in from others.
const looking = setInterval(async () => {
  await refresh();
  if (find('#heads').textContent !== '0') clearInterval(looking);
}, 500);

find('#about').textContent = `Kept by ${manifest.name} ${manifest.version} in IndexedDB`;
if (endpoint) {
  tell('attaching');
  try {
    await database.attach(toCloud({ urls: { base: endpoint }, strategy: new SimpleTokenStrategy(token) }));
    const { tenant, ledger } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).selected;
    find('#about').textContent += `, shared as ${tenant}/${ledger} at ${endpoint.split('?')[0]}`;
    tell('attached');
  } catch (failure) {
    tell('failed', String(failure.message ?? failure));
  }
} else {
  tell('alone');
}
