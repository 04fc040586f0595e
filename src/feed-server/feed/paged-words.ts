const pageBits = 14;
const pageSize = 1 << pageBits;

/** Numbers of 32 bits by their index, 0 where none was set. It grows by pages: nothing is ever copied. */
export class PagedWords {
  readonly #pages: Uint32Array[] = [];

  get(index: number): number {
    return this.#pages[index >>> pageBits]?.[index & (pageSize - 1)] ?? 0;
  }

  set(index: number, value: number): void {
    while (index >>> pageBits >= this.#pages.length) this.#pages.push(new Uint32Array(pageSize));
    const page = this.#pages[index >>> pageBits];
    if (page !== undefined) page[index & (pageSize - 1)] = value;
  }
}
