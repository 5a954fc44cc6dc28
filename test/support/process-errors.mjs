// Preloaded into a server: on the first SIGUSR2 it triggers the error that TEST_ERROR names. On the next one, it
// prints how busy the event loop was meanwhile.
let before;
const RealDate = Date;
let shiftMs = 0;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shiftMs);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
};

const ERRORS = {
  rejection: () => void Promise.reject(new Error('not handled')),
  exception: () => {
    throw new Error('not caught');
  },
  tomorrow: () => void (shiftMs = 86_400_000),
  yesterday: () => void (shiftMs = -86_400_000),
};
process.on('SIGUSR2', () => {
  if (before !== undefined) {
    const { utilization } = performance.eventLoopUtilization(before);
    // The server masks long numbers in its output.
    console.log(`The event loop was busy for ${Math.round(utilization * 100)} %`);
    return;
  }
  before = performance.eventLoopUtilization();
  ERRORS[process.env.TEST_ERROR]();
});
