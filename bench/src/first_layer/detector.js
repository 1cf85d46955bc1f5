/*
 * When can the first layer be seen? Runs before anything of the page, the same for every banner.
 *
 * In every frame it looks for the banner's element by `path`: selectors, each inside the (open)
 * shadow root of the one before. Seen is the first frame in which the element is laid out, more
 * than half of it within the window, and neither it nor an ancestor is hidden or wholly
 * transparent. Whole is the first frame in which it is opaque too: banners that fade in are
 * readable somewhere between the two.
 *
 * A frame's time: where it is that of the page's first contentful paint, the browser says when it
 * was presented. Of later frames no script is told that; theirs is taken right after they were
 * painted, by a task of the highest priority that was posted while the frame was made. It is
 * earlier than the presentation, so it flatters banners that come after the first paint.
 */
((path) => {
  const seen = { layer: null, whole: null };
  const shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, startTime, sources } of list.getEntries()) {
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) => ({
        node: node ? node.nodeName.toLowerCase() : 'in a shadow tree, or gone',
        from: [from.x, from.y, from.width, from.height],
        to: [to.x, to.y, to.width, to.height],
      }));
      shifts.push({ value, at: startTime, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });

  const find = () => {
    let scope = document;
    let element = null;
    for (const selector of path) {
      element = scope && scope.querySelector(selector);
      if (!element) return null;
      scope = element.shadowRoot;
    }
    return element;
  };
  const opacityOf = (element) => {
    let opacity = 1;
    for (let at = element; at; at = at.assignedSlot || at.parentElement || at.getRootNode().host) {
      opacity *= Number(getComputedStyle(at).opacity);
    }
    return getComputedStyle(element).visibility === 'visible' ? opacity : 0;
  };
  const isOnScreen = (element) => {
    const box = element.getBoundingClientRect();
    const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return width > 0 && height > 0 && width * height > (box.width * box.height) / 2;
  };
  const notePaintOfThisFrame = (name, began) => {
    const note = () => {
      seen[name] = { began, painted: performance.now() };
    };
    scheduler.postTask(note, { priority: 'user-blocking' });
  };

  let isFound = false;
  let isWhole = false;
  const frame = () => {
    const began = performance.now();
    const element = find();
    const opacity = element && isOnScreen(element) ? opacityOf(element) : 0;
    if (opacity > 0 && !isFound) {
      isFound = true;
      notePaintOfThisFrame('layer', began);
    }
    if (opacity > 0.99 && !isWhole) {
      isWhole = true;
      notePaintOfThisFrame('whole', began);
    }
    if (!isWhole) requestAnimationFrame(frame);
  };
  if (path.length) requestAnimationFrame(frame);

  const pause = (time) => new Promise((done) => setTimeout(done, time));
  /** Resolves when the page has loaded, the banner is whole and nothing has moved for a while. */
  window.placetBench = async (banner) => {
    const first = () => performance.getEntriesByName('first-contentful-paint')[0];
    const isDone = () => document.readyState === 'complete' && first() && (!path.length || seen.whole);
    for (let waited = 0; !isDone(); waited += 50) {
      if (waited > 40000) return { error: `the banner ${path.join(' >> ')} was not seen` };
      await pause(50);
    }
    await pause(400);
    const { startTime: paint, paintTime = paint } = first();
    // A frame that began before the first contentful paint was made is that paint's frame.
    const isInFirstPaint = (note) => !!note && note.began <= paintTime;
    const visible = (note) => note && (isInFirstPaint(note) ? paint : Math.max(note.painted, paint));
    return {
      paint,
      layer: visible(seen.layer),
      whole: visible(seen.whole),
      isInFirstPaint: isInFirstPaint(seen.layer),
      shifts,
      files: performance.getEntriesByType('resource').map((file) => ({
        path: new URL(file.name).pathname,
        isBanner: !!banner && new URL(file.name).pathname.startsWith(banner),
        start: file.startTime,
        end: file.responseEnd,
        bytes: file.encodedBodySize,
        isCold: file.transferSize > 0,
      })),
    };
  };
})(__PATH__);
