import { Box, Text, useApp, useInput, useWindowSize } from 'ink';
import { useEffect, useState, type ReactElement } from 'react';
import type { CoreEvent } from '../../../kube/resources.ts';
import { columnWidths, alignRows, tableCells } from '../../print/table.ts';
import { printableNodes } from '../columns.ts';
import type { NodeStorage } from '../node-storage.ts';
import { nodeDetails } from './node-details.ts';
import { screenKey } from './screen-key.ts';
import { afterKey, arrange, indexOf, initialState, type ScreenState } from './screen-state.ts';

export interface StatusScreenProps {
  rows: readonly NodeStorage[];
  now: number;
  wide: boolean;
  color: boolean;
  /** Why what is shown may be old. */
  trouble?: string;
  /** Reads the events of the node whose details are open. */
  loadEvents: (node: string) => Promise<CoreEvent[]>;
  /** Ctrl-C, which a raw terminal hands over as a key. */
  onInterrupt: () => void;
  /** Ctrl-Z likewise; resolves when the program is to go on. */
  suspend?: () => Promise<void>;
}

/** Lines of the screen that are not nodes: summary, header, footer. */
const FIXED_ROWS = 3;

/** The live screen: never more lines than the window has, so that the terminal does not scroll. */
export function StatusScreen(props: StatusScreenProps): ReactElement {
  const { rows: height } = useWindowSize();
  const { exit, suspendTerminal } = useApp();
  const [state, setState] = useState<ScreenState>(initialState);
  const shown = arrange(props.rows, state);
  const page = Math.max(1, height - FIXED_ROWS);
  useInput((input, key) => {
    if (key.ctrl && input === 'c') props.onInterrupt();
    if (key.ctrl && input === 'z' && props.suspend) void suspendTerminal(props.suspend);
    // What is pasted or typed fast comes in one piece.
    for (const letter of input.length > 1 ? Array.from(input) : [input]) {
      if (state.mode !== 'filter' && letter === 'q') exit();
      setState((current) => {
        const pressed = screenKey(letter, key, { page, typing: current.mode === 'filter' });
        return pressed ? afterKey(current, pressed, arrange(props.rows, current)) : current;
      });
    }
  });
  const selected = shown[indexOf(state, shown)];
  const details = state.mode === 'details' && selected;
  const events = useEvents(details ? selected.metadata.name : undefined, props.loadEvents);
  const body = details
    ? scrolled(nodeDetails(selected, props.now, events), state.offset, page + 1)
    : tableLines(props, shown);
  return (
    <Box flexDirection="column">
      <Text wrap="truncate" bold={props.color}>
        {summaryLine(props, shown.length)}
      </Text>
      {details ? (
        <Lines lines={body} />
      ) : (
        <Table lines={body} cursor={indexOf(state, shown)} page={page} {...props} />
      )}
      <Text wrap="truncate" dimColor={props.color}>
        {footer(state)}
      </Text>
    </Box>
  );
}

/** The events of a node, read when its details open; undefined until they are there, or where they may not be read. */
function useEvents(
  node: string | undefined,
  load: StatusScreenProps['loadEvents'],
): readonly CoreEvent[] | undefined {
  const [loaded, setLoaded] = useState<{ node: string; events: CoreEvent[] }>();
  useEffect(() => {
    let wanted = true;
    if (node !== undefined) {
      load(node).then(
        (events) => (wanted ? setLoaded({ node, events }) : undefined),
        // The details are worth showing without them.
        () => undefined,
      );
    }
    return () => {
      wanted = false;
    };
  }, [node]);
  return loaded?.node === node ? loaded?.events : undefined;
}

/** As many lines as there is room for, from the offset on, but no emptier than it must be. */
function scrolled(lines: readonly string[], offset: number, room: number): string[] {
  const start = Math.min(offset, Math.max(0, lines.length - room));
  return lines.slice(start, start + room);
}

function Lines({ lines }: { lines: readonly string[] }): ReactElement[] {
  return lines.map((line, index) => (
    <Text key={index} wrap="truncate">
      {line === '' ? ' ' : line}
    </Text>
  ));
}

interface TableProps {
  lines: readonly string[];
  cursor: number;
  page: number;
  color: boolean;
}

function Table({ lines: [header = '', ...lines], cursor, page }: TableProps): ReactElement[] {
  const start = Math.min(Math.max(0, cursor - Math.floor(page / 2)), Math.max(0, lines.length - page));
  const visible = lines.slice(start, start + page).map((line, index) => (
    <Text key={start + index} wrap="truncate" inverse={start + index === cursor}>
      {line}
    </Text>
  ));
  return [
    <Text key="header" wrap="truncate">
      {header}
    </Text>,
    ...visible,
  ];
}

function tableLines({ now, wide }: StatusScreenProps, rows: readonly NodeStorage[]): string[] {
  const cells = tableCells(printableNodes(() => now).columns, rows, { wide });
  return alignRows(cells, columnWidths(cells));
}

function summaryLine({ rows, trouble }: StatusScreenProps, shown: number): string {
  const problems = rows.filter(({ problem }) => problem !== undefined).length;
  const ready = rows.filter(({ phase }) => phase === 'Ready').length;
  const filtered = shown === rows.length ? '' : `, ${shown} shown`;
  const counts = `${rows.length} node${rows.length === 1 ? '' : 's'}${filtered}, ${ready} ready, ${problems} with a problem`;
  return trouble === undefined ? counts : `${counts} – ${trouble}`;
}

function footer({ mode, filter, sort }: ScreenState): string {
  if (mode === 'filter') return `/${filter}_  Enter keeps the filter, Esc clears it`;
  if (mode === 'details') return '↑↓ scroll  Enter or Esc: back  q: quit';
  return `↑↓ move  Enter: details  /: filter${filter === '' ? '' : ` (${filter})`}  s: sort by ${sort}  q: quit`;
}
