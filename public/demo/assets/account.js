// The account page: the orders made in this browser, and what was decided about data, in words.
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

  var titles = {
    analytics: say('Measuring use', '使用情况统计'),
    recommendations: say('Recommendations', '个性化推荐'),
    marketing: say('News and offers', '优惠与资讯'),
    ads: say('Ads elsewhere', '跨平台广告')
  };

  function showChoices() {
    var placet = window.placet;
    if (!placet || !placet.allows) return;
    Object.keys(titles).forEach(function (purpose) {
      document.querySelector('[data-choice="' + purpose + '"]').textContent =
        placet.allows(purpose) ? say('allowed', '已允许') : say('not allowed', '未允许');
    });
  }

  ['placet:ready', 'placet:decided', 'placet:applied'].forEach(function (name) { document.addEventListener(name, showChoices); });
  showChoices();
});
