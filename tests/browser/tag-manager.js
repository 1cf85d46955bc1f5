// Google Tag Manager as far as our template meets it: reads a template file, runs its sandboxed code
// with the interfaces that the code asks for, and refuses what the permissions of the template do not
// allow. In Tag Manager these interfaces are the outside world; here they are written from its
// documentation: https://developers.google.com/tag-platform/tag-manager/templates/api
//
// Called with the text of the template, and with `data` to run it on this page; without `data` it runs
// the scenarios of the template's own tests. Gives back what went wrong.

const [text, data, done] = arguments;

const read = (name) => {
  const found = text.split(/^___([A-Z_]+)___$/m);
  const at = found.indexOf(name);
  if (at < 0) throw new Error(`no section ${name}`);
  return found[at + 1].trim();
};
const code = read('SANDBOXED_JS_FOR_WEB_TEMPLATE');
for (const name of ['TERMS_OF_SERVICE', 'NOTES']) read(name);
const info = JSON.parse(read('INFO'));
const fields = JSON.parse(read('TEMPLATE_PARAMETERS'));

/* ---- Permissions: what each names, by name. ---- */

const plain = ({ type, string, boolean, listItem, mapKey, mapValue }) => {
  if (type === 1) return string;
  if (type === 8) return boolean;
  if (type === 2) return listItem.map(plain);
  if (type === 3) return Object.fromEntries(mapKey.map((key, at) => [plain(key), plain(mapValue[at])]));
  throw new Error(`a permission of the type ${type}`);
};
const permissions = {};
for (const { instance } of JSON.parse(read('WEB_PERMISSIONS'))) {
  const values = instance.param.map(({ key, value }) => [key, plain(value)]);
  permissions[instance.key.publicId] = Object.fromEntries(values);
}
const global = (path, right) => permissions.access_globals.keys.some(({ key, [right]: may }) => key === path && may);
const writes = (states) =>
  Object.keys(states)
    .filter((key) => key !== 'wait_for_update' && key !== 'region')
    .every((key) => permissions.access_consent.consentTypes.some(({ consentType, write }) => consentType === key && write));
const sets = (values) => Object.keys(values).every((key) => permissions.write_data_layer.keyPatterns.includes(key));
const loads = (url) =>
  permissions.inject_script.urls.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    // The servers of this test have no TLS.
    return new RegExp(`^${parts.join('.*')}$`).test(url.replace(/^http:/, 'https:'));
  });
const allowed = {
  callInWindow: (path) => global(path, 'execute'),
  copyFromWindow: (path) => global(path, 'read'),
  setInWindow: (path) => global(path, 'write') && global(path, 'read'),
  gtagSet: sets,
  injectScript: loads,
  setDefaultConsentState: writes,
  updateConsentState: writes,
  makeNumber: () => true,
  queryPermission: () => true,
};

// Values pass the sandbox's border as copies; only functions go as they are.
const copy = (value) => {
  if (Array.isArray(value)) return value.map(copy);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
};

const run = (interfaces, given) => {
  const require = (name) => {
    if (!Object.hasOwn(allowed, name)) throw new Error(`the template requires ${name}, which is not known here`);
    return (...values) => {
      if (!allowed[name](...values)) throw new Error(`no permission for ${name}(${JSON.stringify(values)})`);
      return copy(interfaces[name](...values.map(copy)));
    };
  };
  // No window, no document, and none of the words that the sandbox does not know.
  const bare = code.replace(/\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''");
  const unknown = bare.match(/\b(new|this|class|async|await|yield|document|window|setTimeout)\b|`|\.\.\./);
  if (unknown) throw new Error(`the sandbox does not know ${unknown[0]}`);
  new Function('require', 'data', 'window', 'document', `'use strict'; ${code}`)(require, given, undefined, undefined);
};

/* ---- The scenarios of the template's own tests. ---- */

const scenarios = () => {
  const list = [];
  let setup = '';
  let put = () => {};
  for (const line of read('TESTS').split('\n')) {
    if (line.startsWith('- name: ')) list.push({ name: line.slice(8), code: '' });
    else if (line === '  code: |-') put = (it) => (list.at(-1).code += `${it}\n`);
    else if (line === 'setup: |-') put = (it) => (setup += `${it}\n`);
    else if (line !== 'scenarios:') put(line);
  }
  return list.map((it) => ({ name: it.name, code: setup + it.code }));
};
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const play = (scenario) => {
  const calls = {};
  const mocks = { makeNumber: Number, queryPermission: (_, url) => loads(url) };
  const note = (name) => (...values) => {
    (calls[name] = calls[name] || []).push(values);
    return mocks[name] && mocks[name](...values);
  };
  const interfaces = Object.fromEntries(Object.keys(allowed).map((name) => [name, note(name)]));
  const verdict = (holds, what) => {
    if (!holds) throw new Error(`${what}; called were ${JSON.stringify(calls)}`);
  };
  const assertApi = (name) => ({
    wasCalled: () => verdict(calls[name], `${name} was not called`),
    wasNotCalled: () => verdict(!calls[name], `${name} was called`),
    wasCalledWith: (...values) => verdict((calls[name] || []).some((call) => same(call, values)), `${name} was not called with ${JSON.stringify(values)}`),
  });
  const assertThat = (value) => ({ isEqualTo: (other) => verdict(same(value, other), `${value} is not ${other}`) });
  const mock = (name, act) => (mocks[name] = act);
  const runCode = (given) => run(interfaces, { ...given, gtmOnSuccess: note('gtmOnSuccess'), gtmOnFailure: note('gtmOnFailure') });
  new Function('mock', 'runCode', 'assertApi', 'assertThat', `'use strict'; ${scenario.code}`)(mock, runCode, assertApi, assertThat);
};

/* ---- The page itself. ---- */

const find = (path) => path.split('.').reduce((object, name) => (object === undefined || object === null ? undefined : object[name]), window);
window.consentLog = [];
const log = (name) => (values) => void window.consentLog.push([name, values]);
const page = {
  setDefaultConsentState: log('default'),
  updateConsentState: log('update'),
  gtagSet: log('set'),
  makeNumber: Number,
  queryPermission: (_, url) => loads(url),
  copyFromWindow: find,
  callInWindow: (path, ...values) => {
    const act = find(path);
    return typeof act === 'function' ? act(...values) : undefined;
  },
  setInWindow: (name, value, override) => {
    if (override || find(name) === undefined) window[name] = value;
    return true;
  },
  injectScript: (url, onSuccess, onFailure) => {
    window.consentLog.push(['inject', url]);
    const script = document.createElement('script');
    script.async = true;
    script.onload = onSuccess;
    script.onerror = onFailure;
    script.src = url;
    document.head.append(script);
  },
};

try {
  if (info.type !== 'TAG' || !fields.length) throw new Error('this is no template of a tag');
  if (data) {
    const over = (result) => () => done({ result });
    run(page, { ...data, gtmOnSuccess: over('success'), gtmOnFailure: over('failure') });
  } else {
    const failed = [];
    const all = scenarios();
    for (const scenario of all) {
      try {
        play(scenario);
      } catch (error) {
        failed.push(`${scenario.name}: ${error.message}`);
      }
    }
    done({ count: all.length, failed });
  }
} catch (error) {
  done({ error: String(error) });
}
