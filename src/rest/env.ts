/** What one request carries through the app (Hono's Variables). */
export interface RestEnv {
  Variables: {
    requestId: string;
    /** The operationId, or 'none' as long as no operation has matched. */
    operation: string;
  };
}
