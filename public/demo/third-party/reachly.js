// Reachly, a pretend ad company: an advertising id in a first-party cookie and a pixel that says which page was seen.
(function () {
  'use strict';
  var known = /(?:^|; )_rly_id=([^;]+)/.exec(document.cookie);
  var id = known ? known[1] : 'rly.' + Date.now().toString(36) + '.' + Math.random().toString(36).slice(2, 10);
  document.cookie = '_rly_id=' + id + '; path=/; max-age=15552000; SameSite=Lax';

  var pixel = new Image(1, 1);
  pixel.alt = '';
  pixel.src = '{{third-party}}/collect?' + new URLSearchParams({ from: 'reachly', id: id, event: 'seen', page: location.pathname });

  var detail = { name: 'Reachly', purpose: 'ads' };
  (window.demoRan = window.demoRan || []).push(detail);
  document.dispatchEvent(new CustomEvent('demo:ran', { detail: detail }));
})();
