#!/usr/bin/env node
/** A sample of JavaScript. */
import fs, { readFile as read, writeFile } from 'node:fs';
import * as path from 'node:path';
import './side-effect.js';
const { join } = require('path');
const util = require('./util');

export const LIMIT = 3;
let counter = 0;

/** Adds two numbers. */
export function add(a, b) {
  const local = a + b;
  counter += local;
  return join(local, LIMIT);
}

export default class Store extends Base {
  #items = new Map();
  static limit = LIMIT;

  constructor(options) {
    super(options);
    this.options = options;
  }

  /** Finds one. */
  async get(key) {
    return this.#items.get(key) ?? util.fallback(key);
  }
}

const handler = async (event) => {
  event.target.click();
};

const api = {
  list: function () {
    return handler();
  },
  remove(id) {
    return path.resolve(id);
  },
};

Store.prototype.clear = function clear() {
  this.size = 0;
};

exports.extra = 1;
const View = () => <Panel title={counter} />;
export { api, handler as handle };
export * from './more.js';
