// Reads a rule of Consent-O-Matic and does what it says. The extension's own engine is not to be
// had from a package registry, so this is its format as far as our rule uses it, read afresh:
// selection by `parent` and `target` (an open shadow root of the parent is entered), the matcher
// `css`, the actions `click` and `list`, the methods in their fixed order. A word that is not
// known here is an error, so that the rule cannot grow past what is tested.
//
// Called with the rule file's content; gives back the number of clicks, or null where no rule fits.

const [file, done] = arguments;

const only = (object, ...known) => {
  const unknown = Object.keys(object).filter((name) => !known.includes(name));
  if (unknown.length) throw new Error(`not known here: ${unknown.join(', ')}`);
};

const select = ({ selector, displayFilter, ...rest }, parent) => {
  only(rest);
  const found = [...((parent && (parent.shadowRoot || parent)) || document).querySelectorAll(selector)];
  const fits = (element) => displayFilter === undefined || (element.offsetHeight !== 0) === displayFilter;
  return found.find(fits);
};
const find = ({ parent, target }) => {
  if (!parent) return select(target);
  const start = select(parent);
  return start && select(target, start);
};

const matches = (matcher) => {
  only(matcher, 'type', 'parent', 'target');
  if (matcher.type !== 'css') throw new Error(`not known here: matcher ${matcher.type}`);
  return !!find(matcher);
};

const act = (action) => {
  if (action.type === 'list') {
    only(action, 'type', 'actions');
    return action.actions.reduce((clicks, step) => clicks + act(step), 0);
  }
  only(action, 'type', 'parent', 'target');
  if (action.type !== 'click') throw new Error(`not known here: action ${action.type}`);
  const element = find(action);
  if (element) element.click();
  return element ? 1 : 0;
};

const ORDER = ['HIDE_CMP', 'OPEN_OPTIONS', 'DO_CONSENT', 'SAVE_CONSENT'];
try {
  const { $schema, ...rules } = file;
  const shown = ({ presentMatcher, showingMatcher }) => presentMatcher.every(matches) && showingMatcher.every(matches);
  const rule = Object.values(rules).find(({ detectors }) => detectors.some(shown));
  for (const { name } of rule ? rule.methods : []) if (!ORDER.includes(name)) throw new Error(`not known here: ${name}`);
  const methods = ORDER.flatMap((name) => (rule ? rule.methods : []).filter((method) => method.name === name));
  done({ clicks: rule ? methods.reduce((clicks, { action }) => clicks + act(action), 0) : null });
} catch (error) {
  done({ error: String(error) });
}
