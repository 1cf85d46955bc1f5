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
 *   7. On a choice: write the record, apply it, put the decision in the outbox, and have the
 *      widget sign and send it when the page is idle.
 *
 * Invariant: fail closed. Whatever fails, optional purposes stay denied, the page goes on, and
 * one [placet] line on the console says why.
 * Invariant: only nodes are made, never HTML text; a Trusted Types policy is made only to
 * release a held script.
 */
((published) => {
  'use strict';

  const warn = (what, error) => console.warn(`[placet] ${what} (docs/reference/console.md)`, error || '');

  const gate = () => {
    const plan = published.plan;

    // A form named “placet” is no second tag: only a text is a version.
    if (window.placet && typeof window.placet.version === 'string') {
      warn('The tag is on this page twice; this copy does nothing.');
      return;
    }

    /* ---- rules:begin. The same rules as crates/model/src/rules.rs; the same cases run through both. ---- */

    const regimeOf = (plan, visitor) => {
      const region = visitor.region || '';
      const find = (name) => plan.regimes.find((regime) => regime.regions.includes(name));
      return find(region) || find(region.split('-')[0]) || plan.regimes[0];
    };

    const own = (map, name) => (map && Object.hasOwn(map, name) ? map[name] : undefined);

    const keptOf = (record, id) => (record && record.v === 1 ? own(record.choices, id) : undefined);

    const standing = (purpose, visitor, record) => {
      const kept = keptOf(record, purpose.id);
      // PIPL 14: what was changed since must be asked again.
      return kept && kept.digest === purpose.digest && visitor.now < kept.until ? kept.choice : undefined;
    };

    const permission = (plan, visitor, record) => {
      const regime = regimeOf(plan, visitor);
      const purposes = {};
      const asks = [];
      for (const purpose of plan.purposes) {
        if (purpose.always) {
          purposes[purpose.id] = 'always';
          continue;
        }
        // CCPA 7025(b): the signal is an answer for as long as it is sent; nothing more is asked.
        if (visitor.gpc && purpose.gpc) {
          purposes[purpose.id] = 'denied';
          continue;
        }
        const stands = standing(purpose, visitor, record);
        if (!stands) asks.push(purpose.id);
        purposes[purpose.id] = stands || (regime.optOut ? 'granted' : 'denied');
      }
      return { regime: regime.id, purposes, asks };
    };

    const decide = (plan, visitor, record, choice, id) => {
      const regime = regimeOf(plan, visitor);
      const choices = {};
      const kept = {};
      let same = true;
      let before = false;
      let after = false;
      for (const purpose of plan.purposes) {
        if (purpose.always) {
          choices[purpose.id] = 'always';
          continue;
        }
        const old = keptOf(record, purpose.id);
        // What the signal keeps off could not be granted, so it is no refusal either: nothing is
        // stored, and it is asked when the signal is gone.
        const silenced = visitor.gpc && purpose.gpc && choice.kind !== 'reject';
        const grant = silenced
          ? false
          : choice.kind === 'save'
            ? own(choice.purposes, purpose.id) === true
            : choice.kind === 'accept' &&
              // PIPL 23: separate consent is never swept in; what was given on its own stays.
              (!purpose.separate || standing(purpose, visitor, record) === 'granted');
        const state = grant ? 'granted' : 'denied';
        same = same && (silenced ? !old : !!old && old.choice === state);
        before = before || (!!old && old.choice === 'granted');
        after = after || grant;
        choices[purpose.id] = state;
        const seconds = grant ? plan.granted : regime.denied;
        if (!silenced) kept[purpose.id] = { choice: state, digest: purpose.digest, until: visitor.now + seconds * 1000 };
      }
      const preferences = {};
      const picked = (choice.kind === 'save' ? choice : record || {}).preferences || {};
      for (const name of Object.keys(picked)) {
        if (own(choices, own(plan.preferences, name)) === 'granted') preferences[name] = picked[name];
      }
      const stood = record && record.v === 1;
      const state = !stood
        ? after ? 'given' : 'refused'
        : before && !after ? 'withdrawn'
        : same && JSON.stringify(preferences) === JSON.stringify(record.preferences) ? 'renewed'
        : 'changed';
      return {
        state,
        choices,
        ttl: after ? plan.granted : regime.denied,
        record: { v: 1, id, at: visitor.now, regime: regime.id, choices: kept, preferences },
      };
    };

    // Google Consent Mode v2: every key of the config, as the permission has it.
    const consent = (plan, permission) => {
      const values = {};
      for (const key of Object.keys(plan.consentMode)) {
        const state = own(permission.purposes, plan.consentMode[key]);
        values[key] = state === 'always' || state === 'granted' ? 'granted' : 'denied';
      }
      return values;
    };

    // What follows when one permission takes another's place, in the one order that holds.
    const effects = (plan, before, after) => {
      const ids = plan.purposes.map((purpose) => purpose.id);
      return [
        ['store'],
        ['signal', consent(plan, after)],
        ...ids
          .filter((id) => after.purposes[id] === 'granted' && before.purposes[id] !== 'granted')
          .map((id) => ['release', id]),
        // Also what an earlier tag or an earlier consent left behind (CNIL: gone after a refusal).
        ...ids.filter((id) => after.purposes[id] === 'denied').map((id) => ['clear', id]),
        ['announce'],
        ['send'],
      ];
    };

    /* ---- rules:end ---- */

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
      warn(`"${key}" cannot be stored and holds for this page only.`);
    };
    const OUTBOX = 'placet.outbox.';
    const waiting = () =>
      [...Object.keys(memory), ...(attempt(() => Object.keys(localStorage)) || [])]
        .map((key) => [key, key.startsWith(OUTBOX) && read(key)])
        // An entry that is not under its own name was not put there by us.
        .filter(([key, item]) => item && item.decision && OUTBOX + item.decision.id === key)
        .map(([, item]) => item);
    // No try is put off for longer; a time beyond was noted by a clock that was wrong.
    const LONGEST_WAIT = 6e6;
    // A decision that waits, can be signed on this page, and whose time to try again has come.
    const due = (anyway) => {
      const now = Date.now();
      return (
        (crypto.subtle || published.unsigned) &&
        waiting().some(({ after }) => anyway || !(after > now && after < now + LONGEST_WAIT))
      );
    };

    /* ---- The visit. ---- */

    // A page can give an image the name "currentScript" (CVE-2024-43788): the document's own answer counts.
    const isScript = (node) => node instanceof HTMLScriptElement;
    const current = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript').get.call(document);
    const tag = isScript(current) ? current : null;
    const base = published.base || (tag && tag.src) || location.href;
    const resolve = (path) => new URL(path, base).href;
    const given = window.placet || {};
    const visitor = () => ({
      now: Date.now(),
      region: (tag && tag.dataset.region) || own(given, 'region') || null,
      gpc: navigator.globalPrivacyControl === true,
    });

    // The page's language, then the visitor's, then the shop's first.
    const speak = () => {
      const tags = Object.keys(published.texts);
      for (const wanted of [document.documentElement.lang, ...(navigator.languages || [])]) {
        const lower = (wanted || '').toLowerCase();
        const found =
          lower &&
          (tags.find((known) => known.toLowerCase() === lower) ||
            tags.find((known) => known.split('-')[0].toLowerCase() === lower.split('-')[0]));
        if (found) return found;
      }
      return tags[0];
    };
    const lang = speak();

    let record = read('placet');
    let now = permission(plan, visitor(), record);
    const allows = (purpose) => own(now.purposes, purpose) === 'granted' || own(now.purposes, purpose) === 'always';
    const emit = (name, detail) => document.dispatchEvent(new CustomEvent(`placet:${name}`, { detail }));

    /* ---- Signals: Google Consent Mode v2. Its queue takes the arguments object, not an array. ---- */

    const signal = (command, values) => {
      if (!Object.keys(values).length) return;
      // A form may bear that name: only a list is a queue.
      if (!Array.isArray(window.dataLayer)) window.dataLayer = [];
      (function () {
        window.dataLayer.push(arguments);
      })('consent', command, values);
    };

    /* ---- Tags: held back, then released in the order of the page. ---- */

    let policy = null;
    const trust = (kind, text) => {
      if (!window.trustedTypes) return text;
      policy = policy || trustedTypes.createPolicy('placet', { createScriptURL: (url) => url, createScript: (code) => code });
      return policy[kind](text);
    };
    // What a shop marks for several purposes needs all of them; a host that several services share needs one.
    const caught = new WeakSet();
    const mayRun = (node) => {
      const purposes = node.dataset.placet.split(' ');
      return caught.has(node) ? purposes.some(allows) : purposes.every(allows);
    };
    const isWeb = (url) => attempt(() => /^https?:$/.test(new URL(url, location.href).protocol));

    // A host that a service declares, to the purposes of its services.
    const claimed = (url) => {
      if (!url) return undefined;
      let host = '';
      try {
        host = new URL(url, location.href).hostname;
      } catch {
        return undefined;
      }
      const name = Object.keys(plan.hosts).find((known) => host === known || host.endsWith(`.${known}`));
      return name && plan.hosts[name];
    };

    // A tag is judged once, when it comes: what has run is not held later, or it would run twice.
    const seen = new WeakSet();
    // Tags that the shop did not mark: marked here, before the browser runs them.
    const hold = (node, src = node.getAttribute('src')) => {
      const script = isScript(node);
      if (node === tag || !src || (!script && !(node instanceof HTMLIFrameElement))) return false;
      if (node.dataset.placet) {
        // Marked, but not made inert.
        if (mayRun(node) || node.type === 'text/plain') return false;
      } else {
        const purposes = claimed(src);
        if (!purposes || purposes.some(allows)) return false;
        node.dataset.placet = purposes.join(' ');
        caught.add(node);
      }
      node.dataset.src = src;
      if (script) {
        node.dataset.type = node.type;
        node.type = 'text/plain';
      }
      node.removeAttribute('src');
      return true;
    };

    // A script that makes a script asks for it before the page's watcher could see it.
    const trusted = new WeakSet();
    const guard = (element) => {
      const { get, set } = Object.getOwnPropertyDescriptor(element.prototype, 'src');
      const held = {
        configurable: true,
        enumerable: true,
        get,
        set(value) {
          if (!isScript(this)) {
            if (!hold(this, `${value}`)) set.call(this, value);
            return;
          }
          // The browser's own setter first: it is the one that refuses what is not trusted.
          set.call(this, value);
          if (!this.isConnected && hold(this)) trusted.add(this);
        },
      };
      attempt(() => Object.defineProperty(element.prototype, 'src', held));
      return set;
    };
    const setScriptSource = guard(HTMLScriptElement);
    guard(HTMLIFrameElement);

    const revive = (held) => {
      const script = document.createElement('script');
      seen.add(script);
      for (const { name, value } of held.attributes) {
        if (!/^(type|src|nonce|data-src|data-type|data-placet)$/.test(name)) script.setAttribute(name, value);
      }
      if (held.dataset.type) script.type = held.dataset.type;
      script.nonce = held.nonce || (tag && tag.nonce) || '';
      script.async = held.async && held.hasAttribute('async');
      if (held.dataset.src) setScriptSource.call(script, trust('createScriptURL', held.dataset.src));
      else script.text = trust('createScript', held.text);
      return script;
    };

    // The browser keeps the order among external scripts; an inline one waits for those before it.
    const queued = new WeakSet();
    const run = (scripts) => {
      for (;;) {
        const held = scripts.shift();
        if (!held) return;
        queued.delete(held);
        // Meanwhile the tag may be gone, or its consent.
        if (!held.isConnected || !mayRun(held)) continue;
        const script = revive(held);
        const waits = script.src && !script.async && scripts.length && !scripts[0].dataset.src;
        if (waits) script.onload = script.onerror = () => run(scripts);
        held.replaceWith(script);
        if (waits) return;
      }
    };

    // Under a policy with nonces, text that got into the page must not become a script by way of us.
    const isGenuine = (script) => {
      const genuine = !tag || !tag.nonce || script.nonce === tag.nonce || trusted.has(script);
      if (!genuine && !refused.has(script)) warn('A held script without the nonce of this page stays held.');
      refused.add(script);
      return genuine;
    };
    const refused = new WeakSet();

    const release = (nodes) => {
      const scripts = {};
      for (const node of nodes) {
        const { placet, src } = node.dataset;
        if (!placet || !node.isConnected || queued.has(node) || !mayRun(node) || (src && !isWeb(src))) continue;
        if (isScript(node)) {
          if (node.type !== 'text/plain' || !isGenuine(node)) continue;
          queued.add(node);
          (scripts[placet] = scripts[placet] || []).push(node);
        } else if (src) {
          node.src = src;
          node.removeAttribute('data-src');
        }
      }
      for (const list of Object.values(scripts)) {
        try {
          run(list);
        } catch (error) {
          warn('A held script could not be released.', error);
        }
      }
    };

    // One query a batch: touching every node that the parser adds would cost more than all else here.
    const watch = () => {
      for (const node of document.querySelectorAll('script,iframe')) {
        if (seen.has(node)) continue;
        seen.add(node);
        hold(node);
      }
      release(document.querySelectorAll('[data-placet]'));
      place();
    };

    // What the services of a purpose left behind goes with its consent.
    const clear = (purpose) => {
      for (const { name, storage } of plan.kept.filter((kept) => kept.purpose === purpose)) {
        const fits = (key) => (name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name);
        if (storage === 'cookie') {
          for (const key of document.cookie.split('; ').map((pair) => pair.split('=')[0]).filter(fits)) {
            const labels = location.hostname.split('.');
            const gone = `${key}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT`;
            document.cookie = gone;
            for (let at = 0; at < labels.length - 1; at++) document.cookie = `${gone}; domain=${labels.slice(at).join('.')}`;
          }
        } else {
          const store = storage === 'local' ? localStorage : sessionStorage;
          for (const key of Object.keys(store).filter(fits)) store.removeItem(key);
        }
      }
    };

    /* ---- The first layer, from the published tree. ---- */

    const words = published.texts[lang];
    const grow = (node) => {
      if (typeof node === 'number') return grow(words[node]);
      if (typeof node === 'string') return document.createTextNode(node);
      const [name, attributes, ...children] = node;
      const element = document.createElement(name);
      for (const key of Object.keys(attributes)) {
        const value = attributes[key];
        element.setAttribute(key, typeof value === 'number' ? words[value] : value);
      }
      element.append(...children.map(grow));
      return element;
    };

    let host = null;
    let root = null;
    let status = null;
    const rtl = /^(ar|he|fa|ur)\b/.test(lang);
    const stage = () => {
      if (root) return root;
      host = document.createElement('placet-ui');
      host.lang = lang;
      host.dataset.scheme = published.scheme;
      host.dir = rtl ? 'rtl' : 'ltr';
      root = host.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(published.css);
      root.adoptedStyleSheets = [sheet];
      status = document.createElement('div');
      status.setAttribute('role', 'status');
      status.className = 'unseen';
      root.append(status);
      root.addEventListener('click', onClick);
      root.addEventListener('pointerover', onIntent);
      root.addEventListener('focusin', onIntent);
      place();
      return root;
    };
    // First in the body, so that the keyboard meets it first.
    const place = () => {
      if (host && !host.isConnected && document.body) document.body.prepend(host);
    };
    const layer = () => root && root.querySelector('[data-placet-layer=first]');
    // WCAG 2.4.11: what gets the focus is scrolled clear of the first layer.
    let clearance = null;
    const makeRoom = () => {
      if (!layer()) return;
      clearance = clearance || new CSSStyleSheet();
      clearance.replaceSync(`html{scroll-padding-block:${layer().offsetHeight + 8}px}`);
      if (!document.adoptedStyleSheets.includes(clearance)) {
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, clearance];
      }
    };
    const draw = () => {
      if (layer()) return;
      stage().append(grow(published.tree));
      requestAnimationFrame(() => setTimeout(makeRoom));
    };
    const undraw = () => {
      const first = layer();
      if (!first) return;
      first.remove();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== clearance);
    };
    const tell = (text) => {
      draw();
      layer().querySelector('.status').textContent = text;
    };

    /* ---- The widget, loaded on intent or when there is a decision to sign. ---- */

    let loading = null;
    const load = () => {
      loading =
        loading ||
        Promise.all([
          import(resolve(published.widget)),
          fetch(resolve(published.wasm), { integrity: published.integrity }),
        ])
          .then(([glue, response]) =>
            glue.default({ module_or_path: response }).then(() => {
              glue.start(bridge);
              return glue;
            }),
          )
          .catch((error) => {
            loading = null;
            throw error;
          });
      return loading;
    };
    const intended = (event) => {
      const target = event.composedPath()[0];
      const button = target instanceof Element && target.closest('[data-placet-action],[href="#placet"]');
      return button && (button.dataset.placetAction || 'choose');
    };
    const onIntent = (event) => {
      if (/choose|open/.test(intended(event))) load().catch(() => {});
    };
    const open = () =>
      load()
        .then((widget) => widget.open())
        .catch((error) => {
          warn('The preference center could not be loaded.', error);
          tell(published.failed[lang]);
        });
    const onClick = (event) => {
      const action = intended(event);
      const center = event.composedPath().some((node) => node.dataset && node.dataset.placetLayer === 'center');
      if (action === 'choose' || action === 'open') {
        event.preventDefault();
        open();
      } else if (!center && (action === 'accept' || action === 'reject')) {
        commit({ kind: action }, `banner.${action}_all`);
      }
    };

    /* ---- A choice, and what follows from it. ---- */

    const uuid = () =>
      '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
        (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
      );

    const soon = (act) => (window.requestIdleCallback || setTimeout)(act, { timeout: 2000 });
    const send = (anyway) => {
      if (due(anyway)) {
        soon(() =>
          load()
            .then((widget) => widget.deliver(!!anyway))
            .catch((error) => warn('The receipt waits in the outbox.', error)),
        );
      }
    };

    const perform = {
      store: (_, decision) => {
        write('placet', record);
        write(OUTBOX + decision.id, { decision });
      },
      signal: (values) => signal('update', values),
      release: (purpose) => release(document.querySelectorAll(`[data-placet~="${purpose}"]`)),
      clear,
      announce: (_, decision) => {
        if (now.asks.length) draw();
        else undraw();
        if (decision) {
          stage();
          status.textContent = published.saved[lang];
          emit('decided', decision);
        }
        emit('applied', { choices: choices() });
      },
      send: () => send(),
    };

    // The one interpreter of effects. One that fails never undoes another.
    const apply = (decision) => {
      const before = now;
      now = permission(plan, visitor(), record);
      for (const [name, value] of effects(plan, before, now)) {
        if (!decision && (name === 'store' || name === 'send')) continue;
        try {
          perform[name](value, decision);
        } catch (error) {
          warn(`The step "${name}" failed.`, error);
        }
      }
    };

    const again = () => {
      record = read('placet');
      apply();
    };

    const commit = (choice, method) => {
      const visit = visitor();
      record = read('placet');
      const { state, choices, ttl, record: next } = decide(plan, visit, record, choice, uuid());
      const decision = {
        id: next.id,
        at: next.at,
        tz: -new Date(next.at).getTimezoneOffset(),
        regime: next.regime,
        notice: { version: plan.version, lang, hash: published.notices[lang] },
        state,
        method,
        page: location.pathname.slice(0, 1024),
        choices,
        separate: plan.purposes.filter((purpose) => purpose.separate).map((purpose) => purpose.id),
        preferences: next.preferences,
        gpc: visit.gpc,
        ttl,
      };
      record = next;
      apply(decision);
      return decision;
    };

    /* ---- window.placet and the bridge to the widget. ---- */

    const choices = () => ({ ...now.purposes });
    const on = (name, act) => {
      const listener = (event) => act(event.detail);
      document.addEventListener(`placet:${name}`, listener);
      return () => document.removeEventListener(`placet:${name}`, listener);
    };
    const call = (act) => {
      try {
        act(api);
      } catch (error) {
        warn('A function given to placet.push failed.', error);
      }
    };
    const bridge = {
      lang,
      rtl,
      site: plan.site,
      hash: published.notices[lang],
      // The exact text of a notice snapshot; the browser checks it against its name.
      notice: (hash) => {
        const name = hash.slice(7);
        const integrity = `sha256-${name.replace(/-/g, '+').replace(/_/g, '/')}=`;
        return fetch(resolve(`${published.noticeBase}${name}.json`), { integrity }).then((response) =>
          response.ok ? response.text() : Promise.reject(response.status),
        );
      },
      endpoint: resolve(published.endpoint),
      unsigned: published.unsigned,
      stage,
      choices: () => choices(),
      preferences: () => (record || {}).preferences || {},
      gpc: () => (visitor().gpc ? plan.purposes.filter((purpose) => purpose.gpc).map((purpose) => purpose.id) : []),
      commit,
      emit,
      fail: () => warn('The receipt cannot be saved: the notice that it names could not be loaded.'),
      hasDecided: () => !!record,
      read,
      write,
      remove,
      waiting,
      outbox: OUTBOX,
    };
    let isReady;
    const api = {
      version: published.version,
      ready: new Promise((done) => (isReady = done)),
      push: call,
      allows,
      choices,
      open,
      acceptAll: () => commit({ kind: 'accept' }, 'api.accept_all'),
      rejectAll: () => commit({ kind: 'reject' }, 'api.reject_all'),
      withdraw: () => commit({ kind: 'reject' }, 'api.withdraw'),
      on,
    };

    /* ---- Begin. A step that fails keeps no other from being done. ---- */

    const safely = (...steps) =>
      steps.forEach((step) => {
        try {
          step();
        } catch (error) {
          warn('Something failed; optional tags stay held.', error);
        }
      });

    const signals = () => {
      const nothing = { purposes: {} };
      for (const { id, always } of plan.purposes) if (always) nothing.purposes[id] = 'always';
      const denied = consent(plan, nothing);
      if (!Object.keys(denied).length) return;
      signal('default', { ...denied, wait_for_update: 500 });
      const held = consent(plan, now);
      if (Object.keys(held).some((key) => held[key] !== denied[key])) signal('update', held);
    };

    const gates = () => {
      new MutationObserver(watch).observe(document, { childList: true, subtree: true });
      // Firefox asks before it runs a script that its parser has already fetched.
      addEventListener(
        'beforescriptexecute',
        (event) => {
          if (event.target.type === 'text/plain') event.preventDefault();
        },
        true,
      );
      release(document.querySelectorAll('[data-placet]'));
    };

    const question = () => {
      if (now.asks.length) draw();
    };

    const listeners = () => {
      document.addEventListener('click', (event) => {
        if (event.composedPath().includes(host)) return;
        const action = intended(event);
        if (action === 'open') onClick(event);
        if (action === 'withdraw') api.withdraw();
      });
      document.addEventListener('pointerover', (event) => {
        if (intended(event) === 'open') onIntent(event);
      });
      // Another tab decided, or storage was cleared (then there is no key): it holds here too, at once.
      addEventListener('storage', (event) => {
        if (!event.key || event.key === 'placet') again();
      });
      // A page that comes back out of the browser's cache has missed what happened meanwhile.
      addEventListener('pageshow', (event) => {
        if (event.persisted) again();
        send();
      });
      addEventListener('online', () => send(true));
      // The visitor leaves: what is signed goes now; the call outlives the page.
      document.addEventListener('visibilitychange', () => {
        if (document.hidden && loading && due()) loading.then((widget) => widget.deliver(false)).catch(() => {});
      });
    };

    safely(signals, gates, question, listeners);

    const calls = Array.isArray(given) ? given : own(given, 'queue') || [];
    window.placet = api;
    const handlers = own(given, 'on') || {};
    for (const name of Object.keys(handlers)) on(name, handlers[name]);
    isReady(api);
    emit('ready', { choices: choices() });
    calls.forEach(call);
  };

  try {
    gate();
  } catch (error) {
    warn('Something failed; optional tags stay held.', error);
  }
})(__PLACET__);
