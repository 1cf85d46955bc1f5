/**
 * Types of what Placet's tag offers to the page: `window.placet`, and the events on `document`.
 *
 * Copy this file into your project, or name it in a `/// <reference path="placet.d.ts" />`.
 * TypeScript 5.1 or newer. The words are explained in docs/reference/api.md.
 */

declare namespace Placet {
  /** What may run for a purpose: `always` where nothing is asked. */
  type ChoiceState = 'always' | 'granted' | 'denied';

  /** Purpose to what may run now. */
  type Choices = Record<string, ChoiceState>;

  /** Preference to what was picked: one option, or several. */
  type Preferences = Record<string, string | string[]>;

  /** What a decision did, against the last one on this device. */
  type State = 'given' | 'refused' | 'changed' | 'withdrawn' | 'renewed';

  /** How a decision was made: where, and by which button. */
  type Method =
    // The first layer.
    | 'banner.accept_all'
    | 'banner.reject_all'
    | 'banner.opt_out'
    // The question about what has changed.
    | 'changes.accept'
    | 'changes.reject'
    // One purpose on its own.
    | 'separate.accept'
    | 'separate.reject'
    | 'separate.reject_rest'
    // "Undo" in the line that follows a decision.
    | 'status.undo'
    // `<placet-consent>`.
    | 'inline'
    // "Always allow" over a held frame or player.
    | 'embed.allow'
    // Elements of the page with `data-placet-action`.
    | 'page.accept_all'
    | 'page.reject_all'
    | 'page.opt_out'
    | 'page.withdraw'
    // The preference center, in its dialog or inline.
    | 'preferences.accept_all'
    | 'preferences.reject_all'
    | 'preferences.save'
    | 'preferences.opt_out'
    | 'preferences.withdraw'
    // `window.placet`.
    | 'api.accept_all'
    | 'api.reject_all'
    | 'api.opt_out'
    | 'api.withdraw';

  /** One of the two buttons as the browser had drawn it: width and height in CSS pixels, colour and background as computed. */
  type Look = readonly [width: number, height: number, color: string, background: string];

  /** The rule set that applied. */
  type Regime = 'cn-pipl' | 'eu-gdpr' | 'ca-quebec' | 'br-lgpd' | 'uk-pecr' | 'us-ccpa' | 'us-states';

  /** What was decided, when, how, shown which words. The receipt is made of it. */
  interface Decision {
    /** A random UUID (version 4): the receipt's id. */
    readonly id: string;
    /** When, in milliseconds since 1970, by the visitor's clock. */
    readonly at: number;
    /** The visitor's offset from UTC in minutes, east positive. */
    readonly tz: number;
    /** The rule set that applied. */
    readonly regime: Regime;
    /** The words that were shown: version of the config, language, hash of the snapshot. */
    readonly notice: { readonly version: string; readonly lang: string; readonly hash: string };
    /** What it did. */
    readonly state: State;
    /** Who decided: the visitor, or a parent or guardian where the config has `minors`. */
    readonly by: 'subject' | 'guardian';
    /** `separate` where one purpose that needs separate consent was asked on its own. */
    readonly type: 'regular' | 'separate';
    /** How it was made. */
    readonly method: Method;
    /** The path of the page. */
    readonly page: string;
    /** What was decided for each purpose. A signal of the browser may hold more back: see `Api.choices`. */
    readonly choices: Choices;
    /** The purposes that need separate consent. */
    readonly separate: readonly string[];
    /** What was picked. */
    readonly preferences: Preferences;
    /** Whether the browser sent Global Privacy Control. */
    readonly gpc: boolean;
    /** How long the decision holds, in seconds. */
    readonly ttl: number;
    /** What was on the screen: the words, and how the two answers looked; `null` where no question was on it. */
    readonly shown: { readonly words: string; readonly accept: Look; readonly reject: Look } | null;
  }

  /** The receipts endpoint holds the receipt. */
  interface Acknowledgement {
    /** The receipt's id, which is the decision's. */
    readonly id: string;
    /** When the endpoint received it, in milliseconds since 1970, by its own clock. */
    readonly receivedAt: number;
  }

  /** Event to what a handler given to `on` gets. On `document` the events are called `placet:<name>`. */
  interface Details {
    /** The tag has run; tags that may run are released. */
    ready: { choices: Choices };
    /** What may run has been worked out anew: after a decision here, or in another tab. */
    applied: { choices: Choices };
    /** The visitor has decided on this page. `applied` follows. */
    decided: Decision;
    /** The dialog of the preference center is shown. */
    opened: null;
    /** The dialog is gone; closing it decides nothing. */
    closed: null;
    /** The receipts endpoint holds a receipt. */
    acknowledged: Acknowledgement;
  }

  /** A function that wants the API as soon as there is one. */
  type Push = (placet: Api) => void;

  /** What may be put at `window.placet` before the tag: it is read once, when the tag runs. */
  interface Config {
    /** Where the visitor is, as an ISO 3166 code: `CN`, `US-CA`. `data-region` of the tag wins; the server's hint is asked only without both. */
    region?: string;
    /** Handlers of events. */
    on?: { [Name in keyof Details]?: (detail: Details[Name]) => void };
    /** Functions that are called with the API, in order, when the tag has run. */
    queue?: Push[];
  }

  /** `window.placet`, once the tag has run. */
  interface Api {
    /** The version of Placet that published the tag. */
    readonly version: string;
    /** Resolves with this object; the tag has run by then. */
    readonly ready: Promise<Api>;
    /** Calls a function with this object, at once. What it throws is told on the console. */
    push(act: Push): void;
    /** Whether tags of this purpose may run now. `false` for a purpose that nobody knows. */
    allows(purpose: string): boolean;
    /** What may run now, for each purpose. */
    choices(): Choices;
    /** Opens the preference center. Never rejects: a failure is told to the visitor and on the console. */
    open(): Promise<void>;
    /**
     * Grants everything that does not need separate consent, which is asked afterwards on its own. Only ever call it for a click
     * that says so. Where the config asks for the age and it is not known, nothing is granted. Where everything is asked on its
     * own, nothing is decided yet, and there is no decision to return.
     */
    acceptAll(): Decision | undefined;
    /** Refuses everything optional. */
    rejectAll(): Decision;
    /** Turns off what others get for ends of their own ("Do not sell or share"); everything else stays as it is. Where no purpose is shared, nothing happens. */
    optOut(): Decision | undefined;
    /** Takes every consent back. */
    withdraw(): Decision;
    /** The rule set that applies to this visit. */
    regime(): Regime;
    /** Calls a function each time an event happens; returns a function that ends it. */
    on<Name extends keyof Details>(name: Name, act: (detail: Details[Name]) => void): () => void;
  }
}

/** The API, once the tag has run. */
declare const placet: Placet.Api;

interface Window {
  /** The API, once the tag has run. */
  get placet(): Placet.Api;
  /** Before the tag: a config object, or a list of functions that want the API. */
  set placet(before: Placet.Api | Placet.Config | Placet.Push[]);
}

interface DocumentEventMap {
  'placet:ready': CustomEvent<Placet.Details['ready']>;
  'placet:applied': CustomEvent<Placet.Details['applied']>;
  'placet:decided': CustomEvent<Placet.Details['decided']>;
  'placet:opened': CustomEvent<Placet.Details['opened']>;
  'placet:closed': CustomEvent<Placet.Details['closed']>;
  'placet:acknowledged': CustomEvent<Placet.Details['acknowledged']>;
}

/** The way back to the preference center, as a button. With the attribute `floating` it is a handle in the corner of the window. */
interface HTMLPlacetSettingsElement extends HTMLElement {}

/** The preference center as a part of the page. */
interface HTMLPlacetPreferencesElement extends HTMLElement {}

/** A box to tick for one purpose. In a form it sends `granted` or `denied` under its `name`, and counts when the form is submitted. */
interface HTMLPlacetConsentElement extends HTMLElement {
  /** The purpose, from the attribute of that name. */
  readonly purpose: string;
  /** Has what is ticked count now: for forms that are sent without a `submit` event. Does nothing where nothing was touched. */
  decide(): void;
}

interface HTMLElementTagNameMap {
  /** The host of what Placet draws; its shadow root is open. */
  'placet-ui': HTMLElement;
  /** What stands over a held frame or player; its shadow root is open. */
  'placet-held': HTMLElement;
  'placet-settings': HTMLPlacetSettingsElement;
  'placet-preferences': HTMLPlacetPreferencesElement;
  'placet-consent': HTMLPlacetConsentElement;
}
