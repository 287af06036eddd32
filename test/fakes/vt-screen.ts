/** Control sequences: CSI with its parameters, OSC, and two-byte escapes. */
const SEQUENCE = /\u001b\[([?>=]?[\d;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\u001b[78=>]/y;

/**
 * What a person sees after a program has written to a terminal: as much of a VT100 as ink uses. Programs that draw
 * only what changed cannot be tested by what they write.
 */
export class VTScreen {
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  get lines(): string[] {
    return this.#lines.map((line) =>
      Array.from(line, (char) => char)
        .join('')
        .trimEnd(),
    );
  }

  write(text: string): void {
    for (let index = 0; index < text.length;) {
      SEQUENCE.lastIndex = index;
      const sequence = SEQUENCE.exec(text);
      if (sequence) {
        this.#control(sequence[2] ?? '', sequence[1] ?? '');
        index += sequence[0].length;
      } else {
        const char = String.fromCodePoint(text.codePointAt(index) ?? 0);
        this.#put(char);
        index += char.length;
      }
    }
  }

  #put(char: string): void {
    if (char === '\n') {
      this.#row += 1;
      this.#column = 0;
    } else if (char === '\r') {
      this.#column = 0;
    } else {
      const line = this.#line();
      while (line.length < this.#column) line.push(' ');
      line[this.#column] = char;
      this.#column += 1;
    }
    this.#line();
  }

  #line(): string[] {
    while (this.#lines.length <= this.#row) this.#lines.push([]);
    return this.#lines[this.#row] ?? [];
  }

  #control(letter: string, parameters: string): void {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    const count = Math.max(1, first);
    if (letter === 'A') this.#row = Math.max(0, this.#row - count);
    else if (letter === 'B') this.#row += count;
    else if (letter === 'C') this.#column += count;
    else if (letter === 'D') this.#column = Math.max(0, this.#column - count);
    else if (letter === 'E') [this.#row, this.#column] = [this.#row + count, 0];
    else if (letter === 'F') [this.#row, this.#column] = [Math.max(0, this.#row - count), 0];
    else if (letter === 'G') this.#column = count - 1;
    else if (letter === 'H') [this.#row, this.#column] = [count - 1, Math.max(1, second) - 1];
    else this.#erase(letter, first);
    this.#line();
  }

  #erase(letter: string, what: number): void {
    if (letter === 'K') this.#line().length = what === 0 ? Math.min(this.#line().length, this.#column) : 0;
    if (letter !== 'J') return;
    if (what >= 2) this.#lines = [[]];
    else this.#lines.length = this.#row + 1;
    if (what === 0) this.#erase('K', 0);
  }
}
