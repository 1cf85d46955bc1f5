/*
 * Covers: what stands over a held frame or player. Fetched by the loader where a page has one.
 *
 * A cover lies over the box of what it stands for, so that nothing moves when it comes or goes.
 * “Load once” lets this one in and keeps nothing; “Always allow” is a choice like any other.
 *
 * Invariant: only nodes are made, never HTML text, and no style attribute that a policy would refuse.
 */
const published = __PLACET__;

export default ([lang, allows, caught, once, mayRun, purposesOf, grow, release, decide]) => {
  const { cover: drawn, css, names, titles } = published;
  const covers = new Map();

  const isHeld = (node) => node.isConnected && !!node.getAttribute('data-src') && !mayRun(node);
  // What the visitor must allow for it: all that the shop marked it with, or the first that will do.
  const missingOf = (node) => purposesOf(node).filter((id, at) => !allows(id) && !(at && caught.has(node)));

  const nameOf = (node) => {
    const url = new URL(node.getAttribute('data-src'), location.href);
    const known = Object.keys(names[lang]).find((place) => {
      const [host] = place.split('/');
      const isHost = url.hostname === host || url.hostname.endsWith(`.${host}`);
      return isHost && url.pathname.startsWith(place.slice(host.length));
    });
    return known ? names[lang][known] : url.hostname;
  };

  const place = (host, node) => {
    const { width, height } = node.getBoundingClientRect();
    // Where a page hides what is held, there is nothing to cover.
    host.hidden = !width || !height;
    Object.assign(host.style, {
      display: host.hidden ? 'none' : 'block',
      width: `${width}px`,
      height: `${height}px`,
      borderRadius: getComputedStyle(node).borderRadius,
      left: '0',
      top: '0',
    });
    // From wherever the page's styles make it start to where the held one is.
    const [from, to] = [host.getBoundingClientRect(), node.getBoundingClientRect()];
    Object.assign(host.style, { left: `${to.left - from.left}px`, top: `${to.top - from.top}px` });
  };
  const watcher = new ResizeObserver(() => covers.forEach(place));

  const cover = (node) => {
    const host = document.createElement('placet-held');
    const missing = missingOf(node);
    const words = {
      service: nameOf(node),
      purpose: missing.map((id) => titles[lang][id] || id).join(' · '),
    };
    const say = (text) => text.replace(/\{(service|purpose)\}/g, (_, name) => words[name]);
    host.lang = lang;
    host.dir = /^(ar|he|fa|ur)\b/.test(lang) ? 'rtl' : 'ltr';
    host.setAttribute('role', 'group');
    host.setAttribute('aria-label', words.service);
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(grow(drawn.tree, drawn.texts[lang], say));
    // Consent for one act is asked where that takes place, and separate consent on its own: not here, for always.
    if (missing.some((id) => published.apart.includes(id))) root.querySelector('[data-placet-action=allow]').remove();
    root.addEventListener('click', (event) => {
      const action = event.target.getAttribute('data-placet-action');
      if (!action) return;
      if (action === 'once') {
        once.add(node);
        release([node]);
      } else {
        const purposes = Object.fromEntries(missing.map((id) => [id, true]));
        decide({ kind: 'save', purposes, only: missing }, 'embed.allow').then(sweep);
      }
      sweep();
      // The keyboard goes on where it was.
      node.focus();
    });
    // What it covers has nothing to say or to do meanwhile.
    node.inert = true;
    node.after(host);
    covers.set(node, host);
    watcher.observe(node);
    place(host, node);
  };

  const sweep = () => {
    for (const [node, host] of covers) {
      if (isHeld(node)) continue;
      node.inert = false;
      host.remove();
      watcher.unobserve(node);
      covers.delete(node);
    }
  };

  watcher.observe(document.documentElement);
  if (document.body) watcher.observe(document.body);

  return (nodes) => {
    sweep();
    for (const node of nodes) if (!covers.has(node) && isHeld(node)) cover(node);
  };
};
