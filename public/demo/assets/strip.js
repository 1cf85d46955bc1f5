// "What is running on this page": shows, live, what the consent tag holds and lets run. It only looks; it decides nothing and stores nothing.
(function () {
  'use strict';
  var zh = document.documentElement.lang.indexOf('zh') === 0;
  var strip = document.querySelector('[data-running]');
  if (!strip) return;

  var purposes = zh
    ? { necessary: '商城正常运行', analytics: '使用情况统计', recommendations: '个性化推荐', marketing: '优惠与资讯推送', ads: '跨平台广告投放' }
    : { necessary: 'running the shop', analytics: 'measuring use', recommendations: 'recommendations', marketing: 'news and offers', ads: 'ads elsewhere' };
  var values = { granted: say('allowed', '已允许'), denied: say('not allowed', '未允许'), always: say('always', '始终开启') };
  var ran = {};
  var acknowledged = null;
  var planned = false;

  function say(en, chinese) { return zh ? chinese : en; }
  function part(name) { return strip.querySelector('[data-running="' + name + '"]'); }

  function make(name, text) {
    var element = document.createElement(name);
    element.textContent = text;
    return element;
  }

  function rows(name, pairs, none) {
    var target = part(name);
    if (!pairs.length) {
      target.replaceChildren(make('p', none));
      return;
    }
    var list = document.createElement('dl');
    pairs.forEach(function (pair) {
      var row = document.createElement('div');
      row.append(make('dt', pair[0]), make('dd', pair[1]));
      list.append(row);
    });
    target.replaceChildren(list);
  }

  function call(method) {
    try {
      return window.placet && typeof window.placet[method] === 'function' ? window.placet[method].apply(window.placet, [].slice.call(arguments, 1)) : null;
    } catch (error) {
      return null;
    }
  }

  function showTags() {
    var counts = { ran: 0, stale: 0, held: 0 };
    strip.querySelectorAll('[data-tag]').forEach(function (row) {
      var purpose = row.dataset.purpose;
      var allowed = call('allows', purpose);
      var state = !ran[row.dataset.tag] ? 'held' : window.placet && !allowed ? 'stale' : 'ran';
      counts[state] += 1;
      var cell = row.lastElementChild;
      cell.dataset.state = state;
      cell.textContent = state === 'ran' ? say('running', '正在运行')
        : state === 'stale' ? say('ran before you refused; gone with the next page', '拒绝前已运行，打开下一页时停止')
        : allowed ? say('allowed, starting', '已允许，正在启动') : say('held', '未放行');
    });
    var running = counts.ran + counts.stale;
    return say(
      (running === 1 ? '1 tag runs, ' : running + ' tags run, ') + (counts.held === 1 ? '1 is held' : counts.held + ' are held'),
      running + ' 个标签在运行，' + counts.held + ' 个未放行');
  }

  /** The last word on each signal in the data layer, as Google's own tags would read it. */
  function consentMode() {
    var state = {};
    (Array.isArray(window.dataLayer) ? window.dataLayer : []).forEach(function (entry) {
      if (!entry || entry[0] !== 'consent' || !entry[2]) return;
      Object.keys(entry[2]).forEach(function (signal) {
        if (/granted|denied/.test(entry[2][signal])) state[signal] = entry[2][signal] + (entry[1] === 'default' ? say(' (default)', '（默认）') : '');
      });
    });
    return Object.keys(state).map(function (signal) { return [signal, state[signal]]; });
  }

  function stored() {
    var found = [];
    document.cookie.split('; ').filter(Boolean).forEach(function (cookie) { found.push([cookie.split('=')[0], 'cookie']); });
    [['localStorage', say('local storage', '本地存储')], ['sessionStorage', say('session storage', '会话存储')]].forEach(function (kind) {
      try {
        Object.keys(window[kind[0]]).forEach(function (key) { found.push([key, kind[1]]); });
      } catch (error) {
        found.push([kind[1], say('not available', '不可用')]);
      }
    });
    var databases = window.indexedDB && indexedDB.databases ? indexedDB.databases().catch(function () { return []; }) : Promise.resolve([]);
    return databases.then(function (list) {
      return found.concat(list.map(function (database) { return [database.name, say('database', '数据库')]; }));
    });
  }

  function showChoice() {
    if (!window.placet) {
      rows('choice', [], say('The consent tag is not on this page, so every tag stays held.', '本页没有同意管理标签，因此所有标签都不会放行。'));
      return;
    }
    var choices = call('choices') || {};
    rows('choice', Object.keys(choices).map(function (purpose) {
      var value = choices[purpose] === true ? 'granted' : choices[purpose] === false ? 'denied' : choices[purpose];
      return [purposes[purpose] || purpose, values[value] || String(value)];
    }), say('Nothing decided yet: nothing optional is allowed.', '尚未作出选择：所有可选项均未允许。'));
  }

  function showAcknowledgement() {
    if (!acknowledged) {
      rows('acknowledged', [], say('None on this page yet. One arrives after each decision.', '本页尚无凭证确认。每次作出选择后都会收到一份。'));
      return;
    }
    var time = new Intl.DateTimeFormat(zh ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'medium' });
    rows('acknowledged', [
      [say('Receipt', '凭证编号'), String(acknowledged.id)],
      [say('Received', '接收时间'), acknowledged.receivedAt ? time.format(new Date(acknowledged.receivedAt)) : '']
    ], '');
  }

  function show() {
    planned = false;
    var summary = showTags();
    showChoice();
    showAcknowledgement();
    rows('consent-mode', consentMode(), say('No signal has been sent.', '尚未发送任何信号。'));
    stored().then(function (found) {
      rows('stored', found, say('Nothing at all.', '没有任何内容。'));
      part('summary').textContent = window.placet
        ? summary + say('; ' + (found.length === 1 ? '1 thing' : found.length + ' things') + ' stored', '；已存储 ' + found.length + ' 项')
        : say('The consent tag is missing', '缺少同意管理标签');
    });
    clear();
  }

  /** Everything that happens in one moment is drawn once, after the tags had their turn. */
  function plan() {
    if (planned) return;
    planned = true;
    setTimeout(show, 60);
  }

  /** Leaves room under the page while the notice lies over its end, so that this strip can be scrolled above it. */
  function clear() {
    var host = document.querySelector('placet-ui');
    var notice = host && host.shadowRoot && host.shadowRoot.querySelector('[data-placet-layer="first"]');
    var height = notice ? notice.getBoundingClientRect().height : 0;
    strip.style.paddingBottom = height ? Math.ceil(height + 32) + 'px' : '';
  }

  function started(detail) {
    if (detail && detail.name) ran[detail.name] = true;
    plan();
  }

  (window.demoRan || []).forEach(started);
  document.addEventListener('demo:ran', function (event) { started(event.detail); });
  addEventListener('message', function (event) {
    if (event.origin === '{{third-party}}' && event.data && event.data.demo === 'ran') started(event.data);
  });
  ['placet:ready', 'placet:decided', 'placet:applied', 'placet:opened', 'placet:closed', 'shop:basket'].forEach(function (name) { document.addEventListener(name, plan); });
  document.addEventListener('placet:acknowledged', function (event) {
    acknowledged = event.detail;
    plan();
  });
  ['storage', 'load', 'resize', 'pageshow'].forEach(function (name) { addEventListener(name, plan); });
  strip.querySelector('details').addEventListener('toggle', plan);
  // Storage changes made by this page raise no event: while the strip is open, it looks again now and then.
  setInterval(function () { if (strip.querySelector('details').open && !document.hidden) plan(); }, 1500);
  show();
})();
