import api from 'undici/lib/api/index.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

// As undici's index does. That loads fetch, WebSocket, caches and mocks, too: half of the time of a program's start.
Object.assign(Dispatcher.prototype, api);

export { Agent };
