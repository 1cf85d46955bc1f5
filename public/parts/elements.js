/*
 * Elements: what a shop may put anywhere in its pages. Fetched by the loader where a page has one.
 *
 *   <placet-settings>        the way back to the preference center; with `floating`, a handle in the corner
 *   <placet-preferences>     the preference center inline, for the privacy page of an account
 *   <placet-consent purpose> a box to tick for one purpose, inside a form or on its own
 *
 * Invariant: only nodes are made, never HTML text.
 * Invariant: a form is never kept from being sent, whatever is ticked.
 */
const published = __PLACET__;

export default (bridge) => {
  const { css, settings, consents } = published;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const fill = (host, { tree, texts }) => {
    const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const drawn = bridge.grow(tree, texts[bridge.lang]);
    // WCAG 3.1.2: the page may speak another language.
    drawn.lang = bridge.lang;
    drawn.dir = /^(ar|he|fa|ur)\b/.test(bridge.lang) ? 'rtl' : 'ltr';
    root.replaceChildren(drawn);
    return root;
  };

  const isOnce = (id) => bridge.published.plan.purposes.some((purpose) => purpose.id === id && purpose.once);
  // Consent for one act holds on this page, and is not kept.
  const leaveNothingOf = (id) => {
    const record = bridge.record();
    if (!record) return;
    const choices = { ...record.choices };
    delete choices[id];
    bridge.remember(Object.keys(choices).length ? { ...record, choices } : null);
  };

  class Settings extends HTMLElement {
    connectedCallback() {
      fill(this, settings);
    }
  }

  class Preferences extends HTMLElement {
    #leave = null;
    connectedCallback() {
      bridge
        .part('center')
        .then((widget) => {
          if (this.isConnected && !this.#leave) this.#leave = widget.inline(this);
        })
        .catch(() => {});
    }
    disconnectedCallback() {
      if (this.#leave) this.#leave();
      this.#leave = null;
    }
  }

  class Consent extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ['purpose'];
    #internals = this.attachInternals();
    #box = null;
    // Whether the visitor has ticked or unticked since the last answer.
    #touched = false;
    #form = null;
    #stand = () => {
      if (!this.#touched) this.#show(bridge.choices()[this.purpose] === 'granted');
    };
    #send = () => this.decide();

    get purpose() {
      return this.getAttribute('purpose') || '';
    }

    connectedCallback() {
      this.#draw();
      document.addEventListener('placet:applied', this.#stand);
    }
    disconnectedCallback() {
      document.removeEventListener('placet:applied', this.#stand);
    }
    attributeChangedCallback() {
      if (this.isConnected) this.#draw();
    }
    formAssociatedCallback(form) {
      if (this.#form) this.#form.removeEventListener('submit', this.#send);
      this.#form = form;
      if (form) form.addEventListener('submit', this.#send);
    }
    formDisabledCallback() {
      this.#stand();
    }
    formResetCallback() {
      this.#touched = false;
      this.#stand();
    }

    #draw() {
      this.#box = null;
      const part = Object.hasOwn(consents, this.purpose) && consents[this.purpose];
      if (!part) {
        if (this.shadowRoot) this.shadowRoot.replaceChildren();
        this.#internals.setFormValue(null);
        bridge.warn(`<placet-consent>: no purpose that is asked is called "${this.purpose}".`);
        return;
      }
      const root = fill(this, part);
      this.#box = root.querySelector('input');
      this.#box.addEventListener('change', () => {
        this.#touched = true;
        this.#internals.setFormValue(this.#box.checked ? 'granted' : 'denied');
        // In a form the answer counts when that is sent; who decides must be known before the page is left.
        if (!this.#form || bridge.published.plan.minors) this.decide();
      });
      this.#stand();
    }
    #show(granted) {
      if (!this.#box) return;
      const keptOff = bridge.gpc().includes(this.purpose);
      this.toggleAttribute('data-kept-off', keptOff);
      this.#box.disabled = keptOff || this.matches(':disabled');
      this.#box.checked = granted;
      this.#internals.setFormValue(granted ? 'granted' : 'denied');
    }
    // What is ticked counts from now on; a form does this when it is sent.
    decide() {
      if (!this.#touched) return;
      this.#touched = false;
      const { purpose } = this;
      const granted = this.#box.checked;
      if (granted !== (bridge.choices()[purpose] === 'granted')) {
        bridge.decide({ kind: 'save', purposes: { [purpose]: granted }, only: [purpose] }, 'inline').then((decision) => {
          if (decision && isOnce(purpose)) leaveNothingOf(purpose);
        });
      }
      // Where the age is asked first, nothing is granted yet.
      this.#stand();
    }
  }

  for (const [name, element] of [
    ['placet-settings', Settings],
    ['placet-preferences', Preferences],
    ['placet-consent', Consent],
  ]) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
};
