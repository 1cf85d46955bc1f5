/*
 * When does what a visitor did show? Runs before anything of the page, the same for every tool.
 *
 * A watch begins with the next click or key, at the time that the browser gives the event. In each frame
 * from then on it posts a task of the highest priority, which runs right after the frame was painted, and
 * looks whether the frame showed what was waited for. Looking after the frame costs the frame nothing, and
 * is fair to tools that draw in a frame's own callbacks. Seen is an element that is laid out, more than
 * half of it within the window, and neither it nor an ancestor hidden or wholly transparent.
 */
(() => {
  const find = (path) => {
    let scope = document;
    let element = null;
    for (const selector of path) {
      element = scope && scope.querySelector(selector);
      if (!element) return null;
      scope = element.shadowRoot;
    }
    return element;
  };
  const isSeen = (element) => {
    if (!element || getComputedStyle(element).visibility !== 'visible') return false;
    for (let at = element; at; at = at.assignedSlot || at.parentElement || at.getRootNode().host) {
      if (!Number(getComputedStyle(at).opacity)) return false;
    }
    const box = element.getBoundingClientRect();
    const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return width > 0 && height > 0 && width * height > (box.width * box.height) / 2;
  };
  const text = (path) => (find(path) || { textContent: '' }).textContent;

  let watch = null;
  const begin = ({ timeStamp }) => {
    if (!watch || watch.began) return;
    watch.began = timeStamp;
    const look = () => {
      if (!watch.isThere()) requestAnimationFrame(frame);
      else watch.seen = { time: performance.now() - timeStamp, frames: watch.frames };
    };
    const frame = () => {
      watch.frames += 1;
      scheduler.postTask(look, { priority: 'user-blocking' });
    };
    requestAnimationFrame(frame);
  };
  addEventListener('click', begin, true);
  addEventListener('keydown', begin, true);

  /** Waits for the next click or key, and then for an element to be seen or gone, or for its text to change. */
  window.placetBenchWatch = (path, what) => {
    const before = text(path);
    const conditions = {
      seen: () => isSeen(find(path)),
      gone: () => !isSeen(find(path)),
      changed: () => text(path) !== before,
    };
    watch = { began: 0, frames: 0, seen: null, isThere: conditions[what] };
  };
  window.placetBenchSeen = () => watch.seen;
  window.placetBenchIsSeen = (path) => isSeen(find(path));
})();
