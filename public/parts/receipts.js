/*
 * Receipts: from a decision in the outbox to an acknowledged receipt in the visitor's hand.
 * Fetched by the loader where a decision waits, and by whatever shows the receipts of this device.
 *
 *   outbox -> sign (device key, chain) -> database -> send -> acknowledgement -> database
 *
 * What is signed here is read there: the claims are those of crates/model/src/receipt.rs, in the same order.
 *
 * Invariant: a decision leaves the outbox only when the endpoint has answered for good.
 * Invariant: signing happens under one lock for all tabs, so that a device has one chain.
 * Invariant: no key and no database exist before the visitor has acted; the key's private half never leaves WebCrypto.
 * Invariant: what was signed is never written anew.
 */
const HOUR = 36e5;
// How long another page may keep this one from the lock or the database, in milliseconds.
const PATIENCE = 8000;
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RECEIPT = 'consent-receipt+jws';
const OUTBOX = 'placet.outbox.';
const CHAIN = 'placet.chain';

// Nothing is read through a prototype that the page could have filled.
const bare = (value) => ({ __proto__: null, ...value });

/* ---- Texts and bytes. ---- */

const encode = (text) => new TextEncoder().encode(text);
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const objectOf = (part) => bare(JSON.parse(new TextDecoder().decode(bytesOf(part))));
const sha256 = async (text) => base64url(await crypto.subtle.digest('SHA-256', encode(text)));
const named = async (text) => `sha256:${await sha256(text)}`;
// RFC 7515, section 5.1: what the signature covers.
const signingInput = (header, claims) =>
  [header, claims].map((value) => base64url(encode(JSON.stringify(value)))).join('.');

/* ---- The device's database. ---- */

const finish = (task) =>
  new Promise((resolve, reject) => {
    task.onsuccess = task.oncomplete = () => resolve(task.result);
    task.onerror = task.onabort = () => reject(task.error);
  });
// WebKit may never answer where an earlier page was left while it made the database. Then this page has none.
let isLost = false;
const within = (opening) =>
  Promise.race([
    finish(opening),
    new Promise((_, reject) => {
      setTimeout(() => {
        if (opening.readyState === 'done') return;
        isLost = true;
        opening.onsuccess = () => opening.result.close();
        reject(new Error('The database does not open.'));
      }, PATIENCE);
    }),
  ]);
const ask = async (store, mode, act) => {
  if (isLost) throw new Error('The database does not open.');
  const opening = indexedDB.open('placet', 1);
  let transaction = null;
  // A page that is left meanwhile, and kept for the way back (WebKit), would keep every other page waiting.
  const leave = () => {
    try {
      (transaction || opening.transaction).abort();
    } catch {
      // None has begun, or it is done.
    }
  };
  addEventListener('pagehide', leave);
  opening.onupgradeneeded = () => {
    // The device key; receipts by id; notice snapshots by hash, as exact text.
    for (const name of ['keys', 'receipts', 'notices']) opening.result.createObjectStore(name);
  };
  let database = null;
  try {
    database = await within(opening);
    transaction = database.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    await finish(transaction);
    return request.result;
  } finally {
    removeEventListener('pagehide', leave);
    if (database) database.close();
  }
};
const get = (store, key) => ask(store, 'readonly', (rows) => rows.get(key));
const put = (store, key, value) => ask(store, 'readwrite', (rows) => rows.put(value, key));

/* ---- The device key: ECDSA on P-256, not extractable. ---- */

// The key of this page, where none can be kept.
let session = null;

// RFC 7638, section 3.
const thumbprint = ({ crv, kty, x, y }) => sha256(JSON.stringify({ crv, kty, x, y }));
const deviceOf = async ({ privateKey, publicKey }) => {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const jwk = { kty, crv, x, y };
  return { privateKey, jwk, id: await thumbprint(jwk) };
};
const kept = () => get('keys', 'device');
const deviceKey = async () => {
  if (session) return session;
  // A database that cannot be read may hold a key: it stays untouched.
  let pair = await kept().catch(() => null);
  if (!pair) {
    const made = await crypto.subtle.generateKey(ES256, false, ['sign', 'verify']);
    // A browser may open the database and still refuse to keep a key: what counts is that it comes back.
    if (pair === undefined) pair = await put('keys', 'device', made).then(kept, () => null).catch(() => null);
    if (!pair) return (session = await deviceOf(made));
  }
  return deviceOf(pair);
};
const sign = async ({ privateKey }, input) =>
  `${input}.${base64url(await crypto.subtle.sign(ES256, privateKey, encode(input)))}`;

/* ---- What was shown, as a receipt says it. ---- */

// As browsers write computed colours: red, green, blue from 0 to 1, and alpha.
const channels = (text) => {
  const [, space, list] = /^(rgb|color)a?\((?:srgb )?([-+\d., /e]+)\)$/.exec(text);
  const [red, green, blue, alpha = 1] = list.split(/[, /]+/).map(Number);
  return [...[red, green, blue].map((value) => value / (space === 'rgb' ? 255 : 1)), alpha];
};
// WCAG 2.2, relative luminance.
const luminance = ([red, green, blue]) => {
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
};
const measured = ([width, height, ink, ground]) => {
  const back = channels(ground);
  const front = channels(ink);
  // What shines through from further behind is not known.
  if (back[3] !== 1) throw ground;
  const mixed = front.map((value, index) => value * front[3] + back[index] * (1 - front[3]));
  const [dark, light] = [luminance(mixed), luminance(back)].sort((one, other) => one - other);
  return [width, height, (100 * (light + 0.05)) / (dark + 0.05)].map((value) => Math.round(value));
};
const shownOf = async ({ words, accept, reject }) => {
  const sizes = [measured(accept), measured(reject)];
  if (!words || !sizes.flat().every(Number.isInteger)) throw sizes;
  return { words: await named(words), accept: sizes[0], reject: sizes[1] };
};

export default (bridge) => {
  const { published, resolve } = bridge;
  const { plan } = published;
  const endpoint = resolve(published.endpoint);
  const noticeBase = resolve(published.noticeBase);
  const waits = (error) => bridge.warn('A receipt waits.', error);

  // One tab at a time; where there are no such locks, at least this page one at a time. WebKit may keep a page that was left for
  // the way back, and its lock with it: after a while it is taken from there. Sent twice is recorded once, and a chain may fork.
  let turn = Promise.resolve();
  const locked = (act) => {
    if (!navigator.locks) return (turn = turn.then(act, act));
    let isOurs = false;
    const hold = () => {
      isOurs = true;
      return act();
    };
    const request = (options) => navigator.locks.request('placet', { __proto__: null, ...options }, hold);
    return request({ signal: AbortSignal.timeout(PATIENCE) }).catch((error) => {
      if (isOurs) throw error;
      return request({ steal: true });
    });
  };

  /* ---- The outbox, in the loader's storage: one entry a decision, so that two tabs never overwrite one another's. ---- */

  const items = () =>
    bridge.keys().flatMap((key) => {
      const { decision, jws, tries, after } = bare(key.startsWith(OUTBOX) && bridge.read(key));
      // An entry that is not under its own name was not put there by us.
      if (!decision || OUTBOX + decision.id !== key) return [];
      return [{ decision: bare(decision), jws: jws || null, tries: tries || 0, after: after || 0 }];
    });
  const keep = (item) => bridge.write(OUTBOX + item.decision.id, item);
  // The end of the chain, and whether the endpoint knows the device's key, so that receipts need not carry it.
  const chain = () => bare(bridge.read(CHAIN));
  const known = (isKnown) => {
    const end = chain();
    if (end.seq > 0 && end.known !== isKnown) bridge.write(CHAIN, { ...end, known: isKnown });
  };

  // The exact text of a notice snapshot; the browser checks it against its name.
  const notice = (hash) => {
    const name = hash.slice(7);
    const integrity = `sha256-${name.replace(/-/g, '+').replace(/_/g, '/')}=`;
    return fetch(`${noticeBase}${name}.json`, { __proto__: null, integrity }).then((response) =>
      response.ok ? response.text() : Promise.reject(response.status),
    );
  };

  /* ---- Signing. ---- */

  const claimsOf = async (decision, device, seq, prev) => {
    const { version, lang, hash } = bare(decision.notice);
    return {
      v: 1,
      id: decision.id,
      seq,
      prev,
      iat: Math.floor(decision.at / 1000),
      tz: decision.tz,
      ttl: decision.ttl,
      aud: endpoint,
      site: plan.site,
      sub: { device, ref: null },
      regime: decision.regime,
      notice: { version, lang, hash },
      event: {
        state: decision.state,
        by: decision.by || 'subject',
        type: decision.type || 'regular',
        method: decision.method,
        surface: 'web',
        page: decision.page,
      },
      choices: decision.choices,
      separate: decision.separate,
      preferences: decision.preferences,
      signals: { gpc: decision.gpc },
      // Left out where nothing was shown, or where it cannot be told for sure.
      shown: await shownOf(bare(decision.shown)).catch(() => undefined),
    };
  };

  const signed = async (decision) => {
    const device = await deviceKey();
    const last = chain();
    const end = last.device === device.id ? last : { device: device.id, seq: 0, prev: null, known: false };
    const header = { alg: 'ES256', typ: RECEIPT, kid: device.id, jwk: end.known ? undefined : device.jwk };
    const input = signingInput(header, await claimsOf(decision, device.id, end.seq + 1, end.prev));
    const next = { ...end, seq: end.seq + 1, prev: await named(input) };
    return { jws: await sign(device, input), jwk: device.jwk, next };
  };
  const unsigned = async (decision) => {
    const input = signingInput({ alg: 'none', typ: RECEIPT }, await claimsOf(decision, null, 1, null));
    return { jws: `${input}.`, jwk: null };
  };

  // Where there is no database, the receipt is still sent.
  const store = async (decision, jws, jwk) => {
    const { id, at, state, choices } = decision;
    const { hash } = bare(decision.notice);
    await put('receipts', id, { id, at, state, choices, jws, jwk, notice: hash, acknowledgement: null, refusal: null });
    if (!(await get('notices', hash))) await put('notices', hash, await notice(hash));
  };

  // In the order of the decisions.
  const signAll = async () => {
    // No key can be made on this page. What was decided waits for one that can, unless the site takes unsigned receipts.
    const make = crypto.subtle ? signed : published.unsigned && unsigned;
    if (!make) return;
    const open = items().filter(({ jws }) => !jws);
    for (const item of open.sort((one, other) => one.decision.at - other.decision.at)) {
      const { jws, jwk, next } = await make(item.decision);
      await store(item.decision, jws, jwk).catch(() => {});
      // The receipt first, then the chain: a page that ends in between forks the chain, and loses nothing.
      keep({ ...item, jws });
      if (next) bridge.write(CHAIN, next);
    }
  };

  /* ---- Sending. ---- */

  // How many fit into one call: 16 receipts and 16 KB at most, at least one.
  const fitting = (waiting) => {
    let bytes = '{"receipts":[]}'.length;
    const end = waiting.findIndex(({ jws }, index) => index > 15 || (bytes += jws.length + 3) > 16384);
    return end < 0 ? waiting.length : end || 1;
  };

  // After 2, 4, 8 … seconds, an hour at most, with jitter; never before the seconds that the endpoint asked for, as long as
  // such a time is not taken for that of a wrong clock.
  const later = (item, asked) => {
    const tries = item.tries + 1;
    const wait = Math.max(Math.min(1000 * 2 ** tries, HOUR) * (0.5 + Math.random()), Math.min(asked * 1000, 5.9e6));
    keep({ ...item, tries, after: Math.floor(Date.now() + wait) });
    setTimeout(() => deliver().catch(waits), wait);
  };

  const update = async (id, change) => {
    const stored = await get('receipts', id);
    if (stored) await put('receipts', id, { ...stored, ...change });
  };

  // The endpoint's answer is kept first, and only then the item goes out of the outbox.
  const settle = async (item, result) => {
    const { id } = item.decision;
    const { status, problem, receivedAt, ...rest } = bare(result);
    const done = async (change) => {
      await update(id, change).catch(() => {});
      bridge.remove(OUTBOX + id);
    };
    if (status === 'recorded' && rest.id === id) {
      known(true);
      // Kept with the proof of its place in the log, where the endpoint keeps one.
      await done({ acknowledgement: { id, receivedAt, log: rest.log } });
      bridge.emit('acknowledged', { id, receivedAt });
      return;
    }
    const { type, title, status: code } = bare(problem);
    // The next signing carries the key again, and names the endpoint of that page.
    const anew = /\/(key-unknown|audience-wrong)$/.test(type);
    // What an operator can mend is not refused for good.
    if (code >= 400 && code < 500 && !anew && !/\/(notice-unknown|site-wrong|algorithm-refused)$/.test(type)) {
      console.warn('[placet] A receipt was refused (docs/reference/problems.md):', title);
      await done({ refusal: type });
      return;
    }
    if (anew) known(false);
    later(anew ? { ...item, jws: null } : item, 0);
  };

  const deliverAll = async (anyway) => {
    await signAll();
    const now = Date.now();
    // A time that lies further ahead than any wait was noted by a clock that was wrong.
    const isDue = ({ jws, after }) => jws && (anyway || after <= now || after > now + 2 * HOUR);
    const waiting = items().filter(isDue);
    while (waiting.length) {
      const batch = waiting.splice(0, fitting(waiting));
      let asked = 0;
      let results = [];
      try {
        const response = await fetch(endpoint, {
          __proto__: null,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ receipts: batch.map(({ jws }) => jws) }),
          credentials: 'omit',
          // The call outlives the page that made it.
          keepalive: true,
        });
        asked = parseInt(response.headers.get('retry-after')) || 0;
        results = (await response.json()).results;
        if (!response.ok || results.length !== batch.length) throw response.status;
      } catch (error) {
        // An endpoint that cannot take these will not take the next ones either.
        for (const item of [...batch, ...waiting]) later(item, asked);
        return waits(error);
      }
      for (const item of batch) await settle(item, results.shift());
    }
  };

  let watching = [];
  const deliver = (anyway) =>
    locked(() => deliverAll(anyway)).finally(() => {
      const acts = watching;
      watching = [];
      for (const act of acts) act();
    });

  /* ---- In the visitor's hand. ---- */

  // What is told of a receipt's claims, or of a decision that has none yet.
  const told = ({ event, notice, regime, choices, preferences }) => {
    const { type = 'regular', by = 'subject', method } = bare(event);
    const { lang, version, hash } = bare(notice);
    return { type, by, method, lang, version, hash, regime, choices, preferences };
  };
  const ofStored = ({ id, at, state, jws, choices, acknowledgement, refusal }) => {
    let claims = { choices };
    try {
      claims = objectOf(jws.split('.')[1]);
    } catch {
      // It is listed all the same; verifying says what is wrong with it.
    }
    const status = acknowledgement ? 'acknowledged' : refusal ? 'refused' : 'waiting';
    return { id, at, state, ...told(claims), signed: true, status, reason: refusal };
  };
  const ofWaiting = ({ decision }) => {
    const { id, at, state } = decision;
    return { id, at, state, ...told({ ...decision, event: decision }), signed: false, status: 'waiting', reason: null };
  };

  // The newest first: signed ones, and decisions that still wait to be signed.
  const list = async () => {
    // Opening a database makes it, and nothing is made before the visitor has acted (ePrivacy 5(3)): then there is a record, a
    // chain, or something that waits.
    if (!bridge.record() && !bridge.read(CHAIN) && !items().length) return [];
    const stored = (await ask('receipts', 'readonly', (rows) => rows.getAll()).catch(() => [])).map(ofStored);
    const waiting = items().filter(({ decision }) => !stored.some(({ id }) => id === decision.id));
    return [...stored, ...waiting.map(ofWaiting)].sort((one, other) => other.at - one.at);
  };

  // It could perhaps not be had when the receipt was signed; its name still finds it.
  const noticeOf = async (hash) => (await get('notices', hash).catch(() => null)) || notice(hash);

  const file = async (id) => {
    try {
      const { jws, jwk, notice, acknowledgement } = await get('receipts', id);
      return JSON.stringify({ placet: 1, receipt: jws, jwk, notice: await noticeOf(notice), acknowledgement });
    } catch {
      return null;
    }
  };

  // The rules are those of crates/model/src/verify.rs, as far as what this device keeps can break them.
  const holds = async ({ id, jws, jwk, notice }) => {
    const [head, payload, signature, ...more] = jws.split('.');
    const { alg, typ, kid } = objectOf(head);
    const claims = objectOf(payload);
    const { device } = bare(claims.sub);
    if (typ !== RECEIPT || claims.id !== id || more.length || bare(claims.notice).hash !== notice) return false;
    if (!jwk) return alg === 'none' && !kid && device === null && !signature;
    // Base64url has one spelling.
    const bytes = bytesOf(signature);
    const key = await crypto.subtle.importKey('jwk', jwk, ES256, false, ['verify']);
    return (
      alg === 'ES256' &&
      device === kid &&
      kid === (await thumbprint(jwk)) &&
      signature === base64url(bytes) &&
      crypto.subtle.verify(ES256, key, bytes, encode(`${head}.${payload}`))
    );
  };
  const verify = async (id) => {
    const stored = await get('receipts', id);
    if (!stored) throw new Error(`no receipt ${id}`);
    if (stored.id !== id || !(await holds(stored).catch(() => false))) return 'not-genuine';
    if (!stored.jwk) return 'unsigned';
    // Where the endpoint named a place in its log, the log has to bear it out.
    const place = bare(stored.acknowledgement).log && (await (await bridge.part('log'))(stored));
    const isShown = (await named(await noticeOf(stored.notice))) === stored.notice;
    return isShown && place !== 'wrong' ? 'genuine' : 'not-genuine';
  };

  // What the endpoint keeps of this device: "history", "export", "erase".
  const self = async (what) => {
    const device = await locked(deviceKey);
    const aud = new URL('self', endpoint).href;
    const header = { alg: 'ES256', typ: 'consent-request+jws', kid: device.id, jwk: device.jwk };
    const iat = Math.floor(Date.now() / 1000);
    const input = signingInput(header, { aud, iat, jti: crypto.randomUUID(), site: plan.site, do: what });
    const response = await fetch(aud, {
      __proto__: null,
      method: 'POST',
      body: await sign(device, input),
      credentials: 'omit',
    });
    if (!response.ok) throw response.status;
    return response.json();
  };

  // What waits is tried again when the network is back.
  addEventListener('online', () => deliver(true).catch(waits));

  // What the widget and other parts need as well.
  Object.assign(bridge, {
    site: plan.site,
    endpoint,
    notice,
    noticePage: (hash) => `${noticeBase}${hash.slice(7)}.html`,
    languages: () => published.notices,
    isOptOut: () => bridge.now().optOut,
    receipts: () => bridge.part('receipts'),
  });

  // `watch`: `act` is called once, when the next delivery was tried, so that a list can be shown anew.
  return { deliver, list, file, verify, self, notice, watch: (act) => void watching.push(act) };
};
