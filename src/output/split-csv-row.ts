// Splits one row of CSV into its fields (RFC 4180). The row's end has been found by who calls: there
// is no line break at the end, and one inside belongs to a quoted field.

/** The first `count` fields of a row; null if quotes stand where they must not. A carriage return at the end is no part of the row. */
export function splitCsvRow(row: string, count: number): string[] | null {
  const text = row.endsWith('\r') ? row.slice(0, -1) : row;
  const fields: string[] = [];
  let from = 0;
  while (from <= text.length && fields.length < count) {
    let end: number;
    if (text[from] === '"') {
      const closing = closingQuote(text, from + 1);
      if (closing === -1) return null;
      fields.push(text.slice(from + 1, closing).replaceAll('""', '"'));
      end = closing + 1;
      if (end < text.length && text[end] !== ',') return null;
    } else {
      const comma = text.indexOf(',', from);
      end = comma === -1 ? text.length : comma;
      fields.push(text.slice(from, end));
    }
    from = end + 1;
  }
  return fields;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
