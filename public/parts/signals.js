/*
 * Signals: what vendors are told. In the published loader where the config uses a vendor that can be told something.
 *
 * The same rules as crates/model/src/signals.rs and rules.rs; the same cases run through both.
 *
 * Invariant: a call is the name of a global and JSON arguments; nothing here evaluates a text.
 */
export default (plan, own, may, granted, warn) => {
  // A call's arguments with the visitor's answer filled in.
  const fill = (value, permission) => {
    if (value === '$purposes') return permission.purposes;
    if (!value || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => fill(item, permission));
    const filled = {};
    for (const key of Object.keys(value)) {
      if (key === '$states') {
        for (const state of Object.keys(value[key])) {
          filled[state] = value.$words[may(permission, value[key][state]) ? 0 : 1];
        }
      } else if (key !== '$words') filled[key] = fill(value[key], permission);
    }
    return filled;
  };
  const sent = (permission, when, purpose) =>
    plan.signals
      .filter((signal) => signal.when === when && own(signal, 'purpose') == purpose)
      .map(({ calls }) =>
        calls.map((call) => {
          const queue = own(call, 'queue');
          return [call.via, call.name, fill(call.with, permission), ...(queue ? [queue] : [])];
        }),
      );

  // When one permission takes another's place.
  const told = (before, after) => [
    ...sent(after, 'update'),
    ...granted(before, after).flatMap(({ id }) => sent(after, 'granted', id)),
    ...granted(after, before).flatMap(({ id }) => sent(after, 'denied', id)),
  ];

  // Before any tag can run: that nothing is granted, and then what is.
  const opening = (permission) => {
    const nothing = { purposes: {} };
    for (const { id, always } of plan.purposes) if (always) nothing.purposes[id] = 'always';
    return [
      ...sent(nothing, 'default'),
      ...(granted(nothing, permission).length ? told(nothing, permission) : []),
    ];
  };

  const queueOf = (name) => {
    // A form may bear that name: that is not the window's own.
    if (!own(window, name)) window[name] = [];
    return window[name];
  };
  const say = {
    // Google's queue tells the arguments object from an array.
    arguments: (name, ...args) =>
      (function () {
        queueOf(name).push(arguments);
      })(...args),
    push: (name, ...args) => queueOf(name).push(...args),
    set: (name, value) => (window[name] = value),
    call: (name, ...args) => {
      const steps = name.split('.');
      const last = steps.pop();
      const owner = steps.reduce((at, step) => at && at[step], window);
      if (owner && typeof owner[last] === 'function') owner[last](...args);
    },
  };
  // One call after the other; “$next” stands for those that follow.
  const tellVendor = ([first, ...rest]) => {
    if (!first) return;
    const [via, name, args, queue] = first;
    const next = () => tellVendor(rest);
    if (queue && typeof window[name] !== 'function') {
      const stub = (window[name] = function () {
        (stub[queue] = stub[queue] || []).push(arguments);
      });
    }
    try {
      say[via](name, ...args.map((arg) => (arg === '$next' ? next : arg)));
    } catch (error) {
      warn(`"${name}" could not be told.`, error);
    }
    if (!args.includes('$next')) next();
  };

  return { told, opening, tell: (groups) => groups.forEach(tellVendor) };
};
