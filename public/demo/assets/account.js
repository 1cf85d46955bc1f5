// The account page: the orders made in this browser, and the sign-up for the letter.
window.shop.when('.page', function () {
  'use strict';
  var shop = window.shop;
  var say = shop.say;
  var orders = [];
  try {
    orders = JSON.parse(localStorage.getItem('shop.orders')) || [];
  } catch (error) {
    console.warn('The orders cannot be read in this browser.', error);
  }

  if (orders.length) {
    var day = new Intl.DateTimeFormat(shop.zh ? 'zh-CN' : 'en', { dateStyle: 'long' });
    document.querySelector('[data-orders]').replaceChildren.apply(document.querySelector('[data-orders]'), orders.map(function (order) {
      var names = order.lines.map(function (line) {
        var item = shop.find(line.item);
        return item ? shop.words(item).name + ' × ' + line.quantity : '';
      }).join(say(', ', '、'));
      return shop.make('li', { class: 'order' }, [
        shop.make('strong', {}, [order.number]),
        shop.make('span', { class: 'price' }, [shop.money(order.total)]),
        shop.make('span', { class: 'quiet' }, [day.format(order.at) + say(': ', '：') + names])
      ]);
    }));
  }

  // The letter: the box counts when the form is sent, and what it says goes with the address.
  var form = document.querySelector('[data-letter]');
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var allowed = new FormData(form).get('marketing') === 'granted';
    document.querySelector('[data-answer]').textContent = allowed
      ? say('Thank you. The next letter comes with the new moon.', '谢谢，下一封信在新月时寄出。')
      : say('Noted, without letters: the box is not ticked.', '已记下，但不会寄信：您没有勾选同意。');
  });
});
