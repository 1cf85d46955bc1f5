/*
 * Log: whether the endpoint's log holds a receipt. Fetched when a visitor verifies one whose acknowledgement names a place.
 *
 *   receipt and envelope -> entry -> leaf -> (inclusion proof) -> root of the checkpoint -> (signature) -> the site's key
 *
 * The rules are those of crates/model/src/log/place.rs and checkpoint.rs; the same cases run through both.
 *
 * Invariant: no claim counts before the step that bears it out. A checkpoint that nobody signed proves nothing: "unsigned" says
 * that this browser could not check the signature, never that it is good.
 */
const SHA256 = 'SHA-256';
const ED25519 = { name: 'Ed25519' };
const hex = (byte) => byte.toString(16).padStart(2, '0');
// More entries than any log will have: numbers beyond are not exact.
const MOST = 2 ** 53;

const encode = (text) => new TextEncoder().encode(text);
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => btoa(String.fromCharCode(...bytes));
// Base64url has one spelling; anything else is no proof.
const exactly = (text) => {
  const base64 = text.replace(/-/g, '+').replace(/_/g, '/');
  const bytes = bytesOf(base64);
  if (bytes.length !== 32 || textOf(bytes) !== `${base64}=` || /[+/]/.test(text)) throw text;
  return bytes;
};
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest(SHA256, joined(...parts)));

// Each part of a record has its length in four bytes before it.
const sized = (text) => {
  const bytes = encode(text);
  return joined([24, 16, 8, 0].map((shift) => (bytes.length >>> shift) & 255), bytes);
};
// RFC 6962, section 2.1: a leaf is hashed behind 0. An entry is its kind, 1 for receipts, and HMAC-SHA256 of the record.
const leafOf = async (jws, { salt, envelope }) => {
  const key = await crypto.subtle.importKey('raw', exactly(salt), { name: 'HMAC', hash: SHA256 }, false, ['sign']);
  const code = await crypto.subtle.sign('HMAC', key, joined(sized(jws), sized(envelope)));
  return hash([0, 1], new Uint8Array(code));
};
// RFC 9162, section 2.1.3.2. Halving instead of shifting: an index may have more than 32 bits.
const rootOf = async (leaf, index, size, proof) => {
  let [root, at, last] = [leaf, index, size - 1];
  const up = () => {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  };
  for (const text of proof) {
    if (!last) throw text;
    const beside = exactly(text);
    if (at % 2 || at === last) {
      root = await hash([1], beside, root);
      while (at && at % 2 === 0) up();
    } else root = await hash([1], root, beside);
    up();
  }
  if (last) throw root;
  return root;
};

// Whether one of the site's keys, each <name>+<id>+<key>, has signed. One of theirs that does not fit is a lie; where the site
// has keys, so is a checkpoint that none of them has signed.
const signer = async (text, signatures, site, keys) => {
  let found = 'unsigned';
  for (const line of keys.split(/\s+/)) {
    const [, name, id, key] = /^([^+]+)\+([\da-f]{8})\+(.+)$/.exec(line) || [];
    if (name !== site) continue;
    if (found === 'unsigned') found = 'wrong';
    const isBy = ([, by, bytes]) => by === name && [...bytes.slice(0, 4)].map(hex).join('') === id;
    const signature = signatures.find(isBy);
    if (!signature) continue;
    const usage = [ED25519, false, ['verify']];
    const imported = await crypto.subtle.importKey('raw', bytesOf(key).slice(1), ...usage).catch(() => null);
    // This browser knows no Ed25519.
    if (!imported) return 'unsigned';
    if (!(await crypto.subtle.verify(ED25519, imported, signature[2].slice(4), encode(text)))) return 'wrong';
    found = 'signed';
  }
  return found;
};

// "signed": the site's log holds the receipt there; "unsigned": so says a checkpoint whose signature could not be checked;
// "wrong": the acknowledgement contradicts itself or the log.
const check = async ({ jws, acknowledgement }, site, keys) => {
  const { receivedAt, log } = acknowledgement;
  const { origin, index, size, envelope, proof, checkpoint } = log;
  // C2SP signed-note: a text, an empty line, lines with signatures. C2SP tlog-checkpoint: name, size and root.
  const end = checkpoint.lastIndexOf('\n\n') + 1;
  const text = checkpoint.slice(0, end);
  const [named, counted, root] = text.split('\n');
  const lines = checkpoint.slice(end + 1).split('\n');
  if (lines.pop()) return 'wrong';
  const signatures = lines.map((line) => /^\u2014 (\S+) (\S+)$/.exec(line)).map(([, by, bytes]) => [0, by, bytesOf(bytes)]);
  const fits =
    JSON.parse(envelope).receivedAt === receivedAt &&
    origin === `${site}/${new Date(receivedAt).getUTCFullYear()}` &&
    named === origin &&
    counted === String(size) &&
    size <= MOST &&
    index >= 0 &&
    index < size &&
    Number.isInteger(index) &&
    Number.isInteger(receivedAt);
  if (!fits || textOf(await rootOf(await leafOf(jws, log), index, size, proof)) !== root) return 'wrong';
  return signer(text, signatures, site, keys);
};

export default (bridge) => {
  // The keys come from where the log is. Where there are none to be had, nobody knows who signed.
  const keys = () =>
    fetch(new URL('../log/keys', bridge.endpoint), { __proto__: null, credentials: 'omit' })
      .then((response) => (response.ok ? response.text() : ''))
      .catch(() => '');
  return async (stored) => {
    const found = await check(stored, bridge.site, await keys()).catch(() => 'wrong');
    if (found === 'unsigned') bridge.warn('The signature of the log could not be checked here.');
    return found;
  };
};
