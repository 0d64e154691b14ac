// Puts an index store behind a convex-test database by overriding methods of that one instance.
import type { DatabaseInternals, WriteLayer } from "./convexTestInternals.js";
import { tableOfId } from "./documents.js";
import { IndexStore, type StoreObserver, type Undo } from "./indexStore.js";

function followTransactions(database: DatabaseInternals, store: IndexStore): void {
  const hidden = new WeakMap<WriteLayer[], Undo[][]>();
  const { startTransaction, commit, rollbackWrites, stashWrites, restoreWrites } = database;
  database.startTransaction = () => {
    startTransaction.call(database);
    store.begin();
  };
  database.commit = (commitTs) => {
    store.merging = true;
    try {
      commit.call(database, commitTs);
    } finally {
      store.merging = false;
    }
    store.commit();
  };
  database.rollbackWrites = () => {
    rollbackWrites.call(database);
    store.rollback();
  };
  database.stashWrites = () => {
    const layers = stashWrites.call(database);
    hidden.set(layers, store.stash());
    return layers;
  };
  database.restoreWrites = (layers) => {
    restoreWrites.call(database, layers);
    store.unstash(hidden.get(layers) ?? []);
  };
}

/** From now on the database answers from indexes and tells the observer of its reads and writes. */
export function installIndexStore(database: DatabaseInternals, observer: StoreObserver): IndexStore {
  const store = new IndexStore(database, observer);
  store.load();
  followTransactions(database, store);
  const { _addWrite } = database;
  database._addWrite = (id, after) => {
    const table = tableOfId(id);
    const before = store.table(table).documents.get(id) ?? null;
    _addWrite.call(database, id, after);
    if (store.merging) return;
    store.write({ table, before, after });
    observer.onWrite({ componentPath: database._componentPath, table, id, before, after });
  };
  database._iterateDocs = (table, visit) => {
    for (const document of [...store.table(table).documents.values()]) visit(document);
  };
  database.startQuery = (query) => store.startQuery(query);
  database.queryNext = (queryId) => store.queryNext(queryId);
  database.paginate = (page) => store.paginate(page);
  database.vectorSearch = (...search) => store.vectorSearch(...search);
  return store;
}
