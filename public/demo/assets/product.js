// Shows the item named in the address; the page as served shows the teapot.
window.shop.when('[data-item]', function (article) {
  'use strict';
  var shop = window.shop;
  var item = shop.find(new URLSearchParams(location.search).get('item')) || shop.items[0];
  var quantity = article.querySelector('input');

  if (article.dataset.item !== item.id) {
    var words = shop.words(item);
    var picture = article.querySelector('.alcove img');
    article.dataset.item = item.id;
    article.querySelector('.alcove').dataset.glaze = item.glaze;
    picture.src = '/assets/' + item.pic + '.svg';
    picture.alt = words.alt;
    article.querySelector('h1').textContent = words.name;
    article.querySelector('.made').textContent = words.made;
    article.querySelector('.price').textContent = shop.money(item.price);
    article.querySelector('.text').textContent = words.text;
    article.querySelector('.facts').replaceChildren.apply(article.querySelector('.facts'), words.facts.map(function (fact) {
      return shop.make('div', {}, [shop.make('dt', {}, [fact[0]]), shop.make('dd', {}, [fact[1]])]);
    }));
    document.querySelector('[data-here]').textContent = words.name;
    document.title = words.name + shop.say(' · Lotus Home', ' · 莲居家居');
  }

  article.querySelector('[data-buy]').addEventListener('click', function () {
    var wanted = Math.round(Number(quantity.value));
    shop.basket.add(item.id, wanted >= 1 && wanted <= 99 ? wanted : 1);
    quantity.value = '1';
  });
});
