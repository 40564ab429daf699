// Values that JSON has no form for. Besides the forms of DAG-JSON (bytes, links, integers of any length) a request may hold:
//   {"$bytes": base64}   {"$bigint": "123"}   {"$num": "NaN" | "Infinity" | "-Infinity" | "-0"}
//   {"$date": ISO time}  {"$repeat": [text, times]}
// as the scripts of the fixtures do, and in "_files" of a document {name: {type, lastModified, content | contentB64}}.
const forms = {
  $bytes: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  $bigint: (digits) => BigInt(digits),
  $num: (name) => (name === '-0' ? -0 : Number(name)),
  $date: (time) => new Date(time),
  $repeat: ([text, times]) => text.repeat(times),
};

const isRecord = (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;

/** Turns the forms above into the values that they stand for, at any depth. */
export function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && Object.hasOwn(forms, keys[0])) return forms[keys[0]](value[keys[0]]);
  return Object.fromEntries(keys.map((key) => [key, key === '_files' ? reviveFiles(value[key]) : revive(value[key])]));
}

function reviveFiles(files) {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, file.cid ? file : reviveFile(name, file)]));
}

function reviveFile(name, { content, contentB64, type = '', lastModified = 1_700_000_000_000 }) {
  const bytes = contentB64 === undefined ? Buffer.from(content ?? '', 'utf8') : Buffer.from(contentB64, 'base64');
  return new File([bytes], name, { type, lastModified });
}
