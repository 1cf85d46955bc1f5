// The shop itself: language, money, the basket. The basket is written only when the visitor puts something into it.
(function () {
  'use strict';
  var KEY = 'shop.basket';
  var zh = document.documentElement.lang.indexOf('zh') === 0;
  var shop = window.shop;
  var money = new Intl.NumberFormat(zh ? 'zh-CN' : 'en', { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0 });

  shop.zh = zh;
  shop.root = zh ? '/zh/' : '/';
  shop.say = function (en, chinese) { return zh ? chinese : en; };
  shop.money = function (amount) { return money.format(amount); };
  shop.words = function (item) { return zh ? item.zh : item.en; };
  shop.find = function (id) { return shop.items.find(function (item) { return item.id === id; }); };
  shop.link = function (item) { return shop.root + 'product?item=' + item.id; };

  /** Runs once the element has been read to its end, before it is painted: what depends on the visitor never flashes by. */
  shop.when = function (selector, run) {
    var waiting = true;
    function look() {
      var element = document.querySelector(selector);
      if (!waiting || !element || (document.readyState === 'loading' && !element.nextElementSibling)) return;
      waiting = false;
      watch.disconnect();
      run(element);
    }
    var watch = new MutationObserver(look);
    watch.observe(document.documentElement, { childList: true, subtree: true });
    document.addEventListener('DOMContentLoaded', look);
    look();
  };

  /** An element with attributes and children; strings become text. */
  shop.make = function (name, attributes, children) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    element.append.apply(element, children || []);
    return element;
  };

  /** What an item looks like on a shelf; the same markup as the shelves in the pages. */
  shop.shelfItem = function (item) {
    var words = shop.words(item);
    var template = document.querySelector('.shelf .item');
    var copy = template.cloneNode(true);
    var picture = copy.querySelector('img');
    picture.src = '/assets/' + item.pic + '.svg';
    picture.alt = words.alt;
    var link = copy.querySelector('h3 a');
    link.href = shop.link(item);
    link.textContent = words.name;
    copy.querySelector('.made').textContent = words.made;
    copy.querySelector('.price').textContent = shop.money(item.price);
    var add = copy.querySelector('[data-add]');
    add.dataset.add = item.id;
    add.setAttribute('aria-label', shop.say('Add ' + words.name + ' to basket', '将' + words.name + '加入购物车'));
    return copy;
  };

  function read() {
    try {
      var stored = JSON.parse(localStorage.getItem(KEY));
      return (Array.isArray(stored) ? stored : []).filter(function (line) {
        return line && shop.find(line.item) && line.quantity > 0 && line.quantity < 100;
      });
    } catch (error) {
      return [];
    }
  }

  function write(lines) {
    try {
      if (lines.length) localStorage.setItem(KEY, JSON.stringify(lines));
      else localStorage.removeItem(KEY);
    } catch (error) {
      console.warn('The basket cannot be kept in this browser.', error);
    }
    showCount(lines);
    document.dispatchEvent(new CustomEvent('shop:basket'));
  }

  function showCount(lines) {
    var count = lines.reduce(function (sum, line) { return sum + line.quantity; }, 0);
    document.querySelectorAll('[data-count]').forEach(function (element) { element.textContent = String(count); });
  }

  shop.basket = {
    lines: read,
    add: function (id, quantity) {
      var lines = read();
      var line = lines.find(function (known) { return known.item === id; });
      if (line) line.quantity = Math.min(99, line.quantity + quantity);
      else lines.push({ item: id, quantity: quantity });
      write(lines);
      announce(shop.say('Added to your basket: ', '已加入购物车：') + shop.words(shop.find(id)).name);
    },
    set: function (id, quantity) {
      write(read().map(function (line) {
        return line.item === id ? { item: id, quantity: quantity } : line;
      }).filter(function (line) { return line.quantity > 0; }));
    },
    clear: function () { write([]); }
  };

  function announce(text) {
    document.querySelectorAll('[data-said]').forEach(function (element) { element.textContent = text; });
  }

  document.addEventListener('click', function (event) {
    var add = event.target.closest('[data-add]');
    if (add) {
      shop.basket.add(add.dataset.add, 1);
      return;
    }
    var step = event.target.closest('[data-step]');
    if (step) {
      var input = step.parentElement.querySelector('input');
      input.value = String(Math.min(99, Math.max(Number(input.min), (Number(input.value) || 0) + Number(step.dataset.step))));
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
    addEventListener('storage', function (event) {
    if (event.key === KEY) {
      showCount(read());
      document.dispatchEvent(new CustomEvent('shop:basket'));
    }
  });

  document.querySelectorAll('[data-language]').forEach(function (link) { link.search = location.search; });
  showCount(read());
})();
