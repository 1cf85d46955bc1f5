/*
 * Again: what is asked of a visitor who has answered before. Fetched by the loader for that only.
 *
 * What needs separate consent and was never answered is asked on its own (PIPL 23, 29, 39). Where a
 * purpose has changed, the new wording stands beside the old one (PIPL 14). Anything else is asked
 * by the first layer.
 *
 * Both wordings come out of the notice snapshots, the old one by the hash that the record names.
 * Where the old one cannot be had, the new one stands alone.
 */
const plain = (blocks) => blocks.map(({ runs }) => runs.map(({ text }) => text).join('')).join(' ');

const units = { D: 'day', W: 'week', M: 'month', Y: 'year' };

// What a purpose says, by the heading that it has in the center, and in the same words (src/js.rs).
const sayings = (purpose, labels, lang) => {
  if (!purpose) return {};
  const time = (iso) =>
    iso.replace(/^P(\d+)(.)$/, (_, amount, unit) =>
      (+amount).toLocaleString(lang, { style: 'unit', unitDisplay: 'long', unit: units[unit] }),
    );
  const country = (code) => {
    try {
      return new Intl.DisplayNames(lang, { type: 'region' }).of(code);
    } catch {
      // A part of a country has a code, but no name here.
      return code;
    }
  };
  return {
    [labels.whatFor]: plain(purpose.description),
    [labels.necessity]: purpose.necessity || '',
    [labels.impact]: purpose.impact || '',
    [labels.data]: purpose.data.join(' · '),
    [labels.means]: purpose.means || '',
    [labels.recipients]: purpose.recipients
      .map((to) => [`${to.name} (${country(to.country)})`, to.contact, ...Object.values(to.crossBorder || {})].join(', '))
      .join(' · '),
    [labels.services]: purpose.services
      .map(({ name, cookies }) => {
        const kept = cookies.map(({ name, retention }) => name + (retention ? ` (${time(retention)})` : ''));
        return name + (kept[0] ? ` — ${labels.keeps} ${kept.join(', ')}` : '');
      })
      .join(' · '),
    [labels.retention]: time(purpose.retention),
    [labels.ifRefused]: purpose.ifRefused || '',
  };
};

const css = `
.changes{max-height:30vh;overflow:auto;font-size:15px}
.changes ul{margin:0;padding:0}
.changes dl{margin:0 0 6px}
.changes dt{font-size:14px}
.changes dd{margin:0 0 2px}
.changes .before{color:var(--soft)}
ins{font-weight:500;text-decoration:none}`;

const changes = async (bridge, was, asks) => {
  const [old, now] = await Promise.all([
    was ? bridge.notice(was).then(JSON.parse).catch(() => null) : null,
    bridge.notice(bridge.hash).then(JSON.parse),
  ]);
  const { labels, lang } = now;
  const find = (from, id) => from && from.purposes.find((purpose) => purpose.id === id);
  const items = asks.map((id) => {
    const purpose = find(now, id);
    const before = sayings(find(old, id), labels, lang);
    const after = sayings(purpose, labels, lang);
    const moved = Object.keys(after).filter((name) => after[name] !== (before[name] || ''));
    const rows = (moved.length ? moved : [labels.whatFor]).map((name) => [
      'div',
      {},
      ['dt', {}, name],
      ...(before[name] ? [['dd', { class: 'before' }, `${labels.before} `, ['del', {}, before[name]]]] : []),
      ['dd', {}, ...(before[name] ? [`${labels.after} `] : []), ['ins', {}, after[name]]],
    ]);
    return ['li', { 'data-placet-changed': id }, ['strong', {}, purpose.title], ['dl', {}, ...rows]];
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const root = bridge.stage();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return bridge.grow(['div', { class: 'changes', part: 'changes' }, ['p', {}, labels.changes], ['ul', {}, ...items]], []);
};

export default (bridge) => async (decision, draw) => {
  // While a part was on its way, something may have been answered: then the one who answered has asked anew.
  const { asks } = bridge.now();
  const isStill = () => asks[0] && bridge.now().asks.join() === asks.join();
  // What was answered is seen to be gone before anything else is drawn.
  if (decision) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  if (!isStill()) return;
  try {
    const { plan, notices } = bridge.published;
    const { choices, notice } = bridge.record() || { choices: {} };
    const answered = (id) => Object.hasOwn(choices, id);
    const isApart = (id) => !answered(id) && plan.purposes.some((purpose) => purpose.id === id && purpose.separate);
    const only = asks.filter((id) => !isApart(id));
    const stands = plan.purposes.some(({ id, always }) => !always && answered(id) && !asks.includes(id));
    if (!only.length) {
      const follow = await bridge.part('follow');
      if (isStill()) follow.ask(decision);
    } else if (!stands || Object.values(notices).includes(notice)) draw();
    else {
      await bridge.part('receipts');
      const told = await changes(bridge, notice, only);
      // What needs separate consent and was never answered comes afterwards, on its own.
      if (isStill()) draw(told, (kind) => bridge.decide({ kind, only }, `changes.${kind}`));
    }
  } catch (error) {
    bridge.warn('The changes could not be told.', error);
    // Who has just answered is asked again on the next page.
    if (!decision && isStill()) draw();
  }
};
