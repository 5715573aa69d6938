// The SQL of both kinds of place. Identifiers are made of plugin ids, which have no quotes.
#include "storage/plugin_database.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "storage/failpoint.hpp"
#include "storage/failure.hpp"
#include "storage/load.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sqlite_scheme = "sqlite:";
// As the migrators': two servers may start at once.
constexpr std::int64_t advisory_lock = 0x7061726c6579;
// A plugin that holds its own write lock keeps only its own events waiting.
constexpr std::chrono::milliseconds relay_patience{100};

// Numbers begin at the time of the making: those of an outbox that was here before are not used again.
constexpr std::string_view sqlite_outbox =
    "CREATE TABLE IF NOT EXISTS parley_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL,"
    " type TEXT NOT NULL, conversation INTEGER NOT NULL, user_id INTEGER NOT NULL, about INTEGER NOT NULL,"
    " data TEXT NOT NULL, created_at INTEGER NOT NULL);"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'parley_outbox', {}"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'parley_outbox')";

// The lock makes numbers grow in the order of the commits: whoever has seen one will not meet a smaller one later.
constexpr std::string_view postgresql_outbox = R"(DO $make$
BEGIN
    IF to_regclass('parley_outbox') IS NOT NULL THEN RETURN; END IF;
    CREATE SEQUENCE parley_outbox_id START WITH {};
    CREATE TABLE parley_outbox (
        id BIGINT NOT NULL DEFAULT 0 PRIMARY KEY,
        tenant BIGINT NOT NULL,
        type TEXT NOT NULL,
        conversation BIGINT NOT NULL,
        user_id BIGINT NOT NULL,
        about BIGINT NOT NULL,
        data TEXT NOT NULL,
        created_at BIGINT NOT NULL
    );
    CREATE FUNCTION parley_outbox_number() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
        NEW.id := nextval((quote_ident(TG_TABLE_SCHEMA) || '.parley_outbox_id')::regclass);
        RETURN NEW;
    END
    $body$;
    CREATE TRIGGER parley_outbox_number BEFORE INSERT ON parley_outbox
        FOR EACH ROW EXECUTE FUNCTION parley_outbox_number();
END
$make$)";

bool is_id(const std::string& text) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return text.size() >= 2 && text.size() <= 32 && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text, fits);
}

std::string schema_of(const std::string& plugin) { return "plugin_" + plugin; }

std::string as_identifier(const std::string& identifier) {
    std::string made = "\"";
    for (const char c : identifier) made.append(c == '"' ? 2 : 1, c);
    return made + "\"";
}

/// One transaction that takes no tenant's part.
template <class Work>
void in_transaction(database& db, purpose use, Work work) {
    connection_slot slot(db, use);
    odb::transaction open(slot.begin(tenant_scope::all()));
    work(slot);
    open.commit();
}

void run_all(database& db, const std::string& sql) {
    in_transaction(db, purpose::migrating,
                   [&](connection_slot& slot) { run_script(db.kind(), slot.connection(), sql); });
}

/// Under the lock that keeps other servers out; SQLite's transaction has one.
void run_alone(database& db, const std::string& sql) {
    const auto lock =
        db.kind() == engine::sqlite
            ? std::string()
            : fmt::format("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({}); ", advisory_lock);
    run_all(db, lock + sql);
}

std::int64_t number(database& db, const std::string& sql) {
    std::int64_t found = 0;
    each_view<number_view>(db.mapped(), odb::query_base(sql), [&](const number_view& one) {
        if (!one.value.null()) found = one.value.get();
    });
    return found;
}

std::vector<std::string> tables_in(database& db) {
    const std::string sql = db.kind() == engine::sqlite
                                ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
                                  " ESCAPE '\\' ORDER BY name"
                                : "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
                                  " ORDER BY tablename";
    std::vector<std::string> names;
    each_view<text_view>(db.mapped(), odb::query_base(sql), [&](const text_view& one) { names.push_back(one.value); });
    return names;
}

plugin_traces count_traces(database& db, const std::string& plugin) {
    const auto count = [&](const char* table) {
        return number(db, fmt::format("SELECT COUNT(*) FROM {} WHERE plugin = '{}'", table, plugin));
    };
    return {.cursors = count("plugin_cursor"), .jobs = count("plugin_job")};
}

kernel::outbox_row to_outbox_row(const outbox_view& row) {
    return {.number = row.id,
            .tenant = tenant_id{row.tenant},
            .type = row.type,
            .conversation = conversation_id{row.conversation},
            .user = user_id{row.account},
            .about = message_id{row.about},
            .data = row.data};
}

}  // namespace

plugin_database::plugin_database(std::shared_ptr<database> from, std::string where)
    : from_(std::move(from)), where_(std::move(where)), slot_(*from_, purpose::writing) {}

std::vector<kernel::outbox_row> plugin_database::read(int limit) {
    std::vector<kernel::outbox_row> all;
    odb::transaction open(slot_.begin_look(tenant_scope::all()));
    each_view<outbox_view>(from_->mapped(),
                           odb::query_base("SELECT id, tenant, type, conversation, user_id, about, data"
                                           " FROM parley_outbox ORDER BY id " +
                                           most(limit)),
                           [&](const outbox_view& row) { all.push_back(to_outbox_row(row)); });
    open.rollback();
    if (!all.empty()) reach(failpoint::outbox_read);
    return all;
}

void plugin_database::erase(tenant_id of, std::int64_t upto) {
    reach(failpoint::outbox_brought);
    odb::transaction open(slot_.begin(tenant_scope::all()));
    from_->mapped().execute(fmt::format("DELETE FROM parley_outbox WHERE tenant = {} AND id <= {}", of.value, upto));
    open.commit();
}

plugin_databases::plugin_databases(database_options kernel, fs::path data, const clock& time)
    : kernel_(std::move(kernel)), data_(std::move(data)), time_(time) {}

bool plugin_databases::is_sqlite() const { return kernel_.url.starts_with(sqlite_scheme); }

fs::path plugin_databases::file_of(const std::string& plugin) const {
    return data_ / "plugins" / plugin / (plugin + ".db");
}

result<std::shared_ptr<database>> plugin_databases::open_there(const std::string& plugin) const {
    auto options = kernel_;
    options.busy_timeout = relay_patience;
    if (is_sqlite())
        options.url = std::string(sqlite_scheme) + file_of(plugin).string();
    else
        options.schema = schema_of(plugin);
    return database::open(std::move(options));
}

bool plugin_databases::is_there(const std::string& plugin) {
    if (is_sqlite()) return fs::exists(file_of(plugin));
    auto db = database::open(kernel_);
    if (!db) throw std::runtime_error(db.error().message);
    bool found = false;
    in_transaction(**db, purpose::reading, [&](connection_slot&) {
        found =
            number(**db, fmt::format("SELECT COUNT(*) FROM pg_namespace WHERE nspname = '{}'", schema_of(plugin))) != 0;
    });
    return found;
}

/// Ids are checked once and here, since they become names of files and schemas.
template <class Work>
auto plugin_databases::guarded(const std::string& plugin, Work work) -> decltype(work()) {
    if (!is_id(plugin)) return invalid("plugin_id", "This is no plugin's id.");
    try {
        return work();
    } catch (const std::exception& thrown) {
        return failure(fault::unavailable, "database_unreachable",
                       fmt::format("The database of the plugin {} cannot be used: {}.", plugin, thrown.what()));
    }
}

result<std::unique_ptr<plugin_database>> plugin_databases::open(const std::string& plugin, migration_files files) {
    return guarded(plugin, [&]() -> result<std::unique_ptr<plugin_database>> {
        if (is_sqlite()) {
            // A folder of its own, because a process of its own may write in it and nowhere else.
            const auto folder = file_of(plugin).parent_path();
            for (const auto& one : {folder.parent_path(), folder})
                if (fs::create_directories(one)) fs::permissions(one, fs::perms::owner_all);
        } else {
            auto kernel = database::open(kernel_);
            if (!kernel) return std::unexpected(kernel.error());
            run_alone(**kernel, fmt::format("CREATE SCHEMA IF NOT EXISTS {}", as_identifier(schema_of(plugin))));
        }
        auto db = open_there(plugin);
        if (!db) return std::unexpected(db.error());
        if (!files.empty())
            if (auto done = migrator(*db, std::move(files), time_).up(); !done) return std::unexpected(done.error());
        run_alone(**db, fmt::format(fmt::runtime(is_sqlite() ? sqlite_outbox : postgresql_outbox),
                                    microseconds(time_.now())));
        auto where = is_sqlite() ? file_of(plugin).string() : kernel_.url;
        return std::make_unique<plugin_database>(std::move(*db), std::move(where));
    });
}

result<std::optional<plugin_rows>> plugin_databases::describe(const std::string& plugin) {
    return guarded(plugin, [&]() -> result<std::optional<plugin_rows>> {
        if (!is_there(plugin)) return std::nullopt;
        auto db = open_there(plugin);
        if (!db) return std::unexpected(db.error());
        plugin_rows made{.where = is_sqlite() ? file_of(plugin).string() : "the schema " + schema_of(plugin),
                         .tables = {}};
        in_transaction(**db, purpose::reading, [&](connection_slot&) {
            for (const auto& name : tables_in(**db))
                made.tables.emplace_back(name, number(**db, "SELECT COUNT(*) FROM " + as_identifier(name)));
        });
        return made;
    });
}

result<std::string> plugin_databases::archive(const std::string& plugin) {
    return guarded(plugin, [&]() -> result<std::string> {
        if (!is_there(plugin)) return std::string();
        const auto at =
            fmt::format("{:%Y%m%dt%H%M%S}", std::chrono::time_point_cast<std::chrono::seconds>(time_.now()));
        if (!is_sqlite()) {
            auto kernel = database::open(kernel_);
            if (!kernel) return std::unexpected(kernel.error());
            auto name = schema_of(plugin) + "_" + at;
            run_alone(**kernel, fmt::format("ALTER SCHEMA {} RENAME TO {}", as_identifier(schema_of(plugin)),
                                            as_identifier(name)));
            return name;
        }
        auto db = open_there(plugin);
        if (!db) return std::unexpected(db.error());
        {
            // Everything into the one file that is renamed.
            connection_slot slot(**db, purpose::writing);
            slot.require_usable();
            run_script(engine::sqlite, slot.connection(), "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        db->reset();
        const auto from = file_of(plugin).string();
        auto to = from + "." + at;
        for (const char* rest : {"", "-wal", "-shm"})
            if (fs::exists(from + rest)) fs::rename(from + rest, to + rest);
        return to;
    });
}

result<bool> plugin_databases::purge(const std::string& plugin) {
    return guarded(plugin, [&]() -> result<bool> {
        if (!is_there(plugin)) return false;
        if (is_sqlite()) {
            for (const char* rest : {"", "-wal", "-shm"}) fs::remove(file_of(plugin).string() + rest);
            return true;
        }
        auto kernel = database::open(kernel_);
        if (!kernel) return std::unexpected(kernel.error());
        run_alone(**kernel, fmt::format("DROP SCHEMA {} CASCADE", as_identifier(schema_of(plugin))));
        return true;
    });
}

result<plugin_traces> plugin_databases::traces(const std::string& plugin) {
    return guarded(plugin, [&]() -> result<plugin_traces> {
        auto kernel = database::open(kernel_);
        if (!kernel) return std::unexpected(kernel.error());
        plugin_traces found;
        in_transaction(**kernel, purpose::reading, [&](connection_slot&) { found = count_traces(**kernel, plugin); });
        return found;
    });
}

result<plugin_traces> plugin_databases::forget(const std::string& plugin) {
    return guarded(plugin, [&]() -> result<plugin_traces> {
        auto kernel = database::open(kernel_);
        if (!kernel) return std::unexpected(kernel.error());
        plugin_traces found;
        in_transaction(**kernel, purpose::migrating, [&](connection_slot&) {
            found = count_traces(**kernel, plugin);
            for (const char* table : {"plugin_cursor", "plugin_job"})
                (*kernel)->mapped().execute(fmt::format("DELETE FROM {} WHERE plugin = '{}'", table, plugin));
        });
        return found;
    });
}

}  // namespace parley::storage
