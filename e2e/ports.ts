// Where the tests' servers listen: two neighbouring ports, moved by LATELIGHT_E2E_PORT when these are taken.

export const DEMO_PORT = Number(process.env.LATELIGHT_E2E_PORT ?? 4871);
export const SMALL_PORT = DEMO_PORT + 1;
