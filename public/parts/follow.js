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
  let timer = 0;
  // Where the focus came from when it went into the line: it goes back there.
  let origin = null;
  const remove = () => {
    if (!line) return;
    clearTimeout(timer);
    const hadFocus = line.contains(root.activeElement);
    line.remove();
    line = null;
    if (hadFocus && origin) origin.focus({ preventScroll: true });
  };
  const leave = () => {
    if (!line.matches(':hover,:focus-within')) remove();
  };
  const stay = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, STAY);
  };
  const say = (name, undo) => {
    remove();
    line = build(published.saved);
    // The handle in the corner stays in reach (public/parts/elements.js).
    if (document.querySelector('placet-settings[floating]')) line.classList.add('above');
    // Told from the start, so that nothing moves when the question comes.
    if (bridge.now().asks.length || root.querySelector('.first')) line.classList.add('high');
    const status = line.querySelector('[role=status]');
    const button = line.querySelector('button');
    if (undo) button.addEventListener('click', undo);
    else button.remove();
    line.addEventListener('focusin', (event) => {
      origin = event.relatedTarget;
    });
    for (const end of ['pointerleave', 'focusout']) line.addEventListener(end, () => line && stay());
    stay();
    root.append(line);
    // A screen reader tells what changes in a status, not what comes with it.
    const words = status.getAttribute(`data-${name}`);
    line.querySelector('.seen').append(words);
    setTimeout(() => (status.textContent = words));
  };

  const idOf = (record) => own(record, 'id');
  let made = null;
  // What was decided since, here or in another tab, is not undone with it.
  document.addEventListener('placet:applied', () => {
    if (made && idOf(bridge.record()) !== made) remove();
  });

  // Whether a purpose ran before: what the record said then may have expired or changed by then.
  const ran = (before, { id, digest, once }) => {
    const kept = own(own(before, 'choices'), id);
    const stands = kept && kept.digest === digest && Date.now() < kept.until;
    if (!stands) return bridge.now().optOut && !once;
    return kept.choice === 'granted' && (!bridge.published.plan.minors || !!own(before, 'by'));
  };
  // Back to what stood before; the receipt of that says so too.
  const undo = (before) => {
    made = null;
    const purposes = Object.fromEntries(bridge.published.plan.purposes.map((purpose) => [purpose.id, ran(before, purpose)]));
    bridge.commit({ kind: 'save', purposes, preferences: own(before, 'preferences') || {} }, 'status.undo');
    bridge.remember(before);
    bridge.again();
    say('undone');
  };
  const decided = (before) => {
    made = idOf(bridge.record());
    say('saved', () => undo(before));
  };

  // Those that are asked one after the other, answered or not.
  let round = [];
  const ask = (decision) => {
    const ids = bridge.now().asks;
    const [id] = ids;
    round = [...new Set([...(ids.some((id) => round.includes(id)) ? round : []), ...ids])];
    const question = build(published.separate[id], { at: round.length - ids.length + 1, all: round.length });
    if (ids.length === 1) {
      question.querySelector('[data-placet-action=reject-rest]').remove();
      if (round.length === 1) question.querySelector('.step').remove();
    }
    bridge.show(question, (action) => {
      if (action === 'reject-rest') bridge.decide({ kind: 'reject', only: ids }, 'separate.reject_rest');
      else bridge.decide({ kind: action, only: [id] }, `separate.${action}`);
    });
    // Who has just answered here goes on here; who has just come, or is busy elsewhere on the page, is not interrupted.
    const { method } = decision || {};
    if (method && !/^(api|inline|embed|status)/.test(method)) question.querySelector('h2').focus({ preventScroll: true });
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

  return { ask, consent, decided };
};
