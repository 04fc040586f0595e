/** Texts of each format that the guards check. */
export const formatSamples: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    byte: ['', 'QQ=='],
    date: ['2024-02-29'],
    'date-time': ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00+01:00'],
    duration: ['P1Y2DT3H', 'PT1S'],
    email: ['ann@example.org'],
    hostname: ['example.org'],
    ipv4: ['192.0.2.1'],
    ipv6: ['2001:db8::1'],
    'json-pointer': ['', '/a~1b'],
    regex: ['^a$'],
    time: ['10:00:00Z'],
    uri: ['https://example.org/a?b#c'],
    'uri-reference': ['a/b', '#a'],
    uuid: ['6f9619ff-8b86-4011-b42d-00cf4fc964ff'],
  }),
);
