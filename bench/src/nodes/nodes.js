/*
 * Adds nodes to the page as an application would. They are made beforehand, and go into a list that
 * is not laid out, so that adding them is all that costs: the browser's own part of it, and what
 * watches the page.
 */
(() => {
  const COUNT = 5000;
  const TAGS = 200;
  const BATCHES = 100;

  const make = (name, text) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    return element;
  };
  // Five elements, as one entry of a list of goods has them.
  const entry = () => {
    const item = make('li');
    const link = make('a');
    link.href = '#content';
    link.append(make('span', 'A bowl'), make('b', '128'));
    item.append(link, make('button', 'Add'));
    return item;
  };
  // Tags that no browser runs: every other one is marked for the gates that are compared.
  const tag = (isMarked) => {
    const script = make('script');
    if (isMarked) {
      script.type = 'text/plain';
      script.dataset.placet = 'analytics';
      script.dataset.category = 'analytics';
      script.textContent = 'window.placetBenchRan = true;';
    } else {
      script.type = 'application/ld+json';
      script.textContent = '{}';
    }
    return script;
  };

  const ways = {
    once: { batches: 1, tags: 0 },
    batches: { batches: BATCHES, tags: 0 },
    tags: { batches: BATCHES, tags: TAGS },
  };
  let prepared = null;

  /** Makes the nodes that are added in one of the three ways; gives how many elements they are. */
  window.placetBenchMake = (way) => {
    const { batches, tags } = ways[way];
    const list = make('ul');
    list.hidden = true;
    document.body.append(list);
    const parts = Array.from({ length: batches }, () => document.createDocumentFragment());
    const entries = (COUNT - tags) / 5;
    for (let at = 0; at < entries; at++) parts[at % batches].append(entry());
    for (let at = 0; at < tags; at++) parts[at % batches].append(tag(at < tags / 2));
    prepared = { list, parts };
    return parts.reduce((sum, part) => sum + part.querySelectorAll('*').length, 0);
  };

  /** Adds them, each batch in a task of its own; resolves when all are in the page and every watcher has been called. */
  window.placetBenchAdd = () =>
    new Promise((done) => {
      const { list, parts } = prepared;
      const step = () => {
        const part = parts.shift();
        if (!part) {
          done(list.querySelectorAll('*').length);
          return;
        }
        list.append(part);
        setTimeout(step);
      };
      setTimeout(step);
    });
})();
