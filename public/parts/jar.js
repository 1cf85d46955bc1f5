/*
 * The jar: what services keep in the browser, and how it goes. In the published loader where a service keeps something.
 */
export default (attempt) => {
  // A cookie is named by its domain and path as well, and a page is told neither: all that it can reach are tried.
  const expire = (name) => {
    const labels = location.hostname.split('.');
    const steps = location.pathname.split('/');
    const domains = ['', ...labels.slice(1).map((_, at) => `; domain=${labels.slice(at).join('.')}`)];
    const paths = steps.map((_, at) => steps.slice(0, at + 1).join('/'));
    for (const path of paths.flatMap((path) => [path, `${path}/`])) {
      for (const domain of domains) {
        const gone = `${name}=; path=${path}${domain}; max-age=0`;
        document.cookie = gone;
        // One that was set inside a frame of another site has a place of its own.
        document.cookie = `${gone}; secure; samesite=none; partitioned`;
      }
    }
  };
  const cookies = () => (attempt(() => document.cookie) || '').split('; ').map((pair) => pair.split('='));

  // With loops: a page may have put its own methods on arrays, and what is not named here must stay.
  const isAmong = (names, key) => {
    for (const name of names) if (key === name || (name.endsWith('*') && key.startsWith(name.slice(0, -1)))) return true;
    return false;
  };
  const empty = (store, names) => {
    for (const key of Object.keys(store)) if (isAmong(names, key)) store.removeItem(key);
  };

  // `kept`: the names in each storage.
  const clear = (kept) => {
    if (!kept) return;
    for (const [key] of cookies()) if (isAmong(kept.cookie, key)) expire(key);
    attempt(() => empty(localStorage, kept.local));
    attempt(() => empty(sessionStorage, kept.session));
  };

  // A tag that ran until the last page may leave something after its consent was gone: looked after for an hour.
  const isRecent = (record) => record && Date.now() < record.at + 36e5;

  return { expire, cookies, clear, isRecent };
};
