/**
 * What an attempt tells about the server: `success`; `congestion` (429, 503, timeouts: it is
 * struggling); `transient` (worth another attempt); `permanent` (another attempt would not help).
 */
export type Outcome = 'success' | 'congestion' | 'transient' | 'permanent';
