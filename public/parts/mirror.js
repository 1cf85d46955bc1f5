/*
 * The mirror: the record in a cookie that subdomains share. In the published loader where the config names a domain.
 */
export default (domain, { cookies, expire }, attempt) => ({
  recall: () =>
    cookies().map(([name, value]) => name === 'placet' && attempt(() => JSON.parse(decodeURIComponent(value)))),
  keep: (record) => {
    attempt(() => {
      // An earlier setting may have left one on another domain, which would be read beside this one.
      expire('placet');
      if (!record) return;
      const secure = location.protocol === 'https:' ? '; secure' : '';
      const value = encodeURIComponent(JSON.stringify(record));
      document.cookie = `placet=${value}; domain=${domain}; path=/; max-age=34560000; samesite=lax${secure}`;
    });
  },
});
