// The shop's recommender. It is a held tag: it runs only when `recommendations` is allowed, and only it records which products were looked at.
// Without it, everyone sees the same best sellers.
(function () {
  'use strict';
  var KEY = 'rec_profile';
  if (!window.shop || !window.shop.shelfItem) {
    // Released while the page is still being read: the shop's own scripts come first.
    document.addEventListener('DOMContentLoaded', run);
  } else {
    run();
  }

  function run() {
    var shop = window.shop;
    var strip = document.querySelector('[data-recommend]');
    var heading = strip && strip.querySelector('h2');
    var shelf = strip && strip.querySelector('.shelf');
    var everyone = strip && { heading: heading.textContent, items: Array.from(shelf.children) };

    function profile() {
      try {
        var stored = JSON.parse(localStorage.getItem(KEY));
        return stored && Array.isArray(stored.views) ? stored : { views: [] };
      } catch (error) {
        return { views: [] };
      }
    }

    /** Puts the item of this page in front; returns all that was looked at, newest first. */
    function record(here) {
      var views = profile().views.filter(function (id) { return shop.find(id); });
      if (here) {
        views = [here].concat(views.filter(function (id) { return id !== here; })).slice(0, 12);
        localStorage.setItem(KEY, JSON.stringify({ views: views }));
      }
      return views;
    }

    function fitting(source, here) {
      var others = shop.items.filter(function (item) { return item !== source && item.id !== here; });
      var score = function (item) { return (item.room === source.room ? 2 : 0) + (item.glaze === source.glaze ? 1 : 0); };
      return others.sort(function (a, b) { return score(b) - score(a); }).slice(0, 4);
    }

    function start() {
      var article = document.querySelector('[data-item]');
      var here = article ? article.dataset.item : null;
      var source = shop.find(record(here)[0]);
      if (!strip || !source) return;
      heading.textContent = shop.say('Because you looked at the ' + source.en.name, '因为您看过' + source.zh.name);
      shelf.replaceChildren.apply(shelf, fitting(source, here).map(shop.shelfItem));
    }

    function stop() {
      localStorage.removeItem(KEY);
      if (!strip) return;
      heading.textContent = everyone.heading;
      shelf.replaceChildren.apply(shelf, everyone.items);
    }

    document.addEventListener('placet:applied', function () {
      if (window.placet.allows('recommendations')) start();
      else stop();
    });
    start();

    var detail = { name: 'Recommender', purpose: 'recommendations' };
    (window.demoRan = window.demoRan || []).push(detail);
    document.dispatchEvent(new CustomEvent('demo:ran', { detail: detail }));
  }
})();
