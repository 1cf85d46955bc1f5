// Pagecount, a pretend analytics company. It does what such scripts do: take over a queue, keep an id in a first-party cookie, send what it counts.
(function () {
  'use strict';
  var home = '{{third-party}}';

  function visitor() {
    var known = /(?:^|; )_pc_id=([^;]+)/.exec(document.cookie);
    var id = known ? known[1] : 'pc.' + Date.now().toString(36) + '.' + Math.random().toString(36).slice(2, 10);
    document.cookie = '_pc_id=' + id + '; path=/; max-age=36288000; SameSite=Lax';
    return id;
  }

  function send(call) {
    var query = new URLSearchParams({ from: 'pagecount', id: visitor(), event: call[0], page: call[1] || location.pathname });
    fetch(home + '/collect?' + query, { mode: 'cors', credentials: 'omit', keepalive: true }).catch(function () {});
  }

  var waiting = window.pagecount || [];
  window.pagecount = { push: send };
  waiting.forEach(send);
  visitor();

  var detail = { name: 'Pagecount', purpose: 'analytics' };
  (window.demoRan = window.demoRan || []).push(detail);
  document.dispatchEvent(new CustomEvent('demo:ran', { detail: detail }));
})();
