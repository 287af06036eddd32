/** One series of a text in Prometheus's format. */
export interface Series {
  name: string;
  /** `{kind="x"}` as it stands, empty without labels. */
  labels: string;
  value: number;
}

/** The series of a metrics page; comments and what is no number are left out. */
export function parseSeries(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
    return name === '' || Number.isNaN(Number(value)) ? [] : [{ name, labels, value: Number(value) }];
  });
}

/** Sum of all series of a name whose labels the filter takes. */
export const sumOf = (
  series: readonly Series[],
  name: string,
  isWanted: (labels: string) => boolean = () => true,
): number =>
  series
    .filter((one) => one.name === name && isWanted(one.labels))
    .reduce((total, { value }) => total + value, 0);
