/*
 * Tags that the shop did not mark, told by their host. In the published loader where a service names hosts.
 *
 * The loader's watcher holds what the parser adds. A script that makes a tag, though, asks for it at
 * once: so the setters of the address are guarded.
 */
export default (hosts, hold, isScript, trusted, attempt) => {
  let pixels = 0;
  const guard = ({ prototype }) => {
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'src');
    const { setAttribute } = prototype;
    const assign = (node, value, assignment) => {
      if (!isScript(node)) {
        if (!hold(node, `${value}`)) assignment();
        // A pixel never comes into the page, where the loader would find it: it is tried again when something is decided.
        else if (!node.isConnected && pixels++ < 99) {
          const again = () => node.isConnected || assign(node, value, assignment);
          document.addEventListener('placet:applied', again, { once: true });
        }
        return;
      }
      // The browser's own setter first: it is the one that refuses what is not trusted.
      assignment();
      if (!node.isConnected && hold(node)) trusted.add(node);
    };
    attempt(() => {
      Object.defineProperty(prototype, 'src', {
        get,
        set(value) {
          assign(this, value, () => set.call(this, value));
        },
        configurable: true,
        enumerable: true,
      });
      prototype.setAttribute = function (name, value) {
        const assignment = () => setAttribute.call(this, name, value);
        if (/^src$/i.test(name)) assign(this, value, assignment);
        else assignment();
      };
    });
  };
  [HTMLScriptElement, HTMLIFrameElement, HTMLImageElement].forEach(guard);

  // What a service declares, a host or the beginning of a path on one, to the purposes of its services.
  const places = Object.keys(hosts);
  return (url) => {
    const { hostname, pathname } = attempt(() => new URL(url, location.href)) || {};
    if (!hostname) return [];
    return places
      .filter((place) => {
        const [host] = place.split('/');
        return (hostname === host || hostname.endsWith(`.${host}`)) && pathname.startsWith(place.slice(host.length));
      })
      .flatMap((place) => hosts[place]);
  };
};
