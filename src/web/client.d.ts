/** What was published: `data` is the publisher's JSON. */
export interface LongpollEvent<T = unknown> {
  category: string;
  data: T;
  /** Milliseconds since 1970, of the server's clock. */
  timestamp: number;
  /** A UUID of version 7. Within a category the order of ids is the order of publishing. */
  id: string;
}

/** What went wrong with a request. A network that failed gives fetch's own `TypeError`, without a `status`. */
export interface LongpollError extends Error {
  /** Of the answer; absent when there was none. */
  status?: number;
  /** Milliseconds the server wants to be left alone (`Retry-After`). */
  wait?: number;
  /** Asking again would not help: any 4xx but 408, 425 and 429. */
  final?: boolean;
}

/** A value, or a function that is asked for it at each request, and once more after a 401 before that counts. */
export type Current<T> = T | (() => T | Promise<T>);

export interface RequestOptions {
  /**
   * Of every request. A page of another origin needs the server's leave for these (a preflight). For a token that
   * expires give a function.
   */
  headers?: Current<HeadersInit>;
  /** As for `fetch`. */
  credentials?: RequestCredentials;
  /** Ends it at once; an iterator ends as if there was nothing more. */
  signal?: AbortSignal;
}

export interface SubscribeOptions<T = unknown> extends RequestOptions {
  /** Where to go on: `cursor` of an earlier subscription to the same categories in the same order. */
  cursor?: string;
  /** Without a cursor: events after this many milliseconds since 1970; 0 is all that is kept. */
  sinceTime?: number;
  /**
   * Seconds a poll waits, or a function that is asked at each poll; 30. The client gives up on it 10 seconds later. The
   * first poll, and the first after a failure, waits one second, so that it is soon known how it stands.
   */
  timeout?: number | (() => number);
  /** Pauses while the page is hidden; what comes meanwhile is delivered afterwards, as far as it is kept. */
  pauseHidden?: boolean;
  /**
   * One poll for all tabs of this origin that share under this name (`true` is one too) and subscribe to the
   * same categories with equal options. Needs Web Locks, which means https or localhost; each tab polls for
   * itself where they are missing.
   */
  share?: boolean | string;
  /**
   * Each event, in order. Without it events wait for the iterator, and no poll is sent before. What this or another
   * of these functions throws is written to the console, and the subscription goes on with the next event.
   */
  onEvent?(event: LongpollEvent<T>): void;
  /** Something after the cursor is no longer kept, in these categories. Called before the events that follow. */
  onGap?(categories: string[]): void;
  /**
   * Called when it changes. `connected`: a reply came. `retrying`: none did, and after a while (a random part of up
   * to 30 seconds, or what the server asks for, or as soon as the browser is online again) there is another attempt.
   * `ended`: nothing more will come; only with `onEvent`, since an iterator throws. Of tabs that share only the one
   * that polls is told.
   */
  onState?(state: "connected" | "retrying" | "ended", problem?: LongpollError): void;
}

/** Ask for events with `onEvent` or by iterating, which one subscription does once. */
export interface Subscription<T = unknown> extends AsyncIterable<LongpollEvent<T>> {
  /** After the last event that was handed out. Keep it to go on after a restart of the page. */
  readonly cursor: string;
  readonly categories: string[];
  /**
   * Fulfilled by the first reply: from then on the subscription has its place in every category, and nothing that is
   * published afterwards can be missed. Rejected with what ended it, or with an `AbortError` when it is stopped first.
   * Without `onEvent` this sends the first poll, whose events wait for the iterator.
   */
  readonly ready: Promise<void>;
  /** From now on, or from a cursor of this category. The others miss nothing. */
  add(category: string, cursor?: string): void;
  remove(category: string): void;
  stop(): void;
}

/**
 * Events of one category or up to 32, each once and within a category in the order of publishing, over
 * failures of network and server. Where the server no longer has something, `onGap` says so.
 *
 * @param url where the server is: `/events` and `/publish` lie below it. A page may give a relative one.
 *   A function is asked at each request.
 */
export function subscribe<T = unknown>(
  url: Current<string | URL>,
  categories: string | readonly string[],
  options?: SubscribeOptions<T>,
): Subscription<T>;

export interface Published {
  id: string;
  timestamp: number;
}

/**
 * Publishes one event, or several of which all or none are accepted. Never repeats a request by itself, since an
 * answer that got lost may have been a yes; only a 401 is asked again where a function gives `url` or `headers`.
 * Whatever goes wrong rejects the promise, a {@link LongpollError} if it was the server's answer.
 */
export function publish(
  url: Current<string | URL>,
  event: { category: string; data: unknown },
  options?: RequestOptions,
): Promise<{ success: true } & Published>;
export function publish(
  url: Current<string | URL>,
  events: readonly { category: string; data: unknown }[],
  options?: RequestOptions,
): Promise<{ success: true; events: Published[] }>;
