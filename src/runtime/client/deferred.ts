/** A promise and its functions, as `Promise.withResolvers` makes them, which browsers before 2024 lack. */
export function defer<Value = void>(): PromiseWithResolvers<Value> {
  const deferred = {} as PromiseWithResolvers<Value>;
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}
