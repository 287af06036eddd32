/** Answers of the API server by method and code; a counter's labels must be few, and these are. */
export class AnswerCounts {
  readonly #counts = new Map<string, { method: string; code: number; count: number }>();

  add(method: string, code: number): void {
    const key = `${method} ${code}`;
    const known = this.#counts.get(key) ?? { method, code, count: 0 };
    known.count += 1;
    this.#counts.set(key, known);
  }

  all(): Iterable<Readonly<{ method: string; code: number; count: number }>> {
    return this.#counts.values();
  }
}
