/*
 * Follow: what comes after a decision on the page. Fetched by the loader when there is one.
 *
 * The line that says that it holds, with the way to take it back; the purposes that are asked on
 * their own, one after the other (PIPL 23, 29, 39); and before a consent, the age band and the
 * guardian, where the config asks for them (PIPL 31, GDPR 8).
 *
 * Invariant: only nodes are made, never HTML text.
 * Invariant: nothing here decides; each answer goes through the loader's rules.
 */
const published = __PLACET__;

// For how long the line stays, in milliseconds, and not while the pointer or the focus is on it (WCAG 2.2.1).
const STAY = 10000;

// Nothing is read through a prototype that the page could have filled.
const own = (object, name) => (object && Object.hasOwn(object, name) ? object[name] : undefined);

export default (bridge) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(published.css);
  const root = bridge.stage();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];

  const build = ({ tree, texts }, words = {}) =>
    bridge.grow(tree, texts[bridge.lang], (text) => text.replace(/\{(at|all)\}/g, (_, name) => words[name]));

  let line = null;
  const leave = () => {
    if (!line || line.matches(':hover,:focus-within')) return;
    line.remove();
    line = null;
  };
  let timer = 0;
  const say = (name, undo) => {
    if (line) line.remove();
    line = build(published.saved);
    const status = line.querySelector('[role=status]');
    const button = line.querySelector('button');
    if (undo) button.addEventListener('click', undo);
    else button.remove();
    const stay = () => {
      clearTimeout(timer);
      timer = setTimeout(leave, STAY);
    };
    for (const end of ['pointerleave', 'focusout']) line.addEventListener(end, stay);
    stay();
    root.append(line);
    // A screen reader tells what changes in a status, not what comes with it.
    const words = status.getAttribute(`data-${name}`);
    setTimeout(() => (status.textContent = words));
  };

  // Back to what stood before; the receipt of that says so too.
  const undo = (before) => {
    const stood = (id) => own(own(own(before, 'choices'), id), 'choice') === 'granted';
    const purposes = Object.fromEntries(bridge.published.plan.purposes.map(({ id }) => [id, stood(id)]));
    bridge.commit({ kind: 'save', purposes, preferences: own(before, 'preferences') || {} }, 'status.undo');
    if (before) bridge.remember(before);
    else bridge.forget();
    bridge.again();
    say('undone');
  };

  // How many there were when the first of them was asked.
  let all = 0;
  const ask = (decision) => {
    const ids = bridge.now().asks;
    const [id] = ids;
    all = Math.max(all, ids.length);
    const question = build(published.separate[id], { at: all - ids.length + 1, all });
    if (ids.length === 1) {
      question.querySelector('[data-placet-action=reject-rest]').remove();
      if (all === 1) question.querySelector('.step').remove();
      all = 0;
    }
    bridge.show(question, (action) => {
      if (action === 'reject-rest') bridge.decide({ kind: 'reject', only: ids }, 'separate.reject_rest');
      else bridge.decide({ kind: action, only: [id] }, `separate.${action}`);
    });
    // Who has just answered goes on here; who has just come is not interrupted.
    if (decision) question.querySelector('h2').focus({ preventScroll: true });
  };

  const question = (part) =>
    new Promise((resolve) => {
      const node = build(part);
      bridge.show(node, resolve);
      node.querySelector('h2').focus({ preventScroll: true });
    });
  const consent = async (choice) => {
    const record = bridge.record();
    const grants = choice.kind !== 'save' || Object.values(choice.purposes).includes(true);
    // Who decided before is known; an opt-out regime asks for no consent, and so for no age.
    if (!grants || bridge.now().optOut || own(record, 'by')) return choice;
    if ((await question(published.age)) === 'accept') return { ...choice, by: 'subject' };
    if ((await question(published.guardian)) === 'accept') return { ...choice, by: 'guardian' };
    const only = own(choice, 'only');
    return only ? { kind: 'reject', only } : { kind: 'reject' };
  };

  return { ask, consent, decided: (before) => say('saved', () => undo(before)) };
};
