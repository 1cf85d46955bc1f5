/*
 * The loader: the gate of the page. Classic, synchronous, small; it never waits for WebAssembly.
 *
 * Its duties, in this order:
 *   1. Read the plan (inlined at publish) and the record.
 *   2. Work out what may run now.
 *   3. Send the default signals, before any tag can run.
 *   4. Hold tags back, and release those that may run.
 *   5. Draw the first layer where something is unasked or has changed.
 *   6. Offer window.placet and the events.
 *   7. On a choice: write the record, apply it, put the decision in the outbox, and have it
 *      signed and sent when the page is idle.
 *
 * What not every shop needs is in public/parts/, put into the published file or fetched by the page
 * where the config uses it (docs/adr/009-parts-of-the-loader.md).
 *
 * Invariant: fail closed. Whatever fails, optional purposes stay denied, the page goes on, and
 * one [placet] line on the console says why.
 * Invariant: only nodes are made, never HTML text; a Trusted Types policy is made only to
 * release something held.
 * Invariant: nothing is read through a prototype that the page could have filled: own members and
 * attributes only.
 */
((published) => {
  'use strict';

  const warned = new Set();
  const warn = (what, error) => {
    if (!warned.has(what)) console.warn(`[placet] ${what}`, error || '');
    warned.add(what);
  };

  const safely = (...steps) =>
    steps.forEach((step) => {
      try {
        step();
      } catch (error) {
        warn('It failed; tags stay held.', error);
      }
    });

  const gate = () => {
    const plan = published.plan;

    /* ---- rules:begin. The same rules as crates/model/src/rules.rs; the same cases run through both. ---- */

    const own = (map, name) => (map && Object.hasOwn(map, name) ? map[name] : undefined);

    // Where nobody says the region, it is judged as when it was decided.
    const regimeOf = ({ region }, record) => {
      const find = (name) => plan.regimes.find((regime) => regime.regions.includes(name));
      return (
        (region
          ? find(region) || find(region.split('-')[0])
          : plan.regimes.find((regime) => regime.id === own(record, 'regime'))) || plan.regimes[0]
      );
    };

    // Version 1 only lacked the notice. A later version than ours counts as none.
    const upgrade = (record) => (/^[12]$/.test(own(record, 'v')) ? { notice: '', ...record } : null);

    const keptOf = (record, id) => own(own(record, 'choices'), id);

    // PIPL 31, GDPR 8: who decides must be known to be old enough, where the age is asked.
    const ofAge = (by) => !plan.minors || !!by;

    const word = (yes) => (yes ? 'granted' : 'denied');

    const standing = (purpose, visitor, record) => {
      const kept = keptOf(record, purpose.id);
      // PIPL 14: what was changed since must be asked again.
      return kept &&
        kept.digest === purpose.digest &&
        visitor.now < kept.until &&
        (kept.choice === 'denied' || ofAge(own(record, 'by')))
        ? kept.choice
        : undefined;
    };

    // What holds for one act is off until it is asked where that takes place.
    const runs = (regime, { once }) => regime.optOut && !once;

    const permission = (visitor, record) => {
      const regime = regimeOf(visitor, record);
      const purposes = {};
      const asks = [];
      for (const purpose of plan.purposes) {
        let state = 'always';
        if (!purpose.always) {
          // CCPA 7025(b): the signal is an answer for as long as it is sent; nothing more is asked.
          state = visitor.gpc && purpose.shared ? 'denied' : standing(purpose, visitor, record);
          // What holds for one act is asked where that takes place.
          if (!state && !purpose.once) asks.push(purpose.id);
        }
        purposes[purpose.id] = state || word(runs(regime, purpose));
      }
      return { regime: regime.id, optOut: regime.optOut, purposes, asks };
    };

    const those = (flag) => plan.purposes.filter((purpose) => purpose[flag]).map(({ id }) => id);

    const answer = (record, { id }) => own(keptOf(record, id), 'choice');

    const decide = (visitor, record, choice, id, notice) => {
      const { kind } = choice;
      const only = own(choice, 'only');
      const regime = regimeOf(visitor, record);
      const by = own(choice, 'by') || own(record, 'by') || null;
      const isOfAge = ofAge(by) || regime.optOut;
      const choices = {};
      const kept = {};
      // Whether every answer that is kept is one to the words that are shown now.
      let whole = true;
      let type = 'regular';
      for (const purpose of plan.purposes) {
        const name = purpose.id;
        choices[name] = 'always';
        if (purpose.always) continue;
        const stands = standing(purpose, visitor, record);
        const asked = !only || only.includes(name);
        const alone = asked && only && only.length === 1;
        // What the signal keeps off could not be granted, so it is no refusal either: nothing is
        // stored, and it is asked when the signal is gone.
        const silenced = visitor.gpc && purpose.shared && (kind !== 'reject' || !asked);
        // PIPL 23: separate consent is never swept in; it is given where it alone was asked. An opt-out regime knows none.
        const apart = purpose.separate && !alone && !runs(regime, purpose);
        if (alone && purpose.separate) type = 'separate';
        const wanted =
          kind === 'save' ? own(choice.purposes, name) === true : kind === 'accept' && (!apart || stands === 'granted');
        const state = asked || silenced ? word(wanted && isOfAge && !silenced) : stands || word(runs(regime, purpose));
        choices[name] = state;
        // What is still to be asked on its own, and what nobody was old enough to allow, stays unanswered.
        const answered = asked && !(kind === 'accept' && apart) && !(wanted && !isOfAge);
        const until = visitor.now + (state === 'granted' ? plan.granted : regime.denied) * 1000;
        const next = answered ? !silenced && { choice: state, digest: purpose.digest, until } : keptOf(record, name);
        if (!next) continue;
        whole = whole && next.digest === purpose.digest;
        kept[name] = next;
      }
      const preferences = {};
      const picked = own(kind === 'save' && !only ? choice : record, 'preferences') || {};
      for (const name of Object.keys(picked)) {
        if (own(choices, own(plan.preferences, name)) === 'granted') preferences[name] = picked[name];
      }
      const next = {
        v: 2,
        id,
        at: visitor.now,
        regime: regime.id,
        notice: whole ? notice : record.notice,
        choices: kept,
        preferences,
        by,
      };
      const grants = (record) => plan.purposes.some((purpose) => answer(record, purpose) === 'granted');
      const says = (record) =>
        JSON.stringify([plan.purposes.map((purpose) => answer(record, purpose)), record.preferences]);
      const state = !record
        ? grants(next) ? 'given' : 'refused'
        : grants(record) && !grants(next) ? 'withdrawn'
        : says(record) === says(next) ? 'renewed'
        : 'changed';
      return { state, type, choices, ttl: grants(next) ? plan.granted : regime.denied, record: next };
    };

    const is = (permission, id, state) => own(permission.purposes, id) === state;
    const may = (permission, id) => is(permission, id, 'always') || is(permission, id, 'granted');

    // The purposes that are granted after and were not before.
    const granted = (before, after) =>
      plan.purposes.filter(({ id }) => is(after, id, 'granted') && !is(before, id, 'granted'));

    // Parts are there where the config uses them; this stands in for any other.
    const none = new Proxy(() => [], { get: () => none });
    const use = (name, ...kit) => (published[name] ? published[name](...kit) : none);
    // What vendors are told.
    const { told, opening, tell } = use('signals', plan, own, may, granted, warn);

    // What follows when one permission takes another's place, in the one order that holds.
    const effects = (before, after) => [
      ['store'],
      ['signal', told(before, after)],
      ...granted(before, after).map(({ id }) => ['release', id]),
      // Also what an earlier tag or an earlier consent left behind (CNIL: gone after a refusal).
      ...plan.purposes.filter(({ id }) => is(after, id, 'denied')).map(({ id }) => ['clear', id]),
      ['announce'],
      ['send'],
      ...(granted(after, before).find(({ reload }) => reload) ? [['reload']] : []),
    ];

    /* ---- rules:end ---- */

    // A form named “placet” is none of the window's own.
    const given = own(window, 'placet') || {};
    if (own(given, 'version')) {
      return warn('A second tag does nothing.');
    }

    /* ---- What the browser remembers. Where storage is blocked, this page's memory stands in. ---- */

    const memory = {};
    const attempt = (act) => {
      try {
        return act();
      } catch {
        return null;
      }
    };
    const read = (key) => own(memory, key) || attempt(() => JSON.parse(localStorage.getItem(key)));
    const remove = (key) => {
      delete memory[key];
      attempt(() => localStorage.removeItem(key));
    };
    const write = (key, value) => {
      const text = JSON.stringify(value);
      const keep = () => {
        localStorage.setItem(key, text);
        delete memory[key];
        return true;
      };
      if (attempt(keep)) return;
      // What stood before must not come back on the next page: it may have been a consent. And it makes room.
      remove(key);
      if (attempt(keep)) return;
      memory[key] = value;
      warn(`"${key}" cannot be stored.`);
    };
    // Subdomains share the record by a cookie, where the config asks for it; of several records the newest counts.
    const jar = use('jar', attempt);
    const mirror = use('mirror', plan.cookieDomain, jar, attempt);
    const recall = () =>
      [read('placet'), ...mirror.recall()]
        .map(upgrade)
        .filter(Boolean)
        .sort((one, other) => other.at - one.at)[0];
    const remember = (record) => {
      if (record) write('placet', record);
      else remove('placet');
      mirror.keep(record);
    };
    const OUTBOX = 'placet.outbox.';
    const keys = () => [...Object.keys(memory), ...(attempt(() => Object.keys(localStorage)) || [])];

    /* ---- The visit. ---- */

    // A page can give an image the name "currentScript" (CVE-2024-43788): the document's own answer counts.
    const isScript = (node) => node instanceof HTMLScriptElement;
    const current = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript').get.call(document);
    const tag = isScript(current) ? current : null;
    const base = published.base || (tag && tag.src) || location.href;
    const resolve = (path) => new URL(path, base).href;
    // Not by `dataset`, which inherits what a page has put on every object.
    const data = (node, name) => node.getAttribute(`data-${name}`);
    // What the server makes of the visit, where nobody else says the region.
    let hint;
    const visitor = () => ({
      now: Date.now(),
      region: (tag && data(tag, 'region')) || own(given, 'region') || own(hint, 'region'),
      gpc: navigator.globalPrivacyControl === true || !!own(hint, 'gpc'),
    });

    let record = recall();
    let now = permission(visitor(), record);
    const allows = (purpose) => may(now, purpose);
    const emit = (name, detail) => document.dispatchEvent(new CustomEvent(`placet:${name}`, { detail }));

    // The page's language, then the visitor's, then the shop's first.
    const speak = () =>
      [document.documentElement.lang || '_', ...(navigator.languages || []), '']
        .flatMap((tag) => [tag, tag.split('-')[0]])
        .map((name) => own(published.languages, name.toLowerCase()))
        .find(Boolean);
    let lang = speak();
    const noticeOf = () => published.notices[lang];

    /* ---- Tags: held back, then released in the order of the page. ---- */

    let policy;
    const trust = (kind, text) => {
      if (!window.trustedTypes) return text;
      policy = policy || trustedTypes.createPolicy('placet', { createScriptURL: (url) => url, createScript: (code) => code });
      return policy[kind](text);
    };
    // What a shop marks for several purposes needs all of them; a host that several services share needs one.
    const caught = new WeakSet();
    // What the visitor let in on its own, for this once.
    const once = new WeakSet();
    const purposesOf = (node) => data(node, 'placet').split(' ');
    const mayRun = (node) => {
      let some = once.has(node);
      if (some) return true;
      // Built-ins that the page has changed meanwhile let nothing run.
      for (const id of purposesOf(node)) {
        if (allows(id)) some = true;
        else if (!caught.has(node)) return false;
      }
      return some;
    };
    const isWeb = (url) => attempt(() => /^http/.test(new URL(url, location.href).protocol));

    // A frame goes out of the page and in again: what it has begun to load it would go on to load, and one that the parser
    // has just added heeds no address that comes later (Chromium, Firefox).
    const change = (node, act) => {
      const spot = new Comment();
      if (node.tagName === 'IFRAME') node.replaceWith(spot);
      act();
      spot.replaceWith(node);
    };

    // A tag is judged once, when it comes: what has run is not held later, or it would run twice.
    const seen = new WeakSet();
    // Scripts that may have been looked at as such before they were held.
    const late = new WeakSet();
    // Tags that the shop did not mark: marked here, before the browser runs them.
    const hold = (node, src = node.getAttribute('src')) => {
      const script = isScript(node);
      if (node === tag || !src) return false;
      if (data(node, 'placet')) {
        // Marked, but not made inert.
        if (mayRun(node) || (script && node.type === 'text/plain')) return false;
      } else {
        const purposes = unmarked(src);
        if (!purposes.length || purposes.some(allows)) return false;
        node.dataset.placet = purposes.join(' ');
        caught.add(node);
      }
      node.dataset.src = src;
      if (script) {
        late.add(node);
        node.dataset.type = node.type;
        node.type = 'text/plain';
      }
      change(node, () => node.removeAttribute('src'));
      return true;
    };

    const trusted = new WeakSet();
    const setScriptSource = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src').set;
    // What the shop did not mark, told by its host: a part, where a service names one.
    const unmarked = use('unmarked', plan.hosts, hold, isScript, trusted, attempt);

    // An element that never was a script becomes one where it stands, which costs half of putting another in its place.
    // The browser looks at each only once, though, so one that was held late is put in anew. In Firefox, the only browser with
    // an InternalError, all are: it does not look again at one that its parser has just added.
    const revive = (held) => {
      let script = held;
      if (late.has(held) || window.InternalError) {
        script = document.createElement('script');
        for (const { name, value } of held.attributes) script.setAttribute(name, value);
      }
      script.async = held.hasAttribute('async');
      script.type = data(held, 'type') || '';
      script.nonce = held.nonce || (tag && tag.nonce) || '';
      return script;
    };
    const start = (script, held) => {
      const src = data(held, 'src');
      if (src) setScriptSource.call(script, trust('createScriptURL', src));
      else {
        const text = trust('createScript', held.text);
        // The same text again would be no change, and start nothing.
        held.replaceChildren();
        script.text = text;
      }
      if (script !== held) held.replaceWith(script);
    };

    // The browser keeps the order among external scripts; an inline one waits for all of those before it. Firefox tells at
    // once of one that cannot be loaded, so that the last one alone does not say enough.
    const queued = new WeakSet();
    const run = (scripts) => {
      let loading = 0;
      const next = () => {
        while (scripts[0] && (!loading || data(scripts[0], 'src'))) {
          const held = scripts.shift();
          queued.delete(held);
          // Meanwhile the tag may be gone, or its consent.
          if (!held.isConnected || !mayRun(held)) continue;
          const script = revive(held);
          if (data(held, 'src') && !script.async) {
            loading++;
            for (const end of ['load', 'error']) script.addEventListener(end, () => next(loading--));
          }
          start(script, held);
        }
      };
      next();
    };

    // Under a policy with nonces, text that got into the page must not become a script by way of us.
    const isGenuine = (script) =>
      !tag ||
      !tag.nonce ||
      script.nonce === tag.nonce ||
      trusted.has(script) ||
      warn('A held script lacks the nonce.');

    const { setAttribute } = Element.prototype;
    const ATTRIBUTES = ['src', 'srcset', 'href', 'poster'];
    // Into the page with it: each address from where it waited to where it works.
    const admit = (node) => {
      for (const name of ATTRIBUTES) {
        const value = data(node, name);
        if (value === null || !(name === 'srcset' || isWeb(value))) continue;
        const code = /^(EMBED|OBJECT)$/.test(node.tagName);
        node.removeAttribute(`data-${name}`);
        const real = node.tagName === 'OBJECT' ? 'data' : name;
        change(node, () => setAttribute.call(node, real, code ? trust('createScriptURL', value) : value));
      }
      const player = node.parentNode;
      if (node.tagName === 'SOURCE' && player instanceof HTMLMediaElement) player.load();
    };

    const release = (nodes) => {
      const scripts = {};
      const veiled = [];
      for (const node of nodes) {
        const placet = data(node, 'placet');
        const src = data(node, 'src');
        if (!placet || !node.isConnected || queued.has(node)) continue;
        if (!mayRun(node)) {
          if (src && /^(IFRAME|VIDEO|EMBED|OBJECT)$/.test(node.tagName)) veiled.push(node);
          const stranger = purposesOf(node).find((id) => !own(now.purposes, id));
          if (stranger) warn(`No purpose "${stranger}".`);
        } else if (!isScript(node)) admit(node);
        else if (node.type === 'text/plain' && (!src || isWeb(src)) && isGenuine(node)) {
          queued.add(node);
          (scripts[placet] = scripts[placet] || []).push(node);
        }
      }
      for (const list of Object.values(scripts)) safely(() => run(list));
      veil(veiled);
    };
    const marked = (purpose) => document.querySelectorAll(purpose ? `[data-placet~="${purpose}"]` : '[data-placet]');

    // One query a batch: touching every node that the parser adds would cost more than all else here.
    const watch = () => {
      const nodes = document.querySelectorAll('script,iframe,[data-placet],placet-settings,placet-consent,placet-preferences');
      for (const node of nodes) {
        if (seen.has(node)) continue;
        seen.add(node);
        if (/^PLACET/.test(node.tagName)) part('elements').catch(() => {});
        else hold(node);
      }
      release(nodes);
      place();
    };

    // What the services of a purpose left behind goes with its consent.
    const clear = (purpose) => jar.clear(own(plan.kept, purpose));

    /* ---- The first layer, from the published tree. ---- */

    // `say` may put a word in for a name in braces.
    const grow = (slot, texts, say = (text) => text) => {
      const at = (value) => (typeof value === 'number' ? texts[value] : value);
      const node = at(slot);
      if (!Array.isArray(node)) return document.createTextNode(say(node));
      const [name, attributes, ...children] = node;
      const element = document.createElement(name);
      for (const key of Object.keys(attributes)) element.setAttribute(key, at(attributes[key]));
      element.append(...children.map((child) => grow(child, texts, say)));
      return element;
    };

    let host;
    let root;
    const stage = () => {
      if (root) return root;
      host = grow(['placet-ui', { lang, dir: /^(ar|he|fa|ur)\b/.test(lang) ? 'rtl' : 'ltr' }]);
      root = host.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(published.layer().css);
      root.adoptedStyleSheets = [sheet];
      place();
      return root;
    };
    // First in the body, so that the keyboard meets it first.
    const place = () => {
      if (host && !host.isConnected && document.body) document.body.prepend(host);
    };
    // The first layer, or a question in its place; and what a click on one of its answers does.
    const layer = () => root && root.querySelector('.first');
    let onAnswer = null;
    // WCAG 2.4.11: what gets the focus is scrolled clear of the first layer, which is never higher than this.
    let clearance;
    const undraw = () => layer() && (layer().remove(), clearance.replaceSync(''));
    const show = (first, act) => {
      undraw();
      onAnswer = act;
      stage().append(first);
      if (!clearance) {
        clearance = new CSSStyleSheet();
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, clearance];
      }
      clearance.replaceSync(published.layer().clearance);
    };
    // What the browser's signal keeps off.
    const silenced = () => (visitor().gpc ? those('shared') : []);
    const draw = (changes, act) => {
      if (layer()) return;
      const { tree, texts } = published.layer()[now.optOut ? 'optOut' : 'first'];
      const first = grow(tree, texts[lang]);
      if (!silenced()[0]) first.querySelector('.gpc').remove();
      if (changes) first.querySelector('.status').before(changes);
      show(first, act || ((action) => press(action, 'banner')));
    };
    // Until the server has told the region, it is not known what to ask.
    let locating = published.locate && now.asks[0] && !visitor().region;
    const ask = (decision) => {
      undraw();
      if (!now.asks[0] || locating) return;
      // Some answers stand, or did, or what was accepted has to be asked on its own: what is asked now, and how, is not for the
      // first layer to say. Where the part cannot be had, who has just answered is asked again on the next page.
      if ((record || decision) && !now.optOut) part('again').then((again) => again(decision, draw), () => decision || draw());
      else draw();
    };
    const fail = () => {
      draw();
      const status = layer().querySelector('.status');
      status.textContent = data(status, 'failed');
    };

    /* ---- Parts that are fetched: the center on intent, the one that signs when a decision waits. ---- */

    // What is fetched once, when it is needed first; one that failed is fetched anew.
    const fetched = {};
    const partOf = (name) => resolve(`${name}-${published.parts}.js`);
    const part = (name) =>
      (fetched[name] ||=
        import(partOf(name))
          .then((module) => module.default(bridge))
          .catch((error) => {
            delete fetched[name];
            warn(`"${name}" failed.`, error);
            throw error;
          }));
    const intended = (event) => {
      const target = event.composedPath()[0];
      const button = target.closest && target.closest('[data-placet-action],[href="#placet"]');
      return button ? data(button, 'placet-action') || 'open' : '';
    };
    const onIntent = (event) => {
      if (/choose|open/.test(intended(event))) part('center').catch(() => {});
    };
    const open = () =>
      part('center')
        .then((center) => center.open())
        .catch(fail);
    const onClick = (event) => {
      const action = intended(event);
      const path = event.composedPath();
      // The center answers for its own buttons, inline too.
      const inside = path.some(({ localName }) => /^placet/.test(localName));
      if (/choose|open/.test(action)) {
        event.preventDefault();
        open();
      } else if (!inside) press(action, 'page');
      else if (action && path.includes(layer())) onAnswer(action);
    };

    /* ---- A choice, and what follows from it. ---- */

    // A page without TLS gets a random UUID as well, if slower (File API, “generate a new blob URL”).
    const uuid = () => (crypto.randomUUID ? crypto.randomUUID() : URL.createObjectURL(new Blob()).slice(-36));

    const soon = (act) => (window.requestIdleCallback || setTimeout)(act, { timeout: 2000 });
    const send = (anyway) => {
      if (keys().some((key) => key.startsWith(OUTBOX))) {
        soon(() => part('receipts').then((receipts) => receipts.deliver(anyway)).catch(() => {}));
      }
    };

    const perform = {
      signal: tell,
      release: (purpose) => release(marked(purpose)),
      clear,
      announce: (_, decision) => {
        ask(decision);
        if (decision) emit('decided', decision);
        emit('applied', { choices: choices() });
      },
      send,
      // Not where only this page knows what was decided.
      reload: () => own(memory, 'placet') || location.reload(),
    };

    // What the page was told last.
    let applied = now;
    // The one interpreter of effects. One that fails never undoes another. What was decided in a layer is kept and holds at once, and
    // is seen in the next frame; what takes time comes after that. By a timer: a window behind another has no frames.
    const apply = async (decision) => {
      now = permission(visitor(), record);
      safely(() => {
        if (!decision) return;
        if (record) remember(record);
        write(OUTBOX + decision.id, { decision });
      });
      if (decision && decision.shown) {
        undraw();
        await new Promise((done) => setTimeout(done, 20));
      }
      const before = applied;
      applied = now;
      for (const [name, value] of effects(before, now).slice(1)) {
        if (!decision && (name === 'send' || (name === 'signal' && JSON.stringify(before.purposes) === JSON.stringify(now.purposes)))) continue;
        try {
          perform[name](value, decision);
        } catch (error) {
          warn(`"${name}" failed.`, error);
        }
      }
    };

    const again = () => {
      record = recall();
      apply();
    };

    // EDPB 03/2022: how the two answers looked when one of them was given, and the words beside them.
    const witness = (method) =>
      attempt(() => {
        const shown = root.querySelector('dialog[open]') || (/^(ban|ch|se)/.test(method) && layer());
        const look = (name) => {
          const button = shown.querySelector(`[part~=${name}]`);
          const { color, backgroundColor } = getComputedStyle(button);
          return [button.offsetWidth, button.offsetHeight, color, backgroundColor];
        };
        return { words: shown.innerText, accept: look('accept'), reject: look('reject') };
      });

    const commit = (choice, method, shown = witness(method)) => {
      const visit = visitor();
      record = recall();
      const { record: next, ...outcome } = decide(visit, record, choice, uuid(), noticeOf());
      const decision = {
        ...next,
        ...outcome,
        v: undefined,
        by: next.by || 'subject',
        tz: -new Date().getTimezoneOffset(),
        notice: { version: plan.version, lang, hash: noticeOf() },
        method,
        page: location.pathname.slice(0, 1024),
        separate: those('separate'),
        gpc: visit.gpc,
        shown,
      };
      // A record that answers nothing is none. Where all that was accepted has to be asked on its own, nothing is decided yet.
      if (Object.keys(next.choices)[0]) record = next;
      else if (choice.kind === 'accept' && now.asks[0]) return ask({ method });
      apply(decision);
      return decision;
    };

    // What the visitor decides on the page: asked of whom it may be, and to be taken back for a while.
    const byHand = async (choice, method) => {
      const before = recall();
      // What the choice was made of, not the question for the age after it.
      const shown = witness(method);
      const asks = plan.minors && (choice.kind === 'accept' || Object.values(choice.purposes || {}).includes(true));
      const agreed = asks ? await part('follow').then((follow) => follow.consent(choice)).catch(fail) : choice;
      const decision = agreed && commit(agreed, method, shown);
      // What asks to be fetched waits for the frame too.
      await new Promise((done) => setTimeout(done, 20));
      if (decision) part('follow').then((follow) => follow.decided(before), () => {});
      return decision;
    };

    // What a button means that decides about everything, wherever it stands.
    const press = (action, where, act = byHand) => {
      if (/^(accept|reject)$/.test(action)) return act({ kind: action }, `${where}.${action}_all`);
      if (action === 'withdraw') return act({ kind: 'reject' }, `${where}.withdraw`);
      // Where nothing is shared, there is nothing to opt out of.
      if (action === 'opt-out' && published.optout)
        return act(published.optout(plan, allows, own(record, 'preferences')), `${where}.opt_out`);
    };

    /* ---- window.placet and the bridge to the widget. ---- */

    const choices = () => ({ ...now.purposes });
    const on = (name, act) => {
      const listener = (event) => act(event.detail);
      document.addEventListener(`placet:${name}`, listener);
      return () => document.removeEventListener(`placet:${name}`, listener);
    };
    const call = (act) => safely(() => act(api));
    const bridge = {
      published,
      resolve,
      get lang() {
        return lang;
      },
      get hash() {
        return noticeOf();
      },
      speak: (tag) => {
        lang = tag;
        if (layer()) ask(true);
      },
      part,
      grow,
      show,
      stage,
      choices,
      now: () => now,
      record: () => record,
      gpc: silenced,
      press,
      commit,
      decide: byHand,
      remember,
      again,
      emit,
      warn,
      read,
      write,
      remove,
      keys,
    };
    const byApi = (action) => press(action, 'api', commit);
    const api = {
      version: published.version,
      push: call,
      allows,
      choices,
      open,
      acceptAll: () => byApi('accept'),
      rejectAll: () => byApi('reject'),
      optOut: () => byApi('opt-out'),
      withdraw: () => byApi('withdraw'),
      regime: () => now.regime,
      on,
    };
    api.ready = Promise.resolve(api);

    // What stands in for a held frame or player: a part, where the shop names services.
    const veil = use(
      'veil',
      () => import(partOf('covers')),
      warn,
      // What public/parts/covers.js names again, in this order.
      [lang, allows, caught, once, mayRun, purposesOf, grow, release, byHand],
    );

    /* ---- Begin. A step that fails keeps no other from being done. ---- */

    const gates = () => {
      document.addEventListener('DOMContentLoaded', watch);
      // Firefox asks before it runs a script that its parser has already fetched.
      addEventListener(
        'beforescriptexecute',
        (event) => {
          if (event.target.type === 'text/plain') event.preventDefault();
        },
        true,
      );
      release(marked());
      new MutationObserver(watch).observe(document, { childList: true, subtree: true });
    };

    // Under which rules to ask, where nobody says the region but the server can.
    const locate = () => {
      if (locating) {
        published.locate(resolve(published.region), warn).then((answer) => {
          hint = answer;
          locating = false;
          apply();
        });
      }
    };

    // What tags have left since the last page goes as well.
    const sweep = () => {
      if (jar.isRecent(record)) soon(() => plan.purposes.forEach(({ id }) => is(now, id, 'denied') && clear(id)));
    };

    const listeners = () => {
      // Before any handler of the page, which could stop the event.
      addEventListener('click', onClick, true);
      addEventListener('pointerover', onIntent, true);
      addEventListener('focusin', onIntent, true);
      // Another tab decided, or storage was cleared (then there is no key): it holds here too, at once.
      addEventListener('storage', (event) => {
        if (event.key && event.key !== 'placet') return;
        // A record that was cleared does not come back out of its cookie.
        if (!event.newValue) remember(null);
        again();
      });
      // A page that comes back out of the browser's cache has missed what happened meanwhile.
      addEventListener('pageshow', (event) => {
        if (event.persisted) again();
        send();
      });
    };

    safely(() => tell(opening(now)), gates, locate, ask, listeners, sweep);

    window.placet = api;
    const handlers = own(given, 'on') || {};
    for (const name of Object.keys(handlers)) on(name, handlers[name]);
    emit('ready', { choices: choices() });
    ([given, own(given, 'queue')].find(Array.isArray) || []).forEach(call);
  };

  safely(gate);
})(__PLACET__);
