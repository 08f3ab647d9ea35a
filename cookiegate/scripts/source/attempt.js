/** Call a function; undefined where it throws: whatever goes wrong, nothing is allowed by it, and no page hears of it. */
export const attempt = (action) => {
  try {
    return action();
  } catch { /* fail closed */ }
};
