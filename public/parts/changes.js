/*
 * Changes: the new wording beside the old one, where a purpose has changed since the visitor's choice.
 * Fetched by the loader for that question only.
 *
 * Both wordings come out of the notice snapshots, the old one by the hash that the record names.
 * Where the old one cannot be had, the new one stands alone.
 */
const plain = (blocks) => blocks.map(({ runs }) => runs.map(({ text }) => text).join('')).join(' ');

// What a purpose says, by the heading that it has in the center.
const sayings = (purpose, labels) => {
  if (!purpose) return {};
  const abroad = (recipient) => recipient.crossBorder || {};
  return {
    [labels.whatFor]: plain(purpose.description),
    [labels.data]: purpose.data.join(' · '),
    [labels.recipients]: purpose.recipients
      .map((recipient) => [`${recipient.name} (${recipient.country})`, ...Object.values(abroad(recipient))].join(', '))
      .join(' · '),
    [labels.services]: purpose.services.map(({ name }) => name).join(' · '),
    [labels.retention]: purpose.retention,
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

export default (bridge) => async (was, asks) => {
  const [old, now] = await Promise.all([
    was ? bridge.notice(was).then(JSON.parse).catch(() => null) : null,
    bridge.notice(bridge.hash).then(JSON.parse),
  ]);
  const { labels } = now;
  const find = (from, id) => from && from.purposes.find((purpose) => purpose.id === id);
  const items = asks.map((id) => {
    const purpose = find(now, id);
    const before = sayings(find(old, id), labels);
    const after = sayings(purpose, labels);
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
