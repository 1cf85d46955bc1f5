// The basket page: lines, sums, and a checkout that ends in a confirmed (pretend) order.
window.shop.when('.page', function () {
  'use strict';
  var shop = window.shop;
  var say = shop.say;
  var make = shop.make;
  var form = document.querySelector('[data-checkout]');
  var list = document.querySelector('[data-lines]');
  var parts = {};
  document.querySelectorAll('[data-part]').forEach(function (part) { parts[part.dataset.part] = part; });

  function sums(lines) {
    var goods = lines.reduce(function (sum, line) { return sum + shop.find(line.item).price * line.quantity; }, 0);
    var express = form.elements.delivery.value === 'express';
    var delivery = express ? 35 : goods >= 300 ? 0 : 20;
    return { goods: goods, delivery: delivery, all: goods + delivery };
  }

  function row(line) {
    var item = shop.find(line.item);
    var name = shop.words(item).name;
    var label = say('Quantity of ' + name, name + '的数量');
    return make('li', { 'data-line': item.id }, [
      make('img', { class: 'thumb', src: '/assets/' + item.pic + '.svg', alt: '', width: '96', height: '96' }),
      make('h2', {}, [make('a', { href: shop.link(item) }, [name])]),
      make('span', { class: 'price cost' }, [shop.money(item.price * line.quantity)]),
      make('div', { class: 'controls' }, [
        make('div', { class: 'step' }, [
          make('button', { type: 'button', 'data-step': '-1', 'aria-label': say('One less ' + name, name + '减一件') }, ['−']),
          make('input', { type: 'number', min: '0', max: '99', value: String(line.quantity), inputmode: 'numeric', 'aria-label': label }),
          make('button', { type: 'button', 'data-step': '1', 'aria-label': say('One more ' + name, name + '加一件') }, ['+'])
        ]),
        make('button', { type: 'button', class: 'link', 'data-remove': item.id, 'aria-label': say('Remove ' + name, '移除' + name) }, [say('Remove', '移除')])
      ])
    ]);
  }

  function show() {
    var lines = shop.basket.lines();
    if (!parts.done.hidden && !lines.length) return;
    parts.done.hidden = true;
    parts.empty.hidden = lines.length > 0;
    parts.full.hidden = lines.length === 0;

    // Rows that stay are kept, so that the focus stays on the button that was pressed.
    var rows = new Map(Array.from(list.children).map(function (element) { return [element.dataset.line, element]; }));
    lines.forEach(function (line) {
      var known = rows.get(line.item);
      rows.delete(line.item);
      if (!known) {
        list.append(row(line));
        return;
      }
      known.querySelector('input').value = String(line.quantity);
      known.querySelector('.cost').textContent = shop.money(shop.find(line.item).price * line.quantity);
    });
    rows.forEach(function (element) { element.remove(); });

    var sum = sums(lines);
    document.querySelectorAll('[data-sum]').forEach(function (element) {
      var amount = sum[element.dataset.sum];
      element.textContent = element.dataset.sum === 'delivery' && amount === 0 ? say('free', '免运费') : shop.money(amount);
    });
  }

  list.addEventListener('change', function (event) {
    var quantity = Math.round(Number(event.target.value));
    var id = event.target.closest('[data-line]').dataset.line;
    if (!(quantity >= 0 && quantity <= 99)) show();
    else shop.basket.set(id, quantity);
    if (!event.target.isConnected) document.querySelector('h1').focus();
  });
  list.addEventListener('click', function (event) {
    var remove = event.target.closest('[data-remove]');
    if (!remove) return;
    shop.basket.set(remove.dataset.remove, 0);
    document.querySelector('h1').focus();
  });
  form.addEventListener('change', show);
  document.addEventListener('shop:basket', show);

  var rules = {
    name: [/\S{1}/, say('Please tell us who receives the parcel.', '请填写收货人姓名。')],
    phone: [/^\+?[\d\s-]{7,18}$/, say('Please give a phone number for the courier, for example 138 0013 8000.', '请填写快递员可联系的手机号，例如 138 0013 8000。')],
    city: [/\S{1}/, say('Please name the city.', '请填写所在城市。')],
    address: [/\S.{3,}/, say('Please give the street and the number.', '请填写街道与门牌号。')]
  };

  function check(field) {
    var rule = rules[field.name];
    var fault = document.getElementById(field.id + '-fault');
    var good = rule[0].test(field.value.trim());
    fault.textContent = good ? '' : rule[1];
    fault.hidden = good;
    if (good) field.removeAttribute('aria-invalid');
    else field.setAttribute('aria-invalid', 'true');
    return good;
  }

  Object.keys(rules).forEach(function (name) {
    form.elements[name].addEventListener('input', function (event) {
      if (event.target.hasAttribute('aria-invalid')) check(event.target);
    });
  });

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var wrong = Object.keys(rules).map(function (name) { return form.elements[name]; }).filter(function (field) { return !check(field); });
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    var lines = shop.basket.lines();
    var now = new Date();
    var order = {
      number: 'LH' + now.toISOString().slice(0, 10).replace(/-/g, '') + '-' + String(Math.floor(Math.random() * 9000) + 1000),
      at: now.getTime(),
      total: sums(lines).all,
      lines: lines
    };
    try {
      var orders = JSON.parse(localStorage.getItem('shop.orders')) || [];
      localStorage.setItem('shop.orders', JSON.stringify([order].concat(orders).slice(0, 10)));
    } catch (error) {
      console.warn('The order cannot be kept in this browser.', error);
    }
    document.querySelector('[data-order]').textContent = order.number;
    document.querySelector('[data-paid]').textContent = shop.money(order.total);
    document.querySelector('[data-receiver]').textContent = form.elements.name.value.trim();
    parts.done.hidden = false;
    parts.full.hidden = true;
    form.reset();
    shop.basket.clear();
    parts.done.querySelector('h2').focus();
  });

  show();
});
