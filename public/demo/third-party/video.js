// Example Video, a pretend film host, inside its own frame. It keeps an id, counts the view and tells the page that it has started.
(function () {
  'use strict';
  if (/[?&]lang=zh/.test(location.search)) {
    document.documentElement.lang = 'zh-CN';
    document.title = '示例视频：作坊的早晨';
    document.querySelector('svg').setAttribute('aria-label', '茶壶向杯中注茶');
    var labels = document.querySelector('button');
    labels.dataset.play = '播放';
    labels.dataset.pause = '暂停';
    labels.setAttribute('aria-label', '播放');
    document.querySelector('p').textContent = '示例视频';
  }

  var known = /(?:^|; )ev_id=([^;]+)/.exec(document.cookie);
  var id = known ? known[1] : 'ev.' + Date.now().toString(36) + '.' + Math.random().toString(36).slice(2, 10);
  document.cookie = 'ev_id=' + id + '; path=/; max-age=31536000; SameSite=Lax';
  fetch('/collect?' + new URLSearchParams({ from: 'video', id: id, event: 'shown' }), { keepalive: true }).catch(function () {});
  if (parent !== window) parent.postMessage({ demo: 'ran', name: 'Example Video', purpose: 'recommendations' }, '{{placet}}');

  var button = document.querySelector('button');
  button.addEventListener('click', function () {
    var playing = document.body.classList.toggle('playing');
    button.setAttribute('aria-label', playing ? button.dataset.pause : button.dataset.play);
  });
})();
