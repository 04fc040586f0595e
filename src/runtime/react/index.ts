'use client';

/** Hooks for React: the client of a channel for as long as a component is mounted, and its status. */
export { type AnyClient, type MessageHandlers, useChannel } from './use-channel.ts';
export { useStatus } from './use-status.ts';
