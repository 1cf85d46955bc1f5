// Writes cldr.txt beside it: what the Unicode CLDR, as Node's `Intl` holds it, calls countries and durations.
//
//     node src/words/make.mjs
//
// Needs a Node with all of ICU, as the official builds are. Each line is checked against `Intl` for every amount
// that a config may name before it is written.
import { writeFileSync } from 'node:fs';

// The languages of the interface texts, the other official ones of the European Union, and some that are spoken by many.
const LANGUAGES = `en zh zh-TW zh-HK zh-Hant ja ko de fr es it pt pt-PT nl pl tr ar he ru vi th id
    bg cs da el et fi ga hr hu lt lv mt ro sk sl sv nb nn no is uk ca eu gl cy sr sr-Latn bs mk sq be
    hy ka az kk uz mn fa ur ps hi bn ta te mr gu kn ml pa ne si my km lo ms fil sw am af zu`.split(/\s+/);
const UNITS = ['day', 'week', 'month', 'year'];
const CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'];
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const english = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const regions = LETTERS.flatMap((a) => LETTERS.map((b) => a + b))
    .filter((code) => english.of(code) && !['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'].includes(code))
    // What was renamed answers by its new name.
    .filter((code) => new Intl.Locale(`und-${code}`).region === code);

// Chinese is told apart by its script, as its readers do.
const NAMED_AS = { zh: 'zh-Hans', 'zh-TW': 'zh-Hant' };

function line(tag) {
    const names = new Intl.DisplayNames(tag, { type: 'region' });
    const number = new Intl.NumberFormat(tag);
    const plural = new Intl.PluralRules(tag);
    const format = Object.fromEntries(UNITS.map((unit) =>
        [unit, new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' })]));
    const zero = number.format(0);
    const group = number.formatToParts(1000).find((part) => part.type === 'group')?.value ?? '';
    const category = (amount) => CATEGORIES.indexOf(plural.select(amount));
    // From 200 on, only the last two digits of a whole number say its category.
    const categories = Array.from({ length: 200 }, (_, amount) => category(amount));
    const pattern = (unit, amount) => format[unit].formatToParts(amount)
        .map(({ type, value }) => (type === 'integer' ? '{}' : type === 'group' ? '' : value)).join('').replaceAll('{}{}', '{}');
    const patterns = UNITS.map((unit) => CATEGORIES.map((_, at) => {
        const amount = categories.findIndex((found, amount) => amount > 0 && found === at);
        return amount < 0 ? '' : pattern(unit, amount);
    }));

    const digits = (amount) => [...String(amount)].map((digit) => String.fromCodePoint(zero.codePointAt(0) + Number(digit))).join('');
    for (const [at, unit] of UNITS.entries()) {
        for (let amount = 1; amount < 10000; amount++) {
            const found = categories[amount < 200 ? amount : 100 + (amount % 100)];
            const written = amount < 1000 ? digits(amount) : digits(Math.floor(amount / 1000)) + group + digits(amount).slice(-3);
            const ours = patterns[at][found].replace('{}', written);
            const theirs = format[unit].format(amount);
            if (ours !== theirs) throw new Error(`${tag}: ${amount} ${unit}: ${ours} is not ${theirs}`);
        }
    }
    const named = NAMED_AS[tag] ?? tag;
    const name = new Intl.DisplayNames(named, { type: 'language' }).of(named);
    const countries = regions.map((code) => names.of(code));
    const all = [tag, name, zero, group, categories.join(''), ...patterns.flat(), ...countries];
    if (all.some((word) => /[\t\n]/.test(word))) throw new Error(tag);
    return all.join('\t');
}

const { cldr, icu } = process.versions;
writeFileSync(new URL('cldr.txt', import.meta.url), `${[
    `# Unicode CLDR ${cldr} (ICU ${icu}). Made by make.mjs. SPDX-License-Identifier: Unicode-3.0`,
    ['tag', 'name', 'zero', 'group', 'categories', ...UNITS.flatMap((unit) => CATEGORIES.map((category) => `${unit} ${category}`)), ...regions].join('\t'),
    ...LANGUAGES.map(line),
].join('\n')}\n`);
