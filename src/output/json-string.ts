// Strings as JSON, as cheaply as can be: most need nothing but quotes around them.
//
// Invariant: what comes out stands on one line and holds no lone surrogate, raw or escaped, because
// such a thing has no UTF-8 form and other readers of JSON refuse it.

// Anything but the characters that may stand as they are: quotes, backslashes and control characters
// want escapes, and a surrogate may be a lone one.
const needsCare = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** `text` as a JSON string, quotes included. */
export function quoteJson(text: string): string {
  return needsCare.test(text) ? JSON.stringify(text.toWellFormed()) : '"' + text + '"';
}
